package screen

import (
	"time"

	"authdeck/connections"
	"authdeck/store"
)

// At is the row as it is at a wall time: its state moves with the clock while nothing on disk changes.
func At(r Row, now time.Time) Row {
	if s, why := connections.StateOf(r.Summary, now); s != r.State {
		r.State, r.Reason = s, why
		r.RefreshAt = connections.RefreshAt(r.Summary)
	}
	return r
}

// NextChange is when the clock changes the row's state next, zero if it does not.
func NextChange(r Row, now time.Time) time.Time {
	if r.Lifetime != store.LifetimeKnown || !now.Before(r.ExpiresAt) {
		return time.Time{}
	}
	window := r.ExpiresAt.Add(-min(5*time.Minute, max(0, r.ExpiresAt.Sub(r.ObtainedAt)/5)))
	if now.Before(window) {
		return window
	}
	return r.ExpiresAt
}
