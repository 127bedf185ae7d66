package connections_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/oauthflow"
	"authdeck/store"
)

// hosted is a provider that knows its host; a config item "tenant" is one of its own.
type hosted struct {
	*provider
	host string

	mu     sync.Mutex
	answer error // to a probe
	probed []time.Time
}

func (h *hosted) TokenHost(cfg integrations.Config) string {
	if t := cfg["tenant"].Reveal(); t != "" {
		return t + "." + h.host
	}
	return h.host
}

func (h *hosted) Probe(context.Context, integrations.Config) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.probed = append(h.probed, h.now())
	return h.answer
}

func (h *hosted) set(answer error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = answer
}

func (h *hosted) probes() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.probed)
}

// newHosts is a bench of several hosted integrations with scripts of their own.
func newHosts(t *testing.T, ids ...string) (*bench, map[string]*hosted) {
	t.Helper()
	return newHostsOver(t, nil, ids...)
}

// newHostsOver is the same; wrap may stand between service and store.
func newHostsOver(t *testing.T, wrap func(store.Store) store.Store, ids ...string) (*bench, map[string]*hosted) {
	t.Helper()
	all := map[string]*hosted{}
	var more []func(*provider) integrations.Integration
	for _, id := range ids {
		more = append(more, func(p *provider) integrations.Integration {
			own := &provider{now: p.now, info: p.info, refresh: []answer{{}}}
			own.info.ID = id
			all[id] = &hosted{provider: own, host: id + ".example"}
			return all[id]
		})
	}
	return newBench(t, wrap, more...), all
}

func of(integration string) func(*store.Connection) {
	return func(c *store.Connection) { c.Integration = integration }
}

// script sets what the next refreshes are answered with.
func (p *provider) script(answers ...answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refresh = answers
}

// TestS56_PerHost: the limits are the host's: of two integrations of one host together, of two tenants of one integration
// each.
func TestS56_PerHost(t *testing.T) {
	t.Parallel()
	t.Run("two integrations, one host", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			b, all := newHosts(t, "one", "two")
			all["two"].host = all["one"].host
			for id, h := range all {
				h.script(answer{delay: 10 * time.Second})
				for i := range 10 {
					b.put(fmt.Sprint(id, i), 2*time.Hour, time.Hour, of(id))
				}
			}
			_, stop := b.keep()
			time.Sleep(5 * time.Second)
			if n := all["one"].requests() + all["two"].requests(); n != 4 {
				t.Errorf("%d at a time", n)
			}
			time.Sleep(time.Minute)
			if n := all["one"].requests() + all["two"].requests(); n != 20 {
				t.Errorf("%d of 20", n)
			}
			stop()
		})
	})
	t.Run("one integration, two hosts", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			b, all := newHosts(t, "one")
			all["one"].script(answer{delay: 10 * time.Second})
			for i := range 20 {
				b.put(fmt.Sprint("c", i), 2*time.Hour, time.Hour, of("one"), func(c *store.Connection) {
					c.Config = map[string]string{"tenant": fmt.Sprint("t", i%2)}
				})
			}
			_, stop := b.keep()
			time.Sleep(5 * time.Second)
			if n := all["one"].requests(); n != 8 {
				t.Errorf("%d at a time", n)
			}
			stop()
		})
	})
}

// longList takes its time to list, as a store on disk with 10,000 connections does.
type longList struct{ store.Store }

func (l *longList) List(ctx context.Context) ([]store.Summary, error) {
	time.Sleep(300 * time.Millisecond)
	return l.Store.List(ctx)
}

// TestS56_TenThousandInAMinute: all make it before they expire, four at a time.
func TestS56_TenThousandInAMinute(t *testing.T) { // not parallel: tests of real servers beside it would be late
	synctest.Test(t, func(t *testing.T) {
		const n = 10_000
		b := newBench(t, func(s store.Store) store.Store { return &longList{s} })
		b.p.refresh = []answer{{delay: 20 * time.Millisecond}}
		for i := range n {
			b.put(fmt.Sprintf("c%05d", i), 59*time.Minute, time.Hour)
		}
		_, stop := b.keep()
		time.Sleep(time.Minute)
		stop()
		if b.p.requests() != n || b.p.most > 4 {
			t.Fatalf("%d of %d refreshed before their end, %d at a time", b.p.requests(), n, b.p.most)
		}
		if took := b.p.at[n-1].Sub(b.p.at[0]); took < 40*time.Second {
			t.Errorf("all started within %s: not spread", took)
		}
	})
}

func busyFor(status int, wait time.Duration) answer {
	return answer{err: &oauthflow.Error{Class: oauthflow.ClassTransient, Host: "one.example", Status: status, Sent: true, RetryAfter: wait}}
}

// TestS56_SlowedHost: a host that asks to wait is left alone by all its connections, then started slowly; others are not
// held up by it.
func TestS56_SlowedHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, all := newHosts(t, "one", "two")
		one, two := all["one"], all["two"]
		one.script(busyFor(429, 10*time.Minute), answer{delay: 10 * time.Second})
		for i := range 10 {
			b.put(fmt.Sprint("one", i), 2*time.Hour, time.Hour, of("one"))
		}
		b.put("lives", 30*time.Minute, time.Hour, of("one"))
		b.put("two", 56*time.Minute, time.Hour, of("two"))
		l, stop := b.keep()
		time.Sleep(9 * time.Minute)
		if n := one.requests(); n > 4 {
			t.Errorf("%d requests while the host had asked to wait", n)
		}
		if n := two.requests(); n != 1 {
			t.Errorf("%d requests at the other host", n)
		}
		before := one.requests()
		if _, err := b.Token(t.Context(), "one9", -1); kindOf(t, err) != connections.KindTransient || !strings.Contains(err.Error(), "one.example") {
			t.Errorf("token of one that has ended: %v", err)
		}
		if tok, err := b.Token(t.Context(), "lives", time.Hour); err != nil || tok.Warning == "" {
			t.Errorf("token of one that lives: %+v %v", tok, err)
		}
		if one.requests() != before {
			t.Error("a token was asked for while the host had asked to wait")
		}
		for _, v := range mustList(t, b) {
			if v.Name == "one9" && (v.State != connections.StateRetrying || !strings.Contains(v.Reason, "asks to wait")) {
				t.Errorf("one9 is %s: %s", v.State, v.Reason)
			}
		}
		if _, o, err := b.Refresh(t.Context(), "one9"); o != connections.OutcomeRefreshed || err != nil {
			t.Errorf("a refresh that a user asked for: %s %v", o, err)
		}
		time.Sleep(30 * time.Minute)
		for _, v := range mustList(t, b) {
			if v.State != connections.StateOK {
				t.Errorf("%s is %s: %s", v.Name, v.State, v.Reason)
			}
		}
		stop()
		if slices.Contains(l.words(), "paused") {
			t.Errorf("%v", l.words())
		}
	})
}

// TestS56_SlowStart: after the wait one refresh, then two at a time, then four.
func TestS56_SlowStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, all := newHosts(t, "one")
		one := all["one"]
		one.script(busyFor(503, time.Minute), answer{delay: 10 * time.Second})
		b.put("first", 3*time.Hour, time.Hour, of("one"))
		_, stop := b.keep()
		time.Sleep(time.Second)
		for i := range 10 {
			b.put(fmt.Sprint("c", i), 2*time.Hour, time.Hour, of("one"))
		}
		start := b.clock.Wall()
		time.Sleep(2 * time.Minute)
		stop()
		one.mu.Lock()
		defer one.mu.Unlock()
		if one.at[1].Sub(one.at[0]) < time.Minute {
			t.Errorf("asked again after %s", one.at[1].Sub(one.at[0]))
		}
		if got := one.at[2].Sub(one.at[1]); got < 10*time.Second {
			t.Errorf("the second came %s after the first, which took 10 s (from %v)", got, start)
		}
		if got := one.at[4].Sub(one.at[3]); one.at[3] != one.at[2] || got < 10*time.Second {
			t.Errorf("then not two at a time: the fourth %s after the second, the fifth %s after it", one.at[3].Sub(one.at[2]), got)
		}
		if len(one.at) != 12 {
			t.Errorf("%d requests", len(one.at))
		}
	})
}

// TestS56_Breaker: five failures in a row, of whatever connections, leave one try at a time; a success lets all go on; the
// pause is said once, and every process sees it.
func TestS56_Breaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, all := newHosts(t, "one")
		one := all["one"]
		down := failing(oauthflow.ClassTransient, 500, "server_error")
		one.script(answer{err: down})
		for i := range 20 {
			b.put(fmt.Sprintf("c%02d", i), 2*time.Hour, time.Hour, of("one"))
		}
		other := connections.New(connections.Options{Store: b.store, Registry: b.registry, Clock: b.clock, Rand: rand.Reader, Browser: noBrowser{}})
		defer func() { _ = other.Close() }()
		l, stop := b.keep()
		time.Sleep(time.Minute)
		if n := one.requests(); n < 5 || n > 10 {
			t.Errorf("%d requests in the first minute", n)
		}
		before := one.requests()
		time.Sleep(time.Hour)
		if n := one.requests() - before; n < 3 || n > 20 {
			t.Errorf("%d requests in an hour through an open breaker", n)
		}
		rows, err := other.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range rows {
			if v.State != connections.StateRetrying || !strings.Contains(v.Reason, "one try at a time") {
				t.Errorf("%s is %s: %s", v.Name, v.State, v.Reason)
			}
		}
		one.script(answer{})
		at := b.clock.Wall()
		if _, o, err := other.Refresh(t.Context(), "c19"); o != connections.OutcomeRefreshed || err != nil { // by hand: let through, closes it
			t.Errorf("%s %v", o, err)
		}
		time.Sleep(time.Minute)
		stop()
		words := l.words()
		count := func(word string) (n int) {
			for _, w := range words {
				if strings.HasSuffix(w, word) {
					n++
				}
			}
			return n
		}
		if count("paused") != 1 || count("resumed") != 1 || count("failing") > 6 {
			t.Errorf("%v", words)
		}
		if count("recovered")+count("refreshed") != 19 {
			t.Errorf("%d went on: %v", count("recovered")+count("refreshed"), words)
		}
		one.mu.Lock()
		defer one.mu.Unlock()
		if last := one.at[len(one.at)-1].Sub(at); last < 2*time.Second {
			t.Errorf("all went on within %s", last)
		}
	})
}

// TestS56_WhatCountsForTheBreaker: answers about a grant or a client are none of the host's failures.
func TestS56_WhatCountsForTheBreaker(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		err   error
		pause bool
	}{
		{"invalid_grant", invalidGrant, false},
		{"invalid_client", failing(oauthflow.ClassConfiguration, 401, "invalid_client"), false},
		{"403 without a word", failing(oauthflow.ClassTransientLong, 403, ""), false},
		{"refused connection", refused, true},
		{"500", failing(oauthflow.ClassTransient, 500, ""), true},
		{"429 without Retry-After", failing(oauthflow.ClassTransient, 429, ""), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, all := newHosts(t, "one")
				all["one"].script(answer{err: c.err})
				for i := range 12 {
					b.put(fmt.Sprint("c", i), 2*time.Hour, time.Hour, of("one"))
				}
				l, stop := b.keep()
				time.Sleep(10 * time.Minute)
				stop()
				if slices.Contains(l.words(), "paused") != c.pause {
					t.Errorf("%v", l.words())
				}
				if n := all["one"].requests(); !c.pause && n < 12 {
					t.Errorf("%d requests", n)
				}
			})
		})
	}
}

// TestKeepOnce_Paused: --once leaves the rest of a host that fails again and again for the next time, and says so once;
// until the host's time comes it is not asked at all.
func TestKeepOnce_Paused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, all := newHosts(t, "one", "two")
		all["one"].script(answer{err: failing(oauthflow.ClassTransient, 503, ""), delay: time.Second})
		for i := range 20 {
			b.put(fmt.Sprintf("c%02d", i), 2*time.Hour, time.Hour, of("one"))
		}
		b.put("two", 2*time.Hour, time.Hour, of("two"))
		l := &log{}
		if err := b.KeepOnce(t.Context(), l.add); err != nil {
			t.Fatal(err)
		}
		n := all["one"].requests()
		if n > 8 || all["two"].requests() != 1 {
			t.Errorf("%d and %d requests", n, all["two"].requests())
		}
		for _, v := range mustList(t, b) {
			want := connections.StateRetrying
			if v.Name == "two" {
				want = connections.StateOK
			}
			if v.State != want {
				t.Errorf("%s is %s: %s", v.Name, v.State, v.Reason)
			}
		}
	})
}
