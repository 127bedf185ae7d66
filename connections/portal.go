package connections

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"authdeck/integrations"
	"authdeck/oauthflow"
)

// Something between here and a provider (a sign-in page of the network), or no network at all: what is asked meanwhile is
// asked without credentials (§5.3).
const (
	probeFirst = 5 * time.Second
	probeMost  = time.Minute
	lookMost   = 3                // other hosts that are asked whether the network is there
	lookAgain  = time.Minute      // between two such looks
	awayGood   = 15 * time.Minute // how long a note of "no network" counts that nobody renews
)

// probing is what the keeper plans to ask without credentials.
type probing struct {
	at   time.Time // wall
	n    int       // that failed
	busy bool
}

// heard is the end of such a question.
type heard struct {
	host string // allHosts: whether the network is there
	ok   bool
	look bool // whether it is gone was the question
	none bool // nobody could be asked
}

// target is a host that can be asked.
type target struct {
	name   string
	hosted integrations.Hosted
	cfg    integrations.Config
}

// unreached reports whether a call did not get to its server: no name, no route, refused, or a portal in between.
func unreached(err error) bool {
	var e *oauthflow.Error
	return errors.As(err, &e) && (e.Class == oauthflow.ClassPortal || e.Class == oauthflow.ClassTransient && !e.Sent && e.Status == 0)
}

// tend plans and asks what is to be asked without credentials, and returns when it wants to be called again.
func (k *keeper) tend(ctx context.Context) time.Duration {
	now := k.s.now()
	wanted := k.wanted(ctx, now)
	for name := range k.probes {
		if !slices.Contains(wanted, name) && !k.probes[name].busy {
			delete(k.probes, name)
		}
	}
	wait := tickMost
	for _, name := range wanted {
		p := k.probes[name]
		if p == nil {
			p = &probing{at: now.Add(k.probePause(0))}
			k.probes[name] = p
		}
		switch {
		case p.busy:
		case p.at.After(now):
			wait = min(wait, p.at.Sub(now))
		default:
			k.probe(ctx, name, p)
		}
	}
	if host := k.suspect; host != "" && !k.looking && k.mayLook() {
		k.looking, k.suspect = true, ""
		k.ask(ctx, heard{host: host, look: true}, k.others(ctx, host, lookMost))
	}
	return wait
}

func (k *keeper) mayLook() bool { return k.s.o.Clock.Mono()-k.looked >= lookAgain }

// wanted are the hosts to ask: all of them if there is no network, else those behind a portal. What can be asked without
// credentials is not asked with them meanwhile.
func (k *keeper) wanted(ctx context.Context, now time.Time) []string {
	hs := &k.s.hosts
	hs.mu.Lock()
	away := hs.away.Open
	var names []string
	for name, h := range hs.all {
		if h.breaker.Open && h.breaker.Portal {
			names = append(names, name)
		}
	}
	hs.mu.Unlock()
	if away {
		return []string{allHosts}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !k.askable(ctx, name) })
	hs.mu.Lock()
	defer hs.mu.Unlock()
	return slices.DeleteFunc(names, func(name string) bool {
		h := hs.all[name]
		h.breaker.Next = later(h.breaker.Next, later(h.last, h.breaker.Since).Add(backoffMost))
		return !h.breaker.Next.After(now)
	})
}

// askable reports whether some connection's integration can ask this host without credentials.
func (k *keeper) askable(ctx context.Context, name string) bool {
	for _, e := range k.entries {
		if e.host == name {
			_, ok := k.finder(ctx).known[e.row.Integration].(integrations.Hosted)
			return ok
		}
	}
	return false
}

func (k *keeper) probePause(n int) time.Duration {
	most := min(probeMost, probeFirst<<min(n, 10))
	return most - k.s.upTo(most/10)
}

func (k *keeper) probe(ctx context.Context, name string, p *probing) {
	p.busy = true
	targets := k.others(ctx, "", 0)
	if name == allHosts {
		// a different one first each time
		if n := len(targets); n > 0 {
			turn := p.n % n
			targets = append(slices.Clone(targets[turn:]), targets[:turn]...)
		}
		targets = targets[:min(len(targets), lookMost)]
	} else {
		targets = slices.DeleteFunc(targets, func(t target) bool { return t.name != name })
	}
	k.ask(ctx, heard{host: name}, targets)
}

// ask asks one after the other until one answers as itself.
func (k *keeper) ask(ctx context.Context, h heard, targets []target) {
	k.running.Go(func() {
		h.none = true
		for _, t := range targets {
			err := t.hosted.Probe(ctx, t.cfg)
			if err != nil && !unreached(err) && classOf(err) != oauthflow.ClassTransient {
				continue // not an answer to this question
			}
			h.none = false
			if h.ok = err == nil || !unreached(err); h.ok {
				break
			}
		}
		select {
		case k.heard <- h:
		case <-ctx.Done():
		}
	})
}

// others are hosts of stored connections that can be asked, except one; most 0 is all.
func (k *keeper) others(ctx context.Context, except string, most int) []target {
	one := map[string]*entry{} // by integration and host
	for _, e := range k.entries {
		key := e.row.Integration + " " + e.host
		if old := one[key]; old == nil || e.row.Name < old.row.Name {
			one[key] = e
		}
	}
	byHost := map[string]target{}
	for _, key := range slices.Sorted(maps.Keys(one)) {
		name, integ, cfg := k.finder(ctx).of(ctx, one[key].row)
		if h, ok := integ.(integrations.Hosted); ok && name != except {
			byHost[name] = target{name: name, hosted: h, cfg: cfg}
		}
		if most > 0 && len(byHost) == most {
			break
		}
	}
	return slices.SortedFunc(maps.Values(byHost), func(a, b target) int { return cmp.Compare(a.name, b.name) })
}

// listen takes the end of a question.
func (k *keeper) listen(ctx context.Context, d heard) {
	now := k.s.now()
	if d.look {
		k.looking, k.looked = false, k.s.o.Clock.Mono()
		if !d.ok && !d.none {
			k.goAway(ctx, now)
			k.tellPauses()
		}
		for _, f := range k.untold {
			if d.ok || d.none {
				k.tell(f.row, f.host, f.r)
			} else {
				k.quiet[f.row.ID] = true
			}
		}
		k.untold = nil
		return
	}
	p := k.probes[d.host]
	if p == nil {
		return
	}
	p.busy = false
	switch {
	case d.ok:
		delete(k.probes, d.host)
		k.back(ctx, d.host, now)
	default:
		p.n++
		p.at = now.Add(k.probePause(p.n))
		if d.host == allHosts {
			k.renewAway(ctx, now)
		}
	}
}

// goAway pauses everything.
func (k *keeper) goAway(ctx context.Context, now time.Time) {
	hs := &k.s.hosts
	hs.mu.Lock()
	if !hs.away.Open {
		hs.away = pause{Open: true, Since: now, Good: now.Add(awayGood), Reason: "no provider can be reached; nothing is tried until one answers"}
	}
	p := hs.away
	hs.mu.Unlock()
	k.s.keepPause(ctx, allHosts, p)
}

// renewAway keeps the note of it good.
func (k *keeper) renewAway(ctx context.Context, now time.Time) {
	hs := &k.s.hosts
	hs.mu.Lock()
	p := hs.away
	if !p.Open || p.Good.Sub(now) > awayGood/3 {
		hs.mu.Unlock()
		return
	}
	hs.away.Good = now.Add(awayGood)
	p = hs.away
	hs.mu.Unlock()
	k.s.keepPause(ctx, allHosts, p)
}

// back ends a pause: of everything, or what held back the tries at one host.
func (k *keeper) back(ctx context.Context, name string, now time.Time) {
	hs := &k.s.hosts
	hs.mu.Lock()
	if name == allHosts {
		hs.away = pause{}
	}
	for n, h := range hs.all {
		if !h.breaker.Open || n != name && (name != allHosts || !h.breaker.Portal) {
			continue
		}
		h.breaker.Portal = false
		h.breaker.Next = now
		if h.tries > 1 { // it was itself before, and refused all the same
			h.breaker.Next = later(now, h.last.Add(k.s.doubled(portalFirst, h.tries)))
		}
	}
	hs.mu.Unlock()
	if name == allHosts {
		k.s.clearPauses(ctx, allHosts)
		return // tellPauses resumes
	}
	k.resume(name, now)
}
