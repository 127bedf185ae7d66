package connections

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"authdeck/internal/safetext"
	"authdeck/oauthflow"
	"authdeck/store"
)

const (
	breakerAfter = 5                // failures in a row at one host, of any connections
	breakerFirst = 30 * time.Second // until the first try through an open breaker
	portalFirst  = 5 * time.Second  // the same after a portal, once the host answers as itself
)

// sectionHost is where pauses are kept, so that all processes see them: key = host, or allHosts.
const (
	sectionHost = "host"
	allHosts    = "*"
)

// pause is why nothing is refreshed by itself at a host. The zero pause is none.
type pause struct {
	Open   bool      `json:"open,omitempty"` // the breaker: one try at a time
	Portal bool      `json:"portal,omitempty"`
	Since  time.Time `json:"since,omitzero"`
	Next   time.Time `json:"next,omitzero"`   // the next try by itself
	Until  time.Time `json:"until,omitzero"`  // the host is left alone until then: it answered 429 or 503
	Asked  bool      `json:"asked,omitempty"` // by its own word (Retry-After)
	Good   time.Time `json:"good,omitzero"`   // of allHosts: how long this counts if nobody renews it
	Reason string    `json:"reason,omitempty"`
}

// holds reports whether the pause still counts.
func (p pause) holds(now time.Time) bool { return p.Open || p.Until.After(now) }

// words say why nothing is tried, for a list.
func (p pause) words(host string) string {
	host = safetext.Line(host, 80)
	switch {
	case host == allHosts:
		return p.Reason
	case p.Portal:
		return "something else answers in place of " + host + ": nothing is tried until it is itself again"
	case p.Open:
		return host + " failed again and again: one try at a time (" + p.Reason + ")"
	}
	if p.Asked {
		return host + " asks to wait (" + p.Reason + ")"
	}
	return host + " is left alone for a while (" + p.Reason + ")"
}

// verdict is what the end of a request says of its host.
type verdict int

const (
	noVerdict verdict = iota
	alive             // it answered as itself, whatever it said of the grant
	failed
	behindPortal
)

func judge(err error) verdict {
	var known *Error
	switch {
	case err == nil:
		return alive
	case errors.Is(err, context.Canceled), errors.As(err, &known):
		return noVerdict
	case classOf(err) == oauthflow.ClassPortal:
		return behindPortal
	case classOf(err) == oauthflow.ClassDeadAfter3, classOf(err) == oauthflow.ClassTransientLong:
		return alive
	case troubleOf(err) != store.TroubleTransient:
		if classOf(err) == "" {
			return noVerdict // nothing was asked
		}
		return alive
	}
	return failed
}

// met takes the end of a request, begun at a wall time, into what is known of its host, and tells the other processes if
// that opens or closes it.
func (s *Service) met(ctx context.Context, name string, began time.Time, err error) {
	now := s.now()
	v := judge(err)
	if v == noVerdict {
		return
	}
	s.hosts.mu.Lock()
	h := s.hosts.get(name)
	before := h.pause(now)
	if v == alive && before.holds(now) && !began.After(h.last) { // the failure is the newer word
		s.hosts.mu.Unlock()
		return
	}
	if v == alive {
		h.answered(now)
	} else {
		s.setback(h, now, v, err)
	}
	after := h.pause(now)
	h.kept = h.kept && v != alive
	if v == alive {
		s.hosts.away = pause{}
	}
	s.hosts.mu.Unlock()
	switch {
	case v == alive:
		s.clearPauses(ctx, name, allHosts)
	case before != after:
		s.keepPause(ctx, name, after)
	}
}

// answered is a sign of life: a slow start after trouble, else nothing.
func (h *host) answered(now time.Time) {
	if h.breaker.Open || h.until.After(now) {
		h.most = 1
	} else {
		h.most = min(perHost, 2*h.most)
	}
	h.failures, h.tries, h.busy = 0, 0, 0
	h.until, h.asked, h.breaker = time.Time{}, false, pause{}
}

// setback is a failure that is the host's and not the grant's.
func (s *Service) setback(h *host, now time.Time, v verdict, err error) {
	h.failures++
	h.last = now
	var e *oauthflow.Error
	if errors.As(err, &e) && (e.Status == 429 || e.Status == 503 || e.RetryAfter > 0) {
		h.busy++
		h.most = 1
		wait, asked := e.RetryAfter, e.RetryAfter > 0
		if !asked {
			wait = s.backoff(h.busy, e.Class)
		}
		if until := now.Add(wait); until.After(h.until) {
			h.until, h.asked, h.why = until, asked, reasonOf(err)
		}
	}
	if !h.breaker.Open && h.failures < breakerAfter && v != behindPortal {
		return
	}
	first := breakerFirst
	if v == behindPortal {
		first = portalFirst
	}
	if !h.breaker.Open {
		h.breaker = pause{Open: true, Since: now, Reason: reasonOf(err)}
		h.most = 1
	}
	h.breaker.Portal = v == behindPortal
	h.tries++
	h.breaker.Next = now.Add(s.doubled(first, h.tries))
}

// doubled is first, doubled with each try up to 15 min; the second half of it by chance.
func (s *Service) doubled(first time.Duration, tries int) time.Duration {
	most := backoffMost
	if tries < 12 {
		most = min(most, first<<max(0, tries-1))
	}
	return most/2 + s.upTo(most/2)
}

// pause is what the other processes are told of a host.
func (h *host) pause(now time.Time) pause {
	p := h.breaker
	if h.until.After(now) {
		p.Until, p.Asked = h.until, h.asked
		if p.Reason == "" {
			p.Reason = h.why
		}
	}
	return p
}

func (s *Service) keepPause(ctx context.Context, name string, p pause) {
	if err := s.o.Store.PutSetting(ctx, sectionHost, name, p); err != nil {
		s.o.Log.Debug("a pause was not written", "host", name, "err", err)
		return
	}
	if name != allHosts {
		s.hosts.mu.Lock()
		s.hosts.get(name).kept = true
		s.hosts.mu.Unlock()
	}
}

// clearPauses takes back what was written of these hosts, if anything was.
func (s *Service) clearPauses(ctx context.Context, names ...string) {
	there, err := s.o.Store.Settings(ctx, sectionHost)
	if err != nil {
		return
	}
	for _, name := range names {
		if _, ok := there[name]; !ok {
			continue
		}
		if err := s.o.Store.PutSetting(ctx, sectionHost, name, nil); err != nil {
			s.o.Log.Debug("a pause was not taken back", "host", name, "err", err)
		}
	}
}

// pauses reads what all processes know, by host. What is over is left out.
func (s *Service) pauses(ctx context.Context) (map[string]pause, error) {
	raw, err := s.o.Store.Settings(ctx, sectionHost)
	if err != nil || len(raw) == 0 {
		return nil, err
	}
	all := s.readPauses(raw)
	now := s.now()
	maps.DeleteFunc(all, func(_ string, p pause) bool { return !p.holds(now) })
	return all, nil
}

// readPauses reads what is written of hosts, those that are over included; times that only another clock can have written
// do not count.
func (s *Service) readPauses(raw map[string]json.RawMessage) map[string]pause {
	now := s.now()
	all := map[string]pause{}
	for name, b := range raw {
		var p pause
		if json.Unmarshal(b, &p) != nil {
			continue // of a later version
		}
		if p.Until.Sub(now) > waitMost {
			p.Until = time.Time{}
		}
		p.Next = earlier(p.Next, now.Add(backoffMost))
		if name == allHosts {
			left := p.Good.Sub(now)
			p.Open = p.Open && left > 0 && left <= awayGood
		}
		all[name] = p
	}
	return all
}

func earlier(a, b time.Time) time.Time {
	if a.After(b) {
		return b
	}
	return a
}

// adoptPauses takes over what other processes wrote of hosts: a breaker they opened or closed, a wait they were asked for.
func (s *Service) adoptPauses(all map[string]pause) {
	s.hosts.mu.Lock()
	defer s.hosts.mu.Unlock()
	if p, there := all[allHosts]; !there || !s.hosts.away.Open {
		s.hosts.away = p
	}
	for name, p := range all {
		if name == allHosts {
			continue
		}
		h := s.hosts.get(name)
		if p.Open && !h.breaker.Open {
			h.breaker, h.most, h.tries = p, 1, 1
			h.breaker.Until = time.Time{}
		}
		if p.Until.After(h.until) {
			h.until, h.asked, h.why, h.most = p.Until, p.Asked, p.Reason, 1
		}
		h.kept = true
	}
	now := s.now()
	for name, h := range s.hosts.all {
		if _, there := all[name]; !there && h.kept {
			h.kept = false
			if h.pause(now).holds(now) {
				h.answered(now)
			}
		}
	}
}
