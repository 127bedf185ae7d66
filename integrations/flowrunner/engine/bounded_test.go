package engine

import (
	"crypto/rand"
	"errors"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"
)

// TestBounded: a script that computes for ever ends; by processor time where that is told, so that a busy machine takes nothing from it,
// and by four times as much wall time in any case.
func TestBounded(t *testing.T) {
	t.Parallel()
	const busy = 50 * time.Millisecond
	for name, c := range map[string]struct {
		used  func(at *atomic.Int64) func() time.Duration
		least time.Duration // of wall time
	}{
		"wall time": {func(*atomic.Int64) func() time.Duration { return nil }, busy},
		"processor time": {func(at *atomic.Int64) func() time.Duration {
			return func() time.Duration { return time.Duration(at.Add(int64(busy / 2))) }
		}, busy},
		"no processor to be had": {func(*atomic.Int64) func() time.Duration { return func() time.Duration { return 0 } }, busyWalls * busy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var at atomic.Int64
			e, err := New(Options{Folder: fstest.MapFS{}, Rand: rand.Reader, Now: time.Now, Busy: busy, Used: c.used(&at)})
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			err = e.bounded(func() error {
				_, err := e.vm.RunString("for (;;) {}")
				return err
			})
			if took := time.Since(began); !errors.Is(err, ErrBusy) || took < c.least {
				t.Errorf("%v after %v, at least %v", err, took, c.least)
			}
		})
	}
}
