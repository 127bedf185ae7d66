package connections

import (
	"cmp"
	"context"
	"slices"
	"time"

	"authdeck/store"
)

// handoutLog is what a store is too if it writes hand-outs down.
type handoutLog interface {
	RecordHandout(ctx context.Context, id string, h store.Handout) error
	FoldHandouts(ctx context.Context) ([]store.Event, error)
}

// foldEvery is how often the keeper moves hand-outs into the history.
const foldEvery = time.Minute

// recordHandout writes down who got a token. It delays nobody, and whether it works changes nothing.
func (s *Service) recordHandout(ctx context.Context, c store.Connection) {
	log, ok := s.o.Store.(handoutLog)
	if !ok || s.o.Asking == nil {
		return
	}
	program, pid := s.o.Asking()
	err := log.RecordHandout(ctx, c.ID, store.Handout{Time: s.now(), Connection: c.Name, Program: program, PID: pid})
	if err != nil {
		s.o.Log.Debug("a hand-out was not written down", "connection", c.Name, "err", err)
	}
}

// keepHandouts moves hand-outs into the history until ctx ends.
func (s *Service) keepHandouts(ctx context.Context) {
	log, ok := s.o.Store.(handoutLog)
	if !ok {
		return
	}
	tick := time.NewTicker(foldEvery)
	defer tick.Stop()
	for {
		if _, err := log.FoldHandouts(ctx); err != nil && ctx.Err() == nil {
			s.o.Log.Debug("hand-outs were not moved into the history", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// foldHandouts moves them now and returns what is not in the history yet, of one connection or of all (""); all of them
// where the store cannot be written.
func (s *Service) foldHandouts(ctx context.Context, id string) []store.Event {
	log, ok := s.o.Store.(handoutLog)
	if !ok {
		return nil
	}
	pending, err := log.FoldHandouts(ctx)
	if err != nil {
		s.o.Log.Debug("hand-outs were not moved into the history", "err", err)
	}
	if id == "" {
		return pending
	}
	return slices.DeleteFunc(pending, func(e store.Event) bool { return e.ID != id })
}

// withHandouts puts events of hand-outs, which come into the history late, where they belong by their time. Others keep
// their order, which is that of writing: a clock may have been set.
func withHandouts(events, pending []store.Event) []store.Event {
	handouts := pending
	var others []store.Event
	for _, e := range events {
		if e.Handed.Count > 0 {
			handouts = append(handouts, e)
		} else {
			others = append(others, e)
		}
	}
	if len(handouts) == 0 {
		return events
	}
	slices.SortStableFunc(handouts, func(a, b store.Event) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Connection, b.Connection))
	})
	all := make([]store.Event, 0, len(events)+len(pending))
	for _, e := range others {
		for len(handouts) > 0 && handouts[0].Time.Before(e.Time) {
			all, handouts = append(all, handouts[0]), handouts[1:]
		}
		all = append(all, e)
	}
	return append(all, handouts...)
}
