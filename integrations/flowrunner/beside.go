package flowrunner

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner/annotation"
	"authdeck/integrations/manifest"
)

// Code opens what a manifest leaves to JavaScript ([manifest.Code]): a file, or the folder of a service. Config items reach it under
// the manifest's names and under its own (client_id is clientId).
func (h *Host) Code(ctx context.Context, place string) (manifest.Program, error) {
	info, err := os.Stat(place)
	if err != nil {
		return nil, errNotThere
	}
	if !info.IsDir() {
		return h.file(place), nil
	}
	s, err := h.opened(ctx, place)
	if err != nil {
		return nil, err
	}
	with := *s
	with.loose = true
	return &with, nil
}

var errNotThere = errors.New("there is no such file or folder")

// file is a service that is one file beside a manifest, with what it requires.
func (h *Host) file(place string) *Service {
	dir, name := filepath.Split(place)
	f := &folder{path: place, files: beside{rooted(dir), name}}
	s := h.service(f, record{Read: annotation.Service{ItemsKnown: true, RequireOAuth: true}})
	s.loose = true
	return s
}

// beside makes a folder of manifests look like that of a service whose entry is one of its files.
type beside struct {
	dir  rooted
	file string
}

func (b beside) real(name string) string {
	if name == annotation.Entry {
		return b.file
	}
	if rest, ok := strings.CutPrefix(name, path.Dir(annotation.Entry)+"/"); ok {
		return rest
	}
	return name
}

func (b beside) Open(name string) (fs.File, error)     { return b.dir.Open(b.real(name)) }
func (b beside) Stat(name string) (fs.FileInfo, error) { return b.dir.Stat(b.real(name)) }

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
		return out, actionFailed(got, err)
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
