package detail

import (
	"strconv"
	"time"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/store"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

func safe(s string) string { return safetext.Line(s, 200) }

// Next is what comes next for a connection, and what helps, in one line: the words that its state asks for.
func Next(row screen.Row, now time.Time) string {
	reason := safetext.Line(row.Reason, 120)
	alive := row.Lifetime != store.LifetimeKnown || now.Before(row.ExpiresAt)
	switch row.State {
	case connections.StateOK:
		return nextRefresh(row, now)
	case connections.StateExpiring:
		if !row.Refreshable {
			return "no refresh token: l signs in again"
		}
		return nextRefresh(row, now)
	case connections.StateRefreshing:
		return "a refresh is in flight, here or in another process"
	case connections.StateRetrying:
		text := reason
		if !row.Health.RetryAt.IsZero() {
			text = join(text, ordinal(row.Health.Tries+1)+" try at "+ui.Clock(row.Health.RetryAt, now))
		}
		if alive {
			return join(text, "the token still lives")
		}
		return join(text, "the token has ended")
	case connections.StateExpired:
		if row.Refreshable {
			return join(reason, "r refreshes")
		}
		return join(reason, "l signs in again")
	case connections.StateSignIn:
		text := reason
		if !row.Health.Since.IsZero() {
			text = join(text, "since "+ui.Clock(row.Health.Since, now))
		}
		return join(text, "l signs in again")
	case connections.StateRevoked:
		text := reason
		if text == "" {
			text = "ended on purpose, kept as a record"
		}
		return text
	}
	return reason
}

func nextRefresh(row screen.Row, now time.Time) string {
	switch {
	case !row.RefreshAt.IsZero() && row.RefreshAt.After(now):
		return "refresh at " + ui.Clock(row.RefreshAt, now) + ", auto"
	case !row.RefreshAt.IsZero():
		return "refresh is due, auto"
	case row.Lifetime == store.LifetimeNever:
		return "no expiry, nothing to refresh"
	case row.Lifetime == store.LifetimeUnknown:
		return "lifetime not known"
	case !row.Refreshable:
		return "no refresh token: l signs in when it ends"
	case row.Health.Trouble == store.TroubleConfiguration:
		return safetext.Line(row.Reason, 120)
	}
	return "no refresh is planned"
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}

func ordinal(n int) string {
	switch n {
	case 1:
		return "1st"
	case 2:
		return "2nd"
	case 3:
		return "3rd"
	}
	return strconv.Itoa(n) + "th"
}

// use is one action of the history: its name, and what came of it.
func use(e store.Event) (name, result string) {
	name, result = connections.ActionUse(e)
	if result == "" {
		result = e.Outcome
	}
	return safe(name), safe(result)
}

// lastUse is the newest action of a history, nil if there is none.
func lastUse(history []store.Event) *store.Event {
	for i := len(history) - 1; i >= 0; i-- {
		if history[i].Event == "action" {
			return &history[i]
		}
	}
	return nil
}
