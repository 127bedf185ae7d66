package loopback

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

// FuzzCallbackQuery: whatever the query is, the answer is one of two constant ones, and only a query that holds the state
// once, with one code or one error, ends the login.
func FuzzCallbackQuery(f *testing.F) {
	for _, p := range payloads() {
		f.Add("error=x&error_description=" + url.QueryEscape(p) + "&state=" + state)
	}
	for _, q := range []string{
		"code=c&state=" + state, "code=c&state=" + state + "&iss=" + url.QueryEscape(issuer), "code=c&code=d&state=" + state, "state=" + state,
		"code=c&state=x", "", "&&&", "=", "%", "code=c;state=" + state, "iss=&code=c&state=" + state,
	} {
		f.Add(q)
	}
	redirect := httptest.NewRecorder()
	harden(redirect.Header())
	f.Fuzz(func(t *testing.T, query string) {
		l := &Listener{
			uri: &url.URL{Scheme: "http", Host: "127.0.0.1:1", Path: "/callback"}, limits: limits{io: time.Second},
			finished: make(chan struct{}), closing: make(chan struct{}),
		}
		l.init()
		if err := l.begin(Expect{State: state, Issuer: issuer}); err != nil {
			t.Fatal(err)
		}
		r := &http.Request{Method: http.MethodGet, Host: l.uri.Host, URL: &url.URL{Path: "/callback", RawQuery: query}, Header: http.Header{}}
		w := httptest.NewRecorder()
		l.handle(w, r.WithContext(t.Context()))

		var got *answer
		select {
		case a := <-l.answer:
			got = &a
		default:
		}
		switch w.Code {
		case http.StatusBadRequest:
			if got != nil || w.Body.String() != refusedPage {
				t.Fatalf("%q: refused with %q, answer %v", query, w.Body, got)
			}
		case http.StatusSeeOther:
			if got == nil || w.Body.Len() != 0 || w.Header().Get("Location") != donePath || len(w.Header()) != len(redirect.Header())+1 {
				t.Fatalf("%q: redirected with %v %q, answer %v", query, w.Header(), w.Body, got)
			}
			q, err := url.ParseQuery(query)
			if err != nil || len(q["state"]) != 1 || q.Get("state") != state || len(q["code"]) > 1 || len(q["error"]) > 1 || (q.Get("code") == "") == (q.Get("error") == "") {
				t.Fatalf("%q was taken", query)
			}
			if foreign := q.Has("iss") && (len(q["iss"]) > 1 || q.Get("iss") != issuer); foreign != errors.Is(got.err, ErrIssuer) {
				t.Fatalf("%q: error %v", query, got.err)
			}
		default:
			t.Fatalf("%q: status %d", query, w.Code)
		}
	})
}
