package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"

	"authdeck/connections"
	"authdeck/integrations/watch"
)

// runWatched runs an action now and after each save of a file of its integration, until it is interrupted. What fails is told, and
// ends nothing: the next save may mend it.
func (a *app) runWatched(ctx context.Context, svc *connections.Service, integration string, req connections.RunRequest, f runFlags) error {
	changes, err := watch.Folders(ctx, a.reg.Folders)
	if err != nil {
		return err
	}
	view, err := svc.Integration(ctx, integration)
	if err != nil {
		return err
	}
	last, err := svc.LastResult(ctx, integration, req.Action, "")
	if err != nil {
		return err
	}
	for {
		before := stampOf(view.Origin)
		r, err := a.runOnce(ctx, svc, req)
		if ctx.Err() != nil {
			return nil
		}
		if err = a.showRun(r, err, f); err != nil {
			report(a.err, err, a.json)
		} else if !req.DryRun {
			if last != nil {
				for _, line := range compared(ctx, last, r.Result) {
					a.note("%s", line)
				}
			}
			last = r.Result
		}
		a.note("watching %s", view.Origin)
		if !saved(ctx, changes, func() bool { return stampOf(view.Origin) != before }) {
			return nil
		}
	}
}

// saved waits until a file that matters was saved; false: it was interrupted.
func saved(ctx context.Context, changes <-chan struct{}, matters func() bool) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case _, ok := <-changes:
			if !ok {
				return false
			}
			if matters() {
				return true
			}
		}
	}
}

// stampMost bounds how many files are looked at.
const stampMost = 20000

// stampOf tells whether a file of an integration was saved: of a folder all files in it count, of a manifest itself and what lies in
// folders beside it.
func stampOf(origin string) string {
	h, n := fnv.New64a(), 0
	add := func(path string, info os.FileInfo) {
		_, _ = fmt.Fprintln(h, path, info.Size(), info.ModTime().UnixNano())
	}
	info, err := os.Stat(origin)
	if err != nil {
		return ""
	}
	root := origin
	if !info.IsDir() {
		add(origin, info)
		root = filepath.Dir(origin)
	}
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		n++
		switch {
		case err != nil:
			return nil //nolint:nilerr // what cannot be read has no stamp
		case n > stampMost:
			return filepath.SkipAll
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git"):
			return filepath.SkipDir
		case d.IsDir(), root != origin && filepath.Dir(path) == root:
			return nil
		}
		if info, err := d.Info(); err == nil {
			add(path, info)
		}
		return nil
	})
	return fmt.Sprint(h.Sum64())
}
