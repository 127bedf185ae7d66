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

const (
	// watchEvery is how often the files are looked at where the system does not tell of changes.
	watchEvery = 100 * time.Millisecond
	// watchLate is how often they are looked at after somebody began to write, where it does.
	watchLate = 50 * time.Millisecond
	// watchSeldom is how often they are looked at all the same where it does.
	watchSeldom = 2 * time.Second
	// watchPause is between two signals: at most twenty a second.
	watchPause = 50 * time.Millisecond
)

// Watch implements [Store]. A write of this process is told at once; one of another as soon as the system tells of it
// (Options.Notify), or within 100 ms and a little where it does not: two stat calls a look, no record is read. Signals are
// 50 ms apart or more, and the last write is always followed by one.
func (b *Bolt) Watch(ctx context.Context) (<-chan struct{}, error) {
	w := watching{b: b, own: b.watchers.add(), out: make(chan struct{}, 1)}
	if b.o.Notify != nil {
		// The lock file alone is watched: it changes twice with each write, the other file eight times, and it is never
		// replaced. A system without room for one more watcher is no reason to fail.
		if hints, err := b.o.Notify(ctx, filepath.Join(b.dir, lockFile)); err == nil {
			w.hints = hints
		}
	}
	w.last = b.stamp()
	go w.run(ctx)
	return w.out, nil
}

// watching is one Watch call at work.
type watching struct {
	b     *Bolt
	own   chan struct{}   // writes of this process
	hints <-chan struct{} // from Options.Notify, nil without it: somebody writes or has written
	out   chan struct{}
	last  stamp // what was told of
}

func (w *watching) run(ctx context.Context) {
	defer close(w.out)
	defer w.b.watchers.remove(w.own)
	defer func() {
		for w.hints != nil {
			if _, ok := <-w.hints; !ok {
				w.hints = nil
			}
		}
	}()
	look := time.NewTicker(w.every())
	defer look.Stop()
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		// What comes during the pause waits in its channel.
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
		if !w.wait(ctx, look) {
			return
		}
		wake(w.out)
		pause.Reset(watchPause)
	}
}

func (w *watching) every() time.Duration {
	if w.hints != nil {
		return watchSeldom
	}
	return watchEvery
}

// wait returns true after the next write, and false when ctx ends.
func (w *watching) wait(ctx context.Context, look *time.Ticker) bool {
	var late <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return false
		case <-w.own:
			// It may have been told already, by a hint.
			if w.changed() {
				return true
			}
		case _, ok := <-w.hints:
			if !ok {
				w.hints = nil
				look.Reset(w.every())
				continue
			}
			if now := w.b.stamp(); now.writes != w.last.writes {
				w.last = now
				return true
			}
			// Somebody has begun to write, and will say when it is done unless it is killed before.
			late = time.After(watchLate)
		case <-late:
			late = nil
			if w.changed() {
				return true
			}
			if w.b.stamp() != w.last {
				late = time.After(watchLate)
			}
		case <-look.C:
			if w.changed() {
				return true
			}
		}
	}
}

// changed reports whether the files differ from the last look. A store's file that differs alone is being written to by
// somebody who will say when it is done; or was, if its lock is free: then the writer was killed.
func (w *watching) changed() bool {
	switch now := w.b.stamp(); {
	case now == w.last:
		return false
	case now.writes == w.last.writes && w.b.file.writing():
		return false
	}
	w.last = w.b.stamp()
	return true
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
