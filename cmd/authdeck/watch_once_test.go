package main

import (
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/store"
)

// TestWatchOnce_Standing: what one connection calls for after a round. Whatever a refresh can still mend is not a sign-in.
func TestWatchOnce_Standing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name       string
		ends       time.Duration // from now on
		refresh    bool
		trouble    store.Trouble
		refreshing bool
		want       int
	}{
		{"lives", time.Hour, true, "", false, 0},
		{"lives, no refresh token", time.Hour, false, "", false, 0},
		{"about to end", time.Second, true, "", false, 0},
		{"ended, can be refreshed", -time.Second, true, "", false, 5},
		{"ended, no refresh token", -time.Second, false, "", false, 4},
		{"ended, its refresh is retried", -time.Second, true, store.TroubleTransient, false, 5},
		{"lives, its refresh is retried", time.Minute, true, store.TroubleTransient, false, 5},
		{"ended, somebody refreshes it", -time.Second, true, "", true, 5},
		{"lives, somebody refreshes it", time.Second, true, "", true, 0},
		{"ended, settings refused", -time.Second, true, store.TroubleConfiguration, false, 1},
		{"lives, settings refused", time.Hour, true, store.TroubleConfiguration, false, 1},
		{"refused, ended", -time.Second, true, store.TroubleDead, false, 4},
		{"refused, lives", time.Hour, true, store.TroubleDead, false, 4},
		{"revoked", -time.Second, true, store.TroubleRevoked, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := store.Summary{
				ObtainedAt: now.Add(-time.Hour), Lifetime: store.LifetimeKnown, ExpiresAt: now.Add(c.ends), Refreshable: c.refresh,
				Health: store.Health{Trouble: c.trouble}, Refreshing: c.refreshing,
			}
			state, reason := connections.StateOf(s, now)
			if got := standing(connections.View{Summary: s, State: state, Reason: reason}, now); got != c.want {
				t.Errorf("exit code %d, want %d (%s: %s)", got, c.want, state, reason)
			}
		})
	}
}
