package connections

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"authdeck/internal/safetext"
	"authdeck/store"
)

// testingClass is the refresh-token lifetime that a consent screen in test mode gives: 7 days, with a margin.
const testingClass = 7*24*time.Hour + 12*time.Hour

// warnings are the true things a user should know about a connection. cases are the integration's documented lifetime
// cases in words.
func warnings(c store.Summary, missing, cases []string, now time.Time) []string {
	if c.Health.Trouble == store.TroubleRevoked {
		return nil
	}
	var out []string
	if !c.RestoredFrom.IsZero() {
		out = append(out, restoredWords(c.RestoredFrom)+": its refresh token may have been used since; if a refresh is refused, sign in again")
	}
	if len(missing) > 0 {
		out = append(out, "not granted: "+safetext.Line(strings.Join(missing, " "), 200))
	}
	if !c.Refreshable && c.Lifetime == store.LifetimeKnown {
		out = append(out, "the provider gave no refresh token: a sign-in is needed when the access token ends")
	}
	if c.Refreshable && !c.RefreshExpiresAt.IsZero() {
		left := c.RefreshExpiresAt.Sub(now)
		moves := !c.RefreshedAt.IsZero() && c.RefreshSince.Equal(c.ObtainedAt) // with each refresh
		switch {
		case left > 0 && c.RefreshExpiresAt.Sub(c.ObtainedAt) <= testingClass && mentionsTesting(cases):
			out = append(out, "refresh token ends in "+span(left)+": is the consent screen in Testing?")
		case left > 0 && left <= refreshEndsSoon && !moves:
			out = append(out, "refresh token ends in "+span(left))
		case endingWords(c, now) != "":
			out = append(out, endingWords(c, now))
		}
	}
	if c.Capped {
		out = append(out, "the provider says that the access token lives for more than 10 years; taken as 10")
	}
	return out
}

func mentionsTesting(cases []string) bool {
	return slices.ContainsFunc(cases, func(c string) bool { return strings.Contains(strings.ToLower(c), "testing") })
}

// span is a duration in its largest unit, rounded down: "6 d", "3 h", "12 min", "40 s".
func span(d time.Duration) string {
	switch {
	case d >= 24*time.Hour:
		return fmt.Sprintf("%d d", d/(24*time.Hour))
	case d >= time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= time.Minute:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", max(0, d)/time.Second)
}

// exactSpan is a duration in its two largest units, for what is to be told and not only estimated: "1 min 30 s".
func exactSpan(d time.Duration) string {
	d = d.Round(time.Second)
	for _, unit := range []struct{ large, small time.Duration }{{24 * time.Hour, time.Hour}, {time.Hour, time.Minute}, {time.Minute, time.Second}} {
		if rest := d % unit.large / unit.small * unit.small; d >= unit.large && rest > 0 {
			return span(d-d%unit.large) + " " + span(rest)
		}
		if d >= unit.large {
			break
		}
	}
	return span(d)
}

// missingScopes are those asked for and not granted. A provider that echoes an OpenID scope under a longer name of its
// own has granted it, and offline_access is answered by a refresh token.
func missingScopes(asked, granted []string, refreshable bool) []string {
	var missing []string
	for _, scope := range asked {
		switch {
		case slices.Contains(granted, scope):
		case scope == "offline_access" && refreshable:
		case slices.Contains([]string{"openid", "profile", "email", "address", "phone"}, scope) &&
			slices.ContainsFunc(granted, func(g string) bool { return lastPart(g) == scope }):
		default:
			missing = append(missing, scope)
		}
	}
	return missing
}

func lastPart(scope string) string {
	return scope[strings.LastIndexAny(scope, "/.:")+1:]
}
