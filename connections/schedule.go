package connections

import (
	"cmp"
	"context"
	"slices"
	"time"

	"authdeck/store"
)

// entry is one connection in the keeper's schedule.
type entry struct {
	row       store.Summary
	at        time.Time // wall; zero if nothing is planned
	notBefore time.Time // wall
	running   bool
}

// group holds back the refreshes of one integration.
type group struct {
	running int
	next    time.Time // wall: the next start
}

// take brings an entry up to a newer record. What the record's times did not change keeps its place, jitter included.
func (e *entry) take(s *Service, row store.Summary) {
	old := e.row
	e.row = row
	if !e.at.IsZero() && old.ObtainedAt.Equal(row.ObtainedAt) && old.ExpiresAt.Equal(row.ExpiresAt) && old.Health == row.Health &&
		old.Refreshable == row.Refreshable && old.Refreshing == row.Refreshing {
		return
	}
	e.at, e.notBefore = RefreshAt(row), time.Time{}
	switch {
	case row.Refreshing:
		e.at = s.now() // an intent: whoever gets the lock takes an interrupted refresh up at once
	case !e.at.IsZero() && row.Health.RetryAt.IsZero():
		spread := lead(row.ObtainedAt, row.ExpiresAt) / 10
		e.at = e.at.Add(s.upTo(2*spread) - spread)
	}
}

// listDue reports whether the list is to be read anew: something changed, but not in a storm.
func (k *keeper) listDue() bool {
	age := k.s.o.Clock.Mono() - k.listed
	return k.dirty && age >= k.relistPause() || age >= relistMost
}

func (k *keeper) relistPause() time.Duration { return max(relistLeast, 10*k.listTook) }

// list reads all connections into the schedule.
func (k *keeper) list(ctx context.Context) error {
	began := k.s.o.Clock.Mono()
	rows, err := k.s.o.Store.List(ctx)
	k.listed = k.s.o.Clock.Mono()
	if err != nil {
		return storeError("list connections", err)
	}
	k.listTook, k.dirty = k.listed-began, false
	there := make(map[string]bool, len(rows))
	for _, row := range rows {
		there[row.ID] = true
		e := k.entries[row.ID]
		if e == nil {
			e = &entry{}
			k.entries[row.ID] = e
		}
		if !e.running && row.Generation >= e.row.Generation {
			e.take(k.s, row)
		}
	}
	for id, e := range k.entries {
		if !there[id] && !e.running {
			delete(k.entries, id)
		}
	}
	return nil
}

// checkClock notices that the machine slept or that the clock was set. Nothing lengthens a lifetime: after a step back
// what is planned comes earlier by the step; after a step ahead all is looked at anew, spread a little.
func (k *keeper) checkClock() {
	wall, mono := k.s.now(), k.s.o.Clock.Mono()
	step := wall.Sub(k.wall) - (mono - k.mono)
	k.wall, k.mono = wall, mono
	if step.Abs() <= clockJump {
		return
	}
	k.dirty = true
	for _, e := range k.entries {
		e.notBefore = time.Time{}
		switch {
		case e.at.IsZero():
		case step < 0:
			e.at = e.at.Add(step)
		case e.at.Before(wall):
			e.at = wall.Add(k.s.upTo(resumeSpread))
		}
	}
	for _, g := range k.groups {
		g.next = time.Time{}
	}
	if step > 0 {
		k.say("", "clock", "the clock went ahead by "+span(step)+" (sleep, or set): all connections are looked at")
	} else {
		k.say("", "clock", "the clock was set back by "+span(-step)+": no token is kept longer for that")
	}
}

// start begins what is due, and returns how long nothing else will be.
func (k *keeper) start(ctx context.Context) time.Duration {
	now := k.s.now()
	wait := tickMost
	if k.dirty {
		wait = min(wait, max(0, k.relistPause()-(k.s.o.Clock.Mono()-k.listed)))
	}
	due := map[string][]*entry{}
	for _, e := range k.entries {
		if e.running || e.at.IsZero() {
			continue
		}
		at := e.at
		if e.notBefore.After(at) {
			at = e.notBefore
		}
		if at.After(now) {
			wait = min(wait, at.Sub(now))
			continue
		}
		due[e.row.Integration] = append(due[e.row.Integration], e)
	}
	for id, list := range due {
		g := k.groups[id]
		if g == nil {
			g = &group{}
			k.groups[id] = g
		}
		wait = min(wait, k.startSome(ctx, g, list, now))
	}
	return max(wait, time.Millisecond)
}

// startSome starts the most urgent of one integration's due connections: at most 4 at a time, 2 s apart, closer if they
// would not all make it before they expire. It returns the time until the next may start.
func (k *keeper) startSome(ctx context.Context, g *group, list []*entry, now time.Time) time.Duration {
	slices.SortFunc(list, func(a, b *entry) int {
		return cmp.Or(urgency(a.row).Compare(urgency(b.row)), cmp.Compare(a.row.Name, b.row.Name))
	})
	gap := spacing(list, now)
	for i, e := range list {
		if g.running >= perHost {
			return tickMost // an end will wake the keeper
		}
		if g.next.After(now) && g.next.Sub(now) <= gap {
			return g.next.Sub(now)
		}
		g.running++
		g.next = now.Add(gap)
		e.running = true
		k.running.Go(func() {
			r := k.s.keepFresh(context.WithoutCancel(ctx), e.row, true)
			select {
			case k.done <- finish{row: e.row, r: r}:
			case <-ctx.Done():
			}
		})
		if i+1 < len(list) && gap > 0 && g.running < perHost {
			return gap
		}
	}
	return tickMost
}

// urgency orders by expiry; what nobody knows the end of comes last.
func urgency(c store.Summary) time.Time {
	if c.Lifetime != store.LifetimeKnown {
		return c.ObtainedAt.Add(100 * 365 * 24 * time.Hour)
	}
	return c.ExpiresAt
}

// spacing is the gap between two starts: 2 s, or the time left divided by the number due. Each of the list has to start
// before its own end, so the tightest counts.
func spacing(list []*entry, now time.Time) time.Duration {
	gap := startGap
	for i, e := range list {
		if e.row.Lifetime != store.LifetimeKnown {
			continue
		}
		left := max(0, e.row.ExpiresAt.Sub(now))
		gap = min(gap, left/time.Duration(i+1))
	}
	return gap
}
