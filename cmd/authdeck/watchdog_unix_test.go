//go:build unix

package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"authdeck/internal/clock"
	"authdeck/store"
)

// aheadClock is the machine's clock, moved ahead by what the test says.
type aheadClock struct {
	clock.Clock
	by atomic.Int64
}

func (c *aheadClock) Mono() time.Duration { return c.Clock.Mono() + time.Duration(c.by.Load()) }

// hungStore hangs on the list, until the caller gives up.
type hungStore struct{ store.Store }

func (hungStore) List(ctx context.Context) ([]store.Summary, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestWatch_AStuckKeeperIsNoticed: the service manager hears that the process lives as long as its keeper comes round.
func TestWatch_AStuckKeeperIsNoticed(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "n")
	conn := manager(t, socket)
	var said strings.Builder
	a := newApp(os.Stdin, io.Discard, &said, func(name string) string {
		return map[string]string{"NOTIFY_SOCKET": socket, "WATCHDOG_USEC": "100000", "AUTHDECK_DATA_DIR": filepath.Dir(socket)}[name]
	})
	ahead := &aheadClock{Clock: a.clock}
	a.clock = ahead
	a.useStore(hungStore{store.NewMemory(store.Options{Clock: ahead})})
	ctx, cancel := context.WithCancel(t.Context())
	kept, told := make(chan error, 1), make(chan struct{})
	go func() { kept <- a.svc.Keep(ctx, nil) }()
	n := newNotifier(a.getenv)
	defer n.close()
	go func() {
		defer close(told)
		_ = a.tell(ctx, a.svc, n, kept)
	}()
	if got := datagram(t, conn, 5*time.Second); got != "WATCHDOG=1" {
		t.Errorf("message %q", got)
	}
	ahead.by.Store(int64(3 * time.Minute))
	for late := 0; datagram(t, conn, time.Second) != ""; late++ { // ticks are each 50 ms
		if late > 10 {
			t.Fatal("it is told on that the process lives")
		}
	}
	cancel()
	<-told
	if err := a.svc.Close(); err != nil || strings.Count(said.String(), "the keeper is stuck") != 1 {
		t.Errorf("%v; said %q", err, said.String())
	}
}
