package connections

import (
	"context"
	"errors"
	"time"

	"authdeck/store"
)

// want says what a caller needs of a refresh.
type want struct {
	// enough reports whether a record, as somebody else may have left it, serves the caller without another request.
	enough func(store.Connection) bool
	// try takes the connection's lock only if it is free (the keeper's way).
	try bool
}

// outcome is what a refresh led to.
type outcome struct {
	conn  store.Connection
	asked bool // a request was made, and its answer is on disk
	same  bool // which brought the access token that was there
	err   error
}

// errSkipped: the lock was not free, and the caller did not want to wait for it.
var errSkipped = errors.New("somebody else is refreshing this connection")

// flight is one refresh of this process that any number of callers wait for.
type flight struct {
	done    chan struct{} // closed once result is set
	result  outcome
	callers int
	leave   context.CancelFunc // ends the wait for the lock; an exchange that has begun goes on
}

// refresh brings the connection up to what w wants: one request at a time in this process (a flight), in all processes
// (the connection's lock), and none where somebody else's answer serves. seen is the record that the caller looked at.
// A caller that leaves gets the context's error; the exchange is finished without it.
func (s *Service) refresh(ctx context.Context, seen store.Connection, w want) outcome {
	for {
		f, own, err := s.board(ctx, seen, w)
		if err != nil {
			return outcome{conn: seen, err: err}
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return s.leave(ctx, f, seen)
		}
		if r := f.result; own || serves(r, w) {
			return r
		}
		// Another caller's flight that did not bring what this one needs; it is over, so the next is another.
	}
}

// serves reports whether the result of another caller's flight will do. One that was skipped, or that ended because all
// its callers went, says nothing to who wanted to wait.
func serves(r outcome, w want) bool {
	switch {
	case errors.Is(r.err, errSkipped), errors.Is(r.err, context.Canceled):
		return w.try
	case r.err != nil, r.asked:
		return true
	}
	return w.enough(r.conn)
}

// board joins the flight of this connection, or starts one.
func (s *Service) board(ctx context.Context, seen store.Connection, w want) (*flight, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.flights[seen.ID]; f != nil {
		f.callers++
		return f, false, nil
	}
	if s.closed {
		return nil, false, errClosed()
	}
	s.work.Add(1)
	detached := context.WithoutCancel(ctx)
	waiting, leave := context.WithTimeout(detached, lockWait)
	f := &flight{done: make(chan struct{}), callers: 1, leave: leave}
	s.flights[seen.ID] = f
	go func() {
		defer s.work.Done()
		defer leave()
		say := func(r outcome) {
			f.result = r
			close(f.done)
		}
		r, said := s.exchange(detached, waiting, seen, w, say)
		s.mu.Lock()
		delete(s.flights, seen.ID)
		s.mu.Unlock()
		if !said {
			say(r)
		}
	}()
	return f, true, nil
}

// holderNamed is how long a caller whose time is over waits for the name of who holds the lock.
const holderNamed = 200 * time.Millisecond

// leave takes a caller off a flight; the last one ends its wait for the lock, and learns who holds it.
func (s *Service) leave(ctx context.Context, f *flight, seen store.Connection) outcome {
	s.mu.Lock()
	f.callers--
	last := f.callers == 0
	s.mu.Unlock()
	r := outcome{conn: seen, err: explain(ctx.Err())}
	if !last {
		return r
	}
	f.leave()
	timer := time.NewTimer(holderNamed)
	defer timer.Stop()
	select {
	case <-f.done:
		var held *store.HeldError
		if errors.As(f.result.err, &held) || f.result.err == nil {
			return f.result
		}
	case <-timer.C:
	}
	return r
}
