package manifest

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/internal/testserver"
	"authdeck/oauthflow"
)

// gitlabRoutes answer as a self-managed server of that host does.
func gitlabRoutes(host string) []testserver.Route {
	base := "https://" + host
	return []testserver.Route{
		{Method: "GET", Host: host, Path: "/.well-known/oauth-authorization-server", Answers: []testserver.Answer{{JSON: map[string]any{
			"issuer": base, "authorization_endpoint": base + "/oauth/authorize", "token_endpoint": base + "/oauth/token",
			"revocation_endpoint": base + "/oauth/revoke", "introspection_endpoint": base + "/oauth/introspect", "jwks_uri": base + "/oauth/discovery/keys",
			"code_challenge_methods_supported": []string{"plain", "S256"},
		}}}},
		{Method: "POST", Host: host, Path: "/oauth/token", Answers: []testserver.Answer{
			{JSON: map[string]any{"access_token": "glat_1", "token_type": "Bearer", "expires_in": 7200, "refresh_token": "glrt_1", "scope": "read_user", "created_at": 1790000000}},
			{JSON: map[string]any{"access_token": "glat_2", "token_type": "Bearer", "expires_in": 7200, "refresh_token": "glrt_2", "scope": "read_user", "created_at": 1790007000}},
		}},
		{Method: "GET", Host: host, Path: "/api/v4/user", Answers: []testserver.Answer{{JSON: map[string]any{
			"id": 7, "username": "ada", "email": "ada@example.com", "avatar_url": "https://gitlab.example/a.png",
		}}}},
		{Method: "POST", Host: host, Path: "/oauth/revoke", Answers: []testserver.Answer{{JSON: map[string]any{}}}},
		{Method: "POST", Host: host, Path: "/oauth/introspect", Answers: []testserver.Answer{{JSON: map[string]any{"active": false}}}},
		{Method: "GET", Host: host, Path: "/api/v4/projects", Answers: []testserver.Answer{{JSON: []any{map[string]any{"id": 1}}}}},
	}
}

// TestGitLab on gitlab.com and on a host of one's own.
func TestGitLab(t *testing.T) {
	for _, host := range []string{"gitlab.com", "git.example.org:8443"} {
		t.Run(host, func(t *testing.T) {
			s := testserver.StartProviderStandIn(t, gitlabRoutes(host)...)
			i := builtin(t, "gitlab", s)
			cfg := config()
			if host != "gitlab.com" {
				cfg = config("host", host)
			}
			to, address, query, random := authorize(t, i, integrations.ConnectionURLRequest{Config: cfg})
			equal(t, "authorization endpoint", address, "https://"+host+"/oauth/authorize")
			equal(t, "authorization request", query, url.Values{
				"response_type": {"code"}, "client_id": {"the-id"}, "redirect_uri": {redirectURI}, "scope": {"read_user"}, "state": {"the-state"},
				"code_challenge_method": {"S256"},
			})
			equal(t, "issuer to compare", to.Issuer, "https://"+host)
			equal(t, "warnings", to.Warnings, []string(nil))

			g := exchange(t, i, to, cfg)
			token := s.One("/oauth/token")
			verifier(t, token.Form, random["code_challenge"])
			client := url.Values{"client_id": {"the-id"}, "client_secret": {"the-secret/+"}}
			form := func(more url.Values) url.Values {
				for k, v := range client {
					more[k] = v
				}
				return more
			}
			post := func(path string, fields url.Values) sent {
				return sent{
					Method: "POST", Address: "https://" + host + path, Accept: "application/json", Type: "application/x-www-form-urlencoded", Form: form(fields),
				}
			}
			equal(t, "token request", asRequest(token), post("/oauth/token", url.Values{
				"grant_type": {"authorization_code"}, "code": {"the-code"}, "redirect_uri": {redirectURI},
			}))
			equal(t, "identity request", asRequest(s.One("/api/v4/user")), sent{
				Method: "GET", Address: "https://" + host + "/api/v4/user", Accept: "application/json", Authorization: "Bearer glat_1",
			})
			equal(t, "identity", g.Identity, integrations.Identity{Name: "ada", Subject: "7", Image: "https://gitlab.example/a.png"})
			equal(t, "lifetime", g.Lifetime, known(2*time.Hour))

			s.Forget()
			kept := integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken}
			g, err := i.RefreshToken(t.Context(), integrations.RefreshRequest{Config: cfg, Kept: kept})
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "refresh request", asRequest(s.One("/oauth/token")), post("/oauth/token", url.Values{
				"grant_type": {"refresh_token"}, "refresh_token": {"glrt_1"},
			}))
			equal(t, "rotated", g.RefreshToken.Reveal(), "glrt_2")

			kept = integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken}
			out, err := i.(integrations.Revoker).Revoke(t.Context(), integrations.RevokeRequest{Config: cfg, Kept: kept})
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "outcome", out, integrations.Revocation{RefreshToken: oauthflow.RevokeConfirmed, AccessToken: oauthflow.RevokeConfirmed})
			calls := s.To("/oauth/revoke")
			if len(calls) != 2 {
				t.Fatalf("%d revocations, want 2: refresh token, then access token (E2)", len(calls))
			}
			equal(t, "first revocation", asRequest(calls[0]), post("/oauth/revoke", url.Values{"token": {"glrt_2"}, "token_type_hint": {"refresh_token"}}))
			equal(t, "second revocation", asRequest(calls[1]), post("/oauth/revoke", url.Values{"token": {"glat_2"}, "token_type_hint": {"access_token"}}))

			in, err := i.(integrations.Introspector).Introspect(t.Context(), integrations.IntrospectRequest{Config: cfg, Kept: kept, RefreshToken: true})
			if err != nil || in.Active {
				t.Errorf("introspection: %v, %v", in, err)
			}
			equal(t, "introspection request", asRequest(s.One("/oauth/introspect")), post("/oauth/introspect", url.Values{
				"token": {"glrt_2"}, "token_type_hint": {"refresh_token"},
			}))

			if _, err = i.(integrations.ActionRunner).RunAction(t.Context(), integrations.ActionRequest{
				Config: cfg, Kept: kept, Action: "list-projects", Params: map[string]any{"search": "engine & co"},
			}); err != nil {
				t.Fatal(err)
			}
			equal(t, "action", asRequest(s.One("/api/v4/projects")), sent{
				Method: "GET", Address: "https://" + host + "/api/v4/projects", Accept: "application/json", Authorization: "Bearer glat_2",
				Query: url.Values{"membership": {"true"}, "search": {"engine & co"}, "per_page": {"20"}},
			})
		})
	}
}

// TestGitLabHostIsChecked: a config item that does not match its pattern names no host.
func TestGitLabHostIsChecked(t *testing.T) {
	i := builtin(t, "gitlab", testserver.StartProviderStandIn(t))
	for _, host := range []string{"evil.example/x?", "a@b", "A.example", " gitlab.com"} {
		_, err := i.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: config("host", host), State: "s", RedirectURI: redirectURI})
		if !errors.Is(err, integrations.ErrNotConfigured) || !strings.Contains(err.Error(), "host") {
			t.Errorf("%q: %v, want ErrNotConfigured that names host", host, err)
		}
	}
}

// TestMetadataOutOfReach: with all addresses in the manifest a login goes on without it, and says so.
func TestMetadataOutOfReach(t *testing.T) {
	s := testserver.StartProviderStandIn(t, testserver.Route{Path: "/.well-known/*", Answers: []testserver.Answer{{Status: http.StatusBadGateway}}})
	to, _, _, _ := authorize(t, builtin(t, "gitlab", s), integrations.ConnectionURLRequest{})
	if len(to.Warnings) != 1 || !strings.Contains(to.Warnings[0], "metadata could not be read") {
		t.Errorf("warnings %q", to.Warnings)
	}
	equal(t, "issuer to compare", to.Issuer, "https://gitlab.com")
}

// TestRevocationOfADeadServer: nothing is claimed.
func TestRevocationOfADeadServer(t *testing.T) {
	s := testserver.StartProviderStandIn(t, testserver.Route{Path: "/oauth/revoke", Answers: []testserver.Answer{
		{Status: http.StatusServiceUnavailable, Header: map[string]string{"Retry-After": "7"}},
		{Status: http.StatusMethodNotAllowed},
	}})
	out, err := builtin(t, "gitlab", s).(integrations.Revoker).Revoke(t.Context(), integrations.RevokeRequest{
		Config: config(), Kept: integrations.Kept{AccessToken: secret.New("a"), RefreshToken: secret.New("r")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.RefreshToken != oauthflow.RevokePending || out.AccessToken != oauthflow.RevokeUnsupported || out.RetryAfter != 7*time.Second || out.Hint == "" {
		t.Errorf("%+v", out)
	}
}
