package connections_test

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authdeck/connections"
	"authdeck/store"
)

// handoutStore is a store that writes hand-outs down, here in memory.
type handoutStore struct {
	store.Store
	fails error

	mu       sync.Mutex
	recorded []store.Handout
	ids      []string
	folds    int
	pending  []store.Event
}

func (s *handoutStore) RecordHandout(_ context.Context, id string, h store.Handout) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails == nil {
		s.recorded, s.ids = append(s.recorded, h), append(s.ids, id)
	}
	return s.fails
}

func (s *handoutStore) FoldHandouts(context.Context) ([]store.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.folds++
	return slices.Clone(s.pending), s.fails
}

// handoutBench is a bench whose service knows who asks.
func handoutBench(t *testing.T) (*bench, *handoutStore) {
	t.Helper()
	var s *handoutStore
	b := newBench(t, func(st store.Store) store.Store { s = &handoutStore{Store: st}; return s })
	b.Service = connections.New(connections.Options{
		Store: s, Registry: b.registry, Clock: b.clock, Rand: rand.Reader, Browser: noBrowser{},
		Asking: func() (string, int) { return "make", 123 },
	})
	return b, s
}

// TestHandouts_EachTokenIsWrittenDown, and what hands out nothing is not.
func TestHandouts_EachTokenIsWrittenDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, s := handoutBench(t)
		defer func() { _ = b.Close() }()
		c := b.put("work", 0, time.Hour)
		b.put("gone", 2*time.Hour, time.Hour, func(c *store.Connection) { c.Health.Trouble = store.TroubleDead })
		for range 2 {
			if _, err := b.Token(t.Context(), "work", -1); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.TokenSource(t.Context(), "work").Token(); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Token(t.Context(), "gone", -1); err == nil {
			t.Error("a dead grant gives a token")
		}
		if _, err := b.Show(t.Context(), "work"); err != nil {
			t.Error(err)
		}
		want := store.Handout{Time: b.clock.Wall(), Connection: "work", Program: "make", PID: 123}
		if !slices.Equal(s.recorded, []store.Handout{want, want, want}) || s.ids[0] != c.ID {
			t.Errorf("written down: %+v", s.recorded)
		}
		s.fails = errors.New("read-only")
		if k, err := b.Token(t.Context(), "work", -1); err != nil || k.Value.IsZero() || k.Warning != "" {
			t.Errorf("a hand-out that cannot be written down: %v, %q", err, k.Warning)
		}
	})
}

// TestHandouts_TheKeeperFoldsThem once a minute, whether that works or not.
func TestHandouts_TheKeeperFoldsThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, s := handoutBench(t)
		defer func() { _ = b.Close() }()
		s.fails = errors.New("disk full")
		l, stop := b.keep()
		time.Sleep(10*time.Minute + time.Second) // virtual time
		stop()
		if s.folds != 11 || len(l.words()) != 0 {
			t.Errorf("%d folds, events %v; want 11 and none", s.folds, l.words())
		}
	})
}

// TestHandouts_StandWhereTheyBelong: a fold comes late; all else keeps the order in which it was written.
func TestHandouts_StandWhereTheyBelong(t *testing.T) {
	t.Parallel()
	b, s := handoutBench(t)
	defer func() { _ = b.Close() }()
	c := b.put("work", 0, time.Hour)
	at := b.clock.Wall()
	event := func(minute int, what string, count int) store.Event {
		return store.Event{
			Time: at.Add(time.Duration(minute) * time.Minute), Connection: "work", ID: c.ID, Event: what, Outcome: "ok",
			Handed: store.Handed{Count: count},
		}
	}
	if err := b.store.Append(t.Context(), event(0, "login", 0), event(60, "refresh", 0), event(30, "after the clock was set back", 0),
		event(20, "handout 20", 1), event(5, "handout 5", 1)); err != nil {
		t.Fatal(err)
	}
	other := event(7, "of another", 1)
	other.ID = "00000000000000000000000000000000"
	s.pending = []store.Event{event(61, "pending 61", 2), other, event(3, "pending 3", 1)}
	words := func(ref string) (list []string) {
		events, err := b.History(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			list = append(list, e.Event)
		}
		return list
	}
	want := []string{"login", "pending 3", "handout 5", "handout 20", "refresh", "after the clock was set back", "pending 61"}
	if got := words("work"); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := words(""); !slices.Equal(got, slices.Insert(want, 3, "of another")) {
		t.Errorf("of all: %q", got)
	}
}
