package storetest

import (
	"context"
	"testing"
	"time"

	"authdeck/store"
)

// watch returns the signals of s; they end with the test.
func watch(t *testing.T, s store.Store) <-chan struct{} {
	t.Helper()
	changes, err := s.Watch(t.Context())
	wantError(t, err, nil)
	return changes
}

// told waits for a signal.
func told(t *testing.T, changes <-chan struct{}) {
	t.Helper()
	select {
	case _, open := <-changes:
		if !open {
			t.Fatal("the channel is closed")
		}
	case <-time.After(5 * time.Second):
		t.Fatal("no signal after a write")
	}
}

// settle takes signals until none comes for a while.
func settle(changes <-chan struct{}) (signals int) {
	for {
		select {
		case <-changes:
			signals++
		case <-time.After(200 * time.Millisecond):
			return signals
		}
	}
}

func watchRules() []rule {
	return []rule{
		{"each kind of write is told", func(t *testing.T, s, other store.Store) {
			ctx := t.Context()
			var c store.Connection
			here, there := watch(t, s), watch(t, other)
			for _, w := range []struct {
				name string
				do   func() error
			}{
				{"new", func() (err error) { c, err = s.Put(ctx, sample(1), store.Write{}); return err }},
				{"Put", func() (err error) { c, err = s.Put(ctx, c, store.Write{}); return err }},
				{"SetIntent", func() error { return s.SetIntent(ctx, c.ID, &store.Intent{}) }},
				{"Append", func() error { return s.Append(ctx, store.Event{Event: "e"}) }},
				{"PutSetting", func() error { return s.PutSetting(ctx, "section", "key", 1) }},
				{"removal of a setting", func() error { return s.PutSetting(ctx, "section", "key", nil) }},
				{"Delete", func() error { return s.Delete(ctx, c.ID, store.Write{}) }},
			} {
				settle(there)
				for len(here) > 0 {
					<-here
				}
				wantError(t, w.do(), nil)
				t.Run(w.name, func(t *testing.T) {
					told(t, here)
					told(t, there)
				})
			}
		}},
		{"reads, locks and refused writes are not told", func(t *testing.T, s, other store.Store) {
			c := put(t, s, sample(1), store.Write{})
			changes := watch(t, s)
			settle(changes)
			for range 3 {
				get(t, other, c.ID)
				names(t, s)
				happened(t, other, "")
				lock(t, other, c.ID)()
				_, err := s.Status(t.Context())
				wantError(t, err, nil)
				_, err = s.Put(t.Context(), sample(1), store.Write{})
				wantError(t, err, store.ErrNameTaken)
			}
			if n := settle(changes); n > 0 {
				t.Errorf("%d signals", n)
			}
		}},
		{"the last of many writes is never missed", func(t *testing.T, s, other store.Store) {
			changes := watch(t, s)
			const last = 100
			go func() {
				for i := 1; i <= last; i++ {
					if err := other.PutSetting(t.Context(), "section", "key", i); err != nil {
						t.Error(err)
						return
					}
				}
			}()
			for seen := 0; seen < last; {
				told(t, changes)
				wantError(t, s.Setting(t.Context(), "section", "key", &seen), nil)
			}
		}},
		{"nobody has to read the signals", func(t *testing.T, s, other store.Store) {
			changes := watch(t, s)
			for i := range 20 {
				wantError(t, other.PutSetting(t.Context(), "section", "key", i), nil)
			}
			told(t, changes)
			if n := settle(changes); n > 10 {
				t.Errorf("%d signals had piled up", n)
			}
		}},
		{"each watcher is told, until its context ends", func(t *testing.T, s, other store.Store) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ends, err := s.Watch(ctx)
			wantError(t, err, nil)
			stays := watch(t, s)
			wantError(t, other.PutSetting(t.Context(), "section", "key", 1), nil)
			told(t, ends)
			told(t, stays)
			cancel()
			closed(t, ends)
			wantError(t, other.PutSetting(t.Context(), "section", "key", 2), nil)
			told(t, stays)
		}},
	}
}

// closed waits for the end of the signals; one may be left.
func closed(t *testing.T, changes <-chan struct{}) {
	t.Helper()
	late := time.After(5 * time.Second)
	for {
		select {
		case _, open := <-changes:
			if !open {
				return
			}
		case <-late:
			t.Fatal("the channel is not closed")
		}
	}
}
