package oauthflow_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// bytesAnswer makes an answer of any bytes, through Send.
func bytesAnswer(t *testing.T, status int, kind string, body []byte) (oauthflow.Answer, []oauthflow.Exchange, error) {
	t.Helper()
	var seen []oauthflow.Exchange
	c := oauthflow.Caller{
		Observe: func(x oauthflow.Exchange) { seen = append(seen, x) },
		HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Request: r, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
		})},
	}
	a, err := c.Send(t.Context(), oauthflow.Request{URL: "https://as.example.com/", Auth: oauthflow.ClientAuth{ID: "id", Secret: secretOf(sentinel)}})
	return a, seen, err
}

func FuzzTokenAnswer(f *testing.F) {
	for _, c := range failures {
		f.Add(c.status, c.kind, []byte(c.body))
	}
	for _, s := range spellings {
		f.Add(200, "application/json", []byte(`{"access_token":"`+sentinel+`","expires_in":`+s.spelling+`}`))
	}
	f.Add(200, "text/plain", []byte("access_token=x&%zz=1"))
	f.Add(200, "", []byte(strings.Repeat("[", 20000)))
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		status = 200 + min(max(status, 0)%400, 399)
		a, seen, err := bytesAnswer(t, status, kind, body)
		if err != nil {
			return
		}
		tok, err := oauthflow.ReadToken(a, oauthflow.Shape{DeadCodes: []string{"x"}})
		var e *oauthflow.Error
		switch {
		case err == nil && (tok.AccessToken.IsZero() || status/100 != 2 || tok.Lifetime.For < 0 || tok.Lifetime.For > tenYears || tok.TokenType == ""):
			t.Errorf("a strange token: %+v", tok)
		case err != nil && (!errors.As(err, &e) || e.Class == "" || !e.Sent || strings.ContainsAny(e.Error(), "\x1b\n\x00")):
			t.Errorf("a strange error: %#v", err)
		}
		if text := fmt.Sprintf("%v %+v", err, seen); strings.Contains(text, sentinel) && !strings.Contains(string(body), sentinel) {
			t.Errorf("a secret shows: %s", text)
		}
		_, _ = oauthflow.ReadRevocation(a)
		_, _ = oauthflow.ReadIntrospection(a)
	})
}

func FuzzMetadata(f *testing.F) {
	f.Add([]byte(`{"issuer":"https://as.example.com","token_endpoint":"https://as.example.com/t"}`))
	f.Add([]byte(`{"issuer":"https://as.example.com","token_endpoint":"http://as.example.com/t"}`))
	f.Add([]byte(`{"ISSUER":"https://as.example.com","scopes_supported":{"a":1}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c := oauthflow.Caller{HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
		})}}
		m, err := c.Discover(t.Context(), "https://as.example.com")
		if err != nil {
			return
		}
		if m.Issuer != "https://as.example.com" {
			t.Errorf("issuer %q", m.Issuer)
		}
		for _, address := range []string{m.TokenEndpoint, m.AuthorizationEndpoint, m.JWKSURI, m.RegistrationEndpoint, m.RevocationEndpoint} {
			if address != "" && oauthflow.CheckEndpoint(address) != nil {
				t.Errorf("endpoint %q", address)
			}
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"120", "1e9", "-1", "Wed, 25 Nov 2026 10:02:00 GMT", "0.0001", "9e999"} {
		f.Add(s)
	}
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value string) {
		got := oauthflow.Answer{Header: http.Header{"Retry-After": {value}}, Received: now}.RetryAfter()
		if got < 0 || got > time.Hour || got%time.Second != 0 {
			t.Errorf("%q: %v", value, got)
		}
	})
}

func FuzzJWKS(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"oct","k":"AAAA"},{"kty":"RSA","n":"AQAB","e":"AQAB"},null,1]}`))
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA","kid":"a"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c := &oauthflow.Caller{HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
		})}}
		raw := secret.New("eyJhbGciOiJSUzI1NiJ9.e30.AAAA")
		if _, err := oauthflow.NewKeys(c, "https://as.example.com/k").Verify(t.Context(), raw, oauthflow.IDTokenRules{}); err == nil {
			t.Error("a forged token was accepted")
		}
	})
}
