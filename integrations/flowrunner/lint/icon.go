package lint

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"authdeck/integrations/flowrunner/annotation"
	"authdeck/integrations/flowrunner/icon"
)

// MaxIcon is the largest icon file, in bytes.
const MaxIcon = icon.MostBytes

// CheckIcon tells the format of an icon file by what it begins with: "png", "jpeg", "webp" or "svg". Nothing is decoded.
func CheckIcon(file []byte) (kind string, err error) {
	if len(file) > MaxIcon {
		return "", fmt.Errorf("it has %d KiB, and %d KiB are the most", (len(file)+1023)>>10, MaxIcon>>10)
	}
	switch {
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		return "png", nil
	case bytes.HasPrefix(file, []byte("\xff\xd8\xff")):
		return "jpeg", nil
	case len(file) >= 12 && bytes.HasPrefix(file, []byte("RIFF")) && bytes.Equal(file[8:12], []byte("WEBP")):
		return "webp", nil
	case isSVG(file):
		return "svg", nil
	}
	return "", errors.New("it is no PNG, JPEG, WebP or SVG file")
}

// isSVG reports whether the first element of a text is svg: a declaration, comments and a document type may stand before it.
func isSVG(file []byte) bool {
	rest := bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n")
		end := ""
		switch {
		case bytes.HasPrefix(rest, []byte("<?")):
			end = "?>"
		case bytes.HasPrefix(rest, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(rest, []byte("<!")):
			end = ">"
		default:
			after, ok := bytes.CutPrefix(rest, []byte("<svg"))
			return ok && len(after) > 0 && bytes.IndexByte([]byte(" \t\r\n>/"), after[0]) >= 0
		}
		_, after, ok := bytes.Cut(rest, []byte(end))
		if !ok {
			return false
		}
		rest = after
	}
}

// icon checks the file that @integrationIcon names.
func (l *linter) icon() {
	at := slices.IndexFunc(l.text.Tags, func(t annotation.Tag) bool { return t.Name == "integrationIcon" })
	if at < 0 || l.text.Tags[at].First() == "" {
		return
	}
	file, line := l.text.ClassIn.Name, l.text.Tags[at].Line
	name := path.Join("public", path.Clean("/"+l.text.Tags[at].First()))
	if strings.Contains(l.text.Tags[at].First(), "://") {
		l.warn(file, line, "icon-missing", "the icon is an address, and authdeck loads none", "put a file into public/ and name it from there: @integrationIcon /icon.png")
		return
	}
	body, err := fs.ReadFile(l.folder, name)
	if err != nil {
		l.warn(file, line, "icon-missing", "there is no icon file "+name, "put it there, or correct the name: it is a path from public/")
		return
	}
	if len(body) > MaxIcon {
		l.warn(file, line, "icon-size", fmt.Sprintf("%s has %d KiB, and %d KiB are the most that is shown", name, (len(body)+1023)>>10, MaxIcon>>10), "make it smaller: 128 by 128 points are plenty")
		return
	}
	if _, err := icon.Decode(body); err != nil {
		l.warn(file, line, "icon-format", name+" cannot be drawn: "+err.Error(), "save it as a PNG, JPEG, WebP or SVG of at most 1024 by 1024 points")
	}
}
