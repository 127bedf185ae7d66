package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/internal/secret"
	"authdeck/store"
)

// tb is what the rules and the model test both report to.
type tb interface {
	Helper()
	Fatalf(format string, args ...any)
}

// wantError wants each of these in got's chain; nil wants no error.
func wantError(t tb, got error, want ...error) {
	t.Helper()
	for _, w := range want {
		if !errors.Is(got, w) {
			t.Fatalf("error %v, want %v", got, w)
		}
	}
}

// wantEqual compares times as instants, which is how they come back.
func wantEqual(t tb, what string, got, want any, options ...cmp.Option) {
	t.Helper()
	options = append(options, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }),
		cmp.Comparer(func(a, b secret.String) bool { return a.Equal(b) }))
	if diff := cmp.Diff(want, got, options...); diff != "" {
		t.Fatalf("%s: (-want +got)\n%s", what, diff)
	}
}

func put(t *testing.T, s store.Store, c store.Connection, w store.Write) store.Connection {
	t.Helper()
	stored, err := s.Put(t.Context(), c, w)
	wantError(t, err, nil)
	return stored
}

func get(t *testing.T, s store.Store, id string) store.Connection {
	t.Helper()
	c, err := s.Get(t.Context(), id)
	wantError(t, err, nil)
	return c
}

func names(t *testing.T, s store.Store) []string {
	t.Helper()
	list, err := s.List(t.Context())
	wantError(t, err, nil)
	names := []string{}
	for _, sum := range list {
		names = append(names, sum.Name)
	}
	return names
}

// happened returns what the events of a history are, oldest first.
func happened(t *testing.T, s store.Store, id string) []string {
	t.Helper()
	events, err := s.History(t.Context(), id)
	wantError(t, err, nil)
	words := []string{}
	for _, e := range events {
		words = append(words, e.Event)
	}
	return words
}

// event is a few events with these names.
func event(names ...string) store.Write {
	var w store.Write
	for _, n := range names {
		w.Events = append(w.Events, store.Event{Event: n})
	}
	return w
}
