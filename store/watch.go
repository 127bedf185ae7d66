package store

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// watchers are the channels of this process's Watch calls.
type watchers struct {
	mu  sync.Mutex
	all map[chan struct{}]struct{}
}

func (w *watchers) add() chan struct{} {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = map[chan struct{}]struct{}{}
	}
	w.all[c] = struct{}{}
	return c
}

func (w *watchers) remove(c chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.all, c)
}

func (w *watchers) notify() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.all {
		wake(c)
	}
}

// wake sends unless a signal is waiting already.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// watchEvery is how often the files are looked at.
const watchEvery = 100 * time.Millisecond

// Watch implements [Store]. A write of this process is told at once, one of another within 100 ms and a little: two stat
// calls a look, no record is read.
func (b *Bolt) Watch(ctx context.Context) (<-chan struct{}, error) {
	own, out := b.watchers.add(), make(chan struct{}, 1)
	last := b.stamp()
	go func() {
		defer close(out)
		defer b.watchers.remove(own)
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-own:
				last = b.stamp()
				wake(out)
			case <-tick.C:
				if now := b.stamp(); now != last {
					last = now
					wake(out)
				}
			}
		}
	}()
	return out, nil
}

// stamp is what differs after a write: the size of the lock file (see [fileLock]); and, should its writer have been killed
// between the two, the look of the store's file.
type stamp struct {
	writes, size int64
	modified     time.Time
}

func (b *Bolt) stamp() stamp {
	var s stamp
	if info, err := os.Lstat(filepath.Join(b.dir, lockFile)); err == nil {
		s.writes = info.Size()
	}
	if info, err := os.Lstat(b.Path()); err == nil {
		s.size, s.modified = info.Size(), info.ModTime()
	}
	return s
}
