package manifest

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/internal/testserver"
	"authdeck/oauthflow"
)

// TestPhaseDialects: drop, rename, params, in, body, headers and auth of §5.3, of a refresh.
func TestPhaseDialects(t *testing.T) {
	form := "application/x-www-form-urlencoded"
	all := func(more url.Values) url.Values {
		v := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"r"}, "client_id": {"the-id"}, "client_secret": {"the-secret/+"}}
		for k, e := range more {
			v[k] = e
		}
		return v
	}
	without := func(v url.Values, names ...string) url.Values {
		for _, n := range names {
			v.Del(n)
		}
		return v
	}
	tests := []struct {
		name, token, refresh string
		want                 sent
	}{
		{"as the RFC has it", "", "", sent{Type: form, Form: all(nil)}},
		{"transport comes from token", "auth: basic, headers: {X-A: b}", "", sent{Type: form, Authorization: basicOfTheClient, Form: without(all(nil), "client_id", "client_secret")}},
		{"params and drop do not", "params: {a: b}, drop: [grant_type]", "", sent{Type: form, Form: all(nil)}},
		{"params", "", "params: {type: refresh, n: 3, unset: '{{access_token}}', grant_type: other}", sent{Type: form, Form: all(url.Values{"type": {"refresh"}, "n": {"3"}, "grant_type": {"other"}})}},
		{"drop", "", "drop: [grant_type]", sent{Type: form, Form: without(all(nil), "grant_type")}},
		{"rename", "rename: {client_id: client_key}", "", sent{Type: form, Form: without(all(url.Values{"client_key": {"the-id"}}), "client_id")}},
		{"drop of the client", "", "drop: [client_id, client_secret]", sent{Type: form, Form: without(all(nil), "client_id", "client_secret")}},
		{"no secret", "", "auth: none", sent{Type: form, Form: without(all(nil), "client_secret")}},
		{"query", "in: query", "", sent{Query: all(nil)}},
		{"JSON", "body: json", "", sent{Type: "application/json", JSON: map[string]any{"grant_type": "refresh_token", "refresh_token": "r", "client_id": "the-id", "client_secret": "the-secret/+"}}},
		{"own address", "", "url: https://acme.example/renew", sent{Address: "https://acme.example/renew", Type: form, Form: all(nil)}},
		{"method", "", "method: PUT", sent{Method: "PUT", Type: form, Form: all(nil)}},
		{"Accept", "headers: {Accept: text/x-acme}", "", sent{Accept: "text/x-acme", Type: form, Form: all(nil)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := testserver.StartProviderStandIn(t, testserver.Route{Path: "*", Answers: []testserver.Answer{{JSON: map[string]any{"access_token": "a"}}}})
			page := strings.Replace(minimal, "acme.example/token}", "acme.example/token, "+tt.token+"}", 1) + "refresh: {" + tt.refresh + "}\n"
			i := parse(t, s, strings.Replace(page, "token, }", "token}", 1))
			if _, err := i.RefreshToken(t.Context(), integrations.RefreshRequest{Config: config(), Kept: integrations.Kept{RefreshToken: secret.New("r")}}); err != nil {
				t.Fatal(err)
			}
			if tt.want.Method == "" {
				tt.want.Method = "POST"
			}
			if tt.want.Address == "" {
				tt.want.Address = "https://acme.example/token"
			}
			if tt.want.Accept == "" {
				tt.want.Accept = "application/json"
			}
			equal(t, "request", asRequest(s.Requests()[0]), tt.want)
		})
	}
}

// TestAnswerShapes: root, paths, ok_when, lifetimes of §5.5.
func TestAnswerShapes(t *testing.T) {
	at := time.Now().Add(2 * time.Hour)
	jwt := func(claims string) string {
		e := func(s string) string { return strings.TrimRight(jsonBase64(s), "=") }
		return e(`{"alg":"none"}`) + "." + e(claims) + ".x"
	}
	tests := []struct {
		name, response, answer string
		token                  string
		lifetime               oauthflow.Lifetime
	}{
		{"RFC 6749", "{}", `{"access_token":"a","expires_in":60}`, "a", known(time.Minute)},
		{"root and paths", "{root: data, access_token: accessToken, expires: {path: ttl}}", `{"data":{"accessToken":"a","ttl":60}}`, "a", known(time.Minute)},
		{"nothing said", "{}", `{"access_token":"a"}`, "a", oauthflow.Lifetime{Kind: oauthflow.LifetimeUnknown}},
		{"never", "{expires: {else: never}}", `{"access_token":"a"}`, "a", oauthflow.Lifetime{Kind: oauthflow.LifetimeNever}},
		{"never, but said", "{expires: {else: never}}", `{"access_token":"a","expires_in":60}`, "a", known(time.Minute)},
		{"a constant", "{expires: {else: 30d}}", `{"access_token":"a"}`, "a", known(30 * 24 * time.Hour)},
		{"milliseconds", "{expires: {path: ms, as: milliseconds}}", `{"access_token":"a","ms":60000}`, "a", known(time.Minute)},
		{"clock", "{expires: {path: c, as: clock}}", `{"access_token":"a","c":"1:02:03"}`, "a", known(26*time.Hour + 3*time.Minute)},
		{"bad clock", "{expires: {path: c, as: clock}}", `{"access_token":"a","c":"soon"}`, "a", oauthflow.Lifetime{Kind: oauthflow.LifetimeUnknown}},
		{"the first that is there", "{expires: [{path: x, as: milliseconds}, {path: y}]}", `{"access_token":"a","y":60}`, "a", known(time.Minute)},
		{"iso8601", "{expires: {path: at, as: iso8601}}", `{"access_token":"a","at":"` + at.Format(time.RFC3339) + `"}`, "a", known(2 * time.Hour)},
		{"unix", "{expires: {path: at, as: unix}}", `{"access_token":"a","at":` + json.Number(jsonInt(at.Unix())).String() + `}`, "a", known(2 * time.Hour)},
		{"http_date", "{expires: {path: at, as: http_date}}", `{"access_token":"a","at":"` + at.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT") + `"}`, "a", known(2 * time.Hour)},
		{"jwt", "{expires: {else: jwt}}", `{"access_token":"` + jwt(`{"iat":100,"exp":160}`) + `"}`, jwt(`{"iat":100,"exp":160}`), known(time.Minute)},
		{"ok_when", "{ok_when: {path: status, is: 0}}", `{"status":0,"access_token":"a","expires_in":60}`, "a", known(time.Minute)},
		{"ok_when fails", "{ok_when: {path: status, is: 0}}", `{"status":293,"access_token":"a"}`, "", oauthflow.Lifetime{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := testserver.StartProviderStandIn(t, testserver.Route{Path: "/token", Answers: []testserver.Answer{{Body: tt.answer}}})
			page := strings.Replace(minimal, "acme.example/token}", "acme.example/token, response: "+tt.response+"}", 1)
			g, err := parse(t, s, page).RefreshToken(t.Context(), integrations.RefreshRequest{Config: config(), Kept: integrations.Kept{RefreshToken: secret.New("r")}})
			if tt.token == "" {
				var e *oauthflow.Error
				if !errors.As(err, &e) {
					t.Errorf("%v, want an *oauthflow.Error", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := g.Lifetime.For - tt.lifetime.For; d > -5*time.Second && d <= time.Second {
				g.Lifetime.For = tt.lifetime.For // a point of time, and the time of the test
			}
			equal(t, "token", g.AccessToken.Reveal(), tt.token)
			equal(t, "lifetime", g.Lifetime, tt.lifetime)
		})
	}
}

// TestConditions is ok_when and its like.
func TestConditions(t *testing.T) {
	tests := []struct {
		condition, answer string
		want              bool
	}{
		{"{path: ok, is: true}", `{"ok":true}`, true},
		{"{path: ok, is: true}", `{"ok":"true"}`, false},
		{"{path: ok, is: true}", `{}`, false},
		{"{path: r, is: \"0000\"}", `{"r":"0000"}`, true},
		{"{path: r, is: 0}", `{"r":"0"}`, true},
		{"{path: r, not: 1}", `{"r":2}`, true},
		{"{path: r, not: 1}", `{"r":1}`, false},
		{"{path: r, not: 1}", `{}`, true},
		{"{path: r, in: [a, b]}", `{"r":"b"}`, true},
		{"{path: r, in: [a, b]}", `{"r":"c"}`, false},
		{"{path: a.0.b, present: true}", `{"a":[{"b":1}]}`, true},
		{"{path: a, present: true}", `{"a":null}`, false},
		{"{path: a, present: false}", `{}`, true},
		{"{path: a, matches: ^x}", `{"a":"xy"}`, true},
		{"{path: a, matches: ^x}", `{"a":"yx"}`, false},
	}
	for _, tt := range tests {
		s, err := load(Page{Name: "x.yaml", YAML: []byte(strings.Replace(minimal, "acme.example/token}", "acme.example/token, response: {ok_when: "+tt.condition+"}}", 1))})
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := decodeText(tt.answer, &v); err != nil {
			t.Fatal(err)
		}
		if got := s.Token.Response.OKWhen.holds(v); got != tt.want {
			t.Errorf("%s of %s: %v, want %v", tt.condition, tt.answer, got, tt.want)
		}
	}
}

// TestRevocationDialects: a list of calls, a token in the path, Bearer, a page.
func TestRevocationDialects(t *testing.T) {
	s := testserver.StartProviderStandIn(t, testserver.Route{Path: "*", Answers: []testserver.Answer{{JSON: map[string]any{}}}})
	i := parse(t, s, minimal+`
revoke:
  - {url: "https://acme.example/r/{{refresh_token}}", method: DELETE, drop: [token, token_type_hint, client_id, client_secret], token: refresh_token, secret_in_url: true}
  - {url: https://acme.example/out, auth: bearer, drop: [token, token_type_hint], token: access_token}
`)
	out, err := i.(integrations.Revoker).Revoke(t.Context(), integrations.RevokeRequest{
		Config: config(), Kept: integrations.Kept{AccessToken: secret.New("aaaa"), RefreshToken: secret.New("r/r")},
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "outcome", out, integrations.Revocation{RefreshToken: oauthflow.RevokeConfirmed, AccessToken: oauthflow.RevokeConfirmed})
	calls := s.Requests()
	if len(calls) != 2 {
		t.Fatalf("%d calls, want 2", len(calls))
	}
	if calls[0].Method != "DELETE" || calls[0].Path != "/r/r/r" || calls[0].Body != "" {
		t.Errorf("first call %s %s %q", calls[0].Method, calls[0].Path, calls[0].Body)
	}
	if calls[1].Method != "POST" || calls[1].Header.Get("Authorization") != "Bearer aaaa" || calls[1].Body != "" {
		t.Errorf("second call %s %s %q", calls[1].Method, calls[1].Header.Get("Authorization"), calls[1].Body)
	}
}
