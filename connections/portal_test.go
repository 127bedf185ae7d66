package connections_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

var portal = &oauthflow.Error{Class: oauthflow.ClassPortal, Host: "one.example", Status: 302, Sent: true}

// TestS53_Portal: one answer of something in between pauses that host; it is asked without credentials until it is itself
// again; others go on. Nothing of a connection is changed.
func TestS53_Portal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, all := newHosts(t, "one", "two")
		one, two := all["one"], all["two"]
		one.script(answer{err: portal})
		one.set(portal)
		var ids []string
		for i := range 5 {
			ids = append(ids, b.put(fmt.Sprint("c", i), 58*time.Minute, time.Hour, of("one")).ID)
		}
		b.put("two", 50*time.Minute, time.Hour, of("two"))
		l, stop := b.keep()
		time.Sleep(10 * time.Minute)
		if n := one.requests(); n > 2 {
			t.Errorf("%d requests with credentials", n)
		}
		if n := one.probes(); n < 8 || n > 20 { // 5 s, 10 s, 20 s, 40 s, then each minute
			t.Errorf("%d probes in 10 min", n)
		}
		if two.requests() != 1 {
			t.Errorf("%d requests at the other host", two.requests())
		}
		for _, id := range ids {
			if g := b.get(id).Grant; g.RefreshToken.Reveal() != "refresh-0" || g.AccessToken.Reveal() != "access-0" {
				t.Errorf("%+v", g)
			}
		}
		for _, v := range mustList(t, b) {
			if v.Integration == "one" && (v.State != connections.StateRetrying || !strings.Contains(v.Reason, "in place of one.example")) {
				t.Errorf("%s is %s: %s", v.Name, v.State, v.Reason)
			}
		}
		one.script(answer{})
		one.set(nil)
		time.Sleep(2 * time.Minute)
		stop()
		for _, v := range mustList(t, b) {
			if v.State != connections.StateOK {
				t.Errorf("%s is %s: %s", v.Name, v.State, v.Reason)
			}
		}
		words := slices.DeleteFunc(l.words(), func(w string) bool { return strings.HasSuffix(w, "refreshed") })
		slices.Sort(words)
		if diff := cmp.Diff([]string{"c0 failing", "c0 recovered", "paused", "resumed"}, words); diff != "" {
			t.Error(diff)
		}
	})
}

// TestS53_Offline: if another host does not answer a probe either, everything waits, and goes on spread out.
func TestS53_Offline(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  *oauthflow.Error
	}{
		{"no name found", &oauthflow.Error{Class: oauthflow.ClassTransient, Err: errors.New("there is no host of that name, or no network")}},
		{"a portal everywhere", portal},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, all := newHosts(t, "one", "two", "three")
				for id, h := range all {
					h.script(answer{err: c.err})
					h.set(c.err)
					for i := range 7 {
						b.put(fmt.Sprint(id, i), 58*time.Minute, time.Hour, of(id))
					}
				}
				requests := func() (n int) {
					for _, h := range all {
						n += h.requests()
					}
					return n
				}
				l, stop := b.keep()
				time.Sleep(8 * time.Hour)
				if n := requests(); n > 12 {
					t.Errorf("%d requests without a network", n)
				}
				for _, v := range mustList(t, b) {
					if v.State != connections.StateRetrying || !strings.Contains(v.Reason, "no provider can be reached") {
						t.Errorf("%s is %s: %s", v.Name, v.State, v.Reason)
					}
				}
				for _, h := range all {
					h.script(answer{})
					h.set(nil)
				}
				before, at := requests(), b.clock.Wall()
				time.Sleep(2 * time.Minute)
				stop()
				if n := requests() - before; n != 21 {
					t.Errorf("%d of 21 went on", n)
				}
				last := time.Duration(0)
				for _, h := range all {
					last = max(last, h.at[len(h.at)-1].Sub(at))
				}
				if last < time.Second {
					t.Errorf("all within %s", last)
				}
				count := map[string]int{}
				for _, w := range l.words() {
					count[w[strings.LastIndex(w, " ")+1:]]++
				}
				if count["failing"] < 1 || count["failing"] > 3 || count["failing"] != count["recovered"] || count["failing"]+count["refreshed"] != 21 {
					t.Errorf("%v", l.words())
				}
			})
		})
	}
}

// TestS53_OneHostDown: a host that refuses while others answer is no outage of everything.
func TestS53_OneHostDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, all := newHosts(t, "one", "two")
		all["one"].script(answer{err: refused})
		all["one"].set(refused)
		b.put("down", 58*time.Minute, time.Hour, of("one"))
		b.put("up", 50*time.Minute, time.Hour, of("two"), func(c *store.Connection) { c.Grant.RefreshToken = secret.New("r2") })
		l, stop := b.keep()
		time.Sleep(10 * time.Minute)
		stop()
		if !slices.Contains(l.words(), "up refreshed") || slices.ContainsFunc(l.list, func(e connections.KeepEvent) bool {
			return e.Event == "paused" && strings.Contains(e.Detail, "no provider")
		}) {
			t.Errorf("%v", l.list)
		}
		if all["two"].probes() == 0 {
			t.Error("nobody was asked whether the network is there")
		}
	})
}
