//go:build unix

package flowrunner

import (
	"errors"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"authdeck/integrations"
)

// TestSignalled: a worker that is killed ends its call at once, one that is stopped at the call's deadline, and neither holds
// anything up afterwards. A ready one that is known to have ended is not used: another waits in its place, until the deadline.
func TestSignalled(t *testing.T) {
	h := newLimitedHost(t)
	s := open(t, h, "testdata/bombs")
	others(t, h)
	for _, c := range []struct {
		name   string
		signal syscall.Signal
		after  time.Duration
		words  string
	}{
		{"killed before the call", syscall.SIGKILL, 0, map[bool]string{true: "aborted due to timeout", false: "ended without an answer"}[runtime.GOOS == "linux"]},
		{"killed in the call", syscall.SIGKILL, 200 * time.Millisecond, "ended without an answer"},
		{"stopped before the call", syscall.SIGSTOP, 0, "aborted due to timeout"},
		{"stopped in the call", syscall.SIGSTOP, 200 * time.Millisecond, "aborted due to timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			order, err := s.call("wait", integrations.Config{}, integrations.Kept{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			w, err := h.take(t.Context(), s.folder)
			if err != nil {
				t.Fatal(err)
			}
			h.mu.Lock()
			h.warm[s.folder.path] = w
			h.mu.Unlock()
			order.timeout = time.Second
			send := func() {
				if err := w.s.cmd.Process.Signal(c.signal); err != nil && !strings.Contains(err.Error(), "finished") {
					t.Error(err)
				}
			}
			if c.after == 0 {
				send()
				for by := time.Now().Add(patient); c.signal == syscall.SIGKILL && runtime.GOOS == "linux" && !exited(w.s.cmd.Process); {
					if time.Now().After(by) {
						t.Fatal("the worker does not end")
					}
				}
			} else {
				time.AfterFunc(c.after, send)
			}
			began := time.Now()
			_, err = h.invoke(t.Context(), order)
			if err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("%v, want %q", err, c.words)
			}
			if took := time.Since(began); took > patient {
				t.Errorf("it took %v", took)
			}
			h.making.Wait()
			if err := w.s.cmd.Process.Signal(syscall.Signal(0)); err == nil || !errors.Is(err, syscall.ESRCH) && !strings.Contains(err.Error(), "finished") {
				t.Errorf("the worker still is there: %v", err)
			}
		})
	}
}
