package demo

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func getJSON(t *testing.T, address string, into any) {
	t.Helper()
	got, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	if err := json.NewDecoder(got.Body).Decode(into); err != nil || got.StatusCode != http.StatusOK {
		t.Fatalf("%s answered %d: %v", address, got.StatusCode, err)
	}
}

func TestRFC8414_Metadata(t *testing.T) {
	s := start(t, Options{})
	i := s.Issuer()
	for _, path := range []string{".well-known/openid-configuration", ".well-known/oauth-authorization-server"} {
		var got map[string]any
		getJSON(t, i+path, &got)
		want := map[string]any{
			"issuer": i, "authorization_endpoint": i + "authorize", "token_endpoint": i + "oauth/token", "userinfo_endpoint": i + "userinfo",
			"jwks_uri": i + "keys", "revocation_endpoint": i + "revoke", "introspection_endpoint": i + "oauth/introspect",
			"registration_endpoint": i + "register", "authorization_response_iss_parameter_supported": true,
			"scopes_supported":                              []any{"openid", "profile", "email", "offline_access", "notes", "audit"},
			"response_types_supported":                      []any{"code"},
			"response_modes_supported":                      []any{"query"},
			"grant_types_supported":                         []any{"authorization_code", "refresh_token"},
			"code_challenge_methods_supported":              []any{"S256"},
			"id_token_signing_alg_values_supported":         []any{"RS256"},
			"token_endpoint_auth_methods_supported":         []any{"none"},
			"revocation_endpoint_auth_methods_supported":    []any{"none"},
			"introspection_endpoint_auth_methods_supported": []any{"none"},
			"device_authorization_endpoint":                 nil,
			"end_session_endpoint":                          nil,
		}
		for name, value := range want {
			if d := cmp.Diff(value, got[name]); d != "" {
				t.Errorf("%s: %s: %s", path, name, d)
			}
		}
	}
}

func TestRFC6750_ExpiredAccessToken(t *testing.T) {
	h := newHand()
	s := start(t, Options{Now: h.now, TokenTTL: 3 * time.Second})
	f := newFlow(t, s)
	a := f.tokens()
	for _, address := range []string{s.API() + "/me", s.API() + "/notes", s.Issuer() + "userinfo"} {
		if got := call(t, http.MethodGet, address, a.text("access_token"), ""); got.status != http.StatusOK {
			t.Errorf("%s answered %d %v to a live token", address, got.status, got.body)
		}
	}
	h.move(3*time.Second - time.Nanosecond)
	if got := call(t, http.MethodGet, s.API()+"/me", a.text("access_token"), ""); got.status != http.StatusOK {
		t.Errorf("answered %d %v a moment before the end", got.status, got.body)
	}
	h.move(time.Nanosecond)
	for _, address := range []string{s.API() + "/me", s.API() + "/notes", s.Issuer() + "userinfo"} {
		got := call(t, http.MethodGet, address, a.text("access_token"), "")
		got.want(t, http.StatusUnauthorized, "invalid_token")
		if h := got.head.Get("WWW-Authenticate"); !strings.HasPrefix(h, "Bearer ") || !strings.Contains(h, `error="invalid_token"`) {
			t.Errorf("%s: WWW-Authenticate: %s", address, h)
		}
	}
	if got := f.introspect(a.text("access_token")); got.body["active"] != false {
		t.Errorf("introspection of an expired token: %v", got.body)
	}
	b := f.refresh(a.text("refresh_token"))
	if got := call(t, http.MethodGet, s.API()+"/me", b.text("access_token"), ""); got.status != http.StatusOK {
		t.Errorf("answered %d %v after the refresh", got.status, got.body)
	}
}

func TestRFC6750_3_1_WithoutToken(t *testing.T) {
	s := start(t, Options{})
	none := call(t, http.MethodGet, s.API()+"/me", "", "")
	if h := none.head.Get("WWW-Authenticate"); none.status != http.StatusUnauthorized || strings.Contains(h, "error") || !strings.HasPrefix(h, "Bearer") {
		t.Errorf("no token: %d, %s", none.status, h)
	}
	call(t, http.MethodGet, s.API()+"/me", "nonsense", "").want(t, http.StatusUnauthorized, "invalid_token")
	call(t, http.MethodGet, s.API()+"/else", "", "").want(t, http.StatusNotFound, "not_found")
}

func TestNotes(t *testing.T) {
	s := start(t, Options{})
	token := newFlow(t, s).tokens().text("access_token")
	texts := func() []string {
		var got []string
		for _, n := range call(t, http.MethodGet, s.API()+"/notes", token, "").body["notes"].([]any) {
			got = append(got, n.(map[string]any)["text"].(string))
		}
		return got
	}
	before := texts()
	added := call(t, http.MethodPost, s.API()+"/notes", token, `{"text":"buy milk"}`)
	if added.status != http.StatusCreated || added.text("text") != "buy milk" || added.text("id") == "" {
		t.Errorf("answered %d %v", added.status, added.body)
	}
	if d := cmp.Diff(append(before, "buy milk"), texts()); d != "" {
		t.Error(d)
	}
	call(t, http.MethodPost, s.API()+"/notes", token, `{}`).want(t, http.StatusUnprocessableEntity, "invalid_text")
	call(t, http.MethodPost, s.API()+"/notes", token, `text`).want(t, http.StatusBadRequest, "invalid_request")
	for range maxNotes + 5 {
		s.notes.add("demo-1", "more")
	}
	if got := len(texts()); got != maxNotes {
		t.Errorf("%d notes kept, want %d", got, maxNotes)
	}
}

func TestRFC7009_Revocation(t *testing.T) {
	s := start(t, Options{})
	active := func(f *flow, token string) bool {
		t.Helper()
		a := f.introspect(token)
		if a.status != http.StatusOK {
			t.Errorf("introspection answered %d %v", a.status, a.body)
		}
		return a.body["active"] == true
	}
	for _, hint := range []string{"refresh_token", "access_token", ""} {
		t.Run("2.1 refresh token takes the grant with it, hint "+hint, func(t *testing.T) {
			f := newFlow(t, s)
			first := f.tokens()
			a := f.refresh(first.text("refresh_token"))
			if !active(f, a.text("access_token")) || !active(f, a.text("refresh_token")) || active(f, first.text("refresh_token")) {
				t.Error("introspection is wrong before the revocation")
			}
			if got := f.revoke(a.text("refresh_token"), hint); got.status != http.StatusOK {
				t.Fatalf("answered %d %v", got.status, got.body)
			}
			for _, token := range []string{first.text("access_token"), a.text("access_token"), a.text("refresh_token")} {
				if active(f, token) {
					t.Error("a token of the grant is still active")
				}
			}
			call(t, http.MethodGet, s.API()+"/me", a.text("access_token"), "").want(t, http.StatusUnauthorized, "invalid_token")
			f.refresh(a.text("refresh_token")).want(t, http.StatusBadRequest, "invalid_grant")
			if got := f.revoke(a.text("access_token"), "access_token"); got.status != http.StatusOK {
				t.Errorf("2.2 a token that is gone: %d %v", got.status, got.body)
			}
		})
		t.Run("2.1 access token ends alone, hint "+hint, func(t *testing.T) {
			f := newFlow(t, s)
			a := f.tokens()
			if got := f.revoke(a.text("access_token"), hint); got.status != http.StatusOK {
				t.Fatalf("answered %d %v", got.status, got.body)
			}
			if active(f, a.text("access_token")) || !active(f, a.text("refresh_token")) {
				t.Error("want the access token inactive and the refresh token active")
			}
		})
	}
	t.Run("2.1 another client's token", func(t *testing.T) {
		f, other := newFlow(t, s), newFlow(t, s)
		other.clientID = registered(t, s, f.redirect)
		a := f.tokens()
		for _, token := range []string{a.text("access_token"), a.text("refresh_token")} {
			other.revoke(token, "").want(t, http.StatusUnauthorized, "invalid_client")
			if !active(f, token) || active(other, token) {
				t.Error("want the token active for its own client only")
			}
		}
	})
	f := newFlow(t, s)
	if got := f.revoke("nonsense", ""); got.status != http.StatusOK {
		t.Errorf("2.2 unknown token: %d %v", got.status, got.body)
	}
	f.clientID = "nobody"
	f.revoke("nonsense", "").want(t, http.StatusUnauthorized, "invalid_client")
	f.introspect("nonsense").want(t, http.StatusUnauthorized, "invalid_client")
}

func TestRFC7662_2_2_Answer(t *testing.T) {
	h := newHand()
	s := start(t, Options{Now: h.now, TokenTTL: time.Minute, RefreshTTL: time.Hour})
	f := newFlow(t, s)
	a := f.tokens()
	issued := float64(h.now().Unix())
	want := map[string]any{
		"active": true, "scope": f.scope, "client_id": ClientID, "username": "ada@example.com", "sub": "demo-1", "iss": s.Issuer(),
		"iat": issued, "exp": issued + 60, "token_type": "Bearer", "aud": []any{ClientID},
	}
	if d := cmp.Diff(want, f.introspect(a.text("access_token")).body); d != "" {
		t.Error(d)
	}
	want["token_type"], want["exp"] = "refresh_token", issued+3600
	if d := cmp.Diff(want, f.introspect(a.text("refresh_token")).body); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[string]any{"active": false}, f.introspect("nonsense").body); d != "" {
		t.Error(d)
	}
}

func register(t *testing.T, s *Server, metadata string) answer {
	t.Helper()
	return call(t, http.MethodPost, s.Issuer()+"register", "", metadata)
}

func registered(t *testing.T, s *Server, redirect string) string {
	t.Helper()
	a := register(t, s, `{"client_name":"A test","redirect_uris":["`+redirect+`"]}`)
	if a.status != http.StatusCreated {
		t.Fatalf("registration answered %d %v", a.status, a.body)
	}
	return a.text("client_id")
}

func TestRFC7591_Registration(t *testing.T) {
	s := start(t, Options{})
	a := register(t, s, `{"client_name":"Test <client>","application_type":"native","token_endpoint_auth_method":"none",
		"grant_types":["authorization_code","refresh_token"],"response_types":["code"],"redirect_uris":["http://127.0.0.1/callback"]}`)
	if a.status != http.StatusCreated || a.text("token_endpoint_auth_method") != "none" || a.text("client_name") != "Test <client>" || a.body["client_secret"] != nil {
		t.Fatalf("answered %d %v", a.status, a.body)
	}
	f := newFlow(t, s)
	f.clientID, f.redirect = a.text("client_id"), "http://127.0.0.1:34567/callback" // RFC 8252 §7.3: any port
	b := newBrowser(t, s)
	b.open(f.url())
	if !strings.Contains(b.page, "Test &lt;client&gt;") {
		t.Errorf("the page does not name the client:\n%s", b.page)
	}
	if got := f.tokens(); got.status != http.StatusOK {
		t.Errorf("login answered %v", got.body)
	}
	f.redirect = "http://127.0.0.1:34567/else"
	b.open(f.url())
	if b.left != nil || b.code != http.StatusBadRequest {
		t.Errorf("another path: %d, sent to %v", b.code, b.left)
	}
	for name, c := range map[string]struct{ metadata, code string }{
		"no redirect":     {`{}`, "invalid_redirect_uri"},
		"foreign host":    {`{"redirect_uris":["http://127.0.0.1/cb","https://example.com/cb"]}`, "invalid_redirect_uri"},
		"foreign http":    {`{"redirect_uris":["http://example.com/cb"]}`, "invalid_redirect_uri"},
		"own scheme":      {`{"redirect_uris":["app:/cb"]}`, "invalid_redirect_uri"},
		"fragment":        {`{"redirect_uris":["http://127.0.0.1/cb#x"]}`, "invalid_redirect_uri"},
		"user":            {`{"redirect_uris":["http://127.0.0.1@example.com/cb"]}`, "invalid_redirect_uri"},
		"secret":          {`{"redirect_uris":["http://127.0.0.1/cb"],"token_endpoint_auth_method":"client_secret_basic"}`, "invalid_client_metadata"},
		"web application": {`{"redirect_uris":["http://127.0.0.1/cb"],"application_type":"web"}`, "invalid_client_metadata"},
		"implicit":        {`{"redirect_uris":["http://127.0.0.1/cb"],"grant_types":["implicit"]}`, "invalid_client_metadata"},
		"id_token":        {`{"redirect_uris":["http://127.0.0.1/cb"],"response_types":["id_token"]}`, "invalid_client_metadata"},
		"no JSON":         {`redirect_uris`, "invalid_client_metadata"},
	} {
		t.Run(name, func(t *testing.T) { register(t, s, c.metadata).want(t, http.StatusBadRequest, c.code) })
	}
}
