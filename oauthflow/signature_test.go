package oauthflow_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"authdeck/oauthflow"
)

// Signatures, algorithms and keys: O4, O12, reference/security.md §6 row 18.
func TestO4_Signatures(t *testing.T) {
	good := claims(nil)
	goodJSON := toJSON(t, good)
	hs := []byte("a client secret of more than thirty-two bytes")
	pub := toJSON(t, jwk("rsa", "k", ""))
	none := func(r *oauthflow.IDTokenRules) { r.Algs = []string{"none", "RS256"} }
	algs := func(list ...string) func(*oauthflow.IDTokenRules) {
		return func(r *oauthflow.IDTokenRules) { r.Algs = list }
	}
	for _, tc := range []struct {
		name    string
		raw     string
		keys    []jose.JSONWebKey
		change  func(*oauthflow.IDTokenRules)
		refusal string
	}{
		{"oidcc-client-test-idtoken-sig-rs256", sign(t, jose.RS256, key("rsa"), "k", good, nil), []jose.JSONWebKey{jwk("rsa", "k", "RS256")}, nil, ""},
		{"ES256", sign(t, jose.ES256, key("p256"), "k", good, nil), []jose.JSONWebKey{jwk("p256", "k", "")}, nil, ""},
		{"PS256", sign(t, jose.PS256, key("rsa"), "k", good, nil), []jose.JSONWebKey{jwk("rsa", "k", "")}, nil, ""},
		{"EdDSA", sign(t, jose.EdDSA, key("ed"), "k", good, nil), []jose.JSONWebKey{jwk("ed", "k", "")}, nil, ""},
		{"ES384 when expected", sign(t, jose.ES384, key("p384"), "k", good, nil), []jose.JSONWebKey{jwk("p384", "k", "")}, algs("ES384"), ""},
		{"oidcc-client-test-invalid-sig-rs256", spoil(sign(t, jose.RS256, key("rsa"), "k", good, nil)), []jose.JSONWebKey{jwk("rsa", "k", "RS256")}, nil, "signature"},
		{"oidcc-client-test-invalid-sig-es256", spoil(sign(t, jose.ES256, key("p256"), "k", good, nil)), []jose.JSONWebKey{jwk("p256", "k", "")}, nil, "signature"},
		{"oidcc-client-test-invalid-sig-hs256", spoil(sign(t, jose.HS256, hs, "", good, nil)), nil, func(r *oauthflow.IDTokenRules) {
			r.Algs, r.ClientSecret = []string{"HS256"}, secretOf(string(hs))
		}, "signature"},
		{"HS256 when registered", sign(t, jose.HS256, hs, "", good, nil), nil, func(r *oauthflow.IDTokenRules) {
			r.Algs, r.ClientSecret = []string{"HS256"}, secretOf(string(hs))
		}, ""},
		{"HS256 not registered", sign(t, jose.HS256, hs, "", good, nil), nil, func(r *oauthflow.IDTokenRules) { r.ClientSecret = secretOf(string(hs)) }, "algorithm"},
		{"HS256 without a secret", sign(t, jose.HS256, hs, "", good, nil), nil, algs("HS256"), "algorithm"},
		{"oidcc-client-test-idtoken-sig-none", forge(`{"alg":"none"}`, goodJSON, nil), []jose.JSONWebKey{jwk("rsa", "k", "")}, none, "algorithm"},
		{"fapi2-security-profile-final-client-test-invalid-null-alg", forge(`{"alg":"none","kid":"k"}`, goodJSON, []byte("x")), []jose.JSONWebKey{jwk("rsa", "k", "")}, nil, "algorithm"},
		{"alg NONE", forge(`{"alg":"NONE"}`, goodJSON, nil), []jose.JSONWebKey{jwk("rsa", "k", "")}, none, "algorithm"},
		{"alg missing", forge(`{}`, goodJSON, nil), []jose.JSONWebKey{jwk("rsa", "k", "")}, none, "refused"},
		{"fapi2-security-profile-final-client-test-invalid-alternate-alg", sign(t, jose.RS256, key("rsa"), "k", good, nil), []jose.JSONWebKey{jwk("rsa", "k", "")}, algs("PS256"), "algorithm"},
		{"only none is allowed", sign(t, jose.RS256, key("rsa"), "k", good, nil), []jose.JSONWebKey{jwk("rsa", "k", "")}, algs("none"), "algorithm"},
		{"alg confusion: HS256 with the public key", sign(t, jose.HS256, []byte(pub), "k", good, nil), []jose.JSONWebKey{jwk("rsa", "k", "")}, algs("RS256", "HS256"), "algorithm"},
		{"the key is for another algorithm", sign(t, jose.RS256, key("rsa"), "k", good, nil), []jose.JSONWebKey{jwk("rsa", "k", "PS256")}, nil, "kid"},
		{"the key is for encryption", sign(t, jose.RS256, key("rsa"), "k", good, nil), []jose.JSONWebKey{{Key: public(key("rsa")), KeyID: "k", Use: "enc"}}, nil, "kid"},
		{"the key is of another kind", sign(t, jose.RS256, key("rsa"), "k", good, nil), []jose.JSONWebKey{jwk("p256", "k", "")}, nil, "kid"},
		{"the curve is another", sign(t, jose.ES256, key("p256"), "k", good, nil), []jose.JSONWebKey{jwk("p384", "k", "")}, nil, "kid"},
		{"oidcc-client-test-kid-absent-single-jwks", sign(t, jose.RS256, key("rsa"), "", good, nil), []jose.JSONWebKey{jwk("rsa", "k", "")}, nil, ""},
		{"kid absent, one key of that kind", sign(t, jose.RS256, key("rsa"), "", good, nil), []jose.JSONWebKey{jwk("p256", "a", ""), jwk("rsa", "b", "")}, nil, ""},
		{"oidcc-client-test-kid-absent-multiple-jwks", sign(t, jose.RS256, key("rsa"), "", good, nil), []jose.JSONWebKey{jwk("rsa", "a", ""), jwk("rsa2", "b", "")}, nil, "several keys"},
		{"kid unknown", sign(t, jose.RS256, key("rsa"), "x", good, nil), []jose.JSONWebKey{jwk("rsa", "k", "")}, nil, "kid"},
		{"one kid, two kinds", sign(t, jose.RS256, key("rsa"), "k", good, nil), []jose.JSONWebKey{jwk("p256", "k", ""), jwk("rsa", "k", "")}, nil, ""},
		{"a symmetric key in the set is none", sign(t, jose.HS256, hs, "k", good, nil), []jose.JSONWebKey{{Key: hs, KeyID: "k"}}, algs("HS256", "RS256"), "algorithm"},
		{"jku and x5u are ignored", sign(t, jose.RS256, key("rsa2"), "k", good, map[jose.HeaderKey]any{"jku": "http://127.0.0.1:1/", "x5u": "http://127.0.0.1:1/"}), []jose.JSONWebKey{jwk("rsa", "k", "")}, nil, "signature"},
		{"jwk in the header is ignored", sign(t, jose.RS256, key("rsa2"), "k", good, map[jose.HeaderKey]any{"jwk": jwk("rsa2", "k", "")}), []jose.JSONWebKey{jwk("rsa", "k", "")}, nil, "signature"},
		{"an access token", sign(t, jose.RS256, key("rsa"), "k", good, map[jose.HeaderKey]any{"typ": "at+JWT"}), []jose.JSONWebKey{jwk("rsa", "k", "")}, nil, "another type"},
		{"b64 false", forge(`{"alg":"RS256","kid":"k","b64":false,"crit":["b64"]}`, goodJSON, []byte("x")), []jose.JSONWebKey{jwk("rsa", "k", "")}, nil, "refused"},
		{"crit unknown", sign(t, jose.RS256, key("rsa"), "k", good, map[jose.HeaderKey]any{"crit": []string{"exp"}}), []jose.JSONWebKey{jwk("rsa", "k", "")}, nil, "signature"},
		{"claims are a list", sign(t, jose.RS256, key("rsa"), "k", "[]", nil), []jose.JSONWebKey{jwk("rsa", "k", "")}, nil, "not readable"},
		{"two values", sign(t, jose.RS256, key("rsa"), "k", goodJSON+goodJSON, nil), []jose.JSONWebKey{jwk("rsa", "k", "")}, nil, "not readable"},
		{"64 KiB", sign(t, jose.RS256, key("rsa"), "k", claims(map[string]any{"x": strings.Repeat("x", 64<<10)}), nil), []jose.JSONWebKey{jwk("rsa", "k", "")}, nil, "larger than 64 KiB"},
		{"a bomb of dots", strings.Repeat(".", 60<<10), nil, nil, "no signed JWT"},
		{"encrypted", "a.b.c.d.e", nil, nil, "encrypted"},
		{"empty", "", nil, nil, "no signed JWT"},
		{"opaque", "gho_x", nil, nil, "no signed JWT"},
		{"JSON serialization", `{"payload":"e30","signatures":[{}]}`, nil, nil, "no signed JWT"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := newProvider(t, tc.keys...)
			r := rules()
			if tc.change != nil {
				tc.change(&r)
			}
			_, err := p.Verify(t.Context(), secretOf(tc.raw), r)
			if tc.refusal == "" && err != nil || tc.refusal != "" && (!errors.Is(err, oauthflow.ErrIDToken) || !strings.Contains(err.Error(), tc.refusal)) {
				t.Errorf("want %q, got %v", tc.refusal, err)
			}
		})
	}
}

func FuzzJWT(f *testing.F) {
	good := sign(f, jose.ES256, key("p256"), "k", claims(nil), nil)
	f.Add(good)
	f.Add(spoil(good))
	f.Add(forge(`{"alg":"none"}`, `{}`, nil))
	f.Add(forge(`{"alg":"ES256","kid":"k","jwk":{"kty":"oct"},"b64":false,"crit":["b64"]}`, `{"exp":1e999}`, []byte("x")))
	f.Add("..")
	published := toJSON(f, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{jwk("p256", "k", "")}})
	keys := oauthflow.NewKeys(&oauthflow.Caller{
		Clock: &clockAt{wall: now},
		HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(published))}, nil
		})},
	}, "https://as.example.com/k")
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := keys.Verify(t.Context(), secretOf(raw), rules())
		if err != nil {
			return
		}
		if got.Subject != "user-1" || got.Issuer != issuer || raw[:strings.LastIndex(raw, ".")] != good[:strings.LastIndex(good, ".")] {
			t.Errorf("accepted %q", raw)
		}
	})
}
