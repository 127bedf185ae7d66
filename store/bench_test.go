package store

import (
	"crypto/rand"
	"path/filepath"
	"strings"
	"testing"
)

// filled is a store of n connections of about 2 KB that a key file opens.
func filled(b *testing.B, n int) (*Bolt, Options, []string) {
	b.Helper()
	key := filepath.Join(b.TempDir(), "key")
	if err := CreateKeyFile(key, rand.Reader); err != nil {
		b.Fatal(err)
	}
	o := Options{Keys: []KeySource{KeyFile(key)}, Create: true}
	s, err := Open(b.Context(), filepath.Join(b.TempDir(), "data"), o)
	if err != nil {
		b.Fatal(err)
	}
	list := make([]Connection, n)
	for i := range list {
		list[i] = sample(i)
		list[i].UserData = []byte(strings.Repeat("x", 1500))
	}
	if err := s.PutAll(b.Context(), list); err != nil {
		b.Fatal(err)
	}
	all, err := s.List(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	ids := make([]string, n)
	for i, s := range all {
		ids[i] = s.ID
	}
	return s, o, ids
}

const many = 10_000

// BenchmarkOpenAndGet is what a fresh process does: key file, unlock, open, read one.
func BenchmarkOpenAndGet(b *testing.B) {
	s, o, ids := filled(b, many)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		fresh, err := Open(b.Context(), s.dir, o)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := fresh.Get(b.Context(), ids[i*7919%many]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	s, _, ids := filled(b, many)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := s.Get(b.Context(), ids[i*7919%many]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkList(b *testing.B) {
	s, _, _ := filled(b, many)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.List(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPut(b *testing.B) {
	s, _, ids := filled(b, many)
	c, err := s.Get(b.Context(), ids[many/2])
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if c, err = s.Put(b.Context(), c, Write{Events: []Event{{Event: "refresh", Outcome: "ok"}}}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRefresh is the store's share of one refresh: lock, intent, answer, unlock.
func BenchmarkRefresh(b *testing.B) {
	s, _, ids := filled(b, many)
	c, err := s.Get(b.Context(), ids[many/2])
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		unlock, err := s.Lock(b.Context(), c.ID)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.SetIntent(b.Context(), c.ID, &Intent{Generation: c.Generation, Sent: true}); err != nil {
			b.Fatal(err)
		}
		if c, err = s.Put(b.Context(), c, Write{ClearIntent: true, Events: []Event{{Event: "refresh", Outcome: "ok"}}}); err != nil {
			b.Fatal(err)
		}
		unlock()
	}
}
