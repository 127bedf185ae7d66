package connections

import (
	"time"

	"authdeck/store"
)

// State is one of the seven words of reference/tui.md §4, the same in code, on screen, in JSON and in docs.
type State string

// The states.
const (
	StateOK         State = "ok"
	StateExpiring   State = "expiring"
	StateRefreshing State = "refreshing"
	StateRetrying   State = "retrying"
	StateExpired    State = "expired"
	StateSignIn     State = "sign_in_needed"
	StateRevoked    State = "revoked"
)

// The keeper's window, reference/security.md §5.6 and §5.4.
const (
	leadMost      = 5 * time.Minute
	leadPart      = 5                // a fifth of the lifetime
	endedAtOnce   = time.Minute      // how often a token that is born expired is refreshed, at most
	shortestPause = time.Second      // between two refreshes of very short-lived tokens
	unknownEvery  = 30 * time.Minute // how often a token of unknown lifetime is refreshed, at most
)

// StateOf derives the state of a connection at a wall time, with the reason in one safe line ("" if there is none).
// Trouble that passes is "retrying" also once the access token has ended, since waiting is then what helps; a token that
// has ended while the integration's settings are refused is "expired" with that reason.
func StateOf(c store.Summary, now time.Time) (State, string) {
	reason := c.Health.Reason
	if reason == "" && !c.RestoredFrom.IsZero() {
		reason = restoredWords(c.RestoredFrom) + "; whether its refresh token still works shows with the next refresh"
	}
	if words := endingWords(c, now); reason == "" && words != "" {
		reason = words
	}
	switch {
	case c.Health.Trouble == store.TroubleRevoked:
		return StateRevoked, reason
	case c.Refreshing:
		return StateRefreshing, reason
	case c.Health.Trouble == store.TroubleDead:
		return StateSignIn, reason
	case c.ObtainedAt.IsZero():
		return StateSignIn, "the sign-in was never finished"
	case c.Health.Trouble == store.TroubleTransient:
		return StateRetrying, reason
	case c.Lifetime != store.LifetimeKnown:
		return StateOK, reason
	}
	why := func(otherwise string) string {
		if reason != "" {
			return reason
		}
		return otherwise
	}
	switch {
	case !now.Before(c.ExpiresAt):
		if c.Refreshable {
			return StateExpired, why("a refresh is due")
		}
		return StateExpired, why("no refresh token: sign in again")
	case !now.Before(c.ExpiresAt.Add(-lead(c.ObtainedAt, c.ExpiresAt))):
		if c.Refreshable {
			return StateExpiring, reason
		}
		return StateExpiring, why("no refresh token")
	}
	return StateOK, reason
}

func restoredWords(at time.Time) string {
	return "restored from a copy or backup of " + at.UTC().Format("2006-01-02 15:04 UTC")
}

// RefreshAt is when the keeper will refresh, zero if it will not (no refresh token, no expiry, dead, revoked, settings
// refused): the lesser of 5 min and 20 % of the lifetime before expiry (§5.6), or Health.RetryAt.
func RefreshAt(c store.Summary) time.Time {
	if !c.Refreshable {
		return time.Time{}
	}
	switch c.Health.Trouble {
	case store.TroubleDead, store.TroubleRevoked, store.TroubleConfiguration:
		return time.Time{}
	case store.TroubleNone, store.TroubleTransient:
	}
	if !c.Health.RetryAt.IsZero() {
		return c.Health.RetryAt
	}
	if c.Lifetime != store.LifetimeKnown {
		return time.Time{}
	}
	pause := shortestPause
	if !c.ExpiresAt.After(c.ObtainedAt) {
		pause = endedAtOnce
	}
	at := c.ExpiresAt.Add(-lead(c.ObtainedAt, c.ExpiresAt))
	if first := c.ObtainedAt.Add(pause); at.Before(first) {
		return first
	}
	return at
}

// lead is how long before expiry a refresh is due.
func lead(obtained, expires time.Time) time.Duration {
	return min(leadMost, max(0, expires.Sub(obtained)/leadPart))
}
