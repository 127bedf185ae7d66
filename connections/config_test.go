package connections_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/store"
)

func configBench(t *testing.T) *bench {
	t.Helper()
	return newBench(t, nil, func(p *provider) integrations.Integration {
		p.info.NeedsID = true
		p.info.Inputs = []integrations.Input{
			{Name: "client_id", Label: "Client ID"},
			{Name: "client_secret", Secret: true, Pattern: "[a-z0-9]{8,}"},
			{Name: "host", Prefix: "https://", Suffix: ".example.com", Required: true, Example: "acme"},
			{Name: "zone", Type: "choice", Options: []integrations.Option{{Value: "eu"}, {Value: "us"}}, Default: "eu", Required: true},
			{Name: "beta", Type: "bool"},
			{Name: "since", Type: "date"},
		}
		return p
	})
}

func TestSetConfigChecks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, item, value, want string
		complaint               string // part of message or hint
	}{
		{"stripped of blanks", "client_id", " abc \n", "abc", ""},
		{"pattern holds", "client_secret", "abcd1234", "abcd1234", ""},
		{"pattern holds the whole value", "client_secret", "abcd1234!", "", "pattern"},
		{"prefix and suffix stripped", "host", "https://acme.example.com", "acme", ""},
		{"only the name", "host", "acme", "acme", ""},
		{"choice", "zone", "us", "us", ""},
		{"no such choice", "zone", "asia", "", "eu, us"},
		{"bool", "beta", "yes", "", "true or false"},
		{"date", "since", "2026-11-25", "2026-11-25", ""},
		{"no date", "since", "today", "", "2026-11-25"},
		{"unknown name, near", "client_scret", "x", "", "did you mean client_secret?"},
		{"unknown name, far", "colour", "x", "", "there are: client_id"},
		{"control character", "client_id", "a\rb", "", "control character"},
		{"empty removes", "client_id", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := configBench(t)
			err := b.SetConfig(t.Context(), "example", integrations.Config{c.item: secret.New(c.value)})
			if (c.complaint == "") != (err == nil) {
				t.Fatalf("error %v", err)
			}
			if err != nil {
				var e *connections.Error
				if kindOf(t, err) != connections.KindUsage || !errors.As(err, &e) || !strings.Contains(e.Message+e.Hint, c.complaint) {
					t.Errorf("%q %q, want %q in it", e.Message, e.Hint, c.complaint)
				}
				if strings.Contains(e.Message+e.Hint, "abcd1234") {
					t.Error("the error holds the secret")
				}
			}
			cfg, err := b.Config(t.Context(), "example")
			if err != nil || cfg[c.item].Reveal() != c.want {
				t.Errorf("kept %q, want %q (%v)", cfg[c.item].Reveal(), c.want, err)
			}
		})
	}
}

func TestConfigured(t *testing.T) {
	t.Parallel()
	b := configBench(t)
	is := func(want bool) {
		t.Helper()
		v, err := b.Integration(t.Context(), "example")
		all, err2 := b.Integrations(t.Context())
		if err != nil || err2 != nil || v.Configured != want || all[0].Configured != want {
			t.Errorf("configured %v and %v, want %v (%v %v)", v.Configured, all[0].Configured, want, err, err2)
		}
	}
	is(false)
	for _, item := range []string{"host", "client_id"} {
		is(false)
		if err := b.SetConfig(t.Context(), "example", integrations.Config{item: secret.New("x")}); err != nil {
			t.Fatal(err)
		}
	}
	is(true)
	if _, err := b.Integration(t.Context(), "exampel"); kindOf(t, err) != connections.KindNotFound {
		t.Error(err)
	} else if e := new(connections.Error); !errors.As(err, &e) || !strings.Contains(e.Hint, "did you mean example?") {
		t.Error(e.Hint)
	}
}

// TestSetConfigTriesAgain: settings that were refused are no reason any more once they were changed.
func TestSetConfigTriesAgain(t *testing.T) {
	t.Parallel()
	b := configBench(t)
	c := b.put("work", 0, 1e12, func(c *store.Connection) { c.Health = store.Health{Trouble: store.TroubleConfiguration, Reason: "r"} })
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	hinted := b.put("hinted", 0, 0, func(c *store.Connection) { // nothing but the token itself says when it ends
		c.Grant.Lifetime, c.Grant.ExpiresAt = store.LifetimeUnknown, time.Time{}
		c.Grant.AccessToken = secret.New(part(`{"alg":"RS256"}`) + "." + part(`{"iat":1000,"exp":4600}`) + "." + part("sig"))
		c.Health = store.Health{Trouble: store.TroubleConfiguration, Reason: "r"}
	})
	d := b.put("dead", 0, 1e12, func(c *store.Connection) { c.Health = store.Health{Trouble: store.TroubleDead, Reason: "r"} })
	if err := b.SetConfig(t.Context(), "example", integrations.Config{"client_id": secret.New("x")}); err != nil {
		t.Fatal(err)
	}
	if b.get(c.ID).Health.Trouble != store.TroubleNone || b.get(d.ID).Health.Trouble != store.TroubleDead {
		t.Errorf("%+v %+v", b.get(c.ID).Health, b.get(d.ID).Health)
	}
	if v, err := b.Show(t.Context(), hinted.ID); err != nil || v.RefreshAt.Sub(v.ObtainedAt) != 55*time.Minute {
		t.Errorf("the keeper forgot when to refresh: %s %v", v.RefreshAt, err)
	}
}

// TestRedirectURI: one fixed address where the provider compares exactly, none but the path where it ignores the port.
func TestRedirectURI(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		r    integrations.Redirect
		port int
		want string
	}{
		{"any port", integrations.Redirect{Class: integrations.RedirectAnyPort}, 0, "http://127.0.0.1/callback"},
		{"any port, one chosen", integrations.Redirect{Class: integrations.RedirectAnyPort}, 7000, "http://127.0.0.1:7000/callback"},
		{"exact", integrations.Redirect{Class: integrations.RedirectLoopback}, 0, "http://127.0.0.1:53682/callback"},
		{"exact, own port and path", integrations.Redirect{Class: integrations.RedirectLoopback, Port: 8123, Path: "/cb"}, 0, "http://127.0.0.1:8123/cb"},
		{"exact, --port", integrations.Redirect{Class: integrations.RedirectLoopback}, 7000, "http://127.0.0.1:7000/callback"},
		{"localhost only", integrations.Redirect{Class: integrations.RedirectLocalhost, Host: "localhost"}, 0, "http://localhost:53682/callback"},
		{"unknown", integrations.Redirect{Class: integrations.RedirectUnknown}, 0, "http://127.0.0.1:53682/callback"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil, func(p *provider) integrations.Integration {
				p.info.Redirect = c.r
				return p
			})
			got, err := b.RedirectURI(t.Context(), "example", c.port)
			if err != nil || got != c.want {
				t.Errorf("%q %v, want %q", got, err, c.want)
			}
		})
	}
}
