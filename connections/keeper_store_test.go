package connections_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/store"
)

// deafStore cannot be listed, and counts what is asked of it.
type deafStore struct {
	store.Store
	mu    sync.Mutex
	deaf  bool
	locks int
}

func (d *deafStore) List(ctx context.Context) ([]store.Summary, error) {
	d.mu.Lock()
	deaf := d.deaf
	d.mu.Unlock()
	if deaf {
		return nil, store.ErrBusy
	}
	return d.Store.List(ctx)
}

func (d *deafStore) TryLock(ctx context.Context, id string) (store.Unlock, bool, error) {
	d.mu.Lock()
	d.locks++
	d.mu.Unlock()
	return d.Store.TryLock(ctx, id)
}

// TestKeeperTells_StoreOnce: a store that cannot be read for an hour is said once, and once more the next time.
func TestKeeperTells_StoreOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &deafStore{}
		b := newBench(t, func(s store.Store) store.Store {
			d.Store = s
			return d
		})
		set := func(deaf bool) {
			d.mu.Lock()
			d.deaf = deaf
			d.mu.Unlock()
		}
		l, stop := b.keep()
		for range 2 {
			time.Sleep(time.Minute)
			set(true)
			time.Sleep(time.Hour)
			set(false)
			time.Sleep(10 * time.Minute)
		}
		stop()
		if diff := cmp.Diff([]string{"store", "store"}, l.words()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestS52_IntentWithoutRefreshToken: an interrupted refresh whose refresh token is gone (the sign-in that came between
// brought none) is put away, not tried again for ever.
func TestS52_IntentWithoutRefreshToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &deafStore{}
		b := newBench(t, func(s store.Store) store.Store {
			d.Store = s
			return d
		})
		c := b.put("work", 0, time.Hour, func(c *store.Connection) { c.Grant.RefreshToken = noRefresh })
		if err := b.store.SetIntent(t.Context(), c.ID, &store.Intent{Generation: c.Generation, Started: b.clock.Wall(), Sent: true}); err != nil {
			t.Fatal(err)
		}
		_, stop := b.keep()
		time.Sleep(10 * time.Minute)
		stop()
		if i, err := b.store.Intent(t.Context(), c.ID); i != nil || err != nil || d.locks > 2 {
			t.Errorf("intent %+v %v, taken up %d times", i, err, d.locks)
		}
	})
}
