package connections

import (
	"container/heap"
	"context"
	"time"

	"authdeck/integrations"
	"authdeck/store"
)

// take brings an entry up to a newer record. What the record's times did not change keeps its place, jitter included.
func (e *entry) take(k *keeper, row store.Summary) {
	s := k.s
	old := e.row
	e.row = row
	if !e.at.IsZero() && old.ObtainedAt.Equal(row.ObtainedAt) && old.ExpiresAt.Equal(row.ExpiresAt) && old.Health == row.Health &&
		old.Refreshable == row.Refreshable && old.Refreshing == row.Refreshing &&
		old.RefreshExpiresAt.Equal(row.RefreshExpiresAt) && e.idle == k.keepIdle {
		return
	}
	if !old.ObtainedAt.Equal(row.ObtainedAt) {
		e.host = "" // a sign-in may have brought another
	}
	e.at, e.notBefore, e.idle = plannedAt(row, k.keepIdle), time.Time{}, k.keepIdle
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
	k.listTook, k.dirty, k.found = k.listed-began, false, nil
	if k.s.mend(ctx, rows, func() *hostFinder { return k.finder(ctx) }) {
		k.dirty = true // they come with the next list
	}
	k.keepIdle, _ = k.s.KeepIdle(ctx)
	now := k.s.now()
	there := make(map[string]bool, len(rows))
	for _, row := range rows {
		there[row.ID] = true
		k.tellEnding(ctx, row, now)
		e := k.entries[row.ID]
		if e == nil {
			e = &entry{}
			k.entries[row.ID] = e
		}
		if !e.running && row.Generation >= e.row.Generation {
			e.take(k, row)
		}
	}
	for id, e := range k.entries {
		if !there[id] && !e.running {
			delete(k.entries, id)
		}
	}
	k.endPauses(ctx, rows)
	if all, err := k.s.pauses(ctx); err == nil {
		k.s.adoptPauses(all)
	}
	if words := k.s.skewWords(ctx); words != "" && !k.skewTold {
		k.say("", "clock", words)
		k.skewTold = true
	} else if words == "" {
		k.skewTold = false
	}
	k.rebuild()
	return nil
}

// checkClock notices that the machine slept or that the clock was set. Nothing lengthens a lifetime: after a step back
// what is planned comes earlier by the step; after a step ahead all is looked at anew, spread a little.
func (k *keeper) checkClock(ctx context.Context) {
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
	k.s.hosts.stepped(wall, step)
	for _, p := range k.probes {
		p.at, p.n = wall, 0
	}
	k.rebuild()
	if step > 0 {
		k.say("", "clock", "the clock went ahead by "+span(step)+" (sleep, or set): all connections are looked at")
	} else {
		k.say("", "clock", "the clock was set back by "+span(-step)+": no token is kept longer for that")
		if err := k.s.steppedBack(ctx, -step); err != nil {
			k.s.o.Log.Warn("the clock was set back, and the tokens' ends could not be moved", "err", err)
		}
	}
}

// noticeSetBack is the same for a step while no keeper ran.
func (k *keeper) noticeSetBack(ctx context.Context) {
	by, err := k.s.noticeSetBack(ctx)
	switch {
	case err != nil:
		k.s.o.Log.Warn("whether the clock was set back is not known", "err", err)
	case by > 0:
		k.say("", "clock", "the clock was set back by "+span(by)+" while nothing ran: no token is kept longer for that")
	}
}

// rebuild sorts all connections into what is due and what is not yet.
func (k *keeper) rebuild() {
	k.waiting, k.due = k.waiting[:0], map[string]*queue{}
	for _, e := range k.entries {
		if !e.running && !e.at.IsZero() {
			k.waiting = append(k.waiting, e)
		}
	}
	heap.Init(&k.waiting)
}

// enqueue puts one back that has finished.
func (k *keeper) enqueue(e *entry) {
	if !e.at.IsZero() {
		heap.Push(&k.waiting, e)
	}
}

// start begins what is due, and returns how long nothing else will be.
func (k *keeper) start(ctx context.Context) time.Duration {
	now := k.s.now()
	for len(k.waiting) > 0 && !k.waiting[0].when().After(now) {
		e, _ := heap.Pop(&k.waiting).(*entry)
		name := e.host
		if name == "" {
			var integ integrations.Integration
			if name, integ, _ = k.finder(ctx).of(ctx, e.row); integ != nil {
				e.host = name
			}
		}
		q := k.due[name]
		if q == nil {
			q = &queue{}
			k.due[name] = q
		}
		q.add(e)
	}
	wait := tickMost
	if len(k.waiting) > 0 {
		wait = min(wait, k.waiting[0].when().Sub(now))
	}
	if k.dirty {
		wait = min(wait, max(0, k.relistPause()-(k.s.o.Clock.Mono()-k.listed)))
	}
	for name, q := range k.due {
		wait = min(wait, k.startSome(ctx, name, q, now))
		if q.Len() == 0 {
			delete(k.due, name)
		}
	}
	return max(wait, time.Millisecond)
}

// finder is good until the next list.
func (k *keeper) finder(ctx context.Context) *hostFinder {
	if k.found == nil {
		k.found = k.s.hostFinder(ctx)
	}
	return k.found
}

// startSome starts the most urgent of one host's due connections: at most 4 at a time, 2 s apart, closer if they would not
// all make it before they expire; fewer after trouble. It returns the time until the next may start.
func (k *keeper) startSome(ctx context.Context, name string, q *queue, now time.Time) time.Duration {
	hs := &k.s.hosts
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if hs.away.Open {
		return tickMost
	}
	h := hs.get(name)
	for q.Len() > 0 {
		wait, ok := h.may(now)
		if !ok {
			return wait
		}
		gap := q.spacing(now)
		if h.next.After(now) && h.next.Sub(now) <= gap {
			return h.next.Sub(now)
		}
		h.running++
		h.next = now.Add(gap)
		e, _ := heap.Pop(q).(*entry)
		e.running = true
		row, keepIdle := e.row, k.keepIdle
		k.running.Go(func() {
			r := k.s.keepFresh(context.WithoutCancel(ctx), row, true, keepIdle)
			hs.left(name)
			select {
			case k.done <- finish{row: row, host: name, r: r}:
			case <-ctx.Done():
			}
		})
		if q.Len() > 0 && gap > 0 && h.running < perHost {
			return gap
		}
	}
	return tickMost
}
