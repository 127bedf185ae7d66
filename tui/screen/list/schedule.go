package list

import (
	"container/heap"
	"time"
)

// schedule knows which row's state the clock changes next, so that a second costs the rows that change in it and not all.
type schedule []due

type due struct {
	at  int64 // ns since 1970
	row int
}

// add puts a row in; a zero time is never.
func (s *schedule) add(row int, at time.Time) {
	if !at.IsZero() {
		heap.Push(s, due{at: at.UnixNano(), row: row})
	}
}

// ready reports whether a row changes at now or before.
func (s *schedule) ready(now time.Time) bool { return len(*s) > 0 && (*s)[0].at <= now.UnixNano() }

// pop takes out the row that changes first.
func (s *schedule) pop() int { return heap.Pop(s).(due).row } //nolint:forcetypeassert // nothing else is pushed

// Len, Less, Swap, Push and Pop are for package heap.
func (s *schedule) Len() int           { return len(*s) }
func (s *schedule) Less(i, j int) bool { return (*s)[i].at < (*s)[j].at }
func (s *schedule) Swap(i, j int)      { (*s)[i], (*s)[j] = (*s)[j], (*s)[i] }
func (s *schedule) Push(x any)         { *s = append(*s, x.(due)) } //nolint:forcetypeassert // as above

// Pop takes off the last.
func (s *schedule) Pop() any {
	old := *s
	x := old[len(old)-1]
	*s = old[:len(old)-1]
	return x
}
