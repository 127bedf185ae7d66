package connections_test

import (
	"strings"
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/store"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// row is a summary that was obtained an hour before its expiry.
func row(expires time.Time, change ...func(*store.Summary)) store.Summary {
	c := store.Summary{Lifetime: store.LifetimeKnown, ObtainedAt: expires.Add(-time.Hour), ExpiresAt: expires, Refreshable: true}
	for _, f := range change {
		f(&c)
	}
	return c
}

func trouble(t store.Trouble, retry time.Time) func(*store.Summary) {
	return func(c *store.Summary) {
		c.Health = store.Health{Trouble: t, Reason: "why", Since: noon, Tries: 1, RetryAt: retry}
	}
}

func fixed(c *store.Summary)      { c.Refreshable = false }
func refreshing(c *store.Summary) { c.Refreshing = true }
func never(c *store.Summary)      { c.Lifetime, c.ExpiresAt = store.LifetimeNever, time.Time{} }
func unknown(c *store.Summary)    { c.Lifetime, c.ExpiresAt = store.LifetimeUnknown, time.Time{} }

// TestStates holds reference/tui.md §4.
func TestStates(t *testing.T) {
	t.Parallel()
	later, soon, past := noon.Add(50*time.Minute), noon.Add(4*time.Minute), noon.Add(-time.Minute)
	for _, c := range []struct {
		name  string
		row   store.Summary
		state connections.State
		why   string
	}{
		{"lives", row(later), connections.StateOK, ""},
		{"a moment before the window", row(noon.Add(5*time.Minute + time.Second)), connections.StateOK, ""},
		{"inside the window", row(noon.Add(5 * time.Minute)), connections.StateExpiring, ""},
		{"inside the window, nothing to refresh with", row(soon, fixed), connections.StateExpiring, "no refresh token"},
		{"the moment it ends", row(noon), connections.StateExpired, "a refresh is due"},
		{"ended, nothing to refresh with", row(past, fixed), connections.StateExpired, "no refresh token: sign in again"},
		{"never ends", row(later, never), connections.StateOK, ""},
		{"nobody knows", row(later, unknown), connections.StateOK, ""},
		{"in flight", row(past, refreshing), connections.StateRefreshing, ""},
		{"in flight after a failure", row(past, refreshing, trouble(store.TroubleTransient, later)), connections.StateRefreshing, "why"},
		{"failed for a passing reason", row(later, trouble(store.TroubleTransient, later)), connections.StateRetrying, "why"},
		{"failed for a passing reason and ended", row(past, trouble(store.TroubleTransient, later)), connections.StateRetrying, "why"},
		{"dead while the access token lives", row(later, trouble(store.TroubleDead, time.Time{})), connections.StateSignIn, "why"},
		{"settings refused while it lives", row(later, trouble(store.TroubleConfiguration, time.Time{})), connections.StateOK, "why"},
		{"settings refused, ended", row(past, trouble(store.TroubleConfiguration, time.Time{})), connections.StateExpired, "why"},
		{"revoked", row(later, refreshing, trouble(store.TroubleRevoked, time.Time{})), connections.StateRevoked, "why"},
		{"never finished", store.Summary{}, connections.StateSignIn, "the sign-in was never finished"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			state, why := connections.StateOf(c.row, noon)
			if state != c.state || why != c.why {
				t.Errorf("got %s %q, want %s %q", state, why, c.state, c.why)
			}
		})
	}
}

// TestS56_RefreshAt holds reference/security.md §5.6 and the rows of §5.4 that plan nothing.
func TestS56_RefreshAt(t *testing.T) {
	t.Parallel()
	end := noon.Add(time.Hour)
	short := func(life time.Duration) store.Summary {
		return store.Summary{Lifetime: store.LifetimeKnown, ObtainedAt: noon, ExpiresAt: noon.Add(life), Refreshable: true}
	}
	for _, c := range []struct {
		name string
		row  store.Summary
		want time.Time
	}{
		{"5 min before the end of an hour", row(end), end.Add(-5 * time.Minute)},
		{"20 % before the end of 90 s", short(90 * time.Second), noon.Add(72 * time.Second)},
		{"born expired: once a minute", short(0), noon.Add(time.Minute)},
		{"a second's life: not at once", short(time.Second), noon.Add(time.Second)},
		{"the retry of a failure", row(end, trouble(store.TroubleTransient, noon.Add(7*time.Second))), noon.Add(7 * time.Second)},
		{"no refresh token", row(end, fixed), time.Time{}},
		{"no expiry", row(end, never), time.Time{}},
		{"unknown lifetime", row(end, unknown), time.Time{}},
		{"dead", row(end, trouble(store.TroubleDead, end)), time.Time{}},
		{"settings refused", row(end, trouble(store.TroubleConfiguration, end)), time.Time{}},
		{"revoked", row(end, trouble(store.TroubleRevoked, end)), time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := connections.RefreshAt(c.row); !got.Equal(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestInterruptedIntent: an intent that nobody can be working on any more is not shown as a refresh in flight.
func TestInterruptedIntent(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	c := b.put("work", time.Minute, time.Hour)
	for _, row := range []struct {
		age  time.Duration
		want connections.State
	}{{time.Second, connections.StateRefreshing}, {2 * time.Minute, connections.StateOK}} {
		if err := b.store.SetIntent(t.Context(), c.ID, &store.Intent{Started: b.clock.Wall().Add(-row.age), Sent: true}); err != nil {
			t.Fatal(err)
		}
		list, err := b.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		d, err := b.Show(t.Context(), "work")
		if err != nil {
			t.Fatal(err)
		}
		if list[0].State != row.want || d.State != row.want {
			t.Errorf("intent of %s: list says %s, show %s, want %s", row.age, list[0].State, d.State, row.want)
		}
		if row.want == connections.StateOK && !strings.Contains(d.Reason, "interrupted") {
			t.Errorf("reason %q does not say that the refresh was interrupted", d.Reason)
		}
	}
}
