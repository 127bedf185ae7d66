package main

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/store"
)

// watchOnce refreshes what is due and ends by the worst of what it met.
func (a *app) watchOnce(ctx context.Context, svc *connections.Service, o hookOptions) error {
	kept, cancel := context.WithCancel(ctx)
	defer cancel()
	h := a.startHook(o)
	var broken atomic.Bool
	events := a.startEvents(h.put, cancel)
	err := svc.KeepOnce(kept, func(e connections.KeepEvent) {
		if e.Event == "store" {
			broken.Store(true)
		}
		events.wait(kept, e)
	})
	events.close(printEnd)
	h.finish(ctx)
	if err != nil {
		return errors.Join(a.written(), err)
	}
	return a.worst(ctx, svc, broken.Load())
}

// severity orders the exit codes of --once, the worst first: what only a person can mend comes before what passes.
func severity() []int { return []int{6, 4, 1, 5, 0} }

// worst turns the states after a round into the exit code, and names on stderr what it comes from.
func (a *app) worst(ctx context.Context, svc *connections.Service, broken bool) error {
	rows, err := svc.List(ctx)
	if err != nil {
		return err
	}
	code, now := 0, a.clock.Wall()
	if broken {
		code = 6
	}
	for _, r := range rows {
		c := standing(r, now)
		if c == 0 {
			continue
		}
		a.note("%s: %s: %s", safetext.Line(r.Name, 0), r.State, safetext.Line(r.Reason, 200))
		if slices.Index(severity(), c) < slices.Index(severity(), code) {
			code = c
		}
	}
	if code != 0 {
		return exitError(code)
	}
	a.note("%s, all fresh", count(len(rows), "connection"))
	return nil
}

// standing is the exit code that one connection calls for.
func standing(r connections.View, now time.Time) int {
	if r.Health.Trouble == store.TroubleConfiguration {
		return 1
	}
	switch r.State {
	case connections.StateSignIn:
		return 4
	case connections.StateExpired:
		if r.Refreshable {
			return 5 // due, and somebody else is at it
		}
		return 4
	case connections.StateRetrying:
		return 5
	case connections.StateRefreshing:
		if r.Lifetime == store.LifetimeKnown && !now.Before(r.ExpiresAt) {
			return 5 // somebody else is at it and does not come to an end
		}
	case connections.StateOK, connections.StateExpiring, connections.StateRevoked:
	}
	return 0
}
