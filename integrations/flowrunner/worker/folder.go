package worker

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"time"

	"authdeck/integrations/flowrunner/wire"
)

// folder is the service's folder: the host is asked for each file once and answers out of that folder only.
type folder struct {
	w    *worker
	have map[string]*file
}

func (w *worker) folder() fs.FS { return &folder{w: w, have: map[string]*file{}} }

// Open asks the host and waits. Nothing else can come on w.in meanwhile: the host sends its next order after an answer.
func (f *folder) Open(name string) (fs.File, error) {
	known, ok := f.have[name]
	if !ok {
		if err := f.w.conn.Write(wire.Message{Kind: wire.Open, Name: name}); err != nil {
			return nil, err
		}
		m, more := <-f.w.in
		if !more || m.Kind != wire.File || m.Name != name {
			return nil, errors.New("read the service: the host did not answer")
		}
		if m.Stat != nil {
			known = &file{name: name, stat: *m.Stat, body: m.Body}
		}
		f.have[name] = known
	}
	if known == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &opened{file: known, r: bytes.NewReader(known.body)}, nil
}

type file struct {
	name string
	stat wire.Stat
	body []byte
}

func (f *file) Name() string { return f.name }
func (f *file) Size() int64  { return f.stat.Size }
func (f *file) Mode() fs.FileMode {
	if f.stat.Folder {
		return fs.ModeDir
	}
	return 0
}
func (f *file) ModTime() time.Time { return time.Time{} }
func (f *file) IsDir() bool        { return f.stat.Folder }
func (f *file) Sys() any           { return nil }

type opened struct {
	*file
	r *bytes.Reader
}

func (o *opened) Stat() (fs.FileInfo, error) { return o.file, nil }
func (o *opened) Read(p []byte) (int, error) {
	if o.stat.Folder {
		return 0, io.EOF
	}
	return o.r.Read(p)
}
func (o *opened) Close() error { return nil }
