package connections_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

// log collects the keeper's events.
type log struct {
	mu   sync.Mutex
	list []connections.KeepEvent
}

func (l *log) add(e connections.KeepEvent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, e)
}

func (l *log) words() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var w []string
	for _, e := range l.list {
		w = append(w, strings.TrimSpace(e.Connection+" "+e.Event))
	}
	return w
}

// keep runs the keeper until the returned stop, which waits for its end.
func (b *bench) keep() (*log, func()) {
	b.t.Helper()
	l := &log{}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Keep(ctx, l.add) }()
	return l, func() {
		b.t.Helper()
		cancel()
		if err := <-done; err != nil {
			b.t.Errorf("Keep: %v", err)
		}
	}
}

// TestS56_Schedule: an hour's token is refreshed 5 min before its end, a 90 s token 18 s before, with jitter of a tenth.
func TestS56_Schedule(t *testing.T) {
	t.Parallel()
	for _, life := range []time.Duration{time.Hour, 90 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, nil)
			g := integrations.Grant{Lifetime: oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: life}}
			b.p.refresh = []answer{{grant: g}}
			b.put("work", 0, life)
			last, lead := b.clock.Wall(), min(5*time.Minute, life/5)
			_, stop := b.keep()
			time.Sleep(50 * life)
			stop()
			jittered := false
			for n, at := range b.p.at {
				d := at.Sub(last)
				if d < life-lead-lead/10 || d > life-lead+lead/10+time.Second {
					t.Errorf("refresh %d came after %s of %s", n, d, life)
				}
				jittered = jittered || d != life-lead
				last = at
			}
			if len(b.p.at) < 50 || !jittered {
				t.Errorf("%d refreshes in 50 lives, jitter %v", len(b.p.at), jittered)
			}
		})
	}
}

// TestS56_AtMostFour: many that are due at once start 2 s apart, or closer if they would not all make it; never more than
// four at a time; and all make it.
func TestS56_AtMostFour(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		n     int
		life  time.Duration
		took  time.Duration
		delay time.Duration
		least time.Duration // between first and last start
	}{
		{"few: 2 s apart", 5, time.Hour, 58 * time.Minute, 100 * time.Millisecond, 8 * time.Second},
		{"400 in a minute", 400, time.Hour, 59 * time.Minute, 100 * time.Millisecond, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, nil)
			b.p.refresh = []answer{{delay: c.delay}}
			for i := range c.n {
				b.put(fmt.Sprintf("c%05d", i), c.took, c.life, func(s *store.Connection) {
					s.Grant.RefreshToken = secret.New(fmt.Sprintf("r%d", i))
				})
			}
			_, stop := b.keep()
			time.Sleep(c.life - c.took)
			stop()
			if b.p.requests() != c.n || b.p.most > 4 {
				t.Fatalf("%s: %d of %d refreshed before their end, %d at a time", c.name, b.p.requests(), c.n, b.p.most)
			}
			if got := b.p.at[len(b.p.at)-1].Sub(b.p.at[0]); got < c.least {
				t.Errorf("%s: all started within %s", c.name, got)
			}
		})
	}
}

// TestS56_AllOver: where all have expired there is no gap between two starts, and still no more than four at a time.
func TestS56_AllOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.p.refresh = []answer{{delay: time.Second}}
		for i := range 20 {
			b.put(fmt.Sprint("c", i), 2*time.Hour, time.Hour)
		}
		_, stop := b.keep()
		time.Sleep(5*time.Second + 500*time.Millisecond)
		stop()
		if b.p.requests() != 20 || b.p.most != 4 {
			t.Errorf("%d of 20 in 5 s, %d at a time", b.p.requests(), b.p.most)
		}
	})
}

// TestKeeperIsolation: a provider that hangs delays nobody else.
func TestKeeperIsolation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var healthy *provider
		b := newBench(t, nil,
			func(p *provider) integrations.Integration { return p },
			func(p *provider) integrations.Integration {
				healthy = &provider{now: p.now, info: p.info}
				healthy.info.ID = "healthy"
				return healthy
			})
		b.p.refresh = []answer{{delay: time.Hour}}
		healthy.refresh = []answer{{}}
		for i := range 8 {
			b.put(fmt.Sprint("hangs", i), 56*time.Minute, time.Hour)
		}
		b.put("works", 56*time.Minute, time.Hour, func(c *store.Connection) { c.Integration = "healthy" })
		_, stop := b.keep()
		time.Sleep(time.Second)
		if healthy.requests() != 1 {
			t.Errorf("%d refreshes of the healthy one", healthy.requests())
		}
		stop()
	})
}

// TestKeeperTells: one failing event an outage, one recovered; sign_in_needed once; and no try after that.
func TestKeeperTells(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		down := answer{err: failing(oauthflow.ClassTransient, 503, "")}
		b.p.refresh = []answer{down, down, down, {}, {err: invalidGrant}}
		c := b.put("work", 56*time.Minute, time.Hour)
		l, stop := b.keep()
		time.Sleep(3 * time.Hour)
		stop()
		if diff := cmp.Diff([]string{"work failing", "work recovered", "work sign_in_needed"}, l.words()); diff != "" {
			t.Error(diff)
		}
		if b.p.requests() != 5 {
			t.Errorf("%d requests", b.p.requests())
		}
		if h := b.get(c.ID).Health; h.Trouble != store.TroubleDead {
			t.Errorf("%+v", h)
		}
	})
}

// TestKeeperReacts to what others do to the store: a new connection, one that is fixed, one that somebody refreshed.
func TestKeeperReacts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		_, stop := b.keep()
		time.Sleep(time.Hour)
		b.put("due", 59*time.Minute, time.Hour)
		time.Sleep(2 * time.Second)
		if b.p.requests() != 1 {
			t.Errorf("%d requests 2 s after a due connection appeared", b.p.requests())
		}
		fresh := b.put("fresh", 0, time.Hour)
		time.Sleep(50 * time.Minute)
		before := b.p.requests()
		now := b.clock.Wall()
		fresh.Grant.ObtainedAt, fresh.Grant.ExpiresAt = now, now.Add(time.Hour) // another process refreshed it
		if _, err := b.store.Put(t.Context(), fresh, store.Write{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(8 * time.Minute)
		for _, r := range b.p.all()[before:] {
			if r.Kept.RefreshToken.Reveal() == "refresh-0" {
				t.Error("a connection that another process had just refreshed was refreshed again")
			}
		}
		stop()
	})
}

// TestS51_KeeperTakesUpInterrupted: an intent whose process died is taken up at once; one that is being worked on is left
// alone.
func TestS51_KeeperTakesUpInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		dead, held := b.put("dead", time.Minute, time.Hour), b.put("held", time.Minute, time.Hour)
		for _, c := range []store.Connection{dead, held} {
			if err := b.store.SetIntent(t.Context(), c.ID, &store.Intent{Generation: c.Generation, Started: b.clock.Wall(), Sent: true}); err != nil {
				t.Fatal(err)
			}
		}
		unlock, err := b.store.Lock(t.Context(), held.ID)
		if err != nil {
			t.Fatal(err)
		}
		l, stop := b.keep()
		time.Sleep(time.Second)
		if diff := cmp.Diff([]string{"dead refreshed"}, l.words()); diff != "" {
			t.Error(diff)
		}
		unlock()
		time.Sleep(20 * time.Second)
		if diff := cmp.Diff([]string{"dead refreshed", "held refreshed"}, l.words()); diff != "" {
			t.Error(diff)
		}
		stop()
	})
}

// TestS55_KeeperNoticesSteps: after a suspend what is overdue is refreshed within a tick; a clock that is set back
// lengthens nothing.
func TestS55_KeeperNoticesSteps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		step     time.Duration
		wait     time.Duration
		requests int
	}{
		{"a minute's sleep, nothing due", time.Minute, 16 * time.Second, 0},
		{"an hour's sleep", time.Hour, 25 * time.Second, 1},
		{"30 days' sleep", 30 * 24 * time.Hour, 25 * time.Second, 1},
		{"set back 2 h: not before its time", -2 * time.Hour, 50 * time.Minute, 0},
		{"set back 2 h: not after its time either", -2 * time.Hour, 56 * time.Minute, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, nil)
				b.put("work", 0, time.Hour)
				l, stop := b.keep()
				time.Sleep(time.Minute)
				b.clock.jump(c.step)
				time.Sleep(c.wait)
				if b.p.requests() != c.requests {
					t.Errorf("%d refreshes, want %d", b.p.requests(), c.requests)
				}
				if !slices.Contains(l.words(), "clock") {
					t.Errorf("the step was not noticed: %v", l.words())
				}
				stop()
			})
		})
	}
}

// TestKeeperAWeek: 10 connections of an hour for 7 days, one refresh each lifetime and no idle work in between.
func TestKeeperAWeek(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		lists := &counted{Store: b.store}
		other := newBench(t, func(store.Store) store.Store { return lists }, func(*provider) integrations.Integration { return b.p })
		for i := range 10 {
			b.put(fmt.Sprint("c", i), 0, time.Hour, func(c *store.Connection) { c.Grant.RefreshToken = secret.New(fmt.Sprint("r", i)) })
		}
		_, stop := other.keep()
		time.Sleep(7 * 24 * time.Hour)
		stop()
		perLife := float64(b.p.requests()) / 10 / (7 * 24)
		if perLife < 1.05 || perLife > 1.12 { // every 55 min ± 30 s
			t.Errorf("%.3f refreshes an hour and connection", perLife)
		}
		for _, row := range mustList(t, b) {
			if row.State != connections.StateOK && row.State != connections.StateExpiring || row.ExpiresAt.Before(b.clock.Wall()) {
				t.Errorf("%s is %s, ends %v", row.Name, row.State, row.ExpiresAt)
			}
		}
		if most := 3*b.p.requests() + 7*24*12; lists.n > most {
			t.Errorf("%d lists for %d refreshes", lists.n, b.p.requests())
		}
	})
}

// counted counts List.
type counted struct {
	store.Store
	n int
}

func (c *counted) List(ctx context.Context) ([]store.Summary, error) {
	c.n++
	return c.Store.List(ctx)
}

func mustList(t *testing.T, b *bench) []connections.View {
	t.Helper()
	list, err := b.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestKeepOnce refreshes what is due, and only that.
func TestKeepOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.put("due", 56*time.Minute, time.Hour)
	b.put("ended", 2*time.Hour, time.Hour)
	b.put("fresh", time.Minute, time.Hour)
	b.put("dead", 2*time.Hour, time.Hour, func(c *store.Connection) { c.Health.Trouble = store.TroubleDead })
	l := &log{}
	if err := b.KeepOnce(t.Context(), l.add); err != nil {
		t.Fatal(err)
	}
	got := l.words()
	slices.Sort(got)
	if diff := cmp.Diff([]string{"due refreshed", "ended refreshed"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestKeepEndsWithItsRefreshes: what has begun is stored before Keep returns.
func TestKeepEndsWithItsRefreshes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.p.refresh = []answer{{delay: 10 * time.Second}}
		c := b.put("work", 56*time.Minute, time.Hour)
		_, stop := b.keep()
		time.Sleep(time.Second)
		stop()
		if got := b.get(c.ID).Grant.RefreshToken.Reveal(); got != "refresh-1" {
			t.Errorf("stored %q", got)
		}
	})
}
