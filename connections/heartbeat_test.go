package connections_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"authdeck/store"
)

// halting is a store whose list hangs once halt is closed, until the caller gives up.
type halting struct {
	store.Store
	halt chan struct{}
}

func (h *halting) List(ctx context.Context) ([]store.Summary, error) {
	select {
	case <-h.halt:
		<-ctx.Done()
		return nil, ctx.Err()
	default:
		return h.Store.List(ctx)
	}
}

// TestKeeperStuck: a keeper with nothing to do, and one whose provider hangs, come round; one whose store hangs does not.
func TestKeeperStuck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &halting{halt: make(chan struct{})}
		b := newBench(t, func(s store.Store) store.Store { h.Store = s; return h })
		b.p.refresh = []answer{{delay: time.Hour}}
		stuck := func(want bool, what string) {
			t.Helper()
			if b.KeeperStuck() != want {
				t.Errorf("%s: stuck is %t", what, !want)
			}
		}
		time.Sleep(time.Hour)
		stuck(false, "no keeper")
		_, stop := b.keep()
		for range 60 {
			time.Sleep(time.Minute)
			stuck(false, "idle")
		}
		b.put("work", 2*time.Hour, time.Hour)
		for range 30 {
			time.Sleep(10 * time.Second)
			stuck(false, "its provider hangs")
		}
		close(h.halt)
		b.put("other", 0, time.Hour)
		time.Sleep(time.Minute)
		stuck(false, "its store hangs for a minute")
		time.Sleep(2 * time.Minute)
		stuck(true, "its store hangs")
		stop()
		stuck(false, "it has ended")
	})
}
