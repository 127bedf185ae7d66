package connections

import (
	"context"
	"maps"
	"slices"
	"time"

	"authdeck/internal/safetext"
	"authdeck/store"
)

// tellPauses says once that the tries at a host, or at all, are held back, and once that they are not any more; then
// everything there goes on, spread out.
func (k *keeper) tellPauses() {
	now := k.s.now()
	open := k.s.hosts.open()
	if len(open) == 0 && len(k.told) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(open)) {
		if !k.told[name] {
			k.told[name] = true
			k.say("", "paused", open[name].words(name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(k.told)) {
		if _, still := open[name]; still {
			continue
		}
		delete(k.told, name)
		if name == allHosts {
			k.say("", "resumed", "the network is there again")
		} else {
			k.say("", "resumed", name+" answers again")
		}
		k.resume(name, now)
	}
}

// open are the pauses that are to be said.
func (hs *hosts) open() map[string]pause {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	var open map[string]pause
	add := func(name string, p pause) {
		if open == nil {
			open = map[string]pause{}
		}
		open[name] = p
	}
	if hs.away.Open {
		add(allHosts, hs.away)
	}
	for name, h := range hs.all {
		if h.breaker.Open {
			add(name, h.breaker)
		}
	}
	return open
}

// paused reports whether the pause of a host is to be said.
func (hs *hosts) paused(name string) bool {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	h := hs.all[name]
	return hs.away.Open || h != nil && h.breaker.Open
}

// resume lets everything at a host go on, spread out: what is due, and what waits for another try.
func (k *keeper) resume(name string, now time.Time) {
	for _, e := range k.entries {
		if e.running || e.at.IsZero() || name != allHosts && e.host != name {
			continue
		}
		retrying := e.row.Health.Trouble == store.TroubleTransient
		if !retrying && e.at.After(now) {
			continue
		}
		e.at, e.notBefore = earlier(e.at, now), now.Add(k.s.upTo(resumeSpread))
	}
	k.rebuild()
}

// pausedView is a connection that waits for its host, as everybody is to see it: it waits, and why. Its record is not
// changed.
func pausedView(c store.Summary, host string, p pause) store.Summary {
	next := later(p.Next, p.Until)
	if c.Health.Trouble == store.TroubleNone {
		c.Health = store.Health{Trouble: store.TroubleTransient, Reason: p.words(host), Since: p.Since, RetryAt: next}
		return c
	}
	c.Health.Reason = join(p.words(host), c.Health.Reason)
	c.Health.RetryAt = later(c.Health.RetryAt, next)
	return c
}

// waits reports whether a connection would be refreshed now, or is tried again and again, so that a pause holds it back.
func waits(c store.Summary, now time.Time) bool {
	if c.Refreshable && c.Health.Trouble == store.TroubleTransient {
		return true
	}
	at := RefreshAt(c)
	return c.Health.Trouble == store.TroubleNone && !at.IsZero() && !at.After(now)
}

// outages are the pauses of all hosts, as one reading of the store has them; nil is none.
type outages struct {
	all    map[string]pause
	finder *hostFinder
}

func (s *Service) outages(ctx context.Context) *outages {
	all, err := s.pauses(ctx)
	if err != nil || len(all) == 0 {
		return nil // a store that cannot be read says so elsewhere
	}
	return &outages{all: all, finder: s.hostFinder(ctx)}
}

// around is what stands around all connections, read once for a view.
type around struct {
	*outages
	skew     string // what is wrong with the clock here
	keepIdle bool
}

func (s *Service) around(ctx context.Context) around {
	a := around{outages: s.outages(ctx), skew: s.skewWords(ctx)}
	a.keepIdle, _ = s.KeepIdle(ctx)
	return a
}

// of finds the pause that a connection is under, with the name of its host.
func (o *outages) of(ctx context.Context, row store.Summary) (string, pause) {
	if o == nil {
		return "", pause{}
	}
	if p, ok := o.all[allHosts]; ok {
		return allHosts, p
	}
	name, _, _ := o.finder.of(ctx, row)
	return name, o.all[name]
}

// on is a connection as everybody is to see it. The host of one that does not wait is not looked for: that reads its record.
func (o *outages) on(ctx context.Context, row store.Summary, now time.Time) store.Summary {
	if o == nil || !waits(row, now) {
		return row
	}
	if name, p := o.of(ctx, row); p.holds(now) {
		return pausedView(row, name, p)
	}
	return row
}

// heldBack is why a caller's token is not refreshed now, nil if it may be. One that lives is left alone while its host is
// paused; one that has ended is refreshed all the same, unless the host asked to wait by its own word.
func (s *Service) heldBack(ctx context.Context, c store.Connection) error {
	name, p := s.outages(ctx).of(ctx, c.Summary())
	now := s.now()
	asked := p.Asked && p.Until.After(now)
	if !p.holds(now) || !s.lives(c) && !asked {
		return nil
	}
	e := &Error{
		Kind: KindTransient, Message: quote(c.Name) + " is not refreshed now: " + p.words(name),
		Hint: "nothing was lost; `authdeck refresh " + safetext.Line(c.Name, 60) + "` tries at once",
	}
	if wait := later(p.Until, p.Next).Sub(now); wait > 0 {
		e.Hint += ", by itself it is tried in " + span(wait)
	}
	return e
}

// later is the later of two times.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
