package connections_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/store"
)

// TestLoginAgain: in place, id, name, age and history stay; the known identity, scopes and browser are sent along.
func TestLoginAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.p.callback = answer{grant: who("ada@example.com", "1")}
	was := b.put("work", 48*time.Hour, time.Hour, func(c *store.Connection) {
		c.Subject, c.Browser, c.ScopesAsked = "1", "firefox", []string{"read"}
		c.Health = store.Health{Trouble: store.TroubleDead, Reason: "invalid_grant"}
		c.Grant.Rotations = 7
	})
	d, _, err := b.signIn(connections.LoginRequest{Connection: "work"}, code())
	if err != nil {
		t.Fatal(err)
	}
	is := b.get(was.ID)
	if d.ID != was.ID || is.Name != "work" || !is.CreatedAt.Equal(was.CreatedAt) || is.Health.Trouble != "" || is.Browser != "firefox" ||
		is.Grant.RefreshToken.Reveal() != "refresh-1" || is.Grant.Rotations != 0 {
		t.Errorf("%+v", is)
	}
	if u := b.p.urls[0]; u.Account != "ada@example.com" || !u.Again || u.OtherToo || strings.Join(u.Scopes, " ") != "read" {
		t.Errorf("asked with %+v", u)
	}
}

// TestLoginAgainKeepsTheRefreshToken where the provider gives none the second time, unless the old one is dead.
func TestLoginAgainKeepsTheRefreshToken(t *testing.T) {
	t.Parallel()
	for trouble, want := range map[store.Trouble]string{store.TroubleNone: "refresh-0", store.TroubleDead: ""} {
		b := newBench(t, nil)
		g := who("ada@example.com", "")
		g.AccessToken = secret.New("new")
		b.p.callback = answer{grant: g}
		c := b.put("work", time.Hour, time.Minute, func(c *store.Connection) { c.Health = store.Health{Trouble: trouble} })
		if _, _, err := b.signIn(connections.LoginRequest{Connection: "work"}, code()); err != nil {
			t.Fatal(err)
		}
		if got := b.get(c.ID).Grant.RefreshToken.Reveal(); got != want {
			t.Errorf("after %q: %q, want %q", trouble, got, want)
		}
	}
}

// TestLoginLabelOnly: of a FlowRunner service nobody knows whether an equal label is the same account, so that a name alone
// replaces nothing; the user's own word does.
func TestLoginLabelOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil, func(p *provider) integrations.Integration {
		p.info.Kind = integrations.KindFlowRunner
		return p
	})
	b.p.callback = answer{grant: who("ada@example.com", "")}
	was := b.put("work", time.Minute, time.Hour)
	_, err := b.Login(t.Context(), connections.LoginRequest{Integration: "example", Name: "work"})
	var e *connections.Error
	if kindOf(t, err) != connections.KindNameTaken || !errors.As(err, &e) || !strings.Contains(e.Hint, "authdeck login work") {
		t.Fatalf("%v", err)
	}
	d, _, err := b.signIn(connections.LoginRequest{Integration: "example"}, code())
	if err != nil || d.ID == was.ID {
		t.Errorf("a second account with the same label is a second connection: %v %+v", err, d.Name)
	}
	if d, _, err = b.signIn(connections.LoginRequest{Connection: "work"}, code()); err != nil || d.ID != was.ID {
		t.Errorf("in place: %v %s", err, d.Name)
	}
}

// TestLoginRightAccount: another identity than expected is kept as a new connection or refused with both names.
func TestLoginRightAccount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		r     connections.LoginRequest
		is    integrations.Grant
		kind  connections.Kind
		kept  string // name of the connection that holds the new grant
		words []string
	}{
		{"another, by id", connections.LoginRequest{Connection: "work"}, who("ada@example.com", "2"), connections.KindOtherAccount, "", []string{"ada@example.com"}},
		{"another, by name", connections.LoginRequest{Connection: "work"}, who("bob@example.com", ""), connections.KindOtherAccount, "", []string{"ada@example.com", "bob@example.com"}},
		{"another, a name was given", connections.LoginRequest{Connection: "work", Name: "second"}, who("bob@example.com", "2"), "", "second", nil},
		{"the same under a new mail address", connections.LoginRequest{Connection: "work"}, who("ada@new.example.com", "1"), "", "work", nil},
		{"the same, with a name: not renamed", connections.LoginRequest{Connection: "work", Name: "second"}, who("ada@example.com", "1"), "", "work", nil},
		{"nobody said who", connections.LoginRequest{Connection: "work"}, who("", ""), "", "work", nil},
		{"--name of the same account: in place", connections.LoginRequest{Integration: "example", Name: "work"}, who("ada@example.com", "1"), "", "work", nil},
		{"--name of another account", connections.LoginRequest{Integration: "example", Name: "work"}, who("bob@example.com", "2"), connections.KindNameTaken, "", []string{"ada@example.com", "bob@example.com"}},
		{"--name of another integration", connections.LoginRequest{Integration: "example", Name: "elsewhere"}, who("ada@example.com", "1"), connections.KindNameTaken, "", []string{"other"}},
		{"--account and --name, another came", connections.LoginRequest{Integration: "example", Name: "mine", Account: "carl@example.com"}, who("bob@example.com", "2"), "", "example-bob", nil},
		{"--account is part of it", connections.LoginRequest{Integration: "example", Name: "mine", Account: "bob"}, who("bob@example.com", "2"), "", "mine", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.p.callback = answer{grant: c.is}
			was := b.put("work", time.Minute, time.Hour, func(c *store.Connection) { c.Subject = "1" })
			b.put("elsewhere", time.Minute, time.Hour, func(c *store.Connection) { c.Integration = "other" })
			d, page, err := b.signIn(c.r, code())
			if kindOf(t, err) != c.kind {
				t.Fatalf("%v, want %q", err, c.kind)
			}
			if err != nil {
				for _, w := range c.words {
					if !strings.Contains(err.Error(), w) {
						t.Errorf("%q does not name %s", err, w)
					}
				}
				if strings.Contains(page, "Connected") {
					t.Error("the page claims a success")
				}
			}
			if d.Name != c.kept {
				t.Errorf("kept as %q, want %q", d.Name, c.kept)
			}
			if c.kept != "work" {
				is := b.get(was.ID)
				is.History = was.History // a line about the failure
				if diff := cmp.Diff(was, is); diff != "" {
					t.Errorf("the connection was changed:\n%s", diff)
				}
			}
		})
	}
}
