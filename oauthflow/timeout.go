package oauthflow

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// punctual is how late a timer of a running process fires at most.
	punctual = 2 * time.Millisecond
	// lateReading is how long what arrived while the process stood still may take to be read.
	lateReading = time.Second
)

// WithTimeout is [context.WithTimeout] for a call whose answer must not be lost: a process that was stopped until after the
// deadline (SIGSTOP, ctrl-z, a frozen container) first reads what has arrived meanwhile, for at most a second
// (reference/security.md §5.1, "The lock"). Its context has no Deadline of its own; it ends with
// [context.DeadlineExceeded] all the same.
func WithTimeout(parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	p := &patience{ends: time.Now().Add(d), cancel: cancel}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer = time.AfterFunc(d, p.over)
	return timed{ctx}, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.timer.Stop()
		cancel(context.Canceled)
	}
}

// patience ends a context.
type patience struct {
	mu     sync.Mutex
	timer  *time.Timer
	ends   time.Time
	stood  bool // still, until after the deadline
	cancel context.CancelCauseFunc
}

func (p *patience) over() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.stood && time.Since(p.ends) > punctual {
		p.stood = true
		p.timer.Reset(lateReading)
		return
	}
	p.cancel(context.DeadlineExceeded)
}

// timed is a context that ended by its deadline where its cause says so.
type timed struct{ context.Context }

func (t timed) Err() error {
	err := t.Context.Err()
	if err != nil && errors.Is(context.Cause(t.Context), context.DeadlineExceeded) {
		return context.DeadlineExceeded
	}
	return err
}
