package oauthflow_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"authdeck/oauthflow"
)

// The 22 answers of reference/security.md §5.3, and neighbours of them.
var failures = []struct {
	name       string
	status     int
	kind, body string
	header     http.Header
	shape      oauthflow.Shape
	want       oauthflow.Class
	code       string
	retryAfter time.Duration
}{
	{name: "01 invalid_grant 400", status: 400, kind: "application/json", body: `{"error":"invalid_grant","error_description":"expired"}`, want: oauthflow.ClassDead, code: "invalid_grant"},
	{name: "02 invalid_grant 401", status: 401, kind: "application/json", body: `{"error":"invalid_grant"}`, want: oauthflow.ClassDead, code: "invalid_grant"},
	{name: "03 invalid_request", status: 400, kind: "application/json", body: `{"error":"invalid_request"}`, want: oauthflow.ClassDeadIfAgain, code: "invalid_request"},
	{name: "04 empty 400", status: 400, want: oauthflow.ClassDeadAfter3},
	{name: "05 empty 401", status: 401, want: oauthflow.ClassDeadAfter3},
	{name: "06 HTML 400", status: 400, kind: "text/html", body: "<html><body>Bad=Request</body></html>", want: oauthflow.ClassDeadAfter3},
	{name: "07 200 bad_refresh_token", status: 200, kind: "application/json", body: `{"error":"bad_refresh_token"}`, want: oauthflow.ClassDead, code: "bad_refresh_token"},
	{name: "08 200 bad_verification_code, form", status: 200, kind: "application/x-www-form-urlencoded", body: "error=bad_verification_code&error_description=wrong+or+expired", want: oauthflow.ClassDead, code: "bad_verification_code"},
	{name: "09 invalid_client", status: 401, kind: "application/json", body: `{"error":"invalid_client"}`, want: oauthflow.ClassConfiguration, code: "invalid_client"},
	{name: "10 unauthorized_client", status: 400, kind: "application/json", body: `{"error":"unauthorized_client"}`, want: oauthflow.ClassConfiguration, code: "unauthorized_client"},
	{name: "11 invalid_target", status: 400, kind: "application/json", body: `{"error":"invalid_target"}`, want: oauthflow.ClassConfiguration, code: "invalid_target"},
	{name: "12 invalid_scope", status: 400, kind: "application/json", body: `{"error":"invalid_scope"}`, want: oauthflow.ClassConfiguration, code: "invalid_scope"},
	{name: "13 429 seconds", status: 429, kind: "application/json", body: `{}`, header: http.Header{"Retry-After": {"120"}}, want: oauthflow.ClassTransient, retryAfter: 2 * time.Minute},
	{name: "14 503 date", status: 503, header: http.Header{"Retry-After": {"Wed, 25 Nov 2026 10:00:30 GMT"}, "Date": {"Wed, 25 Nov 2026 10:00:00 GMT"}}, want: oauthflow.ClassTransient, retryAfter: 30 * time.Second},
	{name: "15 500 server_error", status: 500, kind: "application/json", body: `{"error":"server_error"}`, want: oauthflow.ClassTransient, code: "server_error"},
	{name: "16 502 HTML", status: 502, kind: "text/html", body: "<html>Bad Gateway</html>", want: oauthflow.ClassTransient},
	{name: "17 400 temporarily_unavailable", status: 400, kind: "application/json", body: `{"error":"temporarily_unavailable"}`, want: oauthflow.ClassTransient, code: "temporarily_unavailable"},
	{name: "18 307", status: 307, header: http.Header{"Location": {"https://elsewhere.example.com/"}}, want: oauthflow.ClassPortal},
	{name: "19 200 HTML", status: 200, kind: "text/html; charset=utf-8", body: "<!DOCTYPE html><title>Welcome to the hotel</title>", want: oauthflow.ClassPortal},
	{name: "20 511", status: 511, kind: "text/html", body: "<html>Sign in to the network</html>", want: oauthflow.ClassPortal},
	{name: "21 200 {}", status: 200, kind: "application/json", body: `{}`, want: oauthflow.ClassTransientLong},
	{name: "22 403 JSON without error", status: 403, kind: "application/json", body: `{"message":"no"}`, want: oauthflow.ClassTransientLong},

	{name: "unsupported_grant_type", status: 400, kind: "application/json", body: `{"error":"unsupported_grant_type"}`, want: oauthflow.ClassConfiguration, code: "unsupported_grant_type"},
	{name: "never by status alone: 500 invalid_grant", status: 500, kind: "application/json", body: `{"error":"invalid_grant"}`, want: oauthflow.ClassTransient, code: "invalid_grant"},
	{name: "429 invalid_request", status: 429, kind: "application/json", body: `{"error":"invalid_request"}`, want: oauthflow.ClassTransient, code: "invalid_request"},
	{name: "401 invalid_request", status: 401, kind: "application/json", body: `{"error":"invalid_request"}`, want: oauthflow.ClassTransientLong, code: "invalid_request"},
	{name: "text that is no form", status: 400, kind: "text/plain", body: "Bad Request", want: oauthflow.ClassDeadAfter3},
	{name: "text with an equals sign", status: 400, kind: "text/plain", body: "Bad Request: x=1", want: oauthflow.ClassDeadAfter3},
	{name: "markup without a type", status: 400, body: "<p class=x>no</p>", want: oauthflow.ClassDeadAfter3},
	{name: "JSON as text/html", status: 400, kind: "text/html", body: `{"error":"invalid_grant"}`, want: oauthflow.ClassDead, code: "invalid_grant"},
	{name: "JSON without a type", status: 400, body: ` {"error":"invalid_grant"}`, want: oauthflow.ClassDead, code: "invalid_grant"},
	{name: "400 JSON without error", status: 400, kind: "application/json", body: `{"a":1}`, want: oauthflow.ClassTransientLong},
	{name: "empty 200", status: 200, want: oauthflow.ClassTransientLong},
	{name: "200 cut off in its JSON", status: 200, kind: "application/json", body: `{"access_token":"x","refresh_to`, want: oauthflow.ClassTransient},
	{name: "200 that is no JSON", status: 200, kind: "application/json", body: `{"access_token": <html>`, want: oauthflow.ClassTransientLong},
	{name: "400 cut off in its JSON", status: 400, kind: "application/json", body: `{"error":"inv`, want: oauthflow.ClassTransient},
	{name: "200 with an unknown error", status: 200, kind: "application/json", body: `{"error":"hm"}`, want: oauthflow.ClassTransientLong, code: "hm"},
	{name: "200 client credentials refused", status: 200, kind: "application/json", body: `{"error":"incorrect_client_credentials"}`, want: oauthflow.ClassConfiguration, code: "incorrect_client_credentials"},
	{name: "a code of the provider's own", status: 200, kind: "application/json", body: `{"ok":false,"error":"token_revoked"}`, shape: oauthflow.Shape{DeadCodes: []string{"token_revoked"}}, want: oauthflow.ClassDead, code: "token_revoked"},
	{name: "no code is no dead code", status: 400, kind: "application/json", body: `{}`, shape: oauthflow.Shape{DeadCodes: []string{""}}, want: oauthflow.ClassTransientLong},
	{name: "paths of the error", status: 400, kind: "application/json", body: `{"data":{"err":{"n":10}},"text":"gone"}`, shape: oauthflow.Shape{Root: "data", ErrorCode: "err.n", ErrorText: "text", DeadCodes: []string{"10"}}, want: oauthflow.ClassDead, code: "10"},
	{name: "an error object", status: 400, kind: "application/json", body: `{"error":{"code":"invalid_grant","message":"gone"}}`, want: oauthflow.ClassDead, code: "invalid_grant"},
	{name: "OK does not hold", status: 200, kind: "application/json", body: `{"ok":false,"access_token":"x","error":"invalid_grant"}`, shape: oauthflow.Shape{OK: func(v any) bool { ok, _ := oauthflow.Path(v, "ok"); return ok == true }}, want: oauthflow.ClassDead, code: "invalid_grant"},
	{name: "an access token in a 400", status: 400, kind: "application/json", body: `{"access_token":"x","error":"invalid_grant"}`, want: oauthflow.ClassDead, code: "invalid_grant"},
}

func TestClassification_5_3(t *testing.T) {
	for _, c := range failures {
		t.Run(c.name, func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				for name, values := range c.header {
					w.Header()[name] = values
				}
				fixed(c.status, c.kind, c.body)(w, r)
			})
			a, err := caller(t).Send(t.Context(), oauthflow.Request{URL: url})
			if err != nil {
				t.Fatalf("Send: %v", err)
			}
			_, err = oauthflow.ReadToken(a, c.shape)
			var e *oauthflow.Error
			if !errors.As(err, &e) {
				t.Fatalf("ReadToken = %v, want an *Error", err)
			}
			if e.Class != c.want || e.Code != c.code || e.RetryAfter != c.retryAfter || e.Status != c.status || !e.Sent {
				t.Errorf("got class %q, code %q, retry after %v, status %d, sent %v", e.Class, e.Code, e.RetryAfter, e.Status, e.Sent)
			}
			if !strings.Contains(e.Error(), a.Host) || c.code != "" && !strings.Contains(e.Error(), c.code) {
				t.Errorf("text %q names neither host nor code", e.Error())
			}
			if c.body != "" && strings.Contains(e.Error(), c.body) {
				t.Errorf("text %q holds the body", e.Error())
			}
		})
	}
}

// A provider that repeats what it was sent must not get it into a message, and no escape sequence either.
func TestErrorTextIsSafe(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body := toJSON(t, map[string]string{
			"error":             "invalid_grant\x1b[31m",
			"error_description": "token " + r.FormValue("refresh_token") + " of " + r.FormValue("client_secret") + "\x1b]0;x\x07\n" + strings.Repeat("long ", 100),
		})
		fixed(400, "application/json", body)(w, r)
	})
	a, err := caller(t).Send(t.Context(), oauthflow.Request{
		URL: url, Auth: oauthflow.ClientAuth{ID: "id", Secret: secretOf("plain-words-secret")},
		Params: map[string][]string{"refresh_token": {sentinel + "/+="}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = oauthflow.ReadToken(a, oauthflow.Shape{})
	var e *oauthflow.Error
	if !errors.As(err, &e) {
		t.Fatalf("ReadToken = %v", err)
	}
	if e.Class != oauthflow.ClassTransientLong {
		t.Errorf("a code with an escape sequence is class %q", e.Class)
	}
	for _, s := range []string{e.Error(), e.Code, e.Description} {
		if strings.Contains(s, sentinel) || strings.Contains(s, "plain-words-secret") || strings.ContainsAny(s, "\x1b\n\x07") {
			t.Errorf("unsafe text: %q", s)
		}
	}
	if n := len([]rune(e.Description)); n > 200 {
		t.Errorf("description has %d characters", n)
	}
}
