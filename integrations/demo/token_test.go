package demo

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-cmp/cmp"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

func TestRFC6749_4_1_CodeFlow(t *testing.T) {
	s := start(t, Options{TokenTTL: 7 * time.Second})
	f := newFlow(t, s)
	a := f.tokens()
	if got := a.body["expires_in"]; got != 7.0 {
		t.Errorf("expires_in %v, want exactly 7", got)
	}
	if got := a.body["refresh_token_expires_in"]; got != (30 * 24 * time.Hour).Seconds() {
		t.Errorf("refresh_token_expires_in %v", got)
	}
	if got := a.text("token_type"); got != "Bearer" {
		t.Errorf("token_type %q", got)
	}
	if got := a.text("scope"); got != f.scope {
		t.Errorf("scope %q", got)
	}
	if got := a.head.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q, RFC 6749 §5.1 wants no-store", got)
	}
	if a.text("refresh_token") == "" || a.text("id_token") == "" {
		t.Errorf("no refresh or ID token: %v", a.body)
	}
	me := call(t, http.MethodGet, s.API()+"/me", a.text("access_token"), "")
	if me.status != http.StatusOK || me.text("email") != "ada@example.com" || me.text("client_id") != ClientID {
		t.Errorf("/api/me answered %d %v", me.status, me.body)
	}
	info := call(t, http.MethodGet, s.Issuer()+"userinfo", a.text("access_token"), "")
	want := map[string]any{
		"sub": "demo-1", "name": "Ada", "preferred_username": "ada", "email": "ada@example.com", "email_verified": true,
	}
	if d := cmp.Diff(want, info.body); info.status != http.StatusOK || d != "" {
		t.Errorf("userinfo answered %d:\n%s", info.status, d)
	}
}

func TestOIDC_3_1_3_6_IDToken(t *testing.T) {
	s := start(t, Options{})
	f := newFlow(t, s)
	a := f.tokens()
	var keys jose.JSONWebKeySet
	getJSON(t, s.Issuer()+"keys", &keys)
	token, err := jwt.ParseSigned(a.text("id_token"), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := token.Claims(keys.Key(token.Headers[0].KeyID)[0], &claims); err != nil {
		t.Fatal(err)
	}
	hash, err := oidc.ClaimHash(a.text("access_token"), jose.RS256)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"iss": s.Issuer(), "sub": "demo-1", "nonce": f.nonce, "at_hash": hash, "email": "ada@example.com", "azp": ClientID,
	} {
		if claims[name] != want {
			t.Errorf("%s is %v, want %v", name, claims[name], want)
		}
	}
	if d := cmp.Diff([]any{ClientID}, claims["aud"]); d != "" {
		t.Errorf("aud: %s", d)
	}
}

func TestRFC7636_PKCE(t *testing.T) {
	s := start(t, Options{})
	t.Run("4.6 wrong verifier", func(t *testing.T) {
		f := newFlow(t, s)
		code := f.code()
		f.verifier = strings.Repeat("x", 43)
		f.exchange(code).want(t, http.StatusBadRequest, "invalid_grant")
	})
	t.Run("4.6 no verifier", func(t *testing.T) {
		f := newFlow(t, s)
		code := f.code()
		f.verifier = ""
		f.exchange(code).want(t, http.StatusBadRequest, "invalid_request")
	})
	for name, extra := range map[string]url.Values{
		"no challenge":    {"code_challenge": nil, "code_challenge_method": nil},
		"plain":           {"code_challenge_method": {"plain"}},
		"no method":       {"code_challenge_method": nil},
		"no SHA-256":      {"code_challenge": {"short"}},
		"form_post":       {"response_mode": {"form_post"}},
		"fragment answer": {"response_mode": {"fragment"}},
	} {
		t.Run("4.4.1 "+name, func(t *testing.T) {
			f := newFlow(t, s)
			f.extra = extra
			b := newBrowser(t, s)
			b.open(f.url())
			wantErrorRedirect(t, b, f, "invalid_request")
		})
	}
}

func wantErrorRedirect(t *testing.T, b *browser, f *flow, code string) {
	t.Helper()
	if b.left == nil || !strings.HasPrefix(b.left.String(), f.redirect+"?") {
		t.Fatalf("sent to %v, want %s; %d %s", b.left, f.redirect, b.code, b.page)
	}
	q := b.left.Query()
	if q.Get("error") != code || q.Get("state") != f.state || q.Get("iss") != f.s.Issuer() || q.Has("code") {
		t.Errorf("redirected with %v, want error %s, state and iss", q, code)
	}
}

func TestRFC6749_4_1_2_CodeOnce(t *testing.T) {
	h := newHand()
	s := start(t, Options{Now: h.now})
	f := newFlow(t, s)
	code := f.code()
	first := f.exchange(code)
	if first.status != http.StatusOK {
		t.Fatalf("exchange answered %d %v", first.status, first.body)
	}
	f.exchange(code).want(t, http.StatusBadRequest, "invalid_grant")
	call(t, http.MethodGet, s.API()+"/me", first.text("access_token"), "").want(t, http.StatusUnauthorized, "invalid_token")
	f.refresh(first.text("refresh_token")).want(t, http.StatusBadRequest, "invalid_grant")

	late := newFlow(t, s)
	code = late.code()
	h.move(codeTime + time.Second)
	late.exchange(code).want(t, http.StatusBadRequest, "invalid_grant")
}

// Both requests of each pair have looked their code or refresh token up before one of them takes it.
func TestRFC6749_4_1_2_CodeOnceWhenExchangedAtOnce(t *testing.T) {
	f := newFlow(t, start(t, Options{}))
	code := f.code()
	var found [2]op.AuthRequest
	for i := range found {
		var err error
		if found[i], err = f.s.storage.AuthRequestByCode(t.Context(), code); err != nil {
			t.Fatal(err)
		}
	}
	_, refresh, _, err := f.s.storage.CreateAccessAndRefreshTokens(t.Context(), found[0], "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := f.s.storage.CreateAccessAndRefreshTokens(t.Context(), found[1], ""); !errors.Is(err, oidc.ErrInvalidGrant()) {
		t.Errorf("the second exchange: %v", err)
	}
	var again [2]op.RefreshTokenRequest
	for i := range again {
		if again[i], err = f.s.storage.TokenRequestByRefreshToken(t.Context(), refresh); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, _, err := f.s.storage.CreateAccessAndRefreshTokens(t.Context(), again[0], refresh); err != nil {
		t.Error(err)
	}
	if _, _, _, err := f.s.storage.CreateAccessAndRefreshTokens(t.Context(), again[1], refresh); !errors.Is(err, oidc.ErrInvalidGrant()) {
		t.Errorf("the second refresh: %v", err)
	}
	if got := f.s.Stats().ReuseErrors; got != 1 {
		t.Errorf("%d reuse errors counted, want 1", got)
	}
}

func TestRFC6749_4_1_3_CodeIsBound(t *testing.T) {
	s := start(t, Options{})
	t.Run("to its redirect address", func(t *testing.T) {
		f := newFlow(t, s)
		code := f.code()
		f.redirect += "/else"
		f.exchange(code).want(t, http.StatusBadRequest, "invalid_grant")
	})
	t.Run("to its client", func(t *testing.T) {
		f := newFlow(t, s)
		code := f.code()
		f.clientID = registered(t, s, f.redirect)
		f.exchange(code).want(t, http.StatusBadRequest, "invalid_grant")
	})
	t.Run("to a known client", func(t *testing.T) {
		f := newFlow(t, s)
		code := f.code()
		f.clientID = "nobody"
		f.exchange(code).want(t, http.StatusUnauthorized, "invalid_client")
	})
}

func TestRFC9700_4_14_2_RefreshRotates(t *testing.T) {
	s := start(t, Options{})
	f := newFlow(t, s)
	first := f.tokens()
	second := f.refresh(first.text("refresh_token"))
	if second.status != http.StatusOK || second.text("refresh_token") == "" || second.text("refresh_token") == first.text("refresh_token") ||
		second.text("access_token") == first.text("access_token") {
		t.Fatalf("refresh answered %d %v", second.status, second.body)
	}
	if second.body["expires_in"] != 90.0 || second.text("id_token") == "" {
		t.Errorf("refresh answered %v", second.body)
	}
	f.refresh(first.text("refresh_token")).want(t, http.StatusBadRequest, "invalid_grant")
	if got := s.Stats().ReuseErrors; got != 1 {
		t.Errorf("%d reuse errors counted, want 1", got)
	}
	// K2 of reference/security.md §5.2: the loser is refused, the winner lives.
	if third := f.refresh(second.text("refresh_token")); third.status != http.StatusOK {
		t.Errorf("the newest refresh token was refused: %v", third.body)
	}
	f.refresh("nonsense").want(t, http.StatusBadRequest, "invalid_grant")
	want := Stats{TokenRequests: map[string]int{"authorization_code": 1, "refresh_token": 4}, ReuseErrors: 1}
	if d := cmp.Diff(want, s.Stats()); d != "" {
		t.Errorf("stats: %s", d)
	}
	var page Stats
	getJSON(t, s.StatsURL(), &page)
	if d := cmp.Diff(want, page); d != "" {
		t.Errorf("stats page: %s", d)
	}
}

func TestRFC9700_4_14_2_OneOfManyRefreshesWins(t *testing.T) {
	s := start(t, Options{})
	f := newFlow(t, s)
	token := f.tokens().text("refresh_token")
	answers := make([]answer, 8)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = f.refresh(token) })
	}
	wg.Wait()
	var won []answer
	for _, a := range answers {
		if a.status == http.StatusOK {
			won = append(won, a)
		}
	}
	if len(won) != 1 || s.Stats().ReuseErrors != 7 {
		t.Fatalf("%d refreshes won and %d reuses were counted, want 1 and 7", len(won), s.Stats().ReuseErrors)
	}
	if a := f.refresh(won[0].text("refresh_token")); a.status != http.StatusOK {
		t.Errorf("the winner's token was refused: %v", a.body)
	}
}

func TestRFC6749_6_Refresh(t *testing.T) {
	h := newHand()
	s := start(t, Options{Now: h.now, RefreshTTL: time.Hour})
	t.Run("narrower scope", func(t *testing.T) {
		f := newFlow(t, s)
		form := url.Values{
			"grant_type": {"refresh_token"}, "refresh_token": {f.tokens().text("refresh_token")}, "client_id": {ClientID}, "scope": {"openid email"},
		}
		a := post(t, s.Issuer()+"oauth/token", form)
		if a.status != http.StatusOK || a.text("scope") != "openid email" {
			t.Fatalf("answered %d %v", a.status, a.body)
		}
		call(t, http.MethodGet, s.API()+"/notes", a.text("access_token"), "").want(t, http.StatusForbidden, "insufficient_scope")
		if b := f.refresh(a.text("refresh_token")); b.text("scope") != f.scope {
			t.Errorf("the grant's scopes became %q", b.text("scope"))
		}
	})
	t.Run("wider scope", func(t *testing.T) {
		f := newFlow(t, s)
		f.scope = "openid offline_access"
		form := url.Values{
			"grant_type": {"refresh_token"}, "refresh_token": {f.tokens().text("refresh_token")}, "client_id": {ClientID}, "scope": {"openid notes"},
		}
		post(t, s.Issuer()+"oauth/token", form).want(t, http.StatusBadRequest, "invalid_scope")
	})
	t.Run("another client", func(t *testing.T) {
		f := newFlow(t, s)
		token := f.tokens().text("refresh_token")
		other := newFlow(t, s)
		other.clientID = registered(t, s, f.redirect)
		other.refresh(token).want(t, http.StatusBadRequest, "invalid_grant")
		if a := f.refresh(token); a.status != http.StatusOK {
			t.Errorf("its own client was refused afterwards: %v", a.body)
		}
	})
	t.Run("unused for too long", func(t *testing.T) {
		f := newFlow(t, s)
		a := f.tokens()
		h.move(59 * time.Minute)
		if a = f.refresh(a.text("refresh_token")); a.status != http.StatusOK {
			t.Fatalf("refused after 59 min: %v", a.body)
		}
		h.move(time.Hour)
		f.refresh(a.text("refresh_token")).want(t, http.StatusBadRequest, "invalid_grant")
	})
	t.Run("no offline_access, no refresh token", func(t *testing.T) {
		f := newFlow(t, s)
		f.scope = "openid notes"
		if a := f.tokens(); a.body["refresh_token"] != nil || a.body["refresh_token_expires_in"] != nil {
			t.Errorf("a refresh token came: %v", a.body)
		}
	})
}

func TestRFC6749_3_2_TokenEndpointIsStrict(t *testing.T) {
	s := start(t, Options{})
	endpoint := s.Issuer() + "oauth/token"
	t.Run("parameters in the query do not count", func(t *testing.T) {
		f := newFlow(t, s)
		token := f.tokens().text("refresh_token")
		body := url.Values{"grant_type": {"refresh_token"}, "client_id": {ClientID}}
		post(t, endpoint+"?refresh_token="+token, body).want(t, http.StatusBadRequest, "invalid_request")
	})
	t.Run("repeated parameter", func(t *testing.T) {
		twice := url.Values{"grant_type": {"refresh_token", "refresh_token"}, "refresh_token": {"x"}, "client_id": {ClientID}}
		post(t, endpoint, twice).want(t, http.StatusBadRequest, "invalid_request")
	})
	t.Run("no form", func(t *testing.T) {
		call(t, http.MethodPost, endpoint, "", `{"grant_type":"refresh_token"}`).want(t, http.StatusBadRequest, "invalid_request")
	})
	t.Run("unknown grant", func(t *testing.T) {
		post(t, endpoint, url.Values{"grant_type": {"password"}, "client_id": {ClientID}}).want(t, http.StatusBadRequest, "unsupported_grant_type")
	})
	t.Run("unknown client", func(t *testing.T) {
		post(t, endpoint, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"x"}, "client_id": {"nobody"}}).want(t, http.StatusUnauthorized, "invalid_client")
	})
}
