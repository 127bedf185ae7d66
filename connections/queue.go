package connections

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"authdeck/store"
)

// entry is one connection in the keeper's schedule.
type entry struct {
	row       store.Summary
	host      string    // where its refreshes go; found when it is first due, "" until then
	at        time.Time // wall; zero if nothing is planned
	notBefore time.Time // wall
	running   bool
	idle      bool // it was planned with keep_idle
}

// when is the earliest start.
func (e *entry) when() time.Time {
	if e.notBefore.After(e.at) {
		return e.notBefore
	}
	return e.at
}

// waiting are the entries that are not due yet, the next first: a heap.
type waiting []*entry

func (w waiting) Len() int           { return len(w) }
func (w waiting) Less(i, j int) bool { return w[i].when().Before(w[j].when()) }
func (w waiting) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *waiting) Push(x any)        { *w = append(*w, x.(*entry)) }
func (w *waiting) Pop() any          { return popLast((*[]*entry)(w)) }

func popLast(list *[]*entry) *entry {
	n := len(*list) - 1
	e := (*list)[n]
	(*list)[n], *list = nil, (*list)[:n]
	return e
}

// queue are the due connections of one host, the most urgent first: a heap.
type queue struct {
	list []*entry
	gap  time.Duration // between two starts
	told time.Time     // wall: when gap was worked out; zero: anew
}

func (q *queue) Len() int           { return len(q.list) }
func (q *queue) Less(i, j int) bool { return moreUrgent(q.list[i], q.list[j]) < 0 }
func (q *queue) Swap(i, j int)      { q.list[i], q.list[j] = q.list[j], q.list[i] }
func (q *queue) Push(x any)         { q.list = append(q.list, x.(*entry)) }
func (q *queue) Pop() any           { return popLast(&q.list) }

func (q *queue) add(e *entry) {
	heap.Push(q, e)
	q.told = time.Time{}
}

// spacing is the gap between two starts; of many that are due it is worked out once a second, since what is left to do
// shrinks as the time that is left does.
func (q *queue) spacing(now time.Time) time.Duration {
	const many, again = 256, time.Second
	if age := now.Sub(q.told); q.told.IsZero() || len(q.list) <= many || age < 0 || age >= again {
		sorted := slices.Clone(q.list)
		slices.SortFunc(sorted, moreUrgent)
		q.gap, q.told = spacing(sorted, now), now
	}
	return q.gap
}

func moreUrgent(a, b *entry) int {
	return cmp.Or(urgency(a.row).Compare(urgency(b.row)), cmp.Compare(a.row.Name, b.row.Name))
}

// urgency orders by expiry; what nobody knows the end of comes last.
func urgency(c store.Summary) time.Time {
	if c.Lifetime != store.LifetimeKnown {
		return c.ObtainedAt.Add(100 * 365 * 24 * time.Hour)
	}
	return c.ExpiresAt
}

// spacing is the gap between two starts: 2 s, or the time left divided by the number due. Each of the list has to start
// before its own end, so the tightest counts; a fifth of the time is left for listing, slow answers and other processes.
func spacing(list []*entry, now time.Time) time.Duration {
	gap := startGap
	for i, e := range list {
		if e.row.Lifetime != store.LifetimeKnown {
			continue
		}
		left := max(0, e.row.ExpiresAt.Sub(now)) * 4 / 5
		gap = min(gap, left/time.Duration(i+1))
	}
	return gap
}
