package connections

import (
	"context"
	"errors"
	"time"

	"authdeck/integrations"
	"authdeck/oauthflow"
	"authdeck/store"
)

const (
	refreshEndsSoon = 14 * 24 * time.Hour // before its end a refresh token is warned of, or a fifth of its life if that is less
	idleTouch       = 7 * 24 * time.Hour  // before it idles out a refresh token is used, or a fifth of its life likewise
	sameEnd         = time.Minute         // two ends no further apart are one: providers tell what is left in seconds
)

// moveRefreshEnd works out when the refresh token ends, after an answer: what it says, else what the documents say of one
// that is not used, but never later than the end that counts from the sign-in. What nothing is known of keeps the end of
// the token that it is; a new token has none.
func moveRefreshEnd(k *store.Grant, g integrations.Grant, received time.Time, signIn, rotated bool) {
	before := k.RefreshExpiresAt
	if signIn {
		before, k.RefreshLimit, k.RefreshExpiresAt = time.Time{}, time.Time{}, time.Time{}
	}
	if k.RefreshToken.IsZero() {
		return
	}
	end := before
	if rotated {
		end = time.Time{}
	}
	switch {
	case g.RefreshLifetime.Kind == oauthflow.LifetimeKnown:
		end = received.Add(g.RefreshLifetime.For)
	case g.RefreshLifetime.Kind == oauthflow.LifetimeNever:
		k.RefreshExpiresAt, k.RefreshSince, k.RefreshLimit = time.Time{}, time.Time{}, time.Time{}
		return
	case g.RefreshIdle > 0:
		end = received.Add(g.RefreshIdle)
	}
	if signIn && g.RefreshAbsolute > 0 {
		k.RefreshLimit = received.Add(g.RefreshAbsolute)
		if g.RefreshLifetime.Kind == oauthflow.LifetimeKnown && g.RefreshIdle == 0 {
			k.RefreshLimit = end // the answer knows better than the documents
		}
	}
	if !k.RefreshLimit.IsZero() && (end.IsZero() || end.After(k.RefreshLimit)) {
		end = k.RefreshLimit
	}
	if end.Equal(before) || !end.IsZero() && !before.IsZero() && end.Sub(before).Abs() <= sameEnd {
		return
	}
	k.RefreshExpiresAt, k.RefreshSince = end, received
	if end.IsZero() {
		k.RefreshSince = time.Time{}
	}
}

// warnAt is when the end of a refresh token is warned of, zero if no end is known.
func warnAt(c store.Summary) time.Time {
	return beforeRefreshEnd(c, refreshEndsSoon)
}

// touchAt is when a refresh token has to be used so that it does not idle out; zero if that is not known, or if using it
// moves nothing.
func touchAt(c store.Summary) time.Time {
	absolute := !c.RefreshLimit.IsZero() && !c.RefreshExpiresAt.Before(c.RefreshLimit)
	at := beforeRefreshEnd(c, idleTouch)
	if absolute || at.IsZero() || !c.ObtainedAt.Before(at) { // or it was used and the end did not move
		return time.Time{}
	}
	return at
}

func beforeRefreshEnd(c store.Summary, most time.Duration) time.Time {
	if !c.Refreshable || c.RefreshExpiresAt.IsZero() {
		return time.Time{}
	}
	ahead := most
	if !c.RefreshSince.IsZero() {
		ahead = min(most, max(0, c.RefreshExpiresAt.Sub(c.RefreshSince)/leadPart))
	}
	return c.RefreshExpiresAt.Add(-ahead)
}

// endingWords say that the refresh token ends soon, "" if it does not.
func endingWords(c store.Summary, now time.Time) string {
	at := warnAt(c)
	switch {
	case at.IsZero() || now.Before(at):
		return ""
	case !now.Before(c.RefreshExpiresAt):
		return "the refresh token has ended: sign in again"
	}
	return "refresh token ends in " + span(c.RefreshExpiresAt.Sub(now))
}

// eventEnding is written once into the history for each end that is warned of.
const eventEnding = "refresh_token_ending"

// tellEnding says once, of whatever process, that a refresh token is about to end.
func (k *keeper) tellEnding(ctx context.Context, row store.Summary, now time.Time) {
	if row.Health.Trouble != store.TroubleNone && row.Health.Trouble != store.TroubleTransient {
		return
	}
	at := warnAt(row)
	if at.IsZero() || now.Before(at) || k.ending[row.ID].Equal(row.RefreshExpiresAt) {
		return
	}
	k.ending[row.ID] = row.RefreshExpiresAt
	events, err := k.s.o.Store.History(ctx, row.ID)
	if err != nil {
		return
	}
	for _, e := range events {
		if e.Event == eventEnding && !e.Time.Before(at) {
			return
		}
	}
	words := endingWords(row, now)
	if now.Before(row.RefreshExpiresAt) {
		words += ", on " + row.RefreshExpiresAt.UTC().Format("2006-01-02 15:04 UTC") + ": sign in again before"
	}
	e := k.s.event(store.Connection{ID: row.ID, Name: row.Name}, eventEnding, "warned", "%s", words)
	if err := k.s.o.Store.Append(ctx, e); err != nil {
		k.s.o.Log.Debug("a warning was not written to the history", "connection", row.Name, "err", err)
	}
	k.say(row.Name, eventEnding, words)
}

// sectionKeeper is where what a user wants of the keeper is kept.
const (
	sectionKeeper = "keeper"
	keyKeepIdle   = "keep_idle"
)

// KeepIdle reports whether connections that nobody uses are refreshed in time, so that their refresh token does not idle
// out. It is off unless [Service.SetKeepIdle] turned it on for this store.
func (s *Service) KeepIdle(ctx context.Context) (bool, error) {
	on := false
	err := s.o.Store.Setting(ctx, sectionKeeper, keyKeepIdle, &on)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, storeError("read the setting keep_idle", err)
	}
	return on, nil
}

// SetKeepIdle turns it on or off, for every process that works on this store.
func (s *Service) SetKeepIdle(ctx context.Context, on bool) error {
	var value any
	if on {
		value = true
	}
	return storeError("write the setting keep_idle", s.o.Store.PutSetting(ctx, sectionKeeper, keyKeepIdle, value))
}

// plannedAt is [RefreshAt], or earlier where the refresh token is to be kept from idling out.
func plannedAt(c store.Summary, keepIdle bool) time.Time {
	at := RefreshAt(c)
	healthy := c.Health.Trouble == store.TroubleNone
	if touch := touchAt(c); keepIdle && healthy && !touch.IsZero() && (at.IsZero() || touch.Before(at)) {
		return touch
	}
	return at
}
