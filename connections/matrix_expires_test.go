package connections_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/internal/testserver"
	"authdeck/store"
)

// lifetimeRow is a spelling of expires_in and what becomes of the connection.
type lifetimeRow struct {
	spelling string // as in JSON, "" if the member is missing
	lifetime store.Lifetime
	lives    time.Duration
	next     time.Duration // until the keeper's refresh, jitter apart; zero if it plans none
	state    connections.State
	again    int // requests in all, once another caller has asked for a token as well
}

// TestMatrix_ExpiresIn: the 18 spellings of reference/security.md §5.4 × JSON, form, JSON as text. The tokens are stored in
// every case, the schedule is sane, and a second caller causes no second request.
func TestMatrix_ExpiresIn(t *testing.T) {
	t.Parallel()
	hour := lifetimeRow{"", store.LifetimeKnown, time.Hour, 55 * time.Minute, connections.StateOK, 1}
	almost := lifetimeRow{"", store.LifetimeKnown, 3599 * time.Second, 3299 * time.Second, connections.StateOK, 1}
	short := lifetimeRow{"", store.LifetimeKnown, 1000 * time.Second, 800 * time.Second, connections.StateOK, 1}
	atOnce := lifetimeRow{"", store.LifetimeKnown, 0, time.Minute, connections.StateExpired, 1}
	nobodyKnows := lifetimeRow{"", store.LifetimeUnknown, 0, 0, connections.StateOK, 1}
	capped := lifetimeRow{"", store.LifetimeKnown, 10 * 365 * 24 * time.Hour, 10*365*24*time.Hour - 5*time.Minute, connections.StateOK, 1}
	for _, c := range []struct {
		lifetimeRow
		spellings []string
	}{
		{hour, []string{`3600`, `"3600"`}},
		{almost, []string{`3599.5`, `"3599.5"`}},
		{short, []string{`1e3`, `"1e3"`}},
		{atOnce, []string{`0`, `"0"`, `-1`}},
		{nobodyKnows, []string{``, `null`, `""`, `"abc"`, `true`, `[3600]`, `{}`}},
		{capped, []string{`9223372036854775808`, `1e400`}},
	} {
		for _, spelling := range c.spellings {
			c.spelling = spelling
			for kind, body := range spelt(spelling) {
				want := c.lifetimeRow
				t.Run(spelling+" as "+kind, func(t *testing.T) {
					t.Parallel()
					want.check(t, kind, body)
				})
			}
		}
	}
}

// spelt is an answer in the three encodings, by content type.
func spelt(spelling string) map[string]string {
	body, form := `{"access_token":"access-new","refresh_token":"refresh-new"`, "access_token=access-new&refresh_token=refresh-new"
	if spelling != "" {
		body += `,"expires_in":` + spelling
		form += "&expires_in=" + url.QueryEscape(strings.Trim(spelling, `"`))
	}
	body += "}"
	return map[string]string{"application/json": body, "application/x-www-form-urlencoded": form, "text/plain": body}
}

func (r lifetimeRow) check(t *testing.T, kind, body string) {
	t.Helper()
	s := newScene(t, testserver.RotatingOptions{}, expired)
	s.inject(matrixRow{faults: says(200, body, as(kind))})
	k, err := s.Token(t.Context(), "work", -1)
	if err != nil || k.Value.Reveal() != "access-new" {
		t.Fatalf("token %q, %v", k.Value.Reveal(), err)
	}
	is := s.is()
	s.refreshTokenIsThere(is)
	g := is.Grant
	if g.AccessToken.Reveal() != "access-new" || g.RefreshToken.Reveal() != "refresh-new" || !g.PreviousRefreshToken.Equal(s.was.Grant.RefreshToken) {
		t.Errorf("stored %q, %q, before that %q", g.AccessToken.Reveal(), g.RefreshToken.Reveal(), g.PreviousRefreshToken.Reveal())
	}
	if g.Lifetime != r.lifetime || r.lifetime == store.LifetimeKnown && g.ExpiresAt.Sub(g.ObtainedAt) != r.lives || r.lifetime != store.LifetimeKnown && !g.ExpiresAt.IsZero() {
		t.Errorf("%s, %s to %s; want %s and %s", g.Lifetime, g.ObtainedAt, g.ExpiresAt, r.lifetime, r.lives)
	}
	if state, reason := connections.StateOf(is.Summary(), s.clock.Wall()); state != r.state {
		t.Errorf("state %s (%s), want %s", state, reason, r.state)
	}
	next := connections.RefreshAt(is.Summary())
	if r.next == 0 && !next.IsZero() || r.next > 0 && next.Sub(g.ObtainedAt) != r.next {
		t.Errorf("the keeper refreshes at %s, obtained at %s; want %s after", next, g.ObtainedAt, r.next)
	}
	d, err := s.Show(t.Context(), "work")
	if err != nil {
		t.Fatal(err)
	}
	capped := slices.ContainsFunc(d.Warnings, func(w string) bool { return strings.Contains(w, "more than 10 years") })
	if want := r.lives > 9*365*24*time.Hour; g.Capped != want || capped != want {
		t.Errorf("kept as capped: %t, warned of: %t; want %t", g.Capped, capped, want)
	}
	shown, err := json.Marshal(d.ExpiresAt)
	if known := r.lifetime == store.LifetimeKnown; err != nil || known == d.ExpiresAt.IsZero() {
		t.Errorf("shown as %s, %v", shown, err)
	}
	if _, err := s.Token(t.Context(), "work", -1); err != nil || s.front.Arrived(testserver.TokenPath) != r.again {
		t.Errorf("a second caller: %v, %d requests in all, want %d", err, s.front.Arrived(testserver.TokenPath), r.again)
	}
}
