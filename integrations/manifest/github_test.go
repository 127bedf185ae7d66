package manifest

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/internal/testserver"
	"authdeck/oauthflow"
)

const basicOfTheClient = "Basic dGhlLWlkOnRoZS1zZWNyZXQlMkYlMkI=" // the-id:the-secret%2F%2B

func githubUser() testserver.Route {
	return testserver.Route{Method: "GET", Host: "api.github.com", Path: "/user", Answers: []testserver.Answer{{
		JSON: map[string]any{"login": "ada", "id": 4711, "name": "Ada", "email": "ada@example.com", "avatar_url": "https://avatars.example/u/1", "plan": map[string]any{"name": "free"}},
	}}}
}

// TestGitHubOAuthApp: the answer's scopes are comma separated, there is no lifetime, nothing to refresh.
func TestGitHubOAuthApp(t *testing.T) {
	s := testserver.StartProviderStandIn(t, githubUser(),
		testserver.Route{Method: "POST", Host: "github.com", Path: "/login/oauth/access_token", Answers: []testserver.Answer{{
			JSON: map[string]any{"access_token": "gho_token", "token_type": "bearer", "scope": "read:user,user:email"},
		}}})
	i := builtin(t, "github", s)

	to, address, query, random := authorize(t, i, integrations.ConnectionURLRequest{Account: "ada", OtherToo: true})
	equal(t, "authorization endpoint", address, "https://github.com/login/oauth/authorize")
	equal(t, "authorization request", query, url.Values{
		"response_type": {"code"}, "client_id": {"the-id"}, "redirect_uri": {redirectURI}, "scope": {"read:user"}, "state": {"the-state"},
		"code_challenge_method": {"S256"}, "login": {"ada"}, "prompt": {"select_account"},
	})

	g := exchange(t, i, to, config())
	token := s.One("/login/oauth/access_token")
	verifier(t, token.Form, random["code_challenge"])
	equal(t, "token request", asRequest(token), sent{
		Method: "POST", Address: "https://github.com/login/oauth/access_token", Accept: "application/json", Type: "application/x-www-form-urlencoded",
		Form: url.Values{
			"grant_type": {"authorization_code"}, "code": {"the-code"}, "redirect_uri": {redirectURI}, "client_id": {"the-id"}, "client_secret": {"the-secret/+"},
		},
	})
	equal(t, "identity request", asRequest(s.One("/user")), sent{
		Method: "GET", Address: "https://api.github.com/user", Accept: "application/vnd.github+json", Authorization: "Bearer gho_token",
	})
	equal(t, "identity", g.Identity, integrations.Identity{Name: "ada", Subject: "4711", Image: "https://avatars.example/u/1"})
	equal(t, "scopes", g.Scopes, []string{"read:user", "user:email"})
	equal(t, "lifetime", g.Lifetime, oauthflow.Lifetime{Kind: oauthflow.LifetimeNever})
	equal(t, "user data", g.UserData, map[string]any{"login": "ada", "id": json.Number("4711"), "name": "Ada", "email": "ada@example.com", "avatar_url": "https://avatars.example/u/1"})
	equal(t, "warnings", g.Warnings, []string(nil))

	info := i.Info()
	equal(t, "what is said of the lifetime", info.Lifetime.Access, "no expiry, nothing to refresh")
	equal(t, "what is said of refresh", info.Refresh, "none")
	if _, err := i.RefreshToken(t.Context(), integrations.RefreshRequest{Config: config(), Kept: integrations.Kept{RefreshToken: secret.New("r")}}); !errors.Is(err, integrations.ErrNotRefreshable) {
		t.Errorf("refresh: %v, want ErrNotRefreshable", err)
	}
}

// TestGitHubForm: without the Accept header the answer is form-encoded; it is read all the same.
func TestGitHubForm(t *testing.T) {
	s := testserver.StartProviderStandIn(t, githubUser(), testserver.Route{
		Path: "/login/oauth/access_token", Answers: []testserver.Answer{testserver.FormAnswer(url.Values{
			"access_token": {"gho_token"}, "token_type": {"bearer"}, "scope": {"read:user"},
		})},
	})
	i := builtin(t, "github", s)
	to, _, _, _ := authorize(t, i, integrations.ConnectionURLRequest{})
	g := exchange(t, i, to, config())
	equal(t, "token", g.AccessToken.Reveal(), "gho_token")
	equal(t, "scopes", g.Scopes, []string{"read:user"})
}

// TestGitHubErrorsComeWith200: each code gets the class of what it means (reference/security.md §5.3).
func TestGitHubErrorsComeWith200(t *testing.T) {
	for code, want := range map[string]oauthflow.Class{
		"bad_verification_code": oauthflow.ClassDead, "bad_refresh_token": oauthflow.ClassDead,
		"incorrect_client_credentials": oauthflow.ClassConfiguration, "redirect_uri_mismatch": oauthflow.ClassConfiguration,
		"something_new": oauthflow.ClassTransientLong,
	} {
		s := testserver.StartProviderStandIn(t, testserver.Route{
			Path: "/login/oauth/access_token", Answers: []testserver.Answer{{JSON: map[string]any{"error": code, "error_description": "No."}}},
		})
		i := builtin(t, "github", s)
		to, _, _, _ := authorize(t, i, integrations.ConnectionURLRequest{})
		_, err := i.ExecuteCallback(t.Context(), integrations.CallbackRequest{
			Config: config(), RedirectURI: redirectURI, Params: url.Values{"code": {"the-code"}}, Pending: to.Pending,
		})
		var e *oauthflow.Error
		if !errors.As(err, &e) || e.Class != want || e.Code != code {
			t.Errorf("%s: %v, want an *oauthflow.Error of class %s", code, err, want)
		}
	}
}

// TestGitHubApp: 8 h, a rotating refresh token of six months, no scopes.
func TestGitHubApp(t *testing.T) {
	s := testserver.StartProviderStandIn(t, githubUser(),
		testserver.Route{Path: "/login/oauth/access_token", Answers: []testserver.Answer{
			{JSON: map[string]any{"access_token": "ghu_1", "expires_in": 28800, "refresh_token": "ghr_1", "refresh_token_expires_in": 15897600, "token_type": "bearer", "scope": ""}},
			{JSON: map[string]any{"access_token": "ghu_2", "expires_in": 28800, "refresh_token": "ghr_2", "refresh_token_expires_in": 15897600, "token_type": "bearer", "scope": ""}},
		}})
	i := builtin(t, "github-app", s)
	to, address, query, _ := authorize(t, i, integrations.ConnectionURLRequest{Scopes: []string{"repo"}})
	equal(t, "authorization endpoint", address, "https://github.com/login/oauth/authorize")
	equal(t, "authorization request", query, url.Values{
		"response_type": {"code"}, "client_id": {"the-id"}, "redirect_uri": {redirectURI}, "state": {"the-state"}, "code_challenge_method": {"S256"},
	})
	g := exchange(t, i, to, config())
	equal(t, "lifetime", g.Lifetime, known(8*time.Hour))
	equal(t, "refresh lifetime", g.RefreshLifetime, known(184*24*time.Hour))
	equal(t, "scopes", g.Scopes, []string(nil))

	s.Forget()
	g, err := i.RefreshToken(t.Context(), integrations.RefreshRequest{Config: config(), Kept: integrations.Kept{
		AccessToken: g.AccessToken, RefreshToken: g.RefreshToken,
	}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "refresh request", asRequest(s.One("/login/oauth/access_token")), sent{
		Method: "POST", Address: "https://github.com/login/oauth/access_token", Accept: "application/json", Type: "application/x-www-form-urlencoded",
		Form: url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"ghr_1"}, "client_id": {"the-id"}, "client_secret": {"the-secret/+"}},
	})
	equal(t, "rotated", []string{g.AccessToken.Reveal(), g.RefreshToken.Reveal()}, []string{"ghu_2", "ghr_2"})
	equal(t, "what is said of refresh", i.Info().Refresh, "rotates")
}

// TestGitHubRevokesAndIntrospects: its own dialect, DELETE with a JSON body and Basic; one call ends both tokens.
func TestGitHubRevokesAndIntrospects(t *testing.T) {
	for _, id := range []string{"github", "github-app"} {
		t.Run(id, func(t *testing.T) {
			s := testserver.StartProviderStandIn(t,
				testserver.Route{Method: "DELETE", Path: "/applications/the-id/grant", Answers: []testserver.Answer{{Status: http.StatusNoContent}}},
				testserver.Route{Method: "POST", Path: "/applications/the-id/token", Answers: []testserver.Answer{
					{JSON: map[string]any{"id": 1, "token": "gho_token", "hashed_token": "abc", "user": map[string]any{"login": "ada"}}},
					{Status: http.StatusNotFound, JSON: map[string]any{"message": "Not Found"}},
				}})
			i := builtin(t, id, s)
			kept := integrations.Kept{AccessToken: secret.New("gho_token"), RefreshToken: secret.New("ghr_1")}

			ask := i.(integrations.Introspector)
			in, err := ask.Introspect(t.Context(), integrations.IntrospectRequest{Config: config(), Kept: kept})
			if err != nil || !in.Active {
				t.Fatalf("introspection: %v, %v", in, err)
			}
			equal(t, "members, without the token", in.Members, map[string]any{"id": json.Number("1"), "user": map[string]any{"login": "ada"}})
			body := map[string]any{"access_token": "gho_token"}
			equal(t, "introspection request", asRequest(s.One("/applications/the-id/token")), sent{
				Method: "POST", Address: "https://api.github.com/applications/the-id/token", Accept: "application/vnd.github+json",
				Type: "application/json", Authorization: basicOfTheClient, JSON: body,
			})

			out, err := i.(integrations.Revoker).Revoke(t.Context(), integrations.RevokeRequest{Config: config(), Kept: kept})
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "outcome", out, integrations.Revocation{RefreshToken: oauthflow.RevokeConfirmed, AccessToken: oauthflow.RevokeConfirmed})
			equal(t, "revocation request", asRequest(s.One("/applications/the-id/grant")), sent{
				Method: "DELETE", Address: "https://api.github.com/applications/the-id/grant", Accept: "application/vnd.github+json",
				Type: "application/json", Authorization: basicOfTheClient, JSON: body,
			})

			if in, err = ask.Introspect(t.Context(), integrations.IntrospectRequest{Config: config(), Kept: kept}); err != nil || in.Active {
				t.Errorf("after the revocation: %v, %v", in, err)
			}
			if _, err = ask.Introspect(t.Context(), integrations.IntrospectRequest{Config: config(), Kept: kept, RefreshToken: true}); err == nil {
				t.Error("GitHub cannot be asked about refresh tokens, yet an answer came")
			}
		})
	}
}
