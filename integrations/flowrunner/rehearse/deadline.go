package rehearse

import (
	"context"
	"sync"
	"time"
)

// deadline is a context whose deadline passes when pass is called, or with its parent.
type deadline struct {
	context.Context

	done chan struct{}
	mu   sync.Mutex
	err  error
}

// newDeadline returns it with what releases it.
func newDeadline(parent context.Context) (d *deadline, release func()) {
	d = &deadline{Context: parent, done: make(chan struct{})}
	stop := context.AfterFunc(parent, func() { d.end(parent.Err()) })
	return d, func() {
		stop()
		d.end(context.Canceled)
	}
}

func (d *deadline) end(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.err = err
		close(d.done)
	}
}

func (d *deadline) pass() { d.end(context.DeadlineExceeded) }

// Deadline: nobody knows when it passes.
func (d *deadline) Deadline() (time.Time, bool) { return time.Time{}, false }

func (d *deadline) Done() <-chan struct{} { return d.done }

func (d *deadline) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}
