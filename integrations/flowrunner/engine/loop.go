package engine

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// loop is the event loop of one engine: timers, completed requests, and the jobs of promises, which goja runs whenever a
// script returns to Go.
type loop struct {
	vm      *goja.Runtime
	bounded func(script func() error) error

	mu      sync.Mutex
	tasks   []func() // what other goroutines brought
	pending int      // how many of them are to come
	wake    chan struct{}

	timers timerHeap
	byID   map[int64]*timer
	nextID int64
	began  time.Time
}

func newLoop(vm *goja.Runtime, bounded func(func() error) error) *loop {
	return &loop{vm: vm, bounded: bounded, wake: make(chan struct{}, 1), byID: map[int64]*timer{}, began: time.Now()}
}

// expect says that a task will come, by the function that it returns: called once, from any goroutine.
func (l *loop) expect() func(task func()) {
	l.mu.Lock()
	l.pending++
	l.mu.Unlock()
	return func(task func()) {
		l.mu.Lock()
		l.pending--
		l.tasks = append(l.tasks, task)
		l.mu.Unlock()
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}

// timer is a setTimeout or a setInterval.
type timer struct {
	id     int64
	at     time.Time
	every  time.Duration // 0: once
	run    goja.Callable
	index  int
	serial int64
}

type timerHeap []*timer

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].serial < h[j].serial
	}
	return h[i].at.Before(h[j].at)
}
func (h timerHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i]; h[i].index, h[j].index = i, j }
func (h *timerHeap) Push(x any)   { t := x.(*timer); t.index = len(*h); *h = append(*h, t) } //nolint:forcetypeassert // its own
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	*h = old[:len(old)-1]
	return t
}

// add starts a timer.
func (l *loop) add(run goja.Callable, after time.Duration, repeat bool) int64 {
	after = max(after, time.Millisecond)
	l.nextID++
	t := &timer{id: l.nextID, at: time.Now().Add(after), run: run, serial: l.nextID}
	if repeat {
		t.every = after
	}
	l.byID[t.id] = t
	heap.Push(&l.timers, t)
	return t.id
}

func (l *loop) clear(id int64) {
	if t := l.byID[id]; t != nil {
		delete(l.byID, id)
		heap.Remove(&l.timers, t.index)
	}
}

// until runs the loop until done reports true, nothing can happen any more, ctx ends, or a script is interrupted. Its
// error is that of ctx or of the interrupt; what a timer's function throws is lost, as the service's own fault.
func (l *loop) until(ctx context.Context, done func() bool) error {
	for !done() {
		if err := ctx.Err(); err != nil {
			return err
		}
		ran, err := l.step()
		if err != nil {
			return err
		}
		if ran {
			continue
		}
		if !l.wait(ctx) {
			return ctx.Err()
		}
	}
	return nil
}

// step runs one task or one due timer.
func (l *loop) step() (bool, error) {
	l.mu.Lock()
	if len(l.tasks) > 0 {
		task := l.tasks[0]
		l.tasks = l.tasks[1:]
		l.mu.Unlock()
		return true, l.bounded(func() error {
			task()
			return nil
		})
	}
	l.mu.Unlock()
	if len(l.timers) == 0 || l.timers[0].at.After(time.Now()) {
		return false, nil
	}
	t := l.timers[0]
	if t.every > 0 {
		t.at = time.Now().Add(t.every)
		heap.Fix(&l.timers, 0)
	} else {
		l.clear(t.id)
	}
	return true, l.bounded(func() error {
		_, err := t.run(goja.Undefined())
		if _, interrupted := err.(*goja.InterruptedError); interrupted { //nolint:errorlint // goja returns it bare
			return err
		}
		return nil
	})
}

// wait waits for the next task or timer; false if there is none to come, or ctx ended.
func (l *loop) wait(ctx context.Context) bool {
	l.mu.Lock()
	idle := l.pending == 0 && len(l.tasks) == 0
	l.mu.Unlock()
	if idle && len(l.timers) == 0 {
		return false
	}
	var due <-chan time.Time
	if len(l.timers) > 0 {
		t := time.NewTimer(time.Until(l.timers[0].at))
		defer t.Stop()
		due = t.C
	}
	select {
	case <-l.wake:
	case <-due:
	case <-ctx.Done():
		return false
	}
	return true
}

// quiet reports whether no request is under way.
func (l *loop) quiet() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pending == 0 && len(l.tasks) == 0
}
