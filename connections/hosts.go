package connections

import (
	"context"
	"sync"
	"time"

	"authdeck/integrations"
	"authdeck/store"
)

const (
	perHost  = 4               // the keeper's refreshes in flight at one host
	startGap = 2 * time.Second // between two starts at one host
)

// hosts are the token endpoints' hosts as this process has met them. All times are wall times.
type hosts struct {
	mu  sync.Mutex
	all map[string]*host
	// away: no host can be reached at all (portal.go).
	away pause
}

// host is one of them. Its fields belong to whoever holds hosts.mu.
type host struct {
	running int       // the keeper's refreshes under way
	next    time.Time // the keeper's next start
	most    int       // how many at a time: one after trouble, doubled by each success

	busy  int       // answers of 429 and 503 in a row
	until time.Time // it asked, or was given, to be left alone until then
	asked bool      // until is its own word (Retry-After)
	why   string    // what it answered then

	failures int   // in a row, of any connection
	breaker  pause // zero while it is closed
	tries    int   // real tries that failed while it was open
	last     time.Time
	kept     bool // the store holds a pause of this host
}

func (hs *hosts) get(name string) *host {
	h := hs.all[name]
	if h == nil {
		h = &host{most: perHost}
		if hs.all == nil {
			hs.all = map[string]*host{}
		}
		hs.all[name] = h
	}
	return h
}

// may reports whether the keeper may start a refresh at this host, else how long not; ends of refreshes aside.
func (h *host) may(now time.Time) (wait time.Duration, ok bool) {
	most := h.most
	if h.breaker.Open {
		most = 1
	}
	switch {
	case h.running >= most:
		return tickMost, false // an end will wake the keeper
	case h.until.After(now):
		return h.until.Sub(now), false
	case h.breaker.Open && h.breaker.Next.After(now):
		return h.breaker.Next.Sub(now), false
	}
	return 0, true
}

// tokenHost is the host that a connection's limits are kept by: the one that trades its tokens, else the integration's id.
func tokenHost(integ integrations.Integration, cfg integrations.Config) string {
	if h, ok := integ.(integrations.Hosted); ok {
		if name := h.TokenHost(cfg); name != "" {
			return name
		}
	}
	return integ.Info().ID
}

// hostFinder finds the hosts of many connections, reading integrations and config items once.
type hostFinder struct {
	s     *Service
	known map[string]integrations.Integration
	items map[string]integrations.Config
}

func (s *Service) hostFinder(ctx context.Context) *hostFinder {
	f := &hostFinder{s: s, known: map[string]integrations.Integration{}}
	list, _ := s.o.Registry.List(ctx) // one that cannot be read counts by its id
	for _, i := range list {
		if i.Info().Broken == "" {
			f.known[i.Info().ID] = i
		}
	}
	f.items, _ = s.allConfig(ctx)
	return f
}

// of finds the host of a connection, and the integration with its config items; nil if the integration cannot be used.
func (f *hostFinder) of(ctx context.Context, row store.Summary) (string, integrations.Integration, integrations.Config) {
	integ := f.known[row.Integration]
	if integ == nil {
		return row.Integration, nil, nil
	}
	if _, ok := integ.(integrations.Hosted); !ok {
		return row.Integration, integ, nil
	}
	var captured map[string]string
	if c, err := f.s.o.Store.Get(ctx, row.ID); err == nil {
		captured = c.Config
	}
	cfg := merged(integ.Info(), f.items[row.Integration], captured)
	return tokenHost(integ, cfg), integ, cfg
}

// left counts the end of one of the keeper's refreshes.
func (hs *hosts) left(name string) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if h := hs.all[name]; h != nil {
		h.running--
	}
}

// stepped follows a step of the wall clock: what was planned keeps its distance after a step back; after a sleep, or a
// step ahead, it is over.
func (hs *hosts) stepped(wall time.Time, step time.Duration) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	for _, h := range hs.all {
		h.next = time.Time{}
		if step < 0 {
			for _, t := range []*time.Time{&h.until, &h.breaker.Next, &h.last} {
				if !t.IsZero() {
					*t = t.Add(step)
				}
			}
		} else if h.breaker.Open {
			h.breaker.Next = earlier(h.breaker.Next, wall)
		}
	}
}
