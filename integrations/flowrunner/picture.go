package flowrunner

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner/wire"
	"authdeck/internal/safetext"
)

// mostIcon bounds an icon file, in bytes.
const mostIcon = 256 << 10

// iconLimit bounds starting a worker and decoding an icon, as a whole.
const iconLimit = 4 * time.Second

// IconError says why a service's icon cannot be drawn.
type IconError struct {
	File string // relative to the service's folder, with slashes
	Text string
}

func (e *IconError) Error() string { return "the icon " + safetext.Line(e.File, 100) + ": " + e.Text }

// HasPicture reports whether the service names an icon.
func (s *Service) HasPicture() bool { return s.record.Read.Icon != "" }

// Picture makes the picture of the icon that the service names, in a worker of its own. What came of it is remembered until
// the file changes. Errors: [*IconError], or that of ctx.
func (s *Service) Picture(ctx context.Context) (integrations.Picture, error) {
	name := s.record.Read.Icon
	switch {
	case name == "":
		return integrations.Picture{}, &IconError{Text: "the service names none"}
	case strings.Contains(name, "://"):
		return integrations.Picture{}, &IconError{File: name, Text: "it is an address: only files below public/ are drawn"}
	}
	name = "public" + path.Clean("/"+name) // nothing above public/ can be named
	return s.h.icons.of(s.folder, name, s.h.now(), func() (integrations.Picture, error) { return s.h.decode(ctx, s.folder.files, name) })
}

// decode reads the file and has a worker decode it.
func (h *Host) decode(ctx context.Context, files fs.FS, name string) (integrations.Picture, error) {
	bad := func(text string) (integrations.Picture, error) {
		return integrations.Picture{}, &IconError{File: name, Text: text}
	}
	body, err := readIcon(files, name)
	if err != nil {
		return bad(err.Error())
	}
	s, err := h.start(files)
	if err != nil {
		return integrations.Picture{}, err
	}
	defer s.close()
	within, cancel := context.WithTimeout(ctx, iconLimit)
	defer cancel()
	m, err := s.ask(within, wire.Message{Kind: wire.Icon, Body: body}, handler{}, wire.IconRead, wire.Failed)
	var stopped *WorkerError
	switch {
	case ctx.Err() != nil:
		return integrations.Picture{}, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return bad("it was not decoded in time")
	case errors.As(err, &stopped):
		return bad("decoding it was stopped: " + stopped.Reason)
	case err != nil:
		return integrations.Picture{}, err
	case m.Kind == wire.Failed:
		return bad(safetext.Line(m.Text, 200))
	}
	var p integrations.Picture
	if len(m.Body) != 4*len(p) {
		return bad("its decoder answered with no picture")
	}
	for i := range p {
		p[i] = color.NRGBA{R: m.Body[4*i], G: m.Body[4*i+1], B: m.Body[4*i+2], A: m.Body[4*i+3]}
	}
	return p, nil
}

// readIcon reads the file if it is one, and small enough.
func readIcon(files fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(files, name)
	var at *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("there is no such file")
	case errors.As(err, &at): // without the path of the user's folder
		return nil, fmt.Errorf("it cannot be read: %w", at.Err)
	case err != nil:
		return nil, errors.New("it cannot be read")
	case info.IsDir():
		return nil, errors.New("it is a folder")
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no file")
	case info.Size() > mostIcon:
		return nil, fmt.Errorf("it is larger than %d KiB", mostIcon>>10)
	}
	f, err := files.Open(name)
	if err != nil {
		return nil, errors.New("it cannot be read")
	}
	body, err := io.ReadAll(io.LimitReader(f, mostIcon+1)) // a file may grow meanwhile
	_ = f.Close()
	switch {
	case err != nil:
		return nil, errors.New("it cannot be read")
	case len(body) > mostIcon:
		return nil, fmt.Errorf("it is larger than %d KiB", mostIcon>>10)
	}
	return body, nil
}

// The bounds of what is remembered of icons: their number (a picture has a KiB), and for how long that one failed, which may
// have been the machine's fault.
const (
	mostIcons = 1000
	failedFor = time.Minute
)

// icons remembers what came of icon files, so that one that harms its decoder does so now and then, not at each look.
type icons struct {
	mu    sync.Mutex
	known map[string]knownIcon // by path
}

type knownIcon struct {
	file    stamp
	at      time.Time
	picture integrations.Picture
	err     error
}

// of returns what is known of a file as it is now, or makes it.
func (c *icons) of(f *folder, name string, at time.Time, decode func() (integrations.Picture, error)) (integrations.Picture, error) {
	key, file := f.path+"\x00"+name, stampOf(f.files, name)
	c.mu.Lock()
	k, ok := c.known[key]
	c.mu.Unlock()
	if ok && k.file == file && (k.err == nil || at.Sub(k.at).Abs() < failedFor) {
		return k.picture, k.err
	}
	p, err := decode()
	var about *IconError
	if err != nil && !errors.As(err, &about) {
		return p, err // canceled, or no worker: that is no property of the file
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= mostIcons {
		c.known = map[string]knownIcon{}
	}
	c.known[key] = knownIcon{file: file, at: at, picture: p, err: err}
	return p, err
}

var _ integrations.Pictured = (*Service)(nil)
