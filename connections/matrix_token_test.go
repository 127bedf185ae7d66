package connections_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/internal/testserver"
)

// says is an answer that comes again and again, and of which the server hears nothing.
func says(status int, body string, change ...func(*testserver.Fault)) []testserver.Fault {
	f := testserver.Fault{Mode: testserver.Status, Status: status, Body: body, Times: 9}
	for _, c := range change {
		c(&f)
	}
	return []testserver.Fault{f}
}

func retryAfter(value string) func(*testserver.Fault) {
	return func(f *testserver.Fault) { f.RetryAfter = value }
}

func as(contentType string) func(*testserver.Fault) {
	return func(f *testserver.Fault) { f.Type = contentType }
}

const (
	dead    = connections.StateSignIn
	retries = connections.StateRetrying
	ended   = connections.StateExpired
)

// tokenAnswers are the 22 answers at the end of reference/security.md §5.3, for a refresh of a token that has ended.
func tokenAnswers() []matrixRow {
	page := "<!DOCTYPE html><title>Welcome</title>"
	return []matrixRow{
		{name: "01 invalid_grant 400", faults: says(400, `{"error":"invalid_grant"}`), kind: connections.KindSignIn, state: dead, reason: "invalid_grant", requests: 1},
		{name: "02 invalid_grant 401", faults: says(401, `{"error":"invalid_grant"}`), kind: connections.KindSignIn, state: dead, reason: "invalid_grant", requests: 1},
		{name: "03 invalid_request", faults: says(400, `{"error":"invalid_request"}`), kind: connections.KindSignIn, state: dead, reason: "invalid_request", requests: 2},
		{name: "04 empty 400", faults: says(400, ""), kind: connections.KindTransient, state: retries, reason: "refused", requests: 1, soonest: doubtfulLeast, latest: doubtfulTop},
		{name: "05 empty 401", faults: says(401, ""), kind: connections.KindTransient, state: retries, reason: "refused", requests: 1, soonest: doubtfulLeast, latest: doubtfulTop},
		{name: "06 HTML 400", faults: says(400, page), kind: connections.KindTransient, state: retries, reason: "refused", requests: 1, soonest: doubtfulLeast, latest: doubtfulTop},
		{name: "07 200 bad_refresh_token", faults: says(200, `{"error":"bad_refresh_token"}`), kind: connections.KindSignIn, state: dead, reason: "bad_refresh_token", requests: 1},
		{name: "08 200 bad_verification_code", faults: says(200, "error=bad_verification_code", as("application/x-www-form-urlencoded")), kind: connections.KindSignIn, state: dead, reason: "bad_verification_code", requests: 1},
		{name: "09 invalid_client", faults: says(401, `{"error":"invalid_client"}`), kind: connections.KindConfiguration, state: ended, reason: "client id or secret", requests: 1},
		{name: "10 unauthorized_client", faults: says(400, `{"error":"unauthorized_client"}`), kind: connections.KindConfiguration, state: ended, reason: "the client's permission", requests: 1},
		{name: "11 invalid_target", faults: says(400, `{"error":"invalid_target"}`), kind: connections.KindConfiguration, state: ended, reason: "the resource", requests: 1},
		{name: "12 invalid_scope", faults: says(400, `{"error":"invalid_scope"}`), kind: connections.KindConfiguration, state: ended, reason: "a scope", requests: 1},
		{name: "13 429 with seconds", faults: says(429, "", retryAfter("120")), kind: connections.KindTransient, state: retries, reason: "429", requests: 1, soonest: 2 * time.Minute, latest: 132 * time.Second},
		{name: "14 503 with a date", faults: says(503, "", retryAfter(time.Now().Add(time.Hour/2).UTC().Format(http.TimeFormat))), kind: connections.KindTransient, state: retries, reason: "503", requests: 1, soonest: 29 * time.Minute, latest: 33 * time.Minute},
		{name: "15 500 server_error", faults: says(500, `{"error":"server_error"}`), kind: connections.KindTransient, state: retries, reason: "server_error", requests: 1, soonest: backoffLeast, latest: backoffTop},
		{name: "16 502 HTML", faults: says(502, page), kind: connections.KindTransient, state: retries, reason: "502", requests: 1, soonest: backoffLeast, latest: backoffTop},
		{name: "17 400 temporarily_unavailable", faults: says(400, `{"error":"temporarily_unavailable"}`), kind: connections.KindTransient, state: retries, reason: "temporarily_unavailable", requests: 1, soonest: backoffLeast, latest: backoffTop},
		{name: "18 307", faults: []testserver.Fault{{Mode: testserver.Redirect, Location: "/elsewhere", Times: 9}}, kind: connections.KindTransient, state: retries, reason: "something else answered", requests: 1, soonest: backoffLeast, latest: backoffTop},
		{name: "19 200 HTML", faults: says(200, page), kind: connections.KindTransient, state: retries, reason: "something else answered", requests: 1, soonest: backoffLeast, latest: backoffTop},
		{name: "20 511", faults: says(511, page), kind: connections.KindTransient, state: retries, reason: "something else answered", requests: 1, soonest: backoffLeast, latest: backoffTop},
		{name: "21 200 {}", faults: says(200, `{}`), kind: connections.KindTransient, state: retries, reason: "an answer of no use", requests: 1, soonest: longestLeast, latest: longestTop},
		{name: "22 403 JSON without error", faults: says(403, `{"message":"no"}`), kind: connections.KindTransient, state: retries, reason: "an answer of no use", requests: 1, soonest: longestLeast, latest: longestTop},
	}
}

// TestMatrix_TokenEndpoint_Refresh: the access token has ended, so the caller is told what is wrong.
func TestMatrix_TokenEndpoint_Refresh(t *testing.T) {
	t.Parallel()
	for _, r := range tokenAnswers() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.stored = unchanged
			s := newScene(t, testserver.RotatingOptions{}, expired)
			s.inject(r)
			_, err := s.Token(t.Context(), "work", -1)
			s.holds(r, err)
			if n := s.front.Arrived("/elsewhere"); n != 0 {
				t.Errorf("%d requests followed the redirect", n)
			}
		})
	}
}

// TestMatrix_TokenEndpoint_RefreshAhead: the access token lives on, so it is handed out with a warning, whatever the answer.
func TestMatrix_TokenEndpoint_RefreshAhead(t *testing.T) {
	t.Parallel()
	for _, r := range tokenAnswers() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.kind, r.stored = "", unchanged
			if r.state == ended {
				r.state = connections.StateExpiring
			}
			s := newScene(t, testserver.RotatingOptions{}, due)
			s.inject(r)
			k, err := s.Token(t.Context(), "work", -1)
			s.holds(r, err)
			if !k.Value.Equal(s.was.Grant.AccessToken) || !strings.Contains(k.Warning, "lives only") || !strings.Contains(k.Warning, r.reason) {
				t.Errorf("handed out with the warning %q", k.Warning)
			}
		})
	}
}

// TestMatrix_TokenEndpoint_Code: signing in again fails in the exchange of the code, which is asked once and for all; what
// was kept before stays as it was.
func TestMatrix_TokenEndpoint_Code(t *testing.T) {
	t.Parallel()
	for _, r := range tokenAnswers() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, testserver.RotatingOptions{}, expired)
			s.inject(r)
			r.requests, r.stored, r.state, r.soonest, r.latest = 1, unchanged, ended, 0, 0
			if strings.HasPrefix(r.name, "03") { // about the code, not about the grant that is kept
				r.kind = connections.KindTransient
			}
			reason := r.reason
			r.reason = "a refresh is due"
			_, err := signIn(t.Context(), s.Service, connections.LoginRequest{Connection: "work"})
			s.holds(r, err)
			if err == nil || !strings.Contains(err.Error(), lastWord(reason)) {
				t.Errorf("%v does not say %q", err, lastWord(reason))
			}
			if got := s.server.Stats(); got.Codes != 0 {
				t.Errorf("the server saw the code %d times", got.Codes)
			}
			if _, err := signIn(t.Context(), s.Service, connections.LoginRequest{Connection: "work"}); err == nil {
				t.Error("a sign-in worked while the fault was there")
			}
			s.front.Clear()
			if d, err := signIn(t.Context(), s.Service, connections.LoginRequest{Connection: "work"}); err != nil || d.State != connections.StateOK {
				t.Errorf("a sign-in without the fault: %s, %v", d.State, err)
			}
		})
	}
}

// lastWord is what of a reason the message of a failed sign-in has as well.
func lastWord(reason string) string {
	if strings.Contains(reason, "client") || strings.HasPrefix(reason, "a scope") || strings.HasPrefix(reason, "the resource") {
		return "settings are refused"
	}
	return reason
}
