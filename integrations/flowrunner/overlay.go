package flowrunner

import (
	"io/fs"
	"strings"
	"time"
)

// overlay is a folder some of whose files are as they once were.
type overlay struct {
	texts map[string]string
	below fs.FS
}

func (o overlay) Open(name string) (fs.File, error) {
	if text, ok := o.texts[name]; ok {
		return &textFile{textInfo: textInfo{name, int64(len(text))}, Reader: strings.NewReader(text)}, nil
	}
	return o.below.Open(name)
}

// Stat is that of the text, or of the file below.
func (o overlay) Stat(name string) (fs.FileInfo, error) {
	if text, ok := o.texts[name]; ok {
		return textInfo{name, int64(len(text))}, nil
	}
	return fs.Stat(o.below, name)
}

type textFile struct {
	textInfo
	*strings.Reader
}

func (f *textFile) Stat() (fs.FileInfo, error) { return f.textInfo, nil }
func (f *textFile) Close() error               { return nil }
func (f *textFile) Size() int64                { return f.size }

type textInfo struct {
	name string
	size int64
}

func (i textInfo) Name() string       { return i.name }
func (i textInfo) Size() int64        { return i.size }
func (i textInfo) Mode() fs.FileMode  { return 0 }
func (i textInfo) ModTime() time.Time { return time.Time{} }
func (i textInfo) IsDir() bool        { return false }
func (i textInfo) Sys() any           { return nil }
