package testserver

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // of RFC 7636, appendix B
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// token asks the token endpoint, or another one that takes a form.
func token(t *testing.T, address string, form url.Values) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	members := map[string]any{}
	if err := json.NewDecoder(res.Body).Decode(&members); err != nil && res.StatusCode != 200 {
		t.Fatal(err)
	}
	return res.StatusCode, members
}

func authorizeURL(p *OIDCProvider, redirect string) string {
	return p.Issuer + "/auth?" + url.Values{
		"client_id": {PublicClient}, "response_type": {"code"}, "redirect_uri": {redirect}, "scope": {"openid email offline_access api"},
		"state": {"s1"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"}, "prompt": {"consent"}, "nonce": {"n1"},
	}.Encode()
}

// TestOIDCProvider plays a whole life through a front: sign-in, refresh with rotation, a lost answer, reuse.
func TestOIDCProvider_WholeLifeBehindAFront(t *testing.T) {
	front := StartFront(t)
	p := StartOIDCProvider(t, OIDCOptions{Front: front, AccessTokenTTL: 10 * time.Second})
	if p.Issuer != front.URL || p.Direct == front.URL {
		t.Fatalf("issuer %s, front %s", p.Issuer, front.URL)
	}
	var metadata map[string]any
	if err := getJSON(t.Context(), p.Issuer+"/.well-known/openid-configuration", &metadata); err != nil {
		t.Fatal(err)
	}
	endpoint := func(name string) string {
		s, _ := metadata[name].(string)
		if !strings.HasPrefix(s, front.URL+"/") {
			t.Fatalf("%s = %q does not lead to the front", name, s)
		}
		return s
	}
	if metadata["issuer"] != front.URL || metadata["authorization_response_iss_parameter_supported"] != true {
		t.Errorf("metadata %v", metadata)
	}
	for _, name := range []string{"registration_endpoint", "revocation_endpoint", "introspection_endpoint", "pushed_authorization_request_endpoint"} {
		endpoint(name)
	}

	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/callback" {
			http.Redirect(w, r, "/done", http.StatusSeeOther)
			return
		}
		_, _ = io.WriteString(w, "the page")
	}))
	defer page.Close()
	landing, err := PlayOIDCProvider(t.Context(), authorizeURL(p, page.URL+"/callback"))
	if err != nil {
		t.Fatal(err)
	}
	if landing.Final != page.URL+"/done" || landing.Status != 200 || landing.Page != "the page" {
		t.Errorf("landed at %+v", landing)
	}
	u, err := url.Parse(landing.Callback)
	if err != nil {
		t.Fatal(err)
	}
	if q := u.Query(); q.Get("state") != "s1" || q.Get("iss") != p.Issuer || q.Get("code") == "" {
		t.Fatalf("callback %s", landing.Callback)
	}

	status, first := token(t, endpoint("token_endpoint"), url.Values{
		"grant_type": {"authorization_code"}, "code": {u.Query().Get("code")}, "redirect_uri": {page.URL + "/callback"},
		"client_id": {PublicClient}, "code_verifier": {verifier},
	})
	if status != 200 || first["expires_in"] != 10.0 || first["id_token"] == nil {
		t.Fatalf("exchange: %d %v", status, first)
	}
	refresh := func(rt any) (int, map[string]any) {
		s, _ := rt.(string)
		return token(t, endpoint("token_endpoint"), url.Values{"grant_type": {"refresh_token"}, "refresh_token": {s}, "client_id": {PublicClient}})
	}
	status, second := refresh(first["refresh_token"])
	if status != 200 || second["refresh_token"] == first["refresh_token"] || second["refresh_token"] == nil {
		t.Fatalf("refresh did not rotate: %d %v", status, second)
	}
	front.Inject(Fault{Path: "/token", Mode: CommitThenDrop, Times: 1})
	if _, _, _, err := post(t.Context(), endpoint("token_endpoint")); err == nil {
		t.Error("the lost answer arrived")
	}
	for i, rt := range []any{first["refresh_token"], second["refresh_token"]} { // used already; of a family that died by that
		if status, got := refresh(rt); status != 400 || got["error"] != "invalid_grant" {
			t.Errorf("refresh %d: %d %v", i, status, got)
		}
	}
	stats := p.Stats()
	if stats.TokenRequests["authorization_code"] != 1 || stats.TokenRequests["refresh_token"] != 3 || stats.ReuseErrors != 1 || stats.TokenErrors["invalid_grant"] != 2 {
		t.Errorf("stats %+v", stats)
	}
	if front.Arrived("/token") != front.Passed("/token") {
		t.Errorf("%d of %d token requests were passed on", front.Passed("/token"), front.Arrived("/token"))
	}
}

func TestOIDCProvider_DenyRevokeAndConfidentialClient(t *testing.T) {
	p := StartOIDCProvider(t, OIDCOptions{KeepRefresh: true})
	const redirect = "http://127.0.0.1:9/callback"
	callback, err := Player{Deny: true}.Authorize(t.Context(), authorizeURL(p, redirect))
	if err != nil || !strings.HasPrefix(callback, redirect+"?error=access_denied&") {
		t.Fatalf("%s, %v", callback, err)
	}
	callback, err = Player{Login: "grace"}.Authorize(t.Context(), strings.Replace(authorizeURL(p, redirect), "client_id="+PublicClient, "client_id="+PostClient, 1))
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(callback)
	if err != nil {
		t.Fatal(err)
	}
	auth := url.Values{"client_id": {PostClient}, "client_secret": {PostSecret}}
	with := func(kv ...string) url.Values {
		v := url.Values{"client_id": auth["client_id"], "client_secret": auth["client_secret"]}
		for i := 0; i < len(kv); i += 2 {
			v.Set(kv[i], kv[i+1])
		}
		return v
	}
	status, got := token(t, p.Issuer+"/token", with("grant_type", "authorization_code", "code", u.Query().Get("code"), "redirect_uri", redirect, "code_verifier", verifier))
	if status != 200 {
		t.Fatalf("exchange: %d %v", status, got)
	}
	access, _ := got["access_token"].(string)
	active := func() any {
		_, a := token(t, p.Issuer+"/token/introspection", with("token", access))
		return a["active"]
	}
	if a := active(); a != true {
		t.Errorf("active = %v before", a)
	}
	if status, _ := token(t, p.Issuer+"/token/revocation", with("token", access)); status != 200 {
		t.Errorf("revocation: %d", status)
	}
	if a := active(); a != false {
		t.Errorf("active = %v after revocation", a)
	}
	if s := p.Stats(); s.Revocations != 1 || s.Introspections != 2 {
		t.Errorf("stats %+v", s)
	}
}
