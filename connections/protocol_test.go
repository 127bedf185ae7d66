package connections_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

// TestS53_FailureDecidesState: class → health, kind of error, number of requests; no token is ever deleted.
func TestS53_FailureDecidesState(t *testing.T) {
	t.Parallel()
	dead := "dead"
	for _, c := range []struct {
		name     string
		answers  []answer
		trouble  store.Trouble
		kind     connections.Kind
		requests int
		reason   string
	}{
		{"invalid_grant", []answer{{err: invalidGrant}}, store.TroubleDead, connections.KindSignIn, 1, "invalid_grant"},
		{
			"invalid_request, and again",
			[]answer{{err: failing(oauthflow.ClassDeadIfAgain, 400, "invalid_request")}},
			store.TroubleDead, connections.KindSignIn, 2, "invalid_request",
		},
		{"invalid_request, then well", []answer{{err: failing(oauthflow.ClassDeadIfAgain, 400, "invalid_request")}, {}}, "", "", 2, ""},
		{
			"empty 400, once",
			[]answer{{err: failing(oauthflow.ClassDeadAfter3, 400, "")}},
			store.TroubleTransient, connections.KindTransient, 1, "refused",
		},
		{
			"invalid_client",
			[]answer{{err: failing(oauthflow.ClassConfiguration, 401, "invalid_client")}},
			store.TroubleConfiguration, connections.KindConfiguration, 1, "client id or secret",
		},
		{"503", []answer{{err: failing(oauthflow.ClassTransient, 503, "")}}, store.TroubleTransient, connections.KindTransient, 1, "503"},
		{"403", []answer{{err: failing(oauthflow.ClassTransientLong, 403, "")}}, store.TroubleTransient, connections.KindTransient, 1, "403"},
		{"portal", []answer{{err: failing(oauthflow.ClassPortal, 200, "")}}, store.TroubleTransient, connections.KindTransient, 1, ""},
		{"refused connection: not sent, no replay", []answer{{err: refused}}, store.TroubleTransient, connections.KindTransient, 1, "refused"},
		{"no access token", []answer{{grant: integrations.Grant{RefreshToken: noToken}}}, store.TroubleTransient, connections.KindTransient, 1, "no access token"},
		{"not refreshable", []answer{{err: fmt.Errorf("x: %w", integrations.ErrNotRefreshable)}}, store.TroubleDead, connections.KindSignIn, 1, "nothing to refresh"},
		{"not configured", []answer{{err: integrations.ErrNotConfigured}}, store.TroubleConfiguration, connections.KindConfiguration, 1, "not configured"},

		{"S52: timeout, replay works", []answer{{err: timeout}, {}}, "", "", 2, ""},
		{"S52: timeout, replay refused", []answer{{err: timeout}, {err: invalidGrant}}, store.TroubleDead, connections.KindSignIn, 2, "refresh interrupted"},
		{"S52: timeout, replay times out", []answer{{err: timeout}}, store.TroubleTransient, connections.KindTransient, 2, "refresh interrupted"},
		{
			"S52: cut body", []answer{{err: failing(oauthflow.ClassTransient, 200, "")}, {}}, "", "", 2, "",
		},
		{"S52: 500 is an answer: no replay", []answer{{err: failing(oauthflow.ClassTransient, 500, "server_error")}}, store.TroubleTransient, connections.KindTransient, 1, "500"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.p.refresh = c.answers
			was := b.put(dead, 2*time.Hour, time.Hour)
			_, outcome, err := b.Refresh(t.Context(), dead)
			is := b.get(was.ID)
			if got := kindOf(t, err); got != c.kind {
				t.Errorf("kind %q (%v), want %q", got, err, c.kind)
			}
			if is.Health.Trouble != c.trouble || !strings.Contains(is.Health.Reason, c.reason) {
				t.Errorf("health %+v, want trouble %q and a reason with %q", is.Health, c.trouble, c.reason)
			}
			if got := b.p.requests(); got != c.requests {
				t.Errorf("%d requests, want %d", got, c.requests)
			}
			if i, err := b.store.Intent(t.Context(), was.ID); err != nil || i != nil {
				t.Errorf("intent %v %v, want none", i, err)
			}
			events := strings.Join(b.events(was.ID), ", ")
			if c.kind == "" {
				if outcome != connections.OutcomeRefreshed || is.Grant.Rotations != 1 || events != "refresh ok, rotation ok" {
					t.Errorf("outcome %s, %d rotations, events %s", outcome, is.Grant.Rotations, events)
				}
				return
			}
			if outcome != connections.OutcomeFailed || events != "refresh failed" {
				t.Errorf("outcome %s, events %q", outcome, events)
			}
			if diff := cmp.Diff(was.Grant, is.Grant); diff != "" {
				t.Errorf("a failure changed the grant:\n%s", diff)
			}
			if retry := is.Health.RetryAt; (c.trouble == store.TroubleTransient) != !retry.IsZero() {
				t.Errorf("next try %v", retry)
			}
		})
	}
}

// TestS52_FoundIntent: what a process that died in between left behind.
func TestS52_FoundIntent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		intent   store.Intent
		answers  []answer
		requests int
		trouble  store.Trouble
		reason   string
	}{
		{"not sent", store.Intent{}, []answer{{}}, 1, "", ""},
		{"not sent, then a timeout: its own replay", store.Intent{}, []answer{{err: timeout}, {}}, 2, "", ""},
		{"sent: replayed", store.Intent{Sent: true}, []answer{{}}, 1, "", ""},
		{"sent, the replay refused", store.Intent{Sent: true}, []answer{{err: invalidGrant}}, 1, store.TroubleDead, "refresh interrupted"},
		{"sent, the replay refused as invalid_request", store.Intent{Sent: true}, []answer{{err: failing(oauthflow.ClassDeadIfAgain, 400, "invalid_request")}}, 1, store.TroubleDead, "refresh interrupted"},
		{"sent, the replay times out: no second", store.Intent{Sent: true}, []answer{{err: timeout}}, 1, store.TroubleTransient, "refresh interrupted"},
		{"sent and replayed: once more", store.Intent{Sent: true, Replayed: true}, []answer{{}}, 1, "", ""},
		{"sent and replayed, refused", store.Intent{Sent: true, Replayed: true}, []answer{{err: invalidGrant}}, 1, store.TroubleDead, "refresh interrupted"},
		{"sent and replayed, times out: no more", store.Intent{Sent: true, Replayed: true}, []answer{{err: timeout}}, 1, store.TroubleTransient, "refresh interrupted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.p.refresh = c.answers
			was := b.put("work", 2*time.Hour, time.Hour)
			c.intent.Generation, c.intent.Started = was.Generation, b.clock.Wall().Add(-time.Hour)
			if err := b.store.SetIntent(t.Context(), was.ID, &c.intent); err != nil {
				t.Fatal(err)
			}
			_, err := b.Token(t.Context(), "work", -1)
			is := b.get(was.ID)
			if (err == nil) != (c.trouble == "") || is.Health.Trouble != c.trouble || !strings.HasPrefix(is.Health.Reason, c.reason) {
				t.Errorf("error %v, health %+v", err, is.Health)
			}
			if got := b.p.requests(); got != c.requests {
				t.Errorf("%d requests, want %d", got, c.requests)
			}
			if i, err := b.store.Intent(t.Context(), was.ID); err != nil || i != nil {
				t.Errorf("intent %v %v, want none", i, err)
			}
		})
	}
}

// TestS52_InterruptedIsRemembered: the reason of a later refusal still says that an answer may have been lost.
func TestS52_InterruptedIsRemembered(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.p.refresh = []answer{{err: timeout}, {err: timeout}, {err: invalidGrant}}
	c := b.put("work", 2*time.Hour, time.Hour)
	for range 2 {
		if _, _, err := b.Refresh(t.Context(), "work"); err == nil {
			t.Fatal("refreshed")
		}
	}
	if h := b.get(c.ID).Health; h.Trouble != store.TroubleDead || !strings.HasPrefix(h.Reason, "refresh interrupted") {
		t.Errorf("health %+v", h)
	}
}

// TestS53_DeadAfterThree: empty refusals kill a grant only when three came at least a minute apart.
func TestS53_DeadAfterThree(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.p.refresh = []answer{{err: failing(oauthflow.ClassDeadAfter3, 400, "")}}
		c := b.put("work", 2*time.Hour, time.Hour)
		tries := 0
		for _, step := range []struct {
			wait  time.Duration
			tries int
			want  store.Trouble
		}{
			{0, 1, store.TroubleTransient},
			{10 * time.Second, 1, store.TroubleTransient},
			{70 * time.Second, 2, store.TroubleTransient},
			{10 * time.Second, 2, store.TroubleTransient},
			{70 * time.Second, 3, store.TroubleDead},
		} {
			time.Sleep(step.wait)
			_, _, err := b.Refresh(t.Context(), "work")
			tries++
			h := b.get(c.ID).Health
			if err == nil || h.Tries != step.tries || h.Trouble != step.want {
				t.Errorf("try %d: %v, health %+v, want %d tries and %s", tries, err, h, step.tries, step.want)
			}
		}
	})
}

// TestS53_RetryAfter: the provider's wish is kept, and the backoff stays inside its bounds.
func TestS53_RetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		busy := failing(oauthflow.ClassTransient, 429, "")
		busy.RetryAfter = 10 * time.Minute
		b.p.refresh = []answer{{err: busy}}
		c := b.put("work", 2*time.Hour, time.Hour)
		if _, _, err := b.Refresh(t.Context(), "work"); err == nil {
			t.Fatal("refreshed")
		}
		wait := b.get(c.ID).Health.RetryAt.Sub(b.clock.Wall())
		if wait < 10*time.Minute || wait > 11*time.Minute {
			t.Errorf("next try in %s, want 10 to 11 min", wait)
		}
		b.p.refresh = []answer{{err: failing(oauthflow.ClassTransient, 503, "")}}
		var longest time.Duration
		for n := range 40 {
			if _, _, err := b.Refresh(t.Context(), "work"); err == nil {
				t.Fatal("refreshed")
			}
			wait := b.get(c.ID).Health.RetryAt.Sub(b.clock.Wall())
			most := min(15*time.Minute, 2*time.Second<<min(n+1, 20))
			if wait < 500*time.Millisecond || wait > most {
				t.Errorf("try %d: next in %s, want 0.5 s to %s", n+2, wait, most)
			}
			longest = max(longest, wait)
		}
		if longest < 5*time.Minute {
			t.Errorf("the backoff never grew beyond %s", longest)
		}
	})
}

// TestS51_AnswerKeepsWhatItDoesNotSay, and the previous refresh token stays until the new one has worked once.
func TestS51_AnswerKeepsWhatItDoesNotSay(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	known := oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: time.Hour}
	month := oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: 30 * 24 * time.Hour}
	b.p.refresh = []answer{
		{grant: integrations.Grant{AccessToken: secret.New("a1"), RefreshToken: secret.New("r1"), Lifetime: known, RefreshLifetime: month, Captured: map[string]string{"region": "eu"}}},
		{grant: integrations.Grant{AccessToken: secret.New("a2"), Lifetime: known}},
		{grant: integrations.Grant{AccessToken: secret.New("a3"), RefreshToken: secret.New("r3"), Lifetime: known, Scopes: []string{"read"}}},
	}
	c := b.put("work", 2*time.Hour, time.Hour, func(c *store.Connection) {
		c.Grant.IDToken, c.UserData, c.Config = secret.New("id"), jsonOf(t, map[string]any{"plan": "free"}), map[string]string{"host": "h"}
	})
	var got []string
	for range 3 {
		if _, _, err := b.Refresh(t.Context(), "work"); err != nil {
			t.Fatal(err)
		}
		g := b.get(c.ID).Grant
		got = append(got, fmt.Sprintf("%s %s %q %d", g.AccessToken.Reveal(), g.RefreshToken.Reveal(), g.PreviousRefreshToken.Reveal(), g.Rotations))
	}
	want := []string{`a1 r1 "refresh-0" 1`, `a2 r1 "" 1`, `a3 r3 "r1" 2`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	is := b.get(c.ID)
	if is.Identity != "ada@example.com" || is.Grant.IDToken.Reveal() != "id" || string(is.UserData) != `{"plan":"free"}` ||
		is.Config["host"] != "h" || is.Config["region"] != "eu" || strings.Join(is.ScopesGranted, " ") != "read" {
		t.Errorf("kept: %+v", is)
	}
	if !is.Grant.RefreshExpiresAt.IsZero() {
		t.Error("the end of the first refresh token outlived its rotation")
	}
}

// TestO11_OtherAccount: a refresh that brings the tokens of another account (OIDF oidcc-client-test-refresh-token-invalid-sub)
// loses none of them, changes nobody's name, and needs a sign-in.
func TestO11_OtherAccount(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]integrations.Grant{
		"by its ID token": {OtherAccount: true, Identity: integrations.Identity{Name: "bob@example.com"}, UserData: map[string]any{"name": "Bob"}},
		"by its subject":  {Identity: integrations.Identity{Name: "bob@example.com", Subject: "2"}, UserData: map[string]any{"name": "Bob"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.p.refresh = []answer{{grant: g}}
			c := b.put("work", 2*time.Hour, time.Hour, func(c *store.Connection) {
				c.Subject, c.UserData = "1", jsonOf(t, map[string]any{"name": "Ada"})
			})
			d, outcome, err := b.Refresh(t.Context(), "work")
			if kindOf(t, err) != connections.KindSignIn || outcome != connections.OutcomeFailed || d.State != connections.StateSignIn || !strings.Contains(d.Reason, "another account") {
				t.Errorf("%s, %s (%s), %v", outcome, d.State, d.Reason, err)
			}
			is := b.get(c.ID)
			if is.Grant.RefreshToken.Reveal() != "refresh-1" || is.Grant.AccessToken.Reveal() != "access-1" {
				t.Errorf("kept %s and %s", is.Grant.AccessToken.Reveal(), is.Grant.RefreshToken.Reveal())
			}
			if is.Identity != "ada@example.com" || is.Subject != "1" || !strings.Contains(string(is.UserData), "Ada") {
				t.Errorf("written over: %s %s %s", is.Identity, is.Subject, is.UserData)
			}
			if i, err := b.store.Intent(t.Context(), c.ID); i != nil || err != nil {
				t.Errorf("intent %+v %v", i, err)
			}
			if diff := cmp.Diff([]string{"refresh failed", "rotation ok"}, b.events(c.ID)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
