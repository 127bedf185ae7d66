package connections_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

// TestTokenMinValid: `token --min-valid D` against what is left of an hour.
func TestTokenMinValid(t *testing.T) {
	t.Parallel()
	lives := func(d time.Duration) answer {
		return answer{grant: integrations.Grant{AccessToken: secret.New("fresh"), Lifetime: oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: d}}}
	}
	sick := func(t store.Trouble, retry time.Duration) func(*store.Connection) {
		return func(c *store.Connection) {
			c.Health = store.Health{Trouble: t, Reason: "why", Tries: 1, Since: c.Grant.ObtainedAt}
			if retry > 0 {
				c.Health.RetryAt = c.Grant.ObtainedAt.Add(retry)
			}
		}
	}
	asked := func(wait time.Duration) func(*store.Connection) { // by the provider, from the receipt of the token on
		return func(c *store.Connection) {
			c.Health = store.Health{
				Trouble: store.TroubleTransient, Reason: "429", Tries: 1, Since: c.Grant.ObtainedAt,
				RetryAt: c.Grant.ObtainedAt.Add(wait), NotBefore: c.Grant.ObtainedAt.Add(wait),
			}
		}
	}
	norefresh := func(c *store.Connection) { c.Grant.RefreshToken = secret.String{} }
	endless := func(c *store.Connection) { c.Grant.Lifetime, c.Grant.ExpiresAt = store.LifetimeNever, time.Time{} }
	nobodyKnows := func(c *store.Connection) { c.Grant.Lifetime, c.Grant.ExpiresAt = store.LifetimeUnknown, time.Time{} }
	const hour = time.Hour
	for _, c := range []struct {
		name      string
		age, life time.Duration
		change    []func(*store.Connection)
		minValid  time.Duration
		answer    answer
		token     string // "" if none
		requests  int
		warning   string
		kind      connections.Kind
	}{
		{"lives long enough", 30 * time.Minute, hour, nil, -1, answer{}, "access-0", 0, "", ""},
		{"default: 60 s of an hour", hour - 61*time.Second, hour, nil, -1, answer{}, "access-0", 0, "", ""},
		{"default: less than 60 s", hour - 59*time.Second, hour, nil, -1, lives(hour), "fresh", 1, "", ""},
		{"default: a fifth of 90 s", 71 * time.Second, 90 * time.Second, nil, -1, answer{}, "access-0", 0, "", ""},
		{"default: less than a fifth of 90 s", 73 * time.Second, 90 * time.Second, nil, -1, lives(90 * time.Second), "fresh", 1, "", ""},
		{"0: any that lives", hour - time.Second, hour, nil, 0, answer{}, "access-0", 0, "", ""},
		{"0: ended", hour, hour, nil, 0, lives(hour), "fresh", 1, "", ""},
		{"40 min wanted, 30 left", 30 * time.Minute, hour, nil, 40 * time.Minute, lives(hour), "fresh", 1, "", ""},
		{"more than its life, first half: no refresh", 20 * time.Minute, hour, nil, 2 * hour, answer{}, "access-0", 0, "lives only 39 min", ""},
		{"more than its life, past half", 40 * time.Minute, hour, nil, 2 * hour, lives(hour), "fresh", 1, "lives only", ""},
		{"a fresh one lives shorter", 2 * hour, hour, nil, 10 * time.Minute, lives(30 * time.Second), "fresh", 1, "lives only", ""},
		{"born expired, 30 s old: at most once a minute", 30 * time.Second, 0, nil, -1, answer{}, "access-0", 0, "ended already", ""},
		{"born expired, 61 s old", 61 * time.Second, 0, nil, -1, lives(0), "fresh", 1, "ended already", ""},
		{"no refresh token, lives", 59*time.Minute + 30*time.Second, hour, []func(*store.Connection){norefresh}, -1, answer{}, "access-0", 0, "lives only", ""},
		{"no refresh token, ended", 2 * hour, hour, []func(*store.Connection){norefresh}, -1, answer{}, "", 0, "", connections.KindSignIn},
		{"dead, lives", 59*time.Minute + 30*time.Second, hour, []func(*store.Connection){sick(store.TroubleDead, 0)}, -1, answer{}, "access-0", 0, "needs a sign-in", ""},
		{"dead, ended", 2 * hour, hour, []func(*store.Connection){sick(store.TroubleDead, 0)}, -1, answer{}, "", 0, "", connections.KindSignIn},
		{"revoked, though it has time", time.Minute, hour, []func(*store.Connection){sick(store.TroubleRevoked, 0)}, -1, answer{}, "", 0, "", connections.KindSignIn},
		{"backing off while it lives", 59*time.Minute + 30*time.Second, hour, []func(*store.Connection){sick(store.TroubleTransient, 2*hour)}, -1, answer{}, "access-0", 0, "lives only", ""},
		{"retry is due", 59*time.Minute + 30*time.Second, hour, []func(*store.Connection){sick(store.TroubleTransient, hour/2)}, -1, lives(hour), "fresh", 1, "", ""},
		{"backing off, ended: the user asks, so it is tried", 2 * hour, hour, []func(*store.Connection){sick(store.TroubleTransient, 3*hour)}, -1, lives(hour), "fresh", 1, "", ""},
		{"asked to wait, ended: no request", 2 * hour, hour, []func(*store.Connection){asked(3*hour - time.Minute)}, -1, lives(hour), "", 0, "", connections.KindTransient},
		{"asked to wait, lives: no request", 59*time.Minute + 30*time.Second, hour, []func(*store.Connection){asked(2*hour - time.Minute)}, -1, lives(hour), "access-0", 0, "lives only", ""},
		{"asked to wait, and the time is over", 2 * hour, hour, []func(*store.Connection){asked(2*hour - time.Second)}, -1, lives(hour), "fresh", 1, "", ""},
		{"asked to wait for longer than anybody can: the clock was set back", 2 * hour, hour, []func(*store.Connection){asked(9 * hour)}, -1, lives(hour), "fresh", 1, "", ""},
		{"settings refused, ended: tried", 2 * hour, hour, []func(*store.Connection){sick(store.TroubleConfiguration, 0)}, -1, lives(hour), "fresh", 1, "", ""},
		{"fails while it lives", 59*time.Minute + 30*time.Second, hour, nil, -1, answer{err: refused}, "access-0", 1, "could not be refreshed", ""},
		{"fails, ended", 2 * hour, hour, nil, -1, answer{err: refused}, "", 1, "", connections.KindTransient},
		{"never expires", 9000 * hour, hour, []func(*store.Connection){endless, norefresh}, hour, answer{}, "access-0", 0, "", ""},
		{"never expires, refused by the API", 9000 * hour, hour, []func(*store.Connection){endless, norefresh, sick(store.TroubleDead, 0)}, -1, answer{}, "", 0, "", connections.KindSignIn},
		{"unknown, 29 min old", 29 * time.Minute, hour, []func(*store.Connection){nobodyKnows}, -1, answer{}, "access-0", 0, "", ""},
		{"unknown, 31 min old", 31 * time.Minute, hour, []func(*store.Connection){nobodyKnows}, -1, lives(hour), "fresh", 1, "", ""},
		{"unknown, 31 min old, refresh fails", 31 * time.Minute, hour, []func(*store.Connection){nobodyKnows}, -1, answer{err: refused}, "access-0", 1, "could not be refreshed", ""},
		{"unknown, no refresh token", 9000 * hour, hour, []func(*store.Connection){nobodyKnows, norefresh}, -1, answer{}, "access-0", 0, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.p.refresh = []answer{c.answer}
			b.put("work", c.age, c.life, c.change...)
			k, err := b.Token(t.Context(), "work", c.minValid)
			if kindOf(t, err) != c.kind || k.Value.Reveal() != c.token {
				t.Errorf("%q %v, want %q %q", k.Value.Reveal(), err, c.token, c.kind)
			}
			if b.p.requests() != c.requests {
				t.Errorf("%d requests, want %d", b.p.requests(), c.requests)
			}
			if !strings.Contains(k.Warning, c.warning) || c.warning == "" && k.Warning != "" {
				t.Errorf("warning %q, want %q", k.Warning, c.warning)
			}
		})
	}
}

// TestS55_ClockSetBack: no clock step lengthens a lifetime.
func TestS55_ClockSetBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.p.refresh = []answer{{}}
		b.put("work", 0, time.Hour)
		b.clock.jump(-2 * time.Hour)
		k, err := b.Token(t.Context(), "work", -1)
		if err != nil || k.Value.Reveal() != "access-1" {
			t.Errorf("%q %v: a token from the future was handed out", k.Value.Reveal(), err)
		}
		if k.ExpiresAt.Sub(b.clock.Wall()) > time.Hour {
			t.Errorf("it ends %v", k.ExpiresAt)
		}
	})
}

// TestS54_JWTHint: where the provider gives no lifetime, exp of a JWT is a hint, counted from the local receipt; expires_at
// stays unknown.
func TestS54_JWTHint(t *testing.T) {
	t.Parallel()
	jwt := func(iat, exp time.Time) secret.String {
		part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
		return secret.New(part(`{"alg":"RS256"}`) + "." + part(fmt.Sprintf(`{"iat":%d,"exp":%d}`, iat.Unix(), exp.Unix())) + "." + part("sig"))
	}
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		wrong := b.clock.Wall().Add(-5 * time.Hour) // the provider's clock is wrong
		b.p.refresh = []answer{
			{grant: integrations.Grant{AccessToken: jwt(wrong, wrong.Add(time.Hour)), Lifetime: oauthflow.Lifetime{Kind: oauthflow.LifetimeUnknown}}},
			{},
		}
		c := b.put("work", 2*time.Hour, time.Hour)
		if _, _, err := b.Refresh(t.Context(), "work"); err != nil {
			t.Fatal(err)
		}
		d, err := b.Show(t.Context(), "work")
		if err != nil || !d.ExpiresAt.IsZero() || d.Lifetime != store.LifetimeUnknown || d.State != connections.StateOK {
			t.Errorf("%v %s %s %v", d.ExpiresAt, d.Lifetime, d.State, err)
		}
		if got := d.RefreshAt.Sub(b.clock.Wall()); got != 55*time.Minute {
			t.Errorf("next refresh in %s, want 55 min", got)
		}
		time.Sleep(58 * time.Minute)
		if _, err := b.Token(t.Context(), "work", -1); err != nil || b.p.requests() != 1 {
			t.Errorf("%v, %d requests", err, b.p.requests())
		}
		time.Sleep(90 * time.Second)
		if _, err := b.Token(t.Context(), "work", -1); err != nil || b.p.requests() != 2 {
			t.Errorf("%v, %d requests", err, b.p.requests())
		}
		if b.get(c.ID).Grant.Lifetime != store.LifetimeKnown {
			t.Error("the second answer's lifetime was not taken")
		}
	})
}

func TestTokenNotFound(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	if _, err := b.Token(t.Context(), "nobody", -1); kindOf(t, err) != connections.KindNotFound {
		t.Error(err)
	}
}
