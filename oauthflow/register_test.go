package oauthflow_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/oauthflow"
)

// M1: the request is that of a native public client (RFC 7591 §2).
func TestM1_RegistrationRequest(t *testing.T) {
	var got map[string]any
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &got); err != nil || r.Method != "POST" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: %v", r.Method, r.Header.Get("Content-Type"), err)
		}
		fixed(201, "application/json", `{"client_id":"c"}`)(w, r)
	})
	r := oauthflow.RegistrationRequest{ClientName: "authdeck", RedirectURIs: []string{"http://127.0.0.1/callback"}, Scopes: []string{"openid", "api"}}
	if _, err := caller(t).Register(t.Context(), address, r); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"client_name": "authdeck", "redirect_uris": []any{"http://127.0.0.1/callback"}, "application_type": "native",
		"token_endpoint_auth_method": "none", "grant_types": []any{"authorization_code", "refresh_token"}, "response_types": []any{"code"}, "scope": "openid api",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	got, r.Scopes, r.GrantTypes = nil, nil, []string{"authorization_code"}
	if _, err := caller(t).Register(t.Context(), address, r); err != nil || got["scope"] != nil || len(got["grant_types"].([]any)) != 1 {
		t.Errorf("%v %v", got, err)
	}
}

// M2: what the server returned counts; M3: its secrets are secrets, and their end is known.
func TestM2_Registration(t *testing.T) {
	for _, c := range []struct {
		name, body string
		method     oauthflow.AuthMethod
		expires    int64
	}{
		{"public", `{"client_id":"c","token_endpoint_auth_method":"none"}`, oauthflow.AuthNone, 0},
		{"public, unsaid", `{"client_id":"c"}`, oauthflow.AuthNone, 0},
		{"confidential all the same", `{"client_id":"c","client_secret":"` + sentinel + `","client_secret_expires_at":0,"token_endpoint_auth_method":"client_secret_post"}`, oauthflow.AuthPost, 0},
		{"RFC 7591 §2: basic is the default", `{"client_id":"c","client_secret":"` + sentinel + `","client_secret_expires_at":1800000000}`, oauthflow.AuthBasic, 1800000000},
		{"basic", `{"client_id":"c","client_secret":"` + sentinel + `","token_endpoint_auth_method":"client_secret_basic","client_secret_expires_at":"never"}`, oauthflow.AuthBasic, 0},
		{"a public client with a secret", `{"client_id":"c","client_secret":"` + sentinel + `","token_endpoint_auth_method":"none"}`, oauthflow.AuthNone, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := strings.TrimSuffix(c.body, "}") + `,"registration_client_uri":"https://as.example.com/reg/c","registration_access_token":"` + sentinel + `R"}`
			var seen []oauthflow.Exchange
			k := caller(t).Observing(func(x oauthflow.Exchange) { seen = append(seen, x) })
			reg, err := k.Register(t.Context(), serve(t, fixed(201, "application/json", body)), oauthflow.RegistrationRequest{})
			if err != nil {
				t.Fatal(err)
			}
			if reg.ClientID != "c" || reg.AuthMethod != c.method || reg.RegistrationToken.Reveal() != sentinel+"R" || reg.RegistrationClientURI == "" {
				t.Errorf("%+v", reg)
			}
			if strings.Contains(c.body, sentinel) != (reg.ClientSecret.Reveal() == sentinel) {
				t.Errorf("secret %q", reg.ClientSecret.Reveal())
			}
			if c.expires == 0 && !reg.SecretExpiresAt.IsZero() || c.expires != 0 && !reg.SecretExpiresAt.Equal(time.Unix(c.expires, 0)) {
				t.Errorf("expires %v", reg.SecretExpiresAt)
			}
			if len(seen) != 1 || strings.Contains(seen[0].ResponseBody, sentinel) {
				t.Errorf("%+v", seen)
			}
		})
	}
}

func TestRegister_Refused(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   oauthflow.Class
	}{
		{"metadata", 400, `{"error":"invalid_client_metadata"}`, oauthflow.ClassConfiguration},
		{"redirect", 400, `{"error":"invalid_redirect_uri"}`, oauthflow.ClassConfiguration},
		{"initial token wanted", 401, ``, oauthflow.ClassConfiguration},
		{"forbidden", 403, `{}`, oauthflow.ClassConfiguration},
		{"in trouble", 503, ``, oauthflow.ClassTransient},
		{"no id", 201, `{}`, oauthflow.ClassTransientLong},
		{"other authentication", 201, `{"client_id":"c","token_endpoint_auth_method":"private_key_jwt"}`, oauthflow.ClassConfiguration},
		{"redirect elsewhere", 307, ``, oauthflow.ClassPortal},
	} {
		reg, err := caller(t).Register(t.Context(), serve(t, fixed(c.status, "application/json", c.body)), oauthflow.RegistrationRequest{})
		var e *oauthflow.Error
		if !errors.As(err, &e) || e.Class != c.want || reg.ClientID != "" {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	var e *oauthflow.Error
	if _, err := caller(t).Register(t.Context(), "http://as.example.com/reg", oauthflow.RegistrationRequest{}); !errors.As(err, &e) || e.Class != oauthflow.ClassConfiguration {
		t.Errorf("http: %v", err)
	}
}
