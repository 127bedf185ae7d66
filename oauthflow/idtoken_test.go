package oauthflow_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"authdeck/oauthflow"
)

// The claims of OpenID Connect Core §3.1.3.7, under the names of the Foundation's modules where there is one. refusal is
// part of the text; "" is accepted.
func TestO_Claims(t *testing.T) {
	const oidcc, fapi = "oidcc-client-test-", "fapi2-security-profile-final-client-test-"
	half := sha256.Sum256([]byte("at"))
	c := func(kv ...any) map[string]any {
		m := map[string]any{}
		for i := 0; i < len(kv); i += 2 {
			name, _ := kv[i].(string)
			m[name] = kv[i+1]
		}
		return m
	}
	at := now.Unix()
	for _, tc := range []struct {
		name    string
		claims  map[string]any
		change  func(*oauthflow.IDTokenRules)
		refusal string
	}{
		{"oidcc-client-test", nil, nil, ""},
		{oidcc + "nonce-invalid", c("nonce", "n-2"), nil, "nonce"},
		{oidcc + "invalid-iss", c("iss", "https://evil.example.com/"), nil, "iss"},
		{oidcc + "invalid-aud", c("aud", "other"), nil, "aud"},
		{oidcc + "missing-aud", c("aud", nil), nil, "aud"},
		{oidcc + "missing-iat", c("iat", nil), nil, "iat"},
		{oidcc + "missing-sub", c("sub", nil), nil, "sub"},
		{oidcc + "invalid-athash", c("at_hash", atHash(half[:])), func(r *oauthflow.IDTokenRules) { r.AccessToken = secretOf("other") }, "at_hash"},
		{fapi + "valid-aud-as-array", c("aud", []string{clientID}), nil, ""},
		{fapi + "invalid-iss", c("iss", "https://as.example.com"), nil, "iss"},
		{fapi + "invalid-aud", c("aud", []string{"other"}), nil, "aud"},
		{fapi + "invalid-secondary-aud", c("aud", []string{clientID, "stranger"}, "azp", clientID), nil, "stranger"},
		{fapi + "invalid-nonce", c("nonce", "N-1"), nil, "nonce"},
		{fapi + "invalid-expired-exp", c("exp", at-301, "iat", at-600), nil, "expired"},
		{fapi + "invalid-missing-iss", c("iss", nil), nil, "iss"},
		{fapi + "invalid-missing-aud", c("aud", nil), nil, "aud"},
		{fapi + "invalid-missing-exp", c("exp", nil), nil, "exp"},
		{fapi + "invalid-missing-nonce", c("nonce", nil), nil, "nonce"},

		{"O1 iss without its slash", c("iss", strings.TrimSuffix(issuer, "/")), nil, "iss"},
		{"O1 iss is a list", c("iss", []string{issuer}), nil, "iss"},
		{"O1 no issuer is expected", c("iss", ""), func(r *oauthflow.IDTokenRules) { r.Issuer = "" }, "iss"},
		{"O2 aud is an object", c("aud", map[string]any{clientID: 1}), nil, "aud"},
		{"O2 aud holds a number", c("aud", []any{clientID, 1}), nil, "aud"},
		{"O2 aud empty", c("aud", []string{}), nil, "aud"},
		{"O2 no client is expected", c("aud", ""), func(r *oauthflow.IDTokenRules) { r.ClientID = "" }, "aud"},
		{"O2 a trusted audience", c("aud", []string{clientID, "api"}, "azp", clientID), func(r *oauthflow.IDTokenRules) { r.Audiences = []string{"api"} }, ""},
		{"O3 azp missing", c("aud", []string{clientID, "api"}), func(r *oauthflow.IDTokenRules) { r.Audiences = []string{"api"} }, "azp"},
		{"O3 azp is another", c("azp", "other"), nil, "azp"},
		{"O3 azp is a list", c("azp", []string{clientID}), nil, "azp"},
		{"O3 azp is ours", c("azp", clientID), nil, ""},
		{"O5 expired within the leeway", c("exp", at-60, "iat", at-600), nil, ""},
		{"O5 expired beyond it", c("exp", at-61, "iat", at-600), nil, "expired"},
		{"O5 a kept token may have expired", c("exp", at-6000, "iat", at-9600), func(r *oauthflow.IDTokenRules) { r.AllowExpired = true }, ""},
		{"O5 exp is text", c("exp", "9999999999"), nil, "exp"},
		{"O5 exp is negative", c("exp", -1), nil, "exp"},
		{"O5 exp is beyond all years", c("exp", 1e300), nil, "exp"},
		{"O5 exp with a fraction", c("exp", float64(at)+0.5), nil, ""},
		{"O5 iat a little ahead", c("iat", at+299), nil, ""},
		{"O5 iat far ahead", c("iat", at+301), nil, "iat"},
		{"O5 iat after exp", c("iat", at+200, "exp", at+100), nil, "iat"},
		{"O5 iat is text", c("iat", "x"), nil, "iat"},
		{"O5 nbf to come", c("nbf", at+61), nil, "not valid yet"},
		{"O5 nbf within the leeway", c("nbf", at+60), nil, ""},
		{"O5 nbf is text", c("nbf", "x"), nil, "not valid yet"},
		{"O6 nonce not sent, not compared", c("nonce", "any"), func(r *oauthflow.IDTokenRules) { r.Nonce = "" }, ""},
		{"O6 nonce is a list", c("nonce", []string{"n-1"}), nil, "nonce"},
		{"O8 sub empty", c("sub", ""), nil, "sub"},
		{"O8 sub is a number", c("sub", 5), nil, "sub"},
		{"O8 sub of 255", c("sub", strings.Repeat("s", 255)), nil, ""},
		{"O8 sub of 256", c("sub", strings.Repeat("s", 256)), nil, "sub"},
		{"O8 sub beyond ASCII", c("sub", "é"), nil, "sub"},
		{"O9 at_hash right", c("at_hash", atHash(half[:])), func(r *oauthflow.IDTokenRules) { r.AccessToken = secretOf("at") }, ""},
		{"O9 at_hash is the whole hash", c("at_hash", base64.RawURLEncoding.EncodeToString(half[:])), func(r *oauthflow.IDTokenRules) { r.AccessToken = secretOf("at") }, "at_hash"},
		{"O9 at_hash is a number", c("at_hash", 1), func(r *oauthflow.IDTokenRules) { r.AccessToken = secretOf("at") }, "at_hash"},
		{"O9 no access token to hold it against", c("at_hash", "x"), nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := newProvider(t, jwk("p256", "k", "ES256"))
			r := rules()
			if tc.change != nil {
				tc.change(&r)
			}
			got, err := p.Verify(t.Context(), secretOf(sign(t, jose.ES256, key("p256"), "k", claims(tc.claims), nil)), r)
			if tc.refusal == "" {
				if err != nil || got.Issuer != issuer || got.Subject == "" || got.Alg != "ES256" || got.Kid != "k" || got.ExpiresAt.IsZero() || got.IssuedAt.IsZero() {
					t.Errorf("%+v, %v", got, err)
				}
				return
			}
			if !errors.Is(err, oauthflow.ErrIDToken) || !strings.Contains(err.Error(), tc.refusal) {
				t.Errorf("want a refusal for %s, got %v", tc.refusal, err)
			}
			if got.Claims != nil || got.Subject != "" {
				t.Errorf("claims of a refused token came along: %+v", got)
			}
		})
	}
}

// O9 with the hash of each algorithm; Ed25519 goes with SHA-512.
func TestO9_HashOfTheAlgorithm(t *testing.T) {
	a256, a384, a512 := sha256.Sum256([]byte("at")), sha512.Sum384([]byte("at")), sha512.Sum512([]byte("at"))
	for alg, c := range map[jose.SignatureAlgorithm]struct {
		key  string
		hash []byte
	}{
		jose.RS256: {"rsa", a256[:]}, jose.PS384: {"rsa", a384[:]}, jose.RS512: {"rsa", a512[:]}, jose.ES384: {"p384", a384[:]}, jose.EdDSA: {"ed", a512[:]},
	} {
		p := newProvider(t, jwk(c.key, "k", ""))
		r := rules()
		r.AccessToken, r.Algs = secretOf("at"), []string{string(alg)}
		raw := sign(t, alg, key(c.key), "k", claims(map[string]any{"at_hash": atHash(c.hash)}), nil)
		if _, err := p.Verify(t.Context(), secretOf(raw), r); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
	}
}

func TestO11_Refreshed(t *testing.T) {
	token := func(changes map[string]any) oauthflow.IDToken {
		t.Helper()
		p := newProvider(t, jwk("p256", "k", ""))
		c := claims(changes)
		iss, _ := c["iss"].(string)
		aud, _ := c["aud"].(string)
		got, err := p.Verify(t.Context(), secretOf(sign(t, jose.ES256, key("p256"), "k", c, nil)), oauthflow.IDTokenRules{Issuer: iss, ClientID: aud})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, c := range []struct {
		name     string
		old, now map[string]any
		refusal  string
	}{
		{"the same, later", map[string]any{"auth_time": 5}, map[string]any{"auth_time": 5, "iat": now.Unix() + 60}, ""},
		{"without nonce and auth_time", map[string]any{"auth_time": 5}, map[string]any{"nonce": nil}, ""},
		{"auth_time that was not told before", nil, map[string]any{"auth_time": 5}, ""},
		{"oidcc-client-test-refresh-token-invalid-issuer", nil, map[string]any{"iss": "https://other.example.com/"}, "iss"},
		{"oidcc-client-test-refresh-token-invalid-sub", nil, map[string]any{"sub": "user-2"}, "another account"},
		{"other aud", nil, map[string]any{"aud": "client-2"}, "aud"},
		{"azp appears", nil, map[string]any{"azp": clientID}, "azp"},
		{"other nonce", nil, map[string]any{"nonce": "n-2"}, "nonce"},
		{"nonce out of nothing", map[string]any{"nonce": nil}, nil, "nonce"},
		{"other auth_time", map[string]any{"auth_time": 5}, map[string]any{"auth_time": 6}, "auth_time"},
		{"claims that cannot be compared by ==", map[string]any{"nonce": []string{"a"}}, map[string]any{"nonce": []string{"b"}}, "nonce"},
	} {
		err := oauthflow.CheckRefreshed(token(c.old), token(c.now))
		if c.refusal == "" && err != nil || c.refusal != "" && (!errors.Is(err, oauthflow.ErrIDToken) || !strings.Contains(err.Error(), c.refusal)) {
			t.Errorf("%s: %v", c.name, err)
		}
		if errors.Is(err, oauthflow.ErrOtherSubject) != (c.refusal == "another account") {
			t.Errorf("%s: another subject? %v", c.name, err)
		}
	}
}
