package watch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// quiet is how long signals are gathered: a save is several events, and a checkout is many.
const quiet = 60 * time.Millisecond

// Folders sends after a file in one of the folders was written, made, renamed or removed, coalesced, at the latest 200 ms
// later and once more after the last change. Folders below them are not watched. list names the folders; it is asked again after
// each signal, since a change may bring new ones. Of one that is not there, the nearest folder above it is watched. The
// channel is closed when ctx ends.
func Folders(ctx context.Context, list func(context.Context) []string) (<-chan struct{}, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch the files of integrations: %w", err)
	}
	f := folders{w: w, list: list, out: make(chan struct{}, 1)}
	f.look(ctx)
	go func() {
		defer close(f.out)
		defer func() { _ = w.Close() }()
		f.forward(ctx)
	}()
	return f.out, nil
}

type folders struct {
	w    *fsnotify.Watcher
	list func(context.Context) []string
	out  chan struct{}
	now  []string // what was listed last
}

// look watches what is listed now, and nothing else. A folder that cannot be watched is read when the user looks anew.
func (f *folders) look(ctx context.Context) {
	var wanted []string
	f.now = f.now[:0]
	for _, dir := range f.list(ctx) {
		f.now = append(f.now, filepath.Clean(dir))
		wanted = append(wanted, nearest(dir))
	}
	for _, dir := range f.w.WatchList() {
		if !slices.Contains(wanted, dir) {
			_ = f.w.Remove(dir)
		}
	}
	watched := f.w.WatchList()
	for _, dir := range wanted {
		if !slices.Contains(watched, dir) {
			_ = f.w.Add(dir)
		}
	}
}

// concerns reports whether a file is of a folder that is listed: in it, the folder itself, or one above it. Beside a folder that
// is not there yet others write too, this program above all.
func (f *folders) concerns(name string) bool {
	return slices.ContainsFunc(f.now, func(dir string) bool {
		return filepath.Dir(name) == dir || name == dir || strings.HasPrefix(dir, name+string(filepath.Separator))
	})
}

// nearest is the folder, or the first above it that is there.
func nearest(dir string) string {
	dir = filepath.Clean(dir)
	for {
		if info, err := os.Stat(dir); err == nil && info.IsDir() || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// forward runs until ctx or the watcher ends.
func (f *folders) forward(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case _, ok := <-f.w.Errors:
			if !ok { // most often an overflow: one signal stands for all that was lost
				return
			}
		case e, ok := <-f.w.Events:
			if !ok {
				return
			}
			if e.Op == fsnotify.Chmod || !f.concerns(e.Name) {
				continue
			}
		}
		if !f.settle(ctx) {
			return
		}
		f.look(ctx)
		select {
		case f.out <- struct{}{}:
		default:
		}
	}
}

// settle takes what follows shortly after; no longer than three times that.
func (f *folders) settle(ctx context.Context) bool {
	rest, most := time.NewTimer(quiet), time.NewTimer(3*quiet)
	defer rest.Stop()
	defer most.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case _, ok := <-f.w.Events:
			if !ok {
				return false
			}
			rest.Reset(quiet)
		case _, ok := <-f.w.Errors:
			if !ok {
				return false
			}
		case <-rest.C:
			return true
		case <-most.C:
			return true
		}
	}
}
