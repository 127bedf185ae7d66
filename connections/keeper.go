package connections

import (
	"context"
	"errors"
	"sync"
	"time"

	"authdeck/store"
)

// KeepEvent is one thing the keeper did or met.
type KeepEvent struct {
	Time                      time.Time
	Connection, Event, Detail string // Event: refreshed, recovered, failing, paused, resumed, sign_in_needed, configuration, refresh_token_ending, clock, store
}

const (
	tickMost     = 15 * time.Second // §5.5: timers stand still in suspend, so none is longer
	clockJump    = 30 * time.Second // wall against monotonic: more than this is a resume, or the clock was set
	relistLeast  = time.Second      // between two readings of the whole list
	relistMost   = 5 * time.Minute  // a list is read anew at least this often
	skippedPause = 5 * time.Second  // until a connection that somebody else refreshes is looked at again
	failedPause  = 30 * time.Second // until one whose failure could not be recorded is
	resumeSpread = 5 * time.Second  // what is overdue after a resume starts within
)

// Keep refreshes all connections before they expire, until ctx ends; report may be nil and must not block. It returns nil
// once its own refreshes are done. It ends early only if the store cannot be read when it starts.
func (s *Service) Keep(ctx context.Context, report func(KeepEvent)) error {
	s.beat()
	defer s.over()
	changes, err := s.o.Store.Watch(ctx)
	if err != nil {
		return storeError("watch the store", err)
	}
	k := newKeeper(s, report)
	defer k.tendClock(context.WithoutCancel(ctx), true)
	defer k.running.Wait()
	k.noticeSetBack(ctx)
	if err := k.list(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	k.running.Go(func() { s.keepHandouts(ctx) })
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		s.beat()
		select {
		case <-ctx.Done():
			return nil
		case _, open := <-changes:
			if !open {
				changes = nil
			}
			k.dirty = true
		case d := <-k.done:
			k.finished(d)
		case h := <-k.heard:
			k.listen(ctx, h)
		case <-timer.C:
		}
		k.drain()
		k.checkClock(ctx)
		if k.listDue() {
			err := k.list(ctx)
			if err != nil && !k.unread && ctx.Err() == nil {
				k.say("", "store", err.Error())
			}
			k.unread = err != nil
		}
		k.tellPauses()
		k.tendClock(ctx, false)
		timer.Reset(min(k.start(ctx), k.tend(ctx)))
	}
}

// keepFresh refreshes a connection that the list says is due.
func (s *Service) keepFresh(ctx context.Context, row store.Summary, try, keepIdle bool) outcome {
	seen, err := s.o.Store.Get(ctx, row.ID)
	if err != nil {
		return outcome{conn: store.Connection{ID: row.ID, Name: row.Name}, err: storeError("read connection", err)}
	}
	enough := func(c store.Connection) bool {
		changed := !c.Grant.ObtainedAt.Equal(row.ObtainedAt) || c.Health != row.Health // since the list was read
		return changed || plannedAt(c.Summary(), keepIdle).IsZero()
	}
	return s.refresh(ctx, seen, want{enough: enough, try: try})
}

// finish is the end of one of the keeper's refreshes.
type finish struct {
	row  store.Summary
	host string
	r    outcome
}

type keeper struct {
	s       *Service
	report  func(KeepEvent)
	mu      sync.Mutex // KeepOnce reports from several goroutines
	running sync.WaitGroup
	done    chan finish

	entries  map[string]*entry
	waiting  waiting
	due      map[string]*queue // by host
	found    *hostFinder
	told     map[string]bool // pauses that were said, by host
	probes   map[string]*probing
	heard    chan heard
	suspect  string // a host that was not reached: is it the network?
	looking  bool
	untold   []finish
	looked   time.Duration   // mono, of the last such look
	failed   map[string]bool // hosts of which a connection's failing was said, until one there works
	quiet    map[string]bool // connections whose failing was not said: the pause of their host was
	dirty    bool
	unread   bool          // the last list could not be read, which was said
	listed   time.Duration // mono, of the last list
	listTook time.Duration
	usedAt   time.Duration // mono, of the last look for pauses that nobody needs; 0: none yet
	skewTold bool
	keepIdle bool
	ending   map[string]time.Time // the end of a refresh token that was warned of, by connection
	worked   bool                 // since the wall time was written down
	seenAt   time.Duration        // mono, of that
	wall     time.Time            // of the last look at the clock
	mono     time.Duration
}

func newKeeper(s *Service, report func(KeepEvent)) *keeper {
	if report == nil {
		report = func(KeepEvent) {}
	}
	return &keeper{
		s: s, report: report, done: make(chan finish, 64), entries: map[string]*entry{}, due: map[string]*queue{},
		told: map[string]bool{}, failed: map[string]bool{}, quiet: map[string]bool{}, ending: map[string]time.Time{}, probes: map[string]*probing{}, heard: make(chan heard, 4),
		looked: s.o.Clock.Mono() - lookAgain,
		wall:   s.now(), mono: s.o.Clock.Mono(),
	}
}

func (k *keeper) say(connection, event, detail string) {
	k.report(KeepEvent{Time: k.s.now(), Connection: connection, Event: event, Detail: detail})
}

// drain takes what else has finished, so that many ends cost one look at the schedule.
func (k *keeper) drain() {
	for {
		select {
		case d := <-k.done:
			k.finished(d)
		default:
			return
		}
	}
}

// finished takes the result of a refresh into the schedule.
func (k *keeper) finished(d finish) {
	if unreached(d.r.err) && (k.looking || k.suspect != "" && k.mayLook()) {
		k.untold = append(k.untold, d) // until it is known whether it is the network
	} else {
		k.tell(d.row, d.host, d.r)
	}
	if unreached(d.r.err) {
		k.suspect = d.host
	}
	e := k.entries[d.row.ID]
	if e == nil {
		return
	}
	e.running, k.worked = false, true
	defer k.enqueue(e)
	now := k.s.now()
	switch {
	case errors.Is(d.r.err, errSkipped):
		e.notBefore = now.Add(skippedPause)
		return
	case d.r.conn.Generation > 0:
		e.take(k, d.r.conn.Summary())
	}
	if d.r.err != nil && !e.at.IsZero() && !e.at.After(now) {
		e.notBefore = now.Add(failedPause)
	}
	if d.r.err == nil && !d.r.asked {
		e.notBefore = now.Add(skippedPause)
	}
	k.dirty = true
}

// tell reports what a refresh of the keeper's led to: one failing event an outage, and one recovered.
// Where its host is paused, the failing of the connection that met it first is said, and those of the others are not.
func (k *keeper) tell(row store.Summary, host string, r outcome) {
	h := r.conn.Health
	quiet := k.quiet[row.ID]
	if r.err == nil && r.asked {
		delete(k.quiet, row.ID)
		delete(k.failed, host)
	}
	switch {
	case errors.Is(r.err, errSkipped), errors.Is(r.err, context.Canceled):
	case r.err == nil && r.asked && h.Trouble == store.TroubleTransient:
		if row.Health.Trouble != store.TroubleTransient {
			k.say(row.Name, "failing", h.Reason)
		}
	case r.err == nil && r.asked && row.Health.Trouble == store.TroubleTransient && !quiet:
		k.say(r.conn.Name, "recovered", lifetimeWords(r.conn.Grant))
	case r.err == nil && r.asked:
		k.say(r.conn.Name, "refreshed", lifetimeWords(r.conn.Grant))
	case r.err == nil:
	case h.Trouble == row.Health.Trouble && h.Trouble != store.TroubleNone:
	case h.Trouble == store.TroubleDead:
		k.say(row.Name, "sign_in_needed", h.Reason)
	case h.Trouble == store.TroubleConfiguration:
		k.say(row.Name, "configuration", h.Reason)
	case h.Trouble == store.TroubleTransient && k.failed[host] && k.s.hosts.paused(host):
		k.quiet[row.ID] = true
	case h.Trouble == store.TroubleTransient:
		k.failed[host] = true
		k.say(row.Name, "failing", h.Reason)
	default:
		k.say(row.Name, "failing", r.err.Error())
	}
}
