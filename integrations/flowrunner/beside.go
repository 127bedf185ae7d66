package flowrunner

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner/annotation"
	"authdeck/integrations/manifest"
)

// Code opens what a manifest leaves to JavaScript ([manifest.Code]): a file, or the folder of a service. Config items reach a service
// under the manifest's names and under its own (client_id is clientId), a file under the manifest's.
func (h *Host) Code(ctx context.Context, dir, name string) (manifest.Program, error) {
	info, err := rooted(dir).Stat(path.Clean(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errNotThere
	case err != nil:
		return nil, errOutside
	case !info.IsDir():
		return h.file(dir, path.Clean(name)), nil
	}
	place, err := filepath.EvalSymlinks(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return nil, errNotThere
	}
	s, err := h.opened(ctx, place)
	if err != nil {
		return nil, err
	}
	with := *s
	with.loose = true
	return &with, nil
}

var (
	errNotThere = errors.New("there is no such file or folder")
	errOutside  = errors.New("it leads out of the manifest's folder")
)

// file is a service that is one file beside a manifest, with what it requires.
func (h *Host) file(dir, name string) *Service {
	f := &folder{path: filepath.Join(dir, filepath.FromSlash(name)), files: beside{rooted(dir), name}}
	s := h.service(f, record{Read: annotation.Service{ItemsKnown: true, RequireOAuth: true}})
	s.loose = true
	return s
}

// beside makes the folder of one of a manifest's files look like that of a service whose entry is the file. There is nothing in it but
// JavaScript and node_modules: beside a manifest may lie anything of the user's.
type beside struct {
	dir  rooted // the manifest's
	file string
}

// real is the name below the manifest's folder.
func (b beside) real(name string) string {
	if name == annotation.Entry {
		return b.file
	}
	if rest, ok := strings.CutPrefix(name, path.Dir(annotation.Entry)+"/"); ok {
		name = rest
	}
	return path.Join(path.Dir(b.file), name)
}

// Stat tells of what may be read, and of folders.
func (b beside) Stat(name string) (fs.FileInfo, error) {
	real := b.real(name)
	info, err := b.dir.Stat(real)
	if err != nil {
		return nil, err
	}
	inModules := false
	for _, part := range strings.Split(real, "/") {
		if inModules = inModules || part == "node_modules"; strings.HasPrefix(part, ".") && !inModules {
			return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
		}
	}
	if !info.IsDir() && !inModules && path.Ext(real) != ".js" {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return info, nil
}

func (b beside) Open(name string) (fs.File, error) {
	if _, err := b.Stat(name); err != nil {
		return nil, err
	}
	return b.dir.Open(b.real(name))
}

// opened is a service that was opened before and whose files are as they were, or is opened now.
func (h *Host) opened(ctx context.Context, dir string) (*Service, error) {
	h.mu.Lock()
	s := h.known[dir]
	h.mu.Unlock()
	if s != nil && s.record.fresh(dir, h.now().UnixNano()) {
		return s, nil
	}
	s, err := h.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	h.known[dir] = s
	h.mu.Unlock()
	return s, nil
}

// Call calls one method with these arguments; one that is nil is undefined.
func (s *Service) Call(ctx context.Context, method string, r integrations.ActionRequest, args []any) (integrations.ActionResult, error) {
	var undefined []int
	for i, a := range args {
		if a == nil {
			undefined = append(undefined, i)
		}
	}
	return s.perform(ctx, annotation.Method{Name: method}, r, args, undefined)
}

// perform makes the call of an action and tells what came of it.
func (s *Service) perform(ctx context.Context, m annotation.Method, r integrations.ActionRequest, args []any, undefined []int) (integrations.ActionResult, error) {
	var out integrations.ActionResult
	c, err := s.call(m.Name, r.Config, r.Kept, args)
	if err != nil {
		return out, err
	}
	c.call.Undefined, c.timeout = undefined, time.Duration(m.Timeout)*time.Second
	if r.DryRun {
		c.transport = unsent{}
	}
	began := s.h.o.Clock.Mono()
	got, err := s.h.invoke(ctx, c)
	out.Result, out.Exchanges, out.Console = fileLinks(got), got.exchanges, got.console
	out.Duration = s.h.o.Clock.Mono() - began
	if r.DryRun && len(got.exchanges) > 0 {
		return out, nil // what it makes of a request that was not sent says nothing
	}
	if err != nil {
		return out, actionFailed(m, r.Kept, got, err)
	}
	return out, nil
}

// loosely finds the value of an item that a manifest may spell in its own way.
func loosely(cfg integrations.Config, name string) (string, bool) {
	same := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	for _, key := range slices.Sorted(maps.Keys(cfg)) {
		if same(key) == same(name) && !cfg[key].IsZero() {
			return key, true
		}
	}
	return "", false
}
