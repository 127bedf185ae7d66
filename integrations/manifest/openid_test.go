package manifest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/internal/testserver"
	"authdeck/oauthflow"
)

// signer makes ID tokens.
type signer struct {
	key *ecdsa.PrivateKey
	t   *testing.T
}

func newSigner(t *testing.T) signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signer{key: key, t: t}
}

func (s signer) sign(claims map[string]any) string {
	s.t.Helper()
	sig, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: s.key}, (&jose.SignerOptions{}).WithHeader("kid", "k1"))
	if err != nil {
		s.t.Fatal(err)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		s.t.Fatal(err)
	}
	jws, err := sig.Sign(body)
	if err != nil {
		s.t.Fatal(err)
	}
	raw, err := jws.CompactSerialize()
	if err != nil {
		s.t.Fatal(err)
	}
	return raw
}

func (s signer) keySet() any {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: s.key.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"}}}
}

// google is Google as a stand-in. The functions change what it says.
type google struct {
	*testserver.StandIn
	signer
	nonce  string
	claims func(map[string]any)
	answer func(map[string]any)
	user   testserver.Answer
	keys   testserver.Answer
}

const googleIssuer = "https://accounts.google.com"

func newGoogle(t *testing.T) *google {
	t.Helper()
	g := &google{signer: newSigner(t), claims: func(map[string]any) {}, answer: func(map[string]any) {}}
	g.user = testserver.Answer{JSON: map[string]any{"sub": "108", "email": "ada@example.com", "email_verified": true, "name": "Ada", "picture": "https://pics.example/a"}}
	g.keys = testserver.Answer{JSON: g.keySet()}
	g.StandIn = testserver.StartProviderStandIn(t,
		testserver.Route{Host: "accounts.google.com", Path: "/.well-known/oauth-authorization-server", Answers: []testserver.Answer{{Status: http.StatusNotFound}}},
		testserver.Route{Host: "accounts.google.com", Path: "/.well-known/openid-configuration", Answers: []testserver.Answer{{JSON: map[string]any{
			"issuer": googleIssuer, "authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth", "token_endpoint": "https://oauth2.googleapis.com/token",
			"userinfo_endpoint": "https://openidconnect.googleapis.com/v1/userinfo", "revocation_endpoint": "https://oauth2.googleapis.com/revoke",
			"jwks_uri": "https://www.googleapis.com/oauth2/v3/certs", "code_challenge_methods_supported": []string{"plain", "S256"},
		}}}},
		testserver.Route{Host: "www.googleapis.com", Path: "/oauth2/v3/certs", Handle: func(testserver.Seen) testserver.Answer { return g.keys }},
		testserver.Route{Host: "openidconnect.googleapis.com", Path: "/v1/userinfo", Handle: func(testserver.Seen) testserver.Answer { return g.user }},
		testserver.Route{Host: "oauth2.googleapis.com", Path: "/revoke", Answers: []testserver.Answer{{JSON: map[string]any{}}}},
		testserver.Route{Method: "POST", Host: "oauth2.googleapis.com", Path: "/token", Handle: g.token},
	)
	return g
}

func (g *google) token(r testserver.Seen) testserver.Answer {
	now := time.Now().Unix()
	claims := map[string]any{"iss": googleIssuer, "aud": "the-id", "azp": "the-id", "sub": "108", "email": "ada@example.com", "iat": now, "exp": now + 3600}
	answer := map[string]any{"access_token": "ya29.first", "expires_in": 3599, "scope": "openid https://www.googleapis.com/auth/userinfo.email", "token_type": "Bearer"}
	if r.Form.Get("grant_type") == "authorization_code" {
		claims["nonce"] = g.nonce
		answer["refresh_token"], answer["refresh_token_expires_in"] = "1//first", 604799
	} else {
		answer["access_token"] = "ya29.second"
	}
	g.claims(claims)
	answer["id_token"] = g.sign(claims)
	g.answer(answer)
	return testserver.Answer{JSON: answer}
}

// login signs in and returns what came of it.
func (g *google) login(t *testing.T, i integrations.Integration) (integrations.Grant, error) {
	t.Helper()
	to, _, _, random := authorize(t, i, integrations.ConnectionURLRequest{})
	g.nonce = random["nonce"]
	return i.ExecuteCallback(t.Context(), integrations.CallbackRequest{
		Config: config(), RedirectURI: redirectURI, Params: url.Values{"code": {"the-code"}}, Pending: to.Pending,
	})
}

// TestGoogle: consent always, the refresh answer has no refresh token, a refresh token of an app in Testing ends in 7 d.
func TestGoogle(t *testing.T) {
	p := newGoogle(t)
	i := builtin(t, "google", p.StandIn)
	to, address, query, random := authorize(t, i, integrations.ConnectionURLRequest{Account: "ada@example.com", OtherToo: true})
	equal(t, "authorization endpoint", address, "https://accounts.google.com/o/oauth2/v2/auth")
	equal(t, "authorization request", query, url.Values{
		"response_type": {"code"}, "client_id": {"the-id"}, "redirect_uri": {redirectURI}, "scope": {"openid email profile"}, "state": {"the-state"},
		"code_challenge_method": {"S256"}, "access_type": {"offline"}, "prompt": {"select_account consent"}, "login_hint": {"ada@example.com"},
	})
	_, _, query, _ = authorize(t, i, integrations.ConnectionURLRequest{Again: true, OtherToo: true})
	equal(t, "prompt of a sign-in in place", query["prompt"], []string{"consent"})

	p.nonce = random["nonce"]
	g := exchange(t, i, to, config())
	token := p.One("/token")
	verifier(t, token.Form, random["code_challenge"])
	post := func(path string, form url.Values) sent {
		return sent{Method: "POST", Address: "https://oauth2.googleapis.com" + path, Accept: "application/json", Type: "application/x-www-form-urlencoded", Form: form}
	}
	equal(t, "token request", asRequest(token), post("/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {"the-code"}, "redirect_uri": {redirectURI}, "client_id": {"the-id"}, "client_secret": {"the-secret/+"},
	}))
	equal(t, "identity request", asRequest(p.One("/v1/userinfo")), sent{
		Method: "GET", Address: "https://openidconnect.googleapis.com/v1/userinfo", Accept: "application/json", Authorization: "Bearer ya29.first",
	})
	equal(t, "identity", g.Identity, integrations.Identity{Name: "ada@example.com", Subject: "108", Image: "https://pics.example/a"})
	equal(t, "lifetime", g.Lifetime, known(3599*time.Second))
	equal(t, "refresh lifetime", g.RefreshLifetime, known(604799*time.Second))
	equal(t, "warnings", g.Warnings, []string(nil))

	p.Forget()
	kept := integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken, IDToken: g.IDToken, Identity: g.Identity}
	r, err := i.RefreshToken(t.Context(), integrations.RefreshRequest{Config: config(), Kept: kept})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "refresh request", asRequest(p.One("/token")), post("/token", url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {"1//first"}, "client_id": {"the-id"}, "client_secret": {"the-secret/+"},
	}))
	equal(t, "the old refresh token is kept (Q3)", r.RefreshToken.Reveal(), "")
	equal(t, "new token", r.AccessToken.Reveal(), "ya29.second")
	if r.IDToken.IsZero() || len(r.Warnings) > 0 {
		t.Errorf("the refreshed ID token was not taken: %v", r.Warnings)
	}

	out, err := i.(integrations.Revoker).Revoke(t.Context(), integrations.RevokeRequest{Config: config(), Kept: kept})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "outcome: one call ends both", out, integrations.Revocation{RefreshToken: oauthflow.RevokeConfirmed, AccessToken: oauthflow.RevokeConfirmed})
	equal(t, "revocation request", asRequest(p.One("/revoke")), post("/revoke", url.Values{"token": {"1//first"}}))
	if _, ok := i.(integrations.Introspector); ok {
		t.Error("Google has no introspection, yet the integration claims one")
	}
	v, err := i.(integrations.IDTokenVerifier).VerifyIDToken(t.Context(), config(), g.IDToken)
	if err != nil || v.Subject != "108" {
		t.Errorf("the kept ID token: %v, %v", v, err)
	}
}

// TestLoginRejects: an ID token or a userinfo answer that is refused ends the login (reference/security.md §2).
func TestLoginRejects(t *testing.T) {
	tests := map[string]func(*google){
		"oidcc-client-test-nonce-invalid":     func(g *google) { g.claims = func(c map[string]any) { c["nonce"] = "other" } },
		"invalid-missing-nonce":               func(g *google) { g.claims = func(c map[string]any) { delete(c, "nonce") } },
		"oidcc-client-test-invalid-iss":       func(g *google) { g.claims = func(c map[string]any) { c["iss"] = "https://other.example" } },
		"oidcc-client-test-invalid-aud":       func(g *google) { g.claims = func(c map[string]any) { c["aud"] = "another" } },
		"oidcc-client-test-missing-sub":       func(g *google) { g.claims = func(c map[string]any) { delete(c, "sub") } },
		"oidcc-client-test-invalid-sig-es256": func(g *google) { g.keys = testserver.Answer{JSON: newSigner(g.t).keySet()} },
		"oidcc-client-test-userinfo-invalid-sub": func(g *google) {
			g.user = testserver.Answer{JSON: map[string]any{"sub": "109", "email": "eve@example.com"}}
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			p := newGoogle(t)
			change(p)
			g, err := p.login(t, builtin(t, "google", p.StandIn))
			if err == nil || !g.AccessToken.IsZero() {
				t.Fatalf("the login was taken: %v, %v", g.Identity, g.Warnings)
			}
			userinfo := strings.Contains(name, "userinfo")
			if !userinfo && !errors.Is(err, oauthflow.ErrIDToken) {
				t.Errorf("%v, want ErrIDToken", err)
			}
			if !userinfo && len(p.To("/v1/userinfo")) > 0 {
				t.Error("userinfo was asked with a token that is refused")
			}
		})
	}
}

// TestAReceivedGrantIsNotLost: whatever else fails after the token answer stands in the warnings.
func TestAReceivedGrantIsNotLost(t *testing.T) {
	tests := map[string]struct {
		change  func(*google)
		warning string
		name    string
	}{
		"userinfo is down":         {func(g *google) { g.user = testserver.Answer{Status: http.StatusBadGateway} }, "could not ask who is connected", "ada@example.com"},
		"userinfo is no JSON":      {func(g *google) { g.user = testserver.Answer{Body: "<html>"} }, "could not ask who is connected", "ada@example.com"},
		"the keys are down":        {func(g *google) { g.keys = testserver.Answer{Status: http.StatusBadGateway} }, "the ID token could not be checked", "ada@example.com"},
		"no ID token came":         {func(g *google) { g.answer = func(a map[string]any) { delete(a, "id_token") } }, "sent no ID token", "ada@example.com"},
		"no refresh token came":    {func(g *google) { g.answer = func(a map[string]any) { delete(a, "refresh_token") } }, "access_type", "ada@example.com"},
		"a token type not known":   {func(g *google) { g.answer = func(a map[string]any) { a["token_type"] = "mac" } }, "type mac", "ada@example.com"},
		"both are down, no claims": {func(g *google) { g.keys, g.user = testserver.Answer{Status: 500}, testserver.Answer{Status: 500} }, "could not be checked", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newGoogle(t)
			tt.change(p)
			g, err := p.login(t, builtin(t, "google", p.StandIn))
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "token", g.AccessToken.Reveal(), "ya29.first")
			equal(t, "name", g.Identity.Name, tt.name)
			if !slices.ContainsFunc(g.Warnings, func(w string) bool { return strings.Contains(w, tt.warning) }) {
				t.Errorf("warnings %q, want one about %q", g.Warnings, tt.warning)
			}
		})
	}
}

// TestO11_RefreshedIDToken: one that is refused is left away, the tokens of the answer are kept.
func TestO11_RefreshedIDToken(t *testing.T) {
	tests := map[string]struct {
		change func(map[string]any)
		other  bool
	}{
		"oidcc-client-test-refresh-token-invalid-issuer": {func(c map[string]any) { c["iss"] = "https://other.example" }, false},
		"oidcc-client-test-refresh-token-invalid-sub":    {func(c map[string]any) { c["sub"] = "109" }, true},
		"another audience": {func(c map[string]any) { c["aud"] = "another" }, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newGoogle(t)
			i := builtin(t, "google", p.StandIn)
			g, err := p.login(t, i)
			if err != nil {
				t.Fatal(err)
			}
			p.claims = tt.change
			kept := integrations.Kept{RefreshToken: g.RefreshToken, IDToken: g.IDToken, Identity: g.Identity}
			r, err := i.RefreshToken(t.Context(), integrations.RefreshRequest{Config: config(), Kept: kept})
			if err != nil {
				t.Fatal(err)
			}
			if r.AccessToken.Reveal() != "ya29.second" || !r.IDToken.IsZero() || len(r.Warnings) != 1 || r.OtherAccount != tt.other {
				t.Errorf("token %q, ID token kept %v, other account %v, warnings %q", r.AccessToken.Reveal(), !r.IDToken.IsZero(), r.OtherAccount, r.Warnings)
			}
		})
	}
}

// TestO11_KeysOfTheLoginAreGone: the subject that is kept is compared all the same.
func TestO11_KeysOfTheLoginAreGone(t *testing.T) {
	for sub, other := range map[string]bool{"108": false, "109": true} {
		p := newGoogle(t)
		i := builtin(t, "google", p.StandIn)
		p.claims = func(c map[string]any) { c["sub"] = sub }
		kept := integrations.Kept{
			RefreshToken: secret.New("r"), IDToken: secret.New(newSigner(t).sign(map[string]any{"sub": "108"})), Identity: integrations.Identity{Subject: "108"},
		}
		r, err := i.RefreshToken(t.Context(), integrations.RefreshRequest{Config: config(), Kept: kept})
		if err != nil {
			t.Fatal(err)
		}
		if r.OtherAccount != other || r.IDToken.IsZero() != other {
			t.Errorf("subject %s: other account %v, ID token kept %v", sub, r.OtherAccount, !r.IDToken.IsZero())
		}
	}
}

// TestMetadataIsReadOnce: and so are the keys.
func TestMetadataIsReadOnce(t *testing.T) {
	p := newGoogle(t)
	i := builtin(t, "google", p.StandIn)
	for range 3 {
		if _, err := p.login(t, i); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"/.well-known/openid-configuration", "/oauth2/v3/certs"} {
		if n := len(p.To(path)); n != 1 {
			t.Errorf("%s was read %d times in three logins, want once", path, n)
		}
	}
}

// TestCallbackErrors: the authorization endpoint's refusals by RFC 6749 §4.1.2.1.
func TestCallbackErrors(t *testing.T) {
	p := newGoogle(t)
	i := builtin(t, "google", p.StandIn)
	to, _, _, _ := authorize(t, i, integrations.ConnectionURLRequest{})
	for code, want := range map[string]oauthflow.Class{
		"access_denied": oauthflow.ClassDead, "invalid_scope": oauthflow.ClassConfiguration, "unauthorized_client": oauthflow.ClassConfiguration,
		"temporarily_unavailable": oauthflow.ClassTransient, "server_error": oauthflow.ClassTransient, "whatever": oauthflow.ClassTransientLong,
	} {
		_, err := i.ExecuteCallback(t.Context(), integrations.CallbackRequest{
			Config: config(), RedirectURI: redirectURI, Params: url.Values{"error": {code}, "error_description": {"no\x1b[31m"}}, Pending: to.Pending,
		})
		var e *oauthflow.Error
		if !errors.As(err, &e) || e.Class != want || e.Code != code || e.Description != "no" {
			t.Errorf("%s: %v, want class %s", code, err, want)
		}
	}
	if _, err := i.ExecuteCallback(t.Context(), integrations.CallbackRequest{Config: config(), Params: url.Values{}, Pending: to.Pending}); err == nil {
		t.Error("a callback without code and error was taken")
	}
	if n := len(p.To("/token")); n > 0 {
		t.Errorf("%d token requests without a code", n)
	}
}

// TestC3_VerifierGoesToItsOwnServer: settings that changed during a sign-in end it before the code and verifier are sent.
func TestC3_VerifierGoesToItsOwnServer(t *testing.T) {
	s := testserver.StartProviderStandIn(t, gitlabRoutes("gitlab.com")...)
	i := builtin(t, "gitlab", s)
	to, _, _, _ := authorize(t, i, integrations.ConnectionURLRequest{})
	_, err := i.ExecuteCallback(t.Context(), integrations.CallbackRequest{
		Config: config("host", "other.example"), RedirectURI: redirectURI, Params: url.Values{"code": {"c"}}, Pending: to.Pending,
	})
	if !errors.Is(err, errOtherServer) || len(s.To("/oauth/token")) > 0 {
		t.Errorf("%v after %d token requests, want none", err, len(s.To("/oauth/token")))
	}
	if _, err := i.ExecuteCallback(t.Context(), integrations.CallbackRequest{Config: config(), Params: url.Values{"code": {"c"}}, Pending: secret.New("x")}); err == nil {
		t.Error("a callback with something else's pending was taken")
	}
}
