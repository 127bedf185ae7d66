package connections_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/store"
)

// paused are the hosts that a pause is written of.
func (b *bench) paused() []string {
	b.t.Helper()
	there, err := b.store.Settings(b.t.Context(), "host")
	if err != nil {
		b.t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(there))
}

// TestS56_PausesEnd: a pause that is over goes, and one of a host that no connection is of; nothing is said to be resumed
// there. One that counts, and what a later version wrote, stays.
func TestS56_PausesEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		keep func(b *bench) []string // returns the events
	}{
		{"the keeper", func(b *bench) []string {
			l, stop := b.keep()
			time.Sleep(time.Minute)
			stop()
			return l.words()
		}},
		{"once", func(b *bench) []string {
			var words []string
			if err := b.KeepOnce(b.t.Context(), func(e connections.KeepEvent) { words = append(words, e.Event) }); err != nil {
				b.t.Error(err)
			}
			return words
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, _ := newHosts(t, "one", "two")
				b.put("lives", 0, 9*time.Hour, of("one"))
				now := b.clock.Wall()
				open := map[string]any{"open": true, "since": now, "next": now.Add(10 * time.Minute), "reason": "500"}
				for host, p := range map[string]any{
					"one.example": open, "two.example": open, "gone.example": open, "over.example": map[string]any{"until": now.Add(-time.Second)},
					"later.example": []int{1}, "*": map[string]any{"open": true, "good": now.Add(-time.Second)},
				} {
					if err := b.store.PutSetting(t.Context(), "host", host, p); err != nil {
						t.Fatal(err)
					}
				}
				words := c.keep(b)
				if diff := cmp.Diff([]string{"later.example", "one.example"}, b.paused()); diff != "" {
					t.Error(diff)
				}
				if slices.Contains(words, "resumed") || len(words) > 1 {
					t.Errorf("%v", words)
				}
			})
		})
	}
}

// TestS56_PauseEndsWithItsLastConnection, also while the keeper runs, within an hour or so.
func TestS56_PauseEndsWithItsLastConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, all := newHosts(t, "one")
		all["one"].script(answer{err: refused})
		for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
			b.put(name, 2*time.Hour, time.Hour, of("one"))
		}
		l, stop := b.keep()
		time.Sleep(5 * time.Minute)
		if diff := cmp.Diff([]string{"one.example"}, b.paused()); diff != "" {
			t.Error(diff)
		}
		for _, v := range mustList(t, b) {
			if err := b.Remove(t.Context(), v.Name); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(2 * time.Hour)
		if left := b.paused(); len(left) > 0 {
			t.Errorf("%v", left)
		}
		stop()
		if words := l.words(); !slices.Contains(words, "paused") || slices.Contains(words, "resumed") {
			t.Errorf("%v", words)
		}
	})
}

// countedGets counts the records that are read.
type countedGets struct {
	store.Store
	n int
}

func (c *countedGets) Get(ctx context.Context, id string) (store.Connection, error) {
	c.n++
	return c.Store.Get(ctx, id)
}

// TestList_ReadsOnlyWhatWaits: a host that is paused makes a list of 10,000 no slower than its due connections call for.
func TestList_ReadsOnlyWhatWaits(t *testing.T) {
	t.Parallel()
	var gets *countedGets
	b, _ := newHostsOver(t, func(s store.Store) store.Store { gets = &countedGets{Store: s}; return gets }, "one")
	for i := range 20 {
		b.put(fmt.Sprint("fresh", i), 0, time.Hour, of("one"))
	}
	b.put("due", 2*time.Hour, time.Hour, of("one"))
	b.pauses("one.example", time.Minute)
	views := mustList(t, b)
	if gets.n != 1 {
		t.Errorf("%d records were read", gets.n)
	}
	for _, v := range views {
		if waits := strings.Contains(v.Reason, "asks to wait"); waits != (v.Name == "due") {
			t.Errorf("%s is %s: %s", v.Name, v.State, v.Reason)
		}
	}
}
