package connections_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/store"
)

func TestRename(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		to   string
		kind connections.Kind
	}{
		{"home", ""},
		{"größer", ""},
		{"other", connections.KindNameTaken},
		{"", connections.KindUsage},
		{" home", connections.KindUsage},
		{"-home", connections.KindUsage},
		{"a\x1b[31mb", connections.KindUsage},
		{"0123456789abcdef0123456789abcdef", connections.KindUsage},
		{strings.Repeat("a", 65), connections.KindUsage},
	} {
		t.Run(c.to, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			conn := b.put("work", 0, time.Hour)
			b.put("other", 0, time.Hour)
			err := b.Rename(t.Context(), "work", c.to)
			if kindOf(t, err) != c.kind {
				t.Fatalf("%v, want %q", err, c.kind)
			}
			if want := map[bool]string{true: c.to, false: "work"}[err == nil]; b.get(conn.ID).Name != want {
				t.Errorf("named %q, want %q", b.get(conn.ID).Name, want)
			}
		})
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.put("work", 0, time.Hour)
	if err := b.Remove(t.Context(), "work"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Show(t.Context(), "work"); kindOf(t, err) != connections.KindNotFound {
		t.Error(err)
	}
	events, err := b.History(t.Context(), "")
	if err != nil || len(events) != 1 || events[0].Event != "remove" || events[0].Connection != "work" {
		t.Errorf("%+v %v", events, err)
	}
	if err := b.Remove(t.Context(), "work"); kindOf(t, err) != connections.KindNotFound {
		t.Error(err)
	}
}

// TestShowByID: a connection is found by its name first, then by its id.
func TestShowByID(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	c := b.put("work", 0, time.Hour)
	d, err := b.Show(t.Context(), c.ID)
	if err != nil || d.Name != "work" || d.IntegrName != "Example" {
		t.Errorf("%q %q %v", d.Name, d.IntegrName, err)
	}
	b.put("lost", 0, time.Hour, func(c *store.Connection) { c.Integration = "gone" })
	all, err := b.Details(t.Context())
	if err != nil || len(all) != 2 || all[0].Name != "lost" || all[0].IntegrName != "" || !cmp.Equal(all[1], d) {
		t.Errorf("%+v %v", all, err)
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	testing7 := []string{"consent screen in Testing: refresh token 7 d"}
	for _, c := range []struct {
		name   string
		cases  []string
		change func(*store.Connection, time.Time)
		want   []string
	}{
		{"nothing", nil, func(*store.Connection, time.Time) {}, nil},
		{
			"7 days, of a provider that has a test mode", testing7,
			func(c *store.Connection, now time.Time) { c.Grant.RefreshExpiresAt = now.Add(7*day - time.Hour) },
			[]string{"refresh token ends in 6 d: is the consent screen in Testing?"},
		},
		{
			"7 days of another", nil,
			func(c *store.Connection, now time.Time) { c.Grant.RefreshExpiresAt = now.Add(7*day - time.Hour) },
			[]string{"refresh token ends in 6 d"},
		},
		{"half a year", testing7, func(c *store.Connection, now time.Time) { c.Grant.RefreshExpiresAt = now.Add(180 * day) }, nil},
		{
			"over", testing7,
			func(c *store.Connection, now time.Time) { c.Grant.RefreshExpiresAt = now.Add(-time.Hour) },
			[]string{"the refresh token has ended: sign in again"},
		},
		{
			"scopes missing", nil,
			func(c *store.Connection, _ time.Time) {
				c.ScopesAsked = []string{"openid", "email", "offline_access", "drive", "write"}
				c.ScopesGranted = []string{"https://api.example/auth/userinfo.email", "openid", "write"}
			},
			[]string{"not granted: drive"},
		},
		{
			"no refresh token", nil,
			func(c *store.Connection, _ time.Time) { c.Grant.RefreshToken = noRefresh },
			[]string{"the provider gave no refresh token: a sign-in is needed when the access token ends"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil, func(p *provider) integrations.Integration {
				p.info.Lifetime.Cases = c.cases
				return p
			})
			b.put("work", 0, time.Hour, func(conn *store.Connection) { c.change(conn, b.clock.Wall()) })
			d, err := b.Show(t.Context(), "work")
			if diff := cmp.Diff(c.want, d.Warnings); diff != "" || err != nil {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}
