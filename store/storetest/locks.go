package storetest

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authdeck/store"
)

const someID = "0123456789abcdef0123456789abcdef"

// lock takes a lock that is free.
func lock(t *testing.T, s store.Store, id string) store.Unlock {
	t.Helper()
	unlock, err := s.Lock(t.Context(), id)
	wantError(t, err, nil)
	return unlock
}

// wantFree wants that a lock is free or held.
func wantFree(t *testing.T, s store.Store, id string, want bool) {
	t.Helper()
	unlock, ok, err := s.TryLock(t.Context(), id)
	wantError(t, err, nil)
	if ok != want {
		t.Fatalf("TryLock = %v, want %v", ok, want)
	}
	if ok {
		unlock()
	}
}

func lockRules() []rule {
	return []rule{
		{"one at a time", func(t *testing.T, s, other store.Store) {
			unlock := lock(t, s, someID)
			wantFree(t, s, someID, false)
			wantFree(t, other, someID, false)
			wantFree(t, other, unknown, true)
			unlock()
			wantFree(t, other, someID, true)
			unlock, ok, err := other.TryLock(t.Context(), someID)
			if err != nil || !ok {
				t.Fatalf("TryLock = %v, %v", ok, err)
			}
			wantFree(t, s, someID, false)
			unlock()
		}},
		{"giving it back twice gives back nobody else's", func(t *testing.T, s, other store.Store) {
			unlock := lock(t, s, someID)
			unlock()
			defer lock(t, other, someID)()
			unlock()
			wantFree(t, s, someID, false)
			wantFree(t, other, someID, false)
		}},
		{"a wait ends with its context and names the holder", func(t *testing.T, s, other store.Store) {
			defer lock(t, s, someID)()
			for _, waiter := range []store.Store{s, other} {
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
				began := time.Now()
				_, err := waiter.Lock(ctx, someID)
				cancel()
				wantError(t, err, context.DeadlineExceeded)
				var held *store.HeldError
				if !errors.As(err, &held) {
					t.Errorf("Lock = %v, want a HeldError", err)
				}
				if took := time.Since(began); took > time.Second {
					t.Errorf("gave up after %s", took)
				}
			}
			wantFree(t, other, someID, false)
		}},
		{"one who gave up does not get it later", func(t *testing.T, s, other store.Store) {
			unlock := lock(t, s, someID)
			ctx, cancel := context.WithCancel(t.Context())
			gaveUp := make(chan error)
			go func() {
				_, err := other.Lock(ctx, someID)
				gaveUp <- err
			}()
			cancel()
			wantError(t, <-gaveUp, context.Canceled)
			unlock()
			wantFree(t, other, someID, true)
			wantFree(t, s, someID, true)
		}},
		{"a waiter gets it once it is free", func(t *testing.T, s, other store.Store) {
			unlock := lock(t, s, someID)
			got := make(chan error)
			go func() {
				unlock, err := other.Lock(t.Context(), someID)
				if err == nil {
					unlock()
				}
				got <- err
			}()
			unlock()
			select {
			case err := <-got:
				wantError(t, err, nil)
			case <-time.After(5 * time.Second):
				t.Fatal("a free lock was not given")
			}
		}},
		{"it keeps nobody from reading and writing", func(t *testing.T, s, other store.Store) {
			c := put(t, s, sample(1), store.Write{})
			defer lock(t, s, c.ID)()
			put(t, other, get(t, other, c.ID), store.Write{})
			wantEqual(t, "names", names(t, other), []string{c.Name})
		}},
		{"it outlives a rename and a removal", func(t *testing.T, s, other store.Store) {
			c := put(t, s, sample(1), store.Write{})
			defer lock(t, s, c.ID)()
			c.Name = "renamed"
			put(t, s, c, store.Write{})
			wantFree(t, other, c.ID, false)
			wantError(t, other.Delete(t.Context(), c.ID, store.Write{}), nil)
			wantFree(t, other, c.ID, false)
		}},
		{"only ids can be locked", func(t *testing.T, s, _ store.Store) {
			for _, id := range []string{"", "../x", "connection-1", strings.Repeat("A", 32), strings.Repeat("0", 31), strings.Repeat("0", 33), strings.Repeat("0", 31) + "/"} {
				if _, err := s.Lock(t.Context(), id); err == nil {
					t.Errorf("locked %q", id)
				}
				if _, _, err := s.TryLock(t.Context(), id); err == nil {
					t.Errorf("locked %q", id)
				}
			}
		}},
		{"it excludes goroutines", func(t *testing.T, s, other store.Store) {
			var wg sync.WaitGroup
			var inside, counted atomic.Int32 // a lock of another opening is none that the race detector sees
			for i := range 16 {
				st := s
				if i%2 == 1 {
					st = other
				}
				wg.Go(func() {
					for range 10 {
						unlock, err := st.Lock(t.Context(), someID)
						if err != nil {
							t.Error(err)
							return
						}
						if n := inside.Add(1); n != 1 {
							t.Errorf("%d at once", n)
						}
						runtime.Gosched()
						counted.Add(1)
						inside.Add(-1)
						unlock()
					}
				})
			}
			wg.Wait()
			if n := counted.Load(); n != 160 {
				t.Errorf("counted to %d, want 160", n)
			}
		}},
	}
}
