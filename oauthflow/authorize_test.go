package oauthflow_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"authdeck/oauthflow"
)

func TestC1_VerifierAndState(t *testing.T) {
	unreserved := regexp.MustCompile(`^[A-Za-z0-9._~-]{43}$`)
	zeros, ones := bytes.NewReader(make([]byte, 64)), bytes.NewReader(bytes.Repeat([]byte{0xff}, 64))
	for _, r := range []*bytes.Reader{zeros, ones} {
		v, err := oauthflow.NewVerifier(r)
		if err != nil || !unreserved.MatchString(v.Reveal()) {
			t.Errorf("verifier %q, %v", v.Reveal(), err)
		}
		s, err := oauthflow.NewState(r)
		if err != nil || !unreserved.MatchString(s) || r.Len() != 0 {
			t.Errorf("state %q, %v, %d bytes left", s, err, r.Len())
		}
	}
	for name, r := range map[string]*bytes.Reader{"short": bytes.NewReader(make([]byte, 31)), "empty": {}} {
		if v, err := oauthflow.NewVerifier(r); err == nil || !v.IsZero() {
			t.Errorf("%s: a verifier out of too little", name)
		}
	}
	broken := errors.New("broken")
	if s, err := oauthflow.NewState(iotest.ErrReader(broken)); !errors.Is(err, broken) || s != "" {
		t.Errorf("%q, %v", s, err)
	}
}

// The example of RFC 7636, appendix B.
func TestC2_Challenge(t *testing.T) {
	got := oauthflow.Challenge(secretOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
	if got != "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" {
		t.Error(got)
	}
}

func TestB1_AuthorizationURL(t *testing.T) {
	verifier := strings.Repeat("v", 43)
	sum := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	base := func() oauthflow.AuthorizationRequest {
		return oauthflow.AuthorizationRequest{
			Endpoint: "https://as.example.com/authorize", ClientID: "id", RedirectURI: "http://127.0.0.1:1/callback", State: "st",
			Scopes: []string{"a", "b+c"}, Verifier: secretOf(verifier),
		}
	}
	all := func(change func(url.Values)) url.Values {
		v := url.Values{
			"response_type": {"code"}, "client_id": {"id"}, "redirect_uri": {"http://127.0.0.1:1/callback"}, "scope": {"a b+c"}, "state": {"st"},
			"code_challenge": {challenge}, "code_challenge_method": {"S256"},
		}
		if change != nil {
			change(v)
		}
		return v
	}
	for _, c := range []struct {
		name   string
		change func(*oauthflow.AuthorizationRequest)
		want   url.Values
	}{
		{"plain", func(*oauthflow.AuthorizationRequest) {}, all(nil)},
		{"nonce", func(r *oauthflow.AuthorizationRequest) { r.Nonce = "n" }, all(func(v url.Values) { v.Set("nonce", "n") })},
		{"no scopes", func(r *oauthflow.AuthorizationRequest) { r.Scopes = nil }, all(func(v url.Values) { v.Del("scope") })},
		{"separator", func(r *oauthflow.AuthorizationRequest) { r.ScopeSeparator = "," }, all(func(v url.Values) { v.Set("scope", "a,b+c") })},
		{"no PKCE", func(r *oauthflow.AuthorizationRequest) { r.Verifier = secretOf("") }, all(func(v url.Values) { v.Del("code_challenge"); v.Del("code_challenge_method") })},
		{"params", func(r *oauthflow.AuthorizationRequest) {
			r.Params = url.Values{"access_type": {"offline"}, "scope": {"x"}, "state": {"st"}, "code_challenge": {"68657821"}}
		}, all(func(v url.Values) {
			v.Set("access_type", "offline")
			v.Set("scope", "x")
			v.Set("code_challenge", "68657821")
		})},
		{"drop", func(r *oauthflow.AuthorizationRequest) { r.Drop = []string{"redirect_uri", "nope"} }, all(func(v url.Values) { v.Del("redirect_uri") })},
		{"rename", func(r *oauthflow.AuthorizationRequest) {
			r.Rename = map[string]string{"client_id": "client_key", "nope": "x", "state": "state"}
		}, all(func(v url.Values) { v.Del("client_id"); v.Set("client_key", "id") })},
		{"endpoint with a query", func(r *oauthflow.AuthorizationRequest) { r.Endpoint += "?tenant=1&scope=old" }, all(func(v url.Values) { v.Set("tenant", "1") })},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := base()
			c.change(&r)
			got, err := oauthflow.AuthorizationURL(r)
			if err != nil {
				t.Fatal(err)
			}
			u, err := url.Parse(got)
			if err != nil || u.Host != "as.example.com" || u.Path != "/authorize" || strings.Contains(u.RawQuery, "+") {
				t.Errorf("%s, %v", got, err)
			}
			if diff := cmp.Diff(c.want, u.Query()); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if strings.Contains(got, verifier) {
				t.Error("the verifier is in the front channel (C3)")
			}
		})
	}
	for name, change := range map[string]func(*oauthflow.AuthorizationRequest){
		"no state":       func(r *oauthflow.AuthorizationRequest) { r.State = "" },
		"state dropped":  func(r *oauthflow.AuthorizationRequest) { r.Drop = []string{"state"} },
		"state replaced": func(r *oauthflow.AuthorizationRequest) { r.Params = url.Values{"state": {"mine"}} },
		"state doubled":  func(r *oauthflow.AuthorizationRequest) { r.Params = url.Values{"state": {"st", "mine"}} },
		"renamed and replaced": func(r *oauthflow.AuthorizationRequest) {
			r.Rename, r.Params = map[string]string{"state": "s"}, url.Values{"s": {"x"}}
		},
		"C2: plain": func(r *oauthflow.AuthorizationRequest) { r.Params = url.Values{"code_challenge_method": {"plain"}} },
		"http":      func(r *oauthflow.AuthorizationRequest) { r.Endpoint = "http://as.example.com/" },
		"fragment":  func(r *oauthflow.AuthorizationRequest) { r.Endpoint += "#x" },
	} {
		r := base()
		change(&r)
		if got, err := oauthflow.AuthorizationURL(r); err == nil {
			t.Errorf("%s: %s", name, got)
		}
	}
}
