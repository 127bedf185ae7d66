package watch

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/fsnotify/fsnotify"
)

// Folder sends after files in dir itself (not in folders below it) were written, renamed, made or removed. The signals
// are coalesced and say only that something may have changed: a reader's lock is silent, but a lock taken to write is not.
//
// The folder is watched and not its files, so a file that another is renamed over stays watched. The channel is closed when
// ctx ends, and also once the system tells no more: the folder itself was removed, renamed or unmounted. A system that
// has no more room for watchers (fs.inotify.max_user_instances, max_user_watches) is an error at once.
func Folder(ctx context.Context, dir string) (<-chan struct{}, error) {
	dir = filepath.Clean(dir)
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", dir, err)
	}
	if err := w.Add(dir); err != nil {
		_ = w.Close()
		return nil, fmt.Errorf("watch %s: %w", dir, err)
	}
	out := make(chan struct{}, 1)
	go func() {
		defer close(out)
		defer func() { _ = w.Close() }()
		forward(ctx, w, dir, out)
	}()
	return out, nil
}

// forward runs until ctx or the watcher ends.
func forward(ctx context.Context, w *fsnotify.Watcher, dir string, out chan<- struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-w.Events:
			if !ok || e.Name == dir && e.Has(fsnotify.Remove|fsnotify.Rename) {
				return
			}
		case _, ok := <-w.Errors:
			// Most often an overflow: some events are lost, so one signal stands for all of them.
			if !ok {
				return
			}
		}
		select {
		case out <- struct{}{}:
		default:
		}
	}
}
