package connections

import (
	"context"
	"errors"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/store"
)

// A wall clock that is set back must not lengthen a lifetime (§5.5; docs/decisions/0011-clock-set-back.md).

const (
	sectionClock = "clock"
	keySeen      = "seen"
	keySkew      = "skew"

	seenEvery = time.Minute      // at most so often it is written, with other work
	seenIdle  = 30 * time.Minute // and so often without
	sameStep  = 2 * time.Minute  // two processes that notice a step within this notice the same one
	skewMost  = 5 * time.Minute  // between this clock and a server's
)

// OfThisMachine reports whether a section of the store's settings says something of the machine that wrote it, its clock or its
// network, and so is no part of a backup: the wall clock of another machine would shorten each token here.
func OfThisMachine(section string) bool { return section == sectionClock || section == sectionHost }

// clockNote is the last wall time that any keeper saw, and the last step back that was dealt with.
type clockNote struct {
	Seen time.Time     `json:"seen"`
	Back time.Time     `json:"back,omitzero"` // when, by the clock as it was set
	By   time.Duration `json:"by,omitzero"`
}

func (s *Service) clockNote(ctx context.Context) (clockNote, error) {
	var n clockNote
	err := s.o.Store.Setting(ctx, sectionClock, keySeen, &n)
	if errors.Is(err, store.ErrNotFound) {
		return n, nil
	}
	return n, storeError("read the last wall time", err)
}

// keepSeen writes the wall time down, unless the clock was set back, which is dealt with instead.
func (s *Service) keepSeen(ctx context.Context) error {
	n, err := s.clockNote(ctx)
	if err != nil {
		return err
	}
	now := s.now()
	if n.Seen.After(now.Add(clockSlack)) {
		_, err := s.noticeSetBack(ctx)
		return err
	}
	n.Seen = now
	return storeError("write the last wall time", s.o.Store.PutSetting(ctx, sectionClock, keySeen, n))
}

// noticeSetBack finds that the clock was set back while no keeper ran, and by how much at least.
func (s *Service) noticeSetBack(ctx context.Context) (by time.Duration, err error) {
	n, err := s.clockNote(ctx)
	if err != nil || !n.Seen.After(s.now().Add(clockSlack)) {
		return 0, err
	}
	return s.setBack(ctx, func(n clockNote, now time.Time) time.Duration {
		if !n.Seen.After(now.Add(clockSlack)) {
			return 0 // another process has dealt with it
		}
		return n.Seen.Sub(now)
	})
}

// steppedBack deals with a step back that this process saw happen; another may have dealt with it already.
func (s *Service) steppedBack(ctx context.Context, by time.Duration) error {
	_, err := s.setBack(ctx, func(n clockNote, now time.Time) time.Duration {
		known := now.Sub(n.Back).Abs() <= sameStep && (n.By-by).Abs() <= sameStep
		if known {
			return 0
		}
		return by
	})
	return err
}

// setBack moves what is stored by as much as the clock was set back, so that each token has as long to live as it had. One
// process does it; a second time, after a crash in between, only shortens.
func (s *Service) setBack(ctx context.Context, by func(clockNote, time.Time) time.Duration) (time.Duration, error) {
	unlock, err := s.lockNamed(ctx, "clock")
	if err != nil {
		return 0, err
	}
	defer unlock()
	n, err := s.clockNote(ctx)
	if err != nil {
		return 0, err
	}
	now := s.now()
	d := by(n, now)
	if d <= 0 {
		return 0, nil
	}
	rows, err := s.o.Store.List(ctx)
	if err != nil {
		return 0, storeError("list connections", err)
	}
	for _, r := range rows {
		if err := s.moveBack(ctx, r.ID, d, now); err != nil {
			return 0, err
		}
	}
	n = clockNote{Seen: now, Back: now, By: d}
	return d, storeError("write the last wall time", s.o.Store.PutSetting(ctx, sectionClock, keySeen, n))
}

func (s *Service) moveBack(ctx context.Context, id string, by time.Duration, now time.Time) error {
	c, err := s.o.Store.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return storeError("read connection", err)
	}
	_, err = s.update(ctx, c, func(c *store.Connection) (store.Write, error) {
		if !movedBack(c, by, now) {
			return store.Write{}, errSuperseded
		}
		return store.Write{}, nil
	})
	if errors.Is(err, errSuperseded) || errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// movedBack moves the times of a connection that have not come yet, and reports whether there are any. What has ended
// stays ended.
func movedBack(c *store.Connection, by time.Duration, now time.Time) bool {
	moved := false
	move := func(t *time.Time) {
		if t.After(now) {
			*t, moved = t.Add(-by), true
		}
	}
	g := &c.Grant
	if g.ObtainedAt.After(now) || g.ExpiresAt.After(now) || g.Lifetime == store.LifetimeUnknown && !g.ObtainedAt.IsZero() {
		g.ObtainedAt, moved = g.ObtainedAt.Add(-by), true
	}
	move(&g.ExpiresAt)
	if g.RefreshExpiresAt.After(now) && !g.RefreshSince.IsZero() {
		g.RefreshSince = g.RefreshSince.Add(-by)
	}
	move(&g.RefreshExpiresAt)
	move(&g.RefreshLimit)
	move(&c.Health.RetryAt)
	move(&c.Health.NotBefore)
	return moved
}

// checkSeen is noticeSetBack for a caller that wants a token: once in a while, and never in its way. It reports whether
// records were changed.
func (s *Service) checkSeen(ctx context.Context) bool {
	mono := s.o.Clock.Mono()
	s.mu.Lock()
	due := !s.seenOnce || mono-s.seenAt >= seenEvery
	s.seenOnce, s.seenAt = true, mono
	s.mu.Unlock()
	if !due {
		return false
	}
	by, err := s.noticeSetBack(ctx)
	if err != nil {
		s.o.Log.Debug("whether the clock was set back is not known", "err", err)
	}
	return by > 0
}

// tendClock writes the wall time down now and then; worked says that the keeper did something since.
func (k *keeper) tendClock(ctx context.Context, ending bool) {
	age := k.s.o.Clock.Mono() - k.seenAt
	if !ending && age < seenIdle && (!k.worked || age < seenEvery) {
		return
	}
	k.seenAt, k.worked = k.s.o.Clock.Mono(), false
	if err := k.s.keepSeen(ctx); err != nil {
		k.s.o.Log.Debug("the wall time was not written down", "err", err)
	}
}

// skew is a clock here that differs from a server's.
type skew struct {
	Server string        `json:"server"`
	By     time.Duration `json:"by"` // what the server's is ahead
}

func (k skew) words() string {
	where := "behind"
	if k.By < 0 {
		where = "ahead of"
	}
	return "the clock here is " + span(k.By.Abs()) + " " + where + " that of " + safetext.Line(k.Server, 80) + ": tokens are counted from their receipt all the same, but set it right"
}

// noteSkew keeps what an answer's Date header says of the clock here, if that is news.
func (s *Service) noteSkew(ctx context.Context, server string, g integrations.Grant) {
	if g.Skew == 0 {
		return // nothing was said
	}
	wrong := g.Skew.Abs() > skewMost
	s.mu.Lock()
	news := !s.skewKnown || wrong != s.skewed
	s.skewKnown, s.skewed = true, wrong
	s.mu.Unlock()
	if !news {
		return
	}
	var old skew
	there := s.o.Store.Setting(ctx, sectionClock, keySkew, &old) == nil
	var value any
	switch {
	case wrong && (!there || (old.By-g.Skew).Abs() > skewMost):
		value = skew{Server: server, By: g.Skew.Round(time.Second)}
	case !wrong && there:
	default:
		return
	}
	if err := s.o.Store.PutSetting(ctx, sectionClock, keySkew, value); err != nil {
		s.o.Log.Debug("a wrong clock was not written down", "err", err)
	}
}

// skewWords warn of a wrong clock, "" if none is known.
func (s *Service) skewWords(ctx context.Context) string {
	var k skew
	if s.o.Store.Setting(ctx, sectionClock, keySkew, &k) != nil {
		return ""
	}
	return k.words()
}
