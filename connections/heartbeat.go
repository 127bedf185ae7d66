package connections

import "time"

// stuckAfter is how long one round of the keeper may last: it waits 15 s at most, and for a lock of its own or a busy store
// some more. Refreshes are no part of a round.
const stuckAfter = 2 * time.Minute

// beat notes that the keeper comes round; over notes that it has ended.
func (s *Service) beat() { s.round.Store(int64(s.o.Clock.Mono()) + 1) }
func (s *Service) over() { s.round.Store(0) }

// KeeperStuck reports whether [Service.Keep] runs and has not come round for two minutes, by the monotonic clock: the
// process lives, but nothing is kept fresh.
func (s *Service) KeeperStuck() bool {
	last := s.round.Load()
	return last != 0 && s.o.Clock.Mono()-time.Duration(last-1) > stuckAfter
}
