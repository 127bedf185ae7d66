package connections_test

import (
	"testing"
	"testing/synctest"
	"time"

	"authdeck/connections"
)

// TestS56_AskedToWait: a connection that its provider asked to wait with is left alone until then by every caller, also when
// the same host has served another connection meanwhile. What its user asks for is done.
func TestS56_AskedToWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, all := newHosts(t, "one")
		one := all["one"]
		one.script(busyFor(429, 10*time.Minute), answer{})
		b.put("work", 2*time.Hour, time.Hour, of("one"))
		b.put("other", 2*time.Hour, time.Hour, of("one"))
		wantKind := func(want connections.Kind, requests int) {
			t.Helper()
			if _, err := b.Token(t.Context(), "work", -1); kindOf(t, err) != want || one.requests() != requests {
				t.Errorf("%v, %d requests; want %q and %d", err, one.requests(), want, requests)
			}
		}
		wantKind(connections.KindTransient, 1)
		time.Sleep(time.Second)
		if _, _, err := b.Refresh(t.Context(), "other"); err != nil { // takes the host's pause back
			t.Fatal(err)
		}
		wantKind(connections.KindTransient, 2)
		time.Sleep(10*time.Minute - 2*time.Second)
		wantKind(connections.KindTransient, 2)
		time.Sleep(time.Second)
		wantKind("", 3)
	})
}

// TestS56_PauseFromTheFuture: the pause of a host that ends later than any wait does is of a clock that was set back.
func TestS56_PauseFromTheFuture(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		until time.Duration
		kind  connections.Kind
	}{
		{"an hour ahead", time.Hour, connections.KindTransient},
		{"a day ahead", day, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, all := newHosts(t, "one")
			b.put("work", 2*time.Hour, time.Hour, of("one"))
			b.pauses("one.example", c.until)
			if _, err := b.Token(t.Context(), "work", -1); kindOf(t, err) != c.kind {
				t.Errorf("%v, %d requests", err, all["one"].requests())
			}
		})
	}
}

// pauses writes down that a host asked to be left alone for d.
func (b *bench) pauses(host string, d time.Duration) {
	b.t.Helper()
	p := map[string]any{"until": b.clock.Wall().Add(d), "asked": true, "reason": "429"}
	if err := b.store.PutSetting(b.t.Context(), "host", host, p); err != nil {
		b.t.Fatal(err)
	}
}
