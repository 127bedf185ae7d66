//go:build unix

package connections_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/internal/testserver"
	"authdeck/store"
)

// The lock of a holder that was killed is had by the next one within 50 ms; a machine that runs other tests beside may make a
// single one wait longer, but never as long as a lock that was left behind.
const (
	freeWithin = 50 * time.Millisecond
	freeAtMost = time.Second
)

// TestMatrix_HolderKilled: "sharing", lock holder killed × server with and without grace.
func TestMatrix_HolderKilled(t *testing.T) {
	var free []time.Duration
	defer func() {
		slices.Sort(free)
		if middle := free[len(free)/2]; middle > freeWithin {
			t.Errorf("the lock was free after %s in the middle of %v, want %s", middle, free, freeWithin)
		}
	}()
	const server = "" // the holder kills itself at a moment of its own, but for these, which the front sees
	for _, c := range []struct {
		name, at string
		front    testserver.Mode
		requests int
		lost     bool // the server has rotated and its answer did not reach the disk
	}{
		{"lock taken", lockTaken, "", 1, false},
		{"intent written", intentWritten, "", 1, false},
		{"sent", server, testserver.CommitThenStall, 2, true},
		{"answer half read", server, testserver.StallBody, 2, true},
		{"answer read", answerRead, "", 2, true},
		{"stored", answerStored, "", 1, false},
	} {
		for _, l := range []lostRow{lostRows()[0], lostRows()[5]} {
			t.Run(c.name+" at "+l.name, func(t *testing.T) {
				s := newScene(t, l.o, expired)
				p := s.child(refresher{At: c.at})
				if c.at == server {
					s.inject(matrixRow{faults: []testserver.Fault{{Mode: c.front, Done: func() {
						if c.front == testserver.StallBody {
							time.AfterFunc(50*time.Millisecond, func() { p.signal(t, syscall.SIGKILL) }) // the half is on its way
							return
						}
						p.signal(t, syscall.SIGKILL)
					}}}})
				}
				p.ask(t)
				p.killed(t)
				gone := time.Now()
				unlock, err := s.store.Lock(t.Context(), s.was.ID)
				took := time.Since(gone)
				free = append(free, took)
				if err != nil || took > freeAtMost {
					t.Fatalf("the lock was free after %s, %v", took, err)
				}
				unlock()
				k, err := s.Token(t.Context(), "work", -1)
				if c.lost {
					l.check(t, s, err, c.requests)
					return
				}
				s.holds(matrixRow{state: connections.StateOK, stored: whole, requests: c.requests}, err)
				if got := s.server.AccessFate(k.Value.Reveal()); got != testserver.FateLive {
					t.Errorf("the token handed out is %s", got)
				}
			})
		}
	}
}

// TestMatrix_LostReply_RefresherKilled: the server works, and the refresher dies before the answer comes; who comes next asks
// once more.
func TestMatrix_LostReply_RefresherKilled(t *testing.T) {
	t.Parallel()
	for _, l := range lostRows() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, l.o, expired)
			p := s.child(refresher{})
			s.inject(matrixRow{faults: []testserver.Fault{{Mode: testserver.CommitThenStall, Done: func() { p.signal(t, syscall.SIGKILL) }}}})
			p.ask(t)
			p.killed(t)
			_, err := s.Token(t.Context(), "work", -1)
			l.check(t, s, err, 2)
		})
	}
}

// TestMatrix_LostReply_ReplayKilled: the first request is cut before the server hears of it, and the refresher dies in the
// middle of its replay. Whoever comes next cannot know whether the server heard that one: asking once more can only help.
func TestMatrix_LostReply_ReplayKilled(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		l      lostRow
		replay testserver.Mode
		lost   bool
	}{
		{"unheard at K1", lostRows()[0], testserver.Stall, false},
		{"unheard at grace", lostRows()[5], testserver.Stall, false},
		{"heard at K1", lostRows()[0], testserver.CommitThenStall, true},
		{"heard at grace", lostRows()[5], testserver.CommitThenStall, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, c.l.o, expired)
			p := s.child(refresher{})
			kill := func() { p.signal(t, syscall.SIGKILL) }
			replay := testserver.Fault{Mode: c.replay}
			if c.replay == testserver.Stall {
				replay.Hit = kill
			} else {
				replay.Done = kill
			}
			s.inject(matrixRow{faults: []testserver.Fault{{Mode: testserver.Drop}, replay}})
			p.ask(t)
			p.killed(t)
			_, err := s.Token(t.Context(), "work", -1)
			if c.lost {
				c.l.check(t, s, err, 3)
				return
			}
			s.holds(matrixRow{state: connections.StateOK, stored: whole, requests: 3}, err)
		})
	}
}

// The deadlines of the stopped holder's rows: that of the waiter, and that of the holder's request, which is over once the
// waiter has given up.
const (
	waiterTime  = 2 * time.Second
	requestTime = 1500 * time.Millisecond
)

// TestMatrix_HolderStopped: "sharing", lock holder stopped × continued in time, too late, never. Nothing is stolen; a waiter
// has its answer in time or is told who holds the lock; what had arrived is stored although the deadline is over. One row runs
// at full length: AUTHDECK_LONG=1 go test ./connections/ -run TestMatrix_HolderStopped
func TestMatrix_HolderStopped(t *testing.T) {
	t.Parallel()
	var rows sync.WaitGroup
	defer rows.Wait()
	// All at once: they wait, and do little else.
	run := func(name string, row func(*testing.T)) { rows.Go(func() { t.Run(name, row) }) }
	for _, c := range []struct {
		name, at string
		front    bool // stopped by the test while the answer is under way
		kind     connections.Kind
		busy     bool // the store itself is held: the waiter is told after a second
		lost     bool // if it never goes on, the answer is lost
		requests int  // if it never goes on
	}{
		{"before sending", intentWritten, false, connections.KindTransient, false, false, 1},
		{"waiting", "", true, connections.KindTransient, false, true, 2},
		{"answer read", answerRead, false, connections.KindTransient, false, true, 2},
		{inTransaction, inTransaction, false, connections.KindStore, true, true, 2},
	} {
		stop := func(t *testing.T, s *scene) *process {
			t.Helper()
			p := s.child(refresher{At: c.at, Stop: true, Within: requestTime})
			halted := make(chan struct{})
			if c.front {
				s.inject(matrixRow{faults: []testserver.Fault{{Mode: testserver.DelayAnswer, Done: func() {
					p.signal(t, syscall.SIGSTOP)
					<-halted
				}}}})
			}
			p.ask(t)
			p.stopped(t)
			close(halted) // the answer goes out, to a process that does not run
			return p
		}
		run(c.name+", continued in time", func(t *testing.T) {
			s := newScene(t, testserver.RotatingOptions{}, expired)
			p := stop(t, s)
			time.AfterFunc(200*time.Millisecond, func() { p.signal(t, syscall.SIGCONT) })
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			k, err := s.Token(ctx, "work", -1)
			theirs, ok := p.token()
			if err != nil || !ok || theirs != k.Value.Reveal() {
				t.Errorf("the waiter got %q, %v, the holder %q", k.Value.Reveal(), err, theirs)
			}
			s.holds(matrixRow{state: connections.StateOK, stored: whole, requests: 1}, err)
		})
		run(c.name+", continued too late", func(t *testing.T) {
			s := newScene(t, testserver.RotatingOptions{}, expired)
			p := stop(t, s)
			s.givesUp(p, waiterTime, c.kind, c.busy) // by then the holder's deadline is over as well
			p.signal(t, syscall.SIGCONT)
			theirs, ok := p.token()
			if !ok {
				t.Errorf("the holder got %q", theirs)
			}
			k, err := s.Token(t.Context(), "work", -1)
			if k.Value.Reveal() != theirs {
				t.Errorf("then there is %q, the holder got %q", k.Value.Reveal(), theirs)
			}
			s.holds(matrixRow{state: connections.StateOK, stored: whole, requests: 1}, err)
		})
		run(c.name+", never continued", func(t *testing.T) {
			s := newScene(t, testserver.RotatingOptions{}, expired)
			p := stop(t, s)
			s.givesUp(p, waiterTime, c.kind, c.busy)
			p.signal(t, syscall.SIGKILL)
			p.killed(t)
			_, err := s.Token(t.Context(), "work", -1)
			if c.lost {
				lostRows()[0].check(t, s, err, c.requests)
				return
			}
			s.holds(matrixRow{state: connections.StateOK, stored: whole, requests: c.requests}, err)
		})
		if c.front && long() {
			run(c.name+", never continued, at full length", func(t *testing.T) {
				s := newScene(t, testserver.RotatingOptions{}, expired)
				p := stop(t, s)
				s.givesUp(p, 65*time.Second, c.kind, false)
			})
		}
	}
}

// givesUp has a waiter ask while a stopped child holds the lock: it is told so at its own deadline, or after a second if it
// is the store that is held; at full length it has no deadline of its own.
func (s *scene) givesUp(p *process, deadline time.Duration, kind connections.Kind, busy bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), deadline)
	if deadline > time.Minute {
		ctx, cancel = context.WithCancel(s.t.Context())
	}
	defer cancel()
	if busy {
		deadline = time.Second
	}
	began := time.Now()
	_, err := s.Token(ctx, "work", -1)
	if took := time.Since(began); kindOf(s.t, err) != kind || took < deadline-50*time.Millisecond || took > deadline+time.Second {
		s.t.Errorf("%v after %s, want %s after %s", err, took, kind, deadline)
	}
	var held *store.HeldError
	if busy {
		return
	}
	if !errors.As(err, &held) || held.PID != p.Process.Pid || !strings.Contains(err.Error(), fmt.Sprint(p.Process.Pid)) {
		s.t.Errorf("%v does not name process %d", err, p.Process.Pid)
	}
}
