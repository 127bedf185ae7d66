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
	"authdeck/internal/clock"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

const day = 24 * time.Hour

// judged is a provider that knows when its tokens really end, whatever the clock of the keeper's machine says.
type judged struct {
	*provider
	life time.Duration
	real func() time.Duration // real time since the start

	mu   sync.Mutex
	ends map[string]time.Duration
	asks []time.Duration
}

func (j *judged) RefreshToken(ctx context.Context, r integrations.RefreshRequest) (integrations.Grant, error) {
	g, err := j.provider.RefreshToken(ctx, r)
	g.Lifetime = oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: j.life}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ends[g.AccessToken.Reveal()] = j.real() + j.life
	j.asks = append(j.asks, j.real())
	return g, err
}

// zoned is a clock whose owner lives where clocks change twice a year.
type zoned struct {
	clock.Clock
	zone *time.Location
}

func (z zoned) Wall() time.Time { return z.Clock.Wall().In(z.zone) }

// machine is a computer under test: real time is what its monotonic clock shows and the time it was asleep.
type machine struct {
	*stepClock
	mu     sync.Mutex
	asleep time.Duration
}

func (m *machine) real() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.Mono() + m.asleep
}

// suspend is sleep: the wall clock goes on, the monotonic one stands still.
func (m *machine) suspend(d time.Duration) {
	m.mu.Lock()
	m.asleep += d
	m.mu.Unlock()
	m.jump(d)
}

// TestS7_Clock is the row "clock" of the fault matrix: nothing an expired token is handed out for, and no storm.
func TestS7_Clock(t *testing.T) { // not parallel: tests of real servers beside it would be late
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(y int, m time.Month, d, h, min int) time.Time { return time.Date(y, m, d, h, min, 0, 0, time.UTC) }
	wait := func(d time.Duration) func(*machine) { return func(*machine) { time.Sleep(d) } }
	sleeps := func(d time.Duration) func(*machine) { return func(m *machine) { m.suspend(d) } }
	step := func(d time.Duration) func(*machine) { return func(m *machine) { m.jump(d) } }
	drift := func(each time.Duration, n int) func(*machine) {
		return func(m *machine) {
			for range n {
				time.Sleep(15 * time.Second)
				m.jump(each)
			}
		}
	}
	glitch := func(away time.Time) func(*machine) {
		return func(m *machine) {
			d := away.Sub(m.Wall())
			m.jump(d)
			time.Sleep(time.Minute)
			m.jump(-d)
		}
	}
	steps := func(s ...func(*machine)) []func(*machine) { return s }
	year := 60 * day
	if long() {
		year = 365 * day
	}
	rows := []struct {
		name  string
		start time.Time // zero: 2026-11-25
		zone  *time.Location
		life  time.Duration // zero: an hour
		steps []func(*machine)
		each  time.Duration // between two looks at the token; zero: 20 s
		most  int           // requests
	}{
		{name: "a year (short setting: 60 days) of one-hour tokens", steps: steps(wait(year)), each: time.Hour, most: int(year.Hours() * 1.11)},
		{name: "a week of 90 s tokens", life: 90 * time.Second, steps: steps(wait(7 * day)), each: 10 * time.Minute, most: 8_700},
		{name: "a year (short setting: 60 days) of 30-day tokens", life: 30 * day, steps: steps(wait(year)), each: day, most: 13},
		{name: "DST begins", start: at(2026, 3, 28, 22, 0), zone: berlin, steps: steps(wait(6 * time.Hour)), most: 8},
		{name: "DST ends", start: at(2026, 10, 24, 22, 0), zone: berlin, steps: steps(wait(6 * time.Hour)), most: 8},
		{name: "a leap day", start: at(2028, 2, 28, 20, 0), steps: steps(wait(2 * day)), most: 55},
		{name: "1970: the clock was never set", start: at(1970, 1, 1, 0, 0), steps: steps(wait(6 * time.Hour)), most: 8},
		{name: "1970, then set right", start: at(1970, 1, 1, 0, 0), steps: steps(wait(30*time.Minute), step(at(2026, 11, 25, 0, 0).Sub(at(1970, 1, 1, 0, 30))), wait(3*time.Hour)), most: 6},
		{name: "2038", start: at(2038, 1, 18, 20, 0), steps: steps(wait(day)), most: 28},
		{name: "the year 2100", start: at(2099, 12, 31, 12, 0), steps: steps(wait(day)), most: 28},
		{name: "drift of 1 % ahead", steps: steps(drift(150*time.Millisecond, 5760)), each: time.Minute, most: 29},
		{name: "drift of 1 % behind", steps: steps(drift(-150*time.Millisecond, 5760)), each: time.Minute, most: 29},
		{name: "asleep for 1 min", steps: steps(wait(30*time.Minute), sleeps(time.Minute), wait(2*time.Hour)), most: 3},
		{name: "asleep for 10 min", steps: steps(wait(30*time.Minute), sleeps(10*time.Minute), wait(2*time.Hour)), most: 3},
		{name: "asleep for 54 min", steps: steps(wait(30*time.Minute), sleeps(54*time.Minute), wait(2*time.Hour)), most: 4},
		{name: "asleep for 8 h", steps: steps(wait(30*time.Minute), sleeps(8*time.Hour), wait(2*time.Hour)), most: 4},
		{name: "asleep for a day", steps: steps(wait(30*time.Minute), sleeps(day), wait(2*time.Hour)), most: 4},
		{name: "asleep for 30 days", steps: steps(wait(30*time.Minute), sleeps(30*day), wait(2*time.Hour)), most: 4},
		{name: "asleep 40 times within an hour", steps: slices.Repeat(steps(wait(time.Minute), sleeps(time.Minute)), 40), most: 3},
		{name: "set ahead by 2 h", steps: steps(wait(30*time.Minute), step(2*time.Hour), wait(2*time.Hour)), most: 4},
		{name: "set back by 2 h", steps: steps(wait(30*time.Minute), step(-2*time.Hour), wait(4*time.Hour)), most: 6},
		{name: "set back by 2 h, tokens of 5 h", life: 5 * time.Hour, steps: steps(wait(3*time.Hour), step(-2*time.Hour), wait(8*time.Hour)), most: 4},
		{name: "ahead by 2 h and back", steps: steps(wait(30*time.Minute), step(2*time.Hour), wait(10*time.Minute), step(-2*time.Hour), wait(2*time.Hour)), most: 5},
		{name: "back by 2 h and ahead", steps: steps(wait(30*time.Minute), step(-2*time.Hour), wait(10*time.Minute), step(2*time.Hour), wait(2*time.Hour)), most: 5},
		{name: "1970 for a minute", steps: steps(wait(30*time.Minute), glitch(at(1970, 1, 1, 0, 0)), wait(2*time.Hour)), most: 5},
		{name: "2100 for a minute", steps: steps(wait(30*time.Minute), glitch(at(2100, 1, 1, 0, 0)), wait(2*time.Hour)), most: 5},
	}
	if len(rows) < 24 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &machine{stepClock: newClock()}
				if row.start.IsZero() {
					row.start = at(2026, 11, 25, 0, 0)
				}
				m.jump(row.start.Sub(m.Wall()))
				var c clock.Clock = m
				if row.zone != nil {
					c = zoned{Clock: m, zone: row.zone}
				}
				life := max(row.life, 0)
				if life == 0 {
					life = time.Hour
				}
				j := &judged{provider: newProvider(c), life: life, real: m.real, ends: map[string]time.Duration{"access-0": m.real() + life}}
				j.refresh = []answer{{}}
				st := store.NewMemory(store.Options{Clock: c})
				b := &bench{t: t, store: st, clock: m.stepClock, p: j.provider, Service: connections.New(connections.Options{
					Store: st, Registry: integrations.NewRegistry(source{j}), Clock: c, Rand: rand.Reader, Browser: noBrowser{},
				})}
				b.put("work", 0, life)
				_, stop := b.keep()
				ctx, cancel := context.WithCancel(t.Context())
				var looks sync.WaitGroup
				looked := 0
				looks.Go(func() {
					pause := row.each
					if pause == 0 {
						pause = 20 * time.Second
					}
					for ctx.Err() == nil {
						tok, err := b.Token(t.Context(), "work", -1)
						j.mu.Lock()
						ends := j.ends[tok.Value.Reveal()]
						j.mu.Unlock()
						if err != nil || m.real() >= ends {
							t.Errorf("after %s: handed out a token that ended %s ago (%v)", m.real(), m.real()-ends, err)
							return
						}
						looked++
						time.Sleep(pause)
					}
				})
				for _, s := range row.steps {
					s(m)
					synctest.Wait()
				}
				time.Sleep(16 * time.Second) // a tick
				cancel()
				looks.Wait()
				stop()
				if err := b.Close(); err != nil {
					t.Error(err)
				}
				if len(j.asks) > row.most || looked == 0 {
					t.Errorf("%d requests, at most %d are due; %d looks", len(j.asks), row.most, looked)
				}
				for i := 3; i < len(j.asks); i++ {
					if d := j.asks[i] - j.asks[i-3]; d < min(time.Minute, life) {
						t.Fatalf("a storm: 4 requests within %s", d)
					}
				}
			})
		})
	}
}

// TestS55_SetBackWhileNothingRan: the last wall time is kept; a clock that stands before it at the start lengthens nothing,
// for the keeper and for a caller without one, once, and for tokens that cannot be refreshed as well.
func TestS55_SetBackWhileNothingRan(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"keep", "once", "token"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, nil)
				b.p.refresh = []answer{{}}
				c := b.put("work", 0, 5*time.Hour, func(c *store.Connection) {
					c.Grant.RefreshToken = noRefresh
					c.Grant.RefreshExpiresAt = b.clock.Wall().Add(100 * day)
				})
				ended := b.put("ended", 2*time.Hour, time.Hour, func(c *store.Connection) { c.Grant.RefreshToken = noRefresh })
				_, stop := b.keep()
				time.Sleep(4 * time.Hour)
				stop()
				b.clock.jump(-3 * time.Hour)
				next := connections.New(connections.Options{Store: b.store, Registry: b.registry, Clock: b.clock, Rand: rand.Reader, Browser: noBrowser{}})
				defer func() { _ = next.Close() }()
				l := &log{}
				for range 2 { // the second time there is nothing to do
					switch how {
					case "keep":
						ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
						if err := next.Keep(ctx, l.add); err != nil {
							t.Fatal(err)
						}
						cancel()
					case "once":
						if err := next.KeepOnce(t.Context(), l.add); err != nil {
							t.Fatal(err)
						}
					case "token":
						if _, err := next.Token(t.Context(), "work", -1); err != nil {
							t.Fatal(err)
						}
					}
				}
				left := b.get(c.ID).Grant.ExpiresAt.Sub(b.clock.Wall())
				if left > time.Hour || left < 50*time.Minute {
					t.Errorf("%s left of an hour", left)
				}
				if got := b.get(c.ID).Grant.RefreshExpiresAt.Sub(b.clock.Wall()); got > 100*day-4*time.Hour {
					t.Errorf("the refresh token lives %s", got)
				}
				if got := b.get(ended.ID).Grant.ExpiresAt; got.After(b.clock.Wall()) {
					t.Error("what had ended lives again")
				}
				if how != "token" && len(l.words()) != 1 {
					t.Errorf("%v", l.words())
				}
				time.Sleep(left + time.Second)
				if tok, err := next.Token(t.Context(), "work", -1); err == nil {
					t.Errorf("%+v: handed out after its end", tok)
				}
			})
		})
	}
}

// TestS55_OneStepOnce: of two keepers that see the same step back, one moves the times.
func TestS55_OneStepOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		c := b.put("work", 0, 10*time.Hour, func(c *store.Connection) { c.Grant.RefreshToken = noRefresh })
		other := connections.New(connections.Options{Store: b.store, Registry: b.registry, Clock: b.clock, Rand: rand.Reader, Browser: noBrowser{}})
		defer func() { _ = other.Close() }()
		_, stop := b.keep()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- other.Keep(ctx, nil) }()
		time.Sleep(4 * time.Hour)
		b.clock.jump(-2 * time.Hour)
		time.Sleep(time.Hour)
		stop()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if left := b.get(c.ID).Grant.ExpiresAt.Sub(b.clock.Wall()); left.Round(time.Minute) != 5*time.Hour {
			t.Errorf("%s left of 5 h", left)
		}
	})
}

// TestS55_SeenIsWrittenSeldom: with other work at most once a minute, without it each half hour, and at the end.
func TestS55_SeenIsWrittenSeldom(t *testing.T) { // not parallel: tests of real servers beside it would be late
	for _, c := range []struct {
		name        string
		connections int
		least, most int
	}{{"idle", 0, 20, 25}, {"busy", 40, 100, 10*60 + 1}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := &noted{}
				b := newBench(t, func(s store.Store) store.Store {
					n.Store = s
					return n
				})
				b.p.refresh = []answer{{}}
				for i := range c.connections {
					b.put(fmt.Sprint("c", i), time.Duration(i)*time.Minute, time.Hour)
				}
				_, stop := b.keep()
				time.Sleep(10 * time.Hour)
				stop()
				if n.n < c.least || n.n > c.most {
					t.Errorf("written %d times", n.n)
				}
			})
		})
	}
}

// noted counts how often the wall time is written.
type noted struct {
	store.Store
	n int
}

func (n *noted) PutSetting(ctx context.Context, section, key string, v any) error {
	if section == "clock" && key == "seen" {
		n.n++
	}
	return n.Store.PutSetting(ctx, section, key, v)
}

// TestS55_Skew: a Date header that differs by more than 5 min is warned of once, until an answer agrees again.
func TestS55_Skew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		wrong := answer{grant: integrations.Grant{Skew: -2 * time.Hour}}
		b.p.refresh = []answer{wrong, wrong, {grant: integrations.Grant{Skew: time.Second}}}
		b.put("work", 56*time.Minute, time.Hour, func(c *store.Connection) { c.Grant.RefreshToken = secret.New("r") })
		l, stop := b.keep()
		warned := func() string {
			d, err := b.Show(t.Context(), "work")
			if err != nil {
				t.Fatal(err)
			}
			return strings.Join(d.Warnings, "\n")
		}
		time.Sleep(time.Minute)
		if w := warned(); !strings.Contains(w, "2 h ahead of that of example") {
			t.Errorf("%q", w)
		}
		time.Sleep(55 * time.Minute)
		if n := len(slices.DeleteFunc(l.words(), func(w string) bool { return w != "clock" })); n != 1 {
			t.Errorf("said %d times", n)
		}
		time.Sleep(time.Hour)
		stop()
		if w := warned(); w != "" || b.p.requests() < 3 {
			t.Errorf("%q after %d requests", w, b.p.requests())
		}
	})
}
