package oauthflow_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"authdeck/oauthflow"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sentinel stands in every secret that a test sends or receives; no message, log or exchange may hold it.
const sentinel = "S3ntinelS3cretValueThatMustNotShow"

// caller returns one whose connections end with the test.
func caller(t testing.TB) *oauthflow.Caller {
	t.Helper()
	client := oauthflow.NewHTTPClient()
	t.Cleanup(client.CloseIdleConnections)
	return &oauthflow.Caller{HTTP: client}
}

// serve runs a handler on loopback for as long as the test.
func serve(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// fixed answers everything with one answer.
func fixed(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if kind == "" {
			w.Header()["Content-Type"] = nil
		} else {
			w.Header().Set("Content-Type", kind)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// answer is one as Send returns it, without a network.
func answer(t testing.TB, status int, kind, body string) oauthflow.Answer {
	t.Helper()
	c := &oauthflow.Caller{HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		h := http.Header{}
		if kind != "" {
			h.Set("Content-Type", kind)
		}
		return &http.Response{
			StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r,
			ContentLength: -1, ProtoMajor: 1, ProtoMinor: 1,
		}, nil
	})}}
	a, err := c.Send(context.Background(), oauthflow.Request{URL: "https://as.example.com/token"})
	if err != nil {
		t.Fatalf("Send: %v", err)
	}
	return a
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// clockAt is a clock that stands at a point of time until the test moves it.
type clockAt struct {
	wall time.Time
	mono time.Duration
}

func (c *clockAt) Wall() time.Time         { return c.wall }
func (c *clockAt) Mono() time.Duration     { return c.mono }
func (c *clockAt) advance(d time.Duration) { c.wall, c.mono = c.wall.Add(d), c.mono+d }

func toJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
