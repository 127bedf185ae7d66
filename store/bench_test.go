package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
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

// spread reports the median and the 99th percentile of single runs, in ms.
type spread struct{ took []time.Duration }

func (s *spread) run(f func()) {
	began := time.Now()
	f()
	s.took = append(s.took, time.Since(began))
}

func (s *spread) report(b *testing.B) {
	slices.Sort(s.took)
	ms := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
	b.ReportMetric(ms(s.took[len(s.took)/2]), "median-ms")
	b.ReportMetric(ms(s.took[len(s.took)*99/100]), "p99-ms")
}

// BenchmarkOpenAndGet is what `token` does of the store: key file, unlock, open, read one, each time as if the process were new.
func BenchmarkOpenAndGet(b *testing.B) {
	s, o, ids := filled(b, many)
	o.Lazy = true
	var runs spread
	for i := 0; b.Loop(); i++ {
		runs.run(func() {
			fresh, err := Open(b.Context(), s.dir, o)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := fresh.Get(b.Context(), ids[i*7919%many]); err != nil {
				b.Fatal(err)
			}
		})
	}
	runs.report(b)
}

// BenchmarkOpenAndGet_FreshProcess is the same in a process that has just started, which measures itself.
func BenchmarkOpenAndGet_FreshProcess(b *testing.B) {
	s, _, ids := filled(b, many)
	var runs spread
	for i := 0; b.Loop(); i++ {
		cmd := exec.CommandContext(b.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "STORE_TEST_CHILD=timed "+ids[i*7919%many], "STORE_TEST_DIR="+s.dir, "STORE_TEST_KEY="+keyPath(b, s))
		out, err := cmd.Output()
		if err != nil {
			b.Fatal(err)
		}
		took, err := time.ParseDuration(strings.TrimSpace(string(out)))
		if err != nil {
			b.Fatal(err)
		}
		runs.took = append(runs.took, took)
	}
	runs.report(b)
}

func keyPath(b *testing.B, s *Bolt) string {
	b.Helper()
	source, ok := s.o.Keys[0].(keyFile)
	if !ok {
		b.Fatal("no key file")
	}
	return source.path
}

// childTimed is the body of the fresh process.
func childTimed(ctx context.Context, dir, key, id string) error {
	began := time.Now()
	b, err := Open(ctx, dir, Options{Keys: []KeySource{KeyFile(key)}, Lazy: true})
	if err != nil {
		return err
	}
	if _, err := b.Get(ctx, id); err != nil {
		return err
	}
	fmt.Println(time.Since(began))
	return nil
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

// BenchmarkList_OpenIncluded is the list of a fresh start.
func BenchmarkList_OpenIncluded(b *testing.B) {
	s, o, _ := filled(b, many)
	o.Lazy = true
	var runs spread
	for b.Loop() {
		runs.run(func() {
			fresh, err := Open(b.Context(), s.dir, o)
			if err != nil {
				b.Fatal(err)
			}
			if list, err := fresh.List(b.Context()); err != nil || len(list) != many {
				b.Fatal(len(list), err)
			}
		})
	}
	runs.report(b)
	info, err := os.Stat(s.Path())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/(1<<20), "file-MiB")
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
	var runs spread
	for b.Loop() {
		runs.run(func() {
			if c, err = s.Put(b.Context(), c, Write{Events: []Event{{Event: "refresh", Outcome: "ok"}}}); err != nil {
				b.Fatal(err)
			}
		})
	}
	runs.report(b)
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
