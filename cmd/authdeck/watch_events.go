package main

import (
	"context"
	"sync/atomic"
	"time"

	"authdeck/connections"
	"authdeck/internal/safetext"
)

// eventQueue stands between the keeper, which must never wait, and stdout and commands, which may.
type eventQueue struct {
	ch      chan connections.KeepEvent
	dropped atomic.Int64
	done    chan struct{} // all that came was printed
}

// eventsMost is how many events wait for stdout; more are dropped and counted.
const eventsMost = 4096

// startEvents prints each event until the queue is closed, and hands it on; failed is called once stdout takes no more.
func (a *app) startEvents(next func(connections.KeepEvent), failed func()) *eventQueue {
	q := &eventQueue{ch: make(chan connections.KeepEvent, eventsMost), done: make(chan struct{})}
	go func() {
		defer close(q.done)
		for e := range q.ch {
			a.watchEvent(e)
			next(e)
			if n := q.dropped.Swap(0); n > 0 {
				a.complain("%d events were not printed: nobody read the output fast enough", n)
			}
			if a.written() != nil {
				failed()
			}
		}
	}()
	return q
}

// put takes an event without ever waiting; wait is put that waits until ctx ends.
func (q *eventQueue) put(e connections.KeepEvent) {
	select {
	case q.ch <- e:
	default:
		q.dropped.Add(1)
	}
}

func (q *eventQueue) wait(ctx context.Context, e connections.KeepEvent) {
	select {
	case q.ch <- e:
	case <-ctx.Done():
		q.dropped.Add(1)
	}
}

// close waits until all is printed, at most as long as limit: stdout may be stuck. Nothing may be put after it.
func (q *eventQueue) close(limit time.Duration) {
	close(q.ch)
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-q.done:
	case <-t.C:
	}
}

// eventJSON is an event as `watch --json` prints it and as `--on-event` gets it. Its names are promised to scripts.
type eventJSON struct {
	Time       time.Time `json:"time"`
	Connection string    `json:"connection"`
	Event      string    `json:"event"`
	Detail     string    `json:"detail"`
}

func eventOf(e connections.KeepEvent) eventJSON {
	return eventJSON{Time: e.Time.UTC(), Connection: e.Connection, Event: e.Event, Detail: safetext.Line(e.Detail, 0)}
}

// watchEvent prints one event on one line.
func (a *app) watchEvent(e connections.KeepEvent) {
	if a.json {
		_ = a.printLine(eventOf(e)) // a.out keeps the error
		return
	}
	name := safetext.Line(e.Connection, 0)
	if name == "" {
		name = "-"
	}
	a.printf("%s  %s  %s  %s\n", e.Time.Local().Format("15:04:05"), name, e.Event, safetext.Line(e.Detail, 0))
}
