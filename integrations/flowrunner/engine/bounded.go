package engine

import (
	"sync"
	"time"
)

const (
	busyWalls = 4                      // times Busy, in wall time, that a script may compute at most
	stuckTime = 500 * time.Millisecond // after which a script that was told to end counts as stuck
)

// bounded runs a script and ends it where it computes for too long. Built-in functions and expressions see no interrupt:
// where one of them goes on, Stuck is told.
func (e *Engine) bounded(script func() error) error {
	if e.o.Busy <= 0 {
		return script()
	}
	b := &bound{e: e, since: time.Now(), used: e.used()}
	b.mu.Lock()
	b.timer = time.AfterFunc(e.o.Busy, b.look)
	b.mu.Unlock()
	err := script()
	if b.end() {
		return ErrBusy
	}
	return err
}

func (e *Engine) used() time.Duration {
	if e.o.Used == nil {
		return 0
	}
	return e.o.Used()
}

// bound watches one script.
type bound struct {
	e     *Engine
	since time.Time
	used  time.Duration

	mu    sync.Mutex
	timer *time.Timer
	told  bool // the script was told to end
	over  bool // it has ended
}

// look tells the script to end, unless it has not had its time yet.
func (b *bound) look() {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.over:
		return
	case b.told:
		if b.e.o.Stuck != nil {
			b.e.o.Stuck()
		}
		return
	}
	if b.e.o.Used != nil && time.Since(b.since) < busyWalls*b.e.o.Busy {
		if left := b.e.o.Busy - (b.e.used() - b.used); left > 0 {
			b.timer.Reset(max(left, 20*time.Millisecond))
			return
		}
	}
	b.told = true
	b.e.vm.Interrupt(ErrBusy)
	b.timer.Reset(stuckTime)
}

// end says whether the script was told to end.
func (b *bound) end() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	b.timer.Stop()
	return b.told
}
