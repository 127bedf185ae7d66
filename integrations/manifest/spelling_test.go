package manifest

import (
	"errors"
	"net/http"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/testserver"
	"authdeck/oauthflow"
)

// TestG2_MisspeltIssuer: an issuer that differs by its final slash alone is not used, and the error names the right one.
func TestG2_MisspeltIssuer(t *testing.T) {
	const right = "https://login.acme.example"
	s := testserver.StartProviderStandIn(t,
		testserver.Route{Path: "/.well-known/oauth-authorization-server", Answers: []testserver.Answer{{JSON: map[string]any{
			"issuer": right, "authorization_endpoint": right + "/authorize", "token_endpoint": right + "/token",
		}}}})
	for _, c := range []struct{ page, typed, item, want string }{
		{"inputs: {place: {}}\nissuer: \"{{ place }}\"\n", right + "/", "place", right},
		{"issuer: https://login.acme.example/\n", "", "", right},
		{"inputs: {place: {}}\nissuer: \"{{place}}\"\n", "https://other.acme.example", "place", ""},
	} {
		i := parse(t, s, "manifest: 1\nid: acme\nname: Acme\nclient: {needs: id}\n"+c.page)
		cfg := config()
		if c.typed != "" {
			cfg = config("place", c.typed)
		}
		_, err := i.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: cfg, RedirectURI: redirectURI, State: "s"})
		if !errors.Is(err, oauthflow.ErrMetadata) {
			t.Errorf("%s %s: %v, want that the metadata cannot be used", c.page, c.typed, err)
		}
		var misspelt *MisspeltIssuer
		if errors.As(err, &misspelt) != (c.want != "") {
			t.Errorf("%s %s: %v names %v", c.page, c.typed, err, misspelt)
		}
		if misspelt != nil {
			id, item, issuer := misspelt.RightIssuer()
			equal(t, "the right spelling", []string{id, item, issuer}, []string{"acme", c.item, c.want})
		}
	}
}

// TestE4_RevokeWithoutMetadata: a server that cannot be asked has not said that it has no such endpoint.
func TestE4_RevokeWithoutMetadata(t *testing.T) {
	down := testserver.Answer{Status: http.StatusServiceUnavailable}
	s := testserver.StartProviderStandIn(t,
		testserver.Route{Path: "/.well-known/oauth-authorization-server", Answers: []testserver.Answer{down}},
		testserver.Route{Path: "/.well-known/openid-configuration", Answers: []testserver.Answer{down}})
	for _, page := range []string{"", "revoke: {url: https://login.acme.example/revoke}\n"} {
		i := parse(t, s, "manifest: 1\nid: acme\nname: Acme\nissuer: https://login.acme.example\n"+page)
		r, err := i.(integrations.Revoker).Revoke(t.Context(), integrations.RevokeRequest{Config: config(), Kept: integrations.Kept{AccessToken: config()["client_id"]}})
		var e *oauthflow.Error
		if page == "" && (!errors.As(err, &e) || e.Class != oauthflow.ClassTransient) {
			t.Errorf("%+v %v, want a transient error", r, err)
		}
		if page != "" && (err != nil || r.AccessToken != oauthflow.RevokePending || r.Hint == "") {
			t.Errorf("%+v %v, want that it is pending, and why", r, err)
		}
	}
}
