package demo

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/internal/clock"
	"authdeck/oauthflow"
)

// The page of YAML does what it says against the server it was made for.
func TestIntegrationAgainstTheServer(t *testing.T) {
	h := newHand()
	s := start(t, Options{Now: h.now, TokenTTL: time.Minute})
	list, err := s.Source(&oauthflow.Caller{HTTP: http.DefaultClient, Clock: clock.System(), Log: slog.New(slog.DiscardHandler)}).Integrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	demo := list[0]
	redirect, last := landing(t)
	c, err := demo.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{RedirectURI: redirect, State: "state", Account: "eve@example.com", OtherToo: true})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		t.Fatal(err)
	}
	if q := u.Query(); q.Get("prompt") != "select_account" || q.Get("login_hint") != "eve@example.com" || !c.IssRequired || c.Issuer != s.Issuer() || len(c.Warnings) > 0 {
		t.Errorf("%v, %+v", q, c)
	}
	if _, err := PlayBrowser(t.Context(), c.URL, "eve@example.com"); err != nil {
		t.Fatal(err)
	}
	g, err := demo.ExecuteCallback(t.Context(), integrations.CallbackRequest{RedirectURI: redirect, Params: last(), Pending: c.Pending})
	if err != nil {
		t.Fatal(err)
	}
	if g.Identity.Name != "eve@example.com" || g.Identity.Subject != "demo-3" || g.Lifetime.For != time.Minute || g.RefreshLifetime.For != defaultRefreshTTL || len(g.Warnings) > 0 {
		t.Errorf("%+v", g)
	}
	kept := func() integrations.Kept {
		return integrations.Kept{
			AccessToken: g.AccessToken, RefreshToken: g.RefreshToken, IDToken: g.IDToken, TokenType: g.TokenType,
			ScopesAsked: c.Scopes, ScopesGranted: g.Scopes, Identity: g.Identity, UserData: g.UserData, Extra: g.Extra,
		}
	}
	run := func(action string, params map[string]any) (string, error) {
		r, err := demo.(integrations.ActionRunner).RunAction(t.Context(), integrations.ActionRequest{Kept: kept(), Action: action, Params: params})
		return string(r.Result), err
	}
	for _, step := range []struct {
		action string
		params map[string]any
		want   string
	}{
		{"who-am-i", nil, `"eve@example.com"`},
		{"add-note", map[string]any{"text": "a note"}, `"a note"`},
		{"list-notes", nil, `"a note"`},
	} {
		if got, err := run(step.action, step.params); err != nil || !strings.Contains(got, step.want) {
			t.Errorf("%s: %s, %v", step.action, got, err)
		}
	}
	if _, err := run("add-note", nil); !errors.Is(err, integrations.ErrBadParams) {
		t.Errorf("add-note without text: %v", err)
	}
	if _, err := demo.(integrations.IDTokenVerifier).VerifyIDToken(t.Context(), nil, g.IDToken); err != nil {
		t.Error(err)
	}

	h.move(time.Minute)
	var failed *integrations.ActionError
	if _, err := run("who-am-i", nil); !errors.As(err, &failed) || !failed.Unauthorized {
		t.Errorf("with an expired token: %v", err)
	}
	old := g
	if g, err = demo.RefreshToken(t.Context(), integrations.RefreshRequest{Kept: kept()}); err != nil {
		t.Fatal(err)
	}
	if g.RefreshToken.Equal(old.RefreshToken) || g.RefreshToken.Reveal() == "" {
		t.Error("the refresh token did not rotate")
	}
	if _, err := run("who-am-i", nil); err != nil {
		t.Error(err)
	}

	r, err := demo.(integrations.Revoker).Revoke(t.Context(), integrations.RevokeRequest{Kept: kept()})
	if err != nil || r.RefreshToken != oauthflow.RevokeConfirmed || r.AccessToken != oauthflow.RevokeConfirmed {
		t.Errorf("%+v, %v", r, err)
	}
	for _, refresh := range []bool{true, false} {
		i, err := demo.(integrations.Introspector).Introspect(t.Context(), integrations.IntrospectRequest{Kept: kept(), RefreshToken: refresh})
		if err != nil || i.Active {
			t.Errorf("after the revocation: %+v, %v", i, err)
		}
	}
}
