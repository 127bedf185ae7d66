package watch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// File sends after the file at path may have changed: it was written to, or got another size or mode. Signals are
// coalesced and come at the latest 50 ms after the change, the last one after the last change.
//
// The channel is closed when ctx ends, and also once the path names another file or none, since the system goes on telling
// of the old one. A system that has no room for one more watcher (fs.inotify.max_user_instances, max_user_watches) is an
// error at once.
func File(ctx context.Context, path string) (<-chan struct{}, error) {
	path = filepath.Clean(path)
	was, err := os.Lstat(path)
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", path, err)
	}
	if err := w.Add(path); err != nil {
		_ = w.Close()
		return nil, fmt.Errorf("watch %s: %w", path, err)
	}
	f := file{path: path, was: was, w: w, out: make(chan struct{}, 1)}
	go func() {
		defer close(f.out)
		defer func() { _ = w.Close() }()
		f.forward(ctx)
	}()
	return f.out, nil
}

type file struct {
	path string
	was  os.FileInfo
	w    *fsnotify.Watcher
	out  chan struct{}
}

// After burst events within a rest, the next ones are left to the system for a rest, where they become one: a process
// that waked for each event of a busy file would keep the writers from the processors.
const (
	burst = 3
	rest  = 50 * time.Millisecond
)

// forward runs until ctx, the watcher or the file ends.
func (f *file) forward(ctx context.Context) {
	var since time.Time
	for events := 1; f.next(ctx); events++ {
		select {
		case f.out <- struct{}{}:
		default:
		}
		now := time.Now()
		if now.Sub(since) > rest {
			since, events = now, 1
		}
		if events < burst {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(rest):
			since = time.Time{}
		}
	}
}

// next waits for an event; false when there will be no more.
func (f *file) next(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case e, ok := <-f.w.Events:
		switch {
		case !ok, e.Has(fsnotify.Remove | fsnotify.Rename):
			return false
		case e.Has(fsnotify.Chmod):
			// Also what comes when a file loses its name while somebody has it open.
			now, err := os.Lstat(f.path)
			return err == nil && os.SameFile(f.was, now)
		}
		return true
	case _, ok := <-f.w.Errors:
		// Most often an overflow: some events are lost, so one signal stands for all of them.
		return ok
	}
}
