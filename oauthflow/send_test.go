package oauthflow_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/oauthflow"
)

// wire is a request as a server saw it.
type wire struct {
	Method, Query, Body, Type, Authorization, Accept, Agent string
}

// record answers {} and keeps what came.
func record(t testing.TB) (address string, seen func() []wire) {
	t.Helper()
	var mu sync.Mutex
	var list []wire
	address = serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if len(r.TransferEncoding) > 0 {
			t.Errorf("%s with transfer encoding %v", r.Method, r.TransferEncoding)
		}
		mu.Lock()
		defer mu.Unlock()
		list = append(list, wire{
			r.Method, r.URL.RawQuery, string(body), r.Header.Get("Content-Type"), r.Header.Get("Authorization"), r.Header.Get("Accept"), r.UserAgent(),
		})
		_, _ = io.WriteString(w, "{}")
	})
	return address, func() []wire {
		mu.Lock()
		defer mu.Unlock()
		return list
	}
}

// What goes over the wire, byte for byte: RFC 6749 §2.3.1 (Q5: Basic is form-encoded first) and manifests §5.3.
func TestQ5_RequestsOnTheWire(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	auth := func(m oauthflow.AuthMethod) oauthflow.ClientAuth {
		return oauthflow.ClientAuth{Method: m, ID: "id:1 é", Secret: secretOf("s+/ct %")}
	}
	params := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"r/t+"}}
	for _, c := range []struct {
		name string
		r    oauthflow.Request
		want wire
	}{
		{"none", oauthflow.Request{Auth: auth(oauthflow.AuthNone), Params: params}, wire{
			"POST", "", "client_id=id%3A1+%C3%A9&grant_type=refresh_token&refresh_token=r%2Ft%2B", form, "", "application/json", "authdeck",
		}},
		{"nothing at all", oauthflow.Request{Params: params}, wire{
			"POST", "", "grant_type=refresh_token&refresh_token=r%2Ft%2B", form, "", "application/json", "authdeck",
		}},
		{"post", oauthflow.Request{Auth: auth(oauthflow.AuthPost), Params: params}, wire{
			"POST", "", "client_id=id%3A1+%C3%A9&client_secret=s%2B%2Fct+%25&grant_type=refresh_token&refresh_token=r%2Ft%2B", form, "", "application/json", "authdeck",
		}},
		{"post is the default with a secret", oauthflow.Request{Auth: auth("")}, wire{
			"POST", "", "client_id=id%3A1+%C3%A9&client_secret=s%2B%2Fct+%25", form, "", "application/json", "authdeck",
		}},
		{"none is the default without", oauthflow.Request{Auth: oauthflow.ClientAuth{ID: "id"}}, wire{
			"POST", "", "client_id=id", form, "", "application/json", "authdeck",
		}},
		{"basic", oauthflow.Request{Auth: auth(oauthflow.AuthBasic), Params: params}, wire{
			// base64 of id%3A1+%C3%A9:s%2B%2Fct+%25
			"POST", "", "grant_type=refresh_token&refresh_token=r%2Ft%2B", form, "Basic aWQlM0ExKyVDMyVBOTpzJTJCJTJGY3QrJTI1", "application/json", "authdeck",
		}},
		{"query", oauthflow.Request{Auth: auth(oauthflow.AuthQuery), Params: params}, wire{
			"POST", "client_id=id%3A1+%C3%A9&client_secret=s%2B%2Fct+%25", "grant_type=refresh_token&refresh_token=r%2Ft%2B", form, "", "application/json", "authdeck",
		}},
		{"bearer", oauthflow.Request{Auth: auth(oauthflow.AuthBearer), Params: url.Values{"token": {"x"}}}, wire{
			"POST", "", "token=x", form, "Bearer s+/ct %", "application/json", "authdeck",
		}},
		{"fields in the query of a POST", oauthflow.Request{Auth: auth(oauthflow.AuthNone), Params: params, InQuery: true}, wire{
			"POST", "client_id=id%3A1+%C3%A9&grant_type=refresh_token&refresh_token=r%2Ft%2B", "", "", "", "application/json", "authdeck",
		}},
		{"GET", oauthflow.Request{Method: "GET", Auth: auth(oauthflow.AuthNone), Params: params}, wire{
			"GET", "client_id=id%3A1+%C3%A9&grant_type=refresh_token&refresh_token=r%2Ft%2B", "", "", "", "application/json", "authdeck",
		}},
		{"json", oauthflow.Request{Auth: auth(oauthflow.AuthPost), Params: url.Values{"a": {"1"}, "l": {"x", "y"}}, Body: "json"}, wire{
			"POST", "", `{"a":"1","client_id":"id:1 é","client_secret":"s+/ct %","l":["x","y"]}`, "application/json", "", "application/json", "authdeck",
		}},
		{"text", oauthflow.Request{Params: url.Values{"a": {"hello"}}, Body: "text"}, wire{
			"POST", "", "hello", "text/plain; charset=utf-8", "", "application/json", "authdeck",
		}},
		{"own headers", oauthflow.Request{Method: "DELETE", InQuery: true, Header: http.Header{"accept": {"application/xml"}, "Authorization": {"Own x"}, "User-Agent": {"me"}}}, wire{
			"DELETE", "", "", "", "Own x", "application/xml", "me",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, seen := record(t)
			c.r.URL = address + "/token"
			if _, err := caller(t).Send(t.Context(), c.r); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]wire{c.want}, seen()); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
	t.Run("a query that is there stays", func(t *testing.T) {
		address, seen := record(t)
		_, err := caller(t).Send(t.Context(), oauthflow.Request{URL: address + "/?a=1&b=2", InQuery: true, Params: url.Values{"b": {"3"}}})
		if err != nil || seen()[0].Query != "a=1&b=3" {
			t.Errorf("%v %+v", err, seen())
		}
	})
}

func TestSend_RequestsThatCannotBeBuilt(t *testing.T) {
	for name, r := range map[string]oauthflow.Request{
		"http elsewhere":  {URL: "http://as.example.com/token"},
		"two text fields": {URL: "https://as.example.com/", Body: "text", Params: url.Values{"a": {"1"}, "b": {"2"}}},
		"body":            {URL: "https://as.example.com/", Body: "xml", Params: url.Values{"a": {"1"}}},
		"method":          {URL: "https://as.example.com/", Method: "NO SUCH"},
	} {
		_, err := caller(t).Send(t.Context(), r)
		var e *oauthflow.Error
		if !errors.As(err, &e) || e.Class != oauthflow.ClassConfiguration || e.Sent {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Row 9 of reference/security.md §6: 0 bytes of a secret reach the second place, wherever a redirect leads.
func TestRow9_NoRedirectIsFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, where := range []string{"same host", "other host"} {
			t.Run(http.StatusText(status)+" "+where, func(t *testing.T) {
				other, otherSaw := record(t)
				var second int
				first := serve(t, func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/second" {
						second++
						return
					}
					to := "/second"
					if where == "other host" {
						to = strings.Replace(other, "127.0.0.1", "localhost", 1) + "/second"
					}
					http.Redirect(w, r, to, status)
				})
				for _, method := range []string{"POST", "GET"} {
					a, err := caller(t).Send(t.Context(), oauthflow.Request{
						Method: method, URL: first, Auth: oauthflow.ClientAuth{Method: oauthflow.AuthBasic, ID: "id", Secret: secretOf(sentinel)},
						Params: url.Values{"refresh_token": {sentinel}},
					})
					if err != nil || a.Status != status {
						t.Fatalf("%s: %d, %v", method, a.Status, err)
					}
					_, err = oauthflow.ReadToken(a, oauthflow.Shape{})
					var e *oauthflow.Error
					if !errors.As(err, &e) || e.Class != oauthflow.ClassPortal {
						t.Errorf("%s: %v", method, err)
					}
				}
				if second != 0 || len(otherSaw()) != 0 {
					t.Errorf("the second place was asked: %d, %v", second, otherSaw())
				}
			})
		}
	}
}

func TestSend_BodyLimit(t *testing.T) {
	for name, c := range map[string]struct {
		size int
		ok   bool
	}{"1 MiB": {1 << 20, true}, "one more": {1<<20 + 1, false}} {
		t.Run(name, func(t *testing.T) {
			body := `"` + strings.Repeat("x", c.size-2) + `"`
			a, err := caller(t).Send(t.Context(), oauthflow.Request{URL: serve(t, fixed(200, "application/json", body))})
			var e *oauthflow.Error
			if c.ok && (err != nil || len(a.Body) != c.size) {
				t.Errorf("%d bytes, %v", len(a.Body), err)
			}
			if !c.ok && (!errors.As(err, &e) || e.Class != oauthflow.ClassTransient || !e.Sent || e.Status != 200) {
				t.Errorf("%#v", err)
			}
		})
	}
	t.Run("what gzip hides counts", func(t *testing.T) {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, _ = z.Write(make([]byte, 4<<20))
		_ = z.Close()
		address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed.Bytes())
		})
		var e *oauthflow.Error
		if _, err := caller(t).Send(t.Context(), oauthflow.Request{URL: address}); !errors.As(err, &e) || e.Class != oauthflow.ClassTransient {
			t.Errorf("%v", err)
		}
	})
}

// The total deadline holds wherever the server stops: before the header, or one byte a second.
func TestSend_TotalDeadline(t *testing.T) {
	stall := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	drip := func(r *http.Request) (*http.Response, error) {
		in, out := io.Pipe()
		go func() {
			for {
				time.Sleep(time.Second)
				if _, err := out.Write([]byte(" ")); err != nil {
					return
				}
			}
		}()
		context.AfterFunc(r.Context(), func() { _ = out.CloseWithError(r.Context().Err()) })
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: in, Request: r}, nil
	}
	for name, transport := range map[string]roundTrip{"stall": stall, "drip": drip} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := oauthflow.Caller{HTTP: &http.Client{Transport: transport}}
				began := time.Now()
				_, err := c.Send(t.Context(), oauthflow.Request{URL: "https://as.example.com/"})
				if took := time.Since(began); took != 30*time.Second {
					t.Errorf("it took %v", took)
				}
				var e *oauthflow.Error
				if !errors.As(err, &e) || e.Class != oauthflow.ClassTransient || !e.Sent || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%v", err)
				}
				time.Sleep(2 * time.Second) // of the bubble's time: the drip ends
			})
		})
	}
}

func TestSend_ReceivedIsTheEndOfTheBody(t *testing.T) {
	clk := &clockAt{wall: time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)}
	var seen []oauthflow.Exchange
	c := oauthflow.Caller{Clock: clk, Observe: func(e oauthflow.Exchange) { seen = append(seen, e) }, HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		clk.advance(3 * time.Second)
		return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, Body: readerFunc(func(p []byte) (int, error) {
			clk.advance(2 * time.Second)
			return 0, io.EOF
		})}, nil
	})}}
	a, err := c.Send(t.Context(), oauthflow.Request{URL: "https://as.example.com/"})
	if err != nil || !a.Received.Equal(time.Date(2026, 11, 25, 10, 0, 5, 0, time.UTC)) {
		t.Errorf("received %v, %v", a.Received, err)
	}
	if len(seen) != 1 || seen[0].Duration != 5*time.Second {
		t.Errorf("%+v", seen)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
func (f readerFunc) Close() error               { return nil }

func TestSend_LogHoldsNoSecret(t *testing.T) {
	var log bytes.Buffer
	c := caller(t)
	c.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	address := serve(t, fixed(200, "application/json", `{"access_token":"`+sentinel+`"}`))
	for _, u := range []string{address + "/p?state=" + sentinel, "http://127.0.0.1:1/" + sentinel} {
		_, _ = c.Send(t.Context(), oauthflow.Request{
			URL: u, Auth: oauthflow.ClientAuth{Method: oauthflow.AuthQuery, ID: "id", Secret: secretOf(sentinel)},
		})
	}
	if got := log.String(); strings.Contains(got, sentinel) || strings.Count(got, `"msg":"exchange"`) != 2 {
		t.Errorf("log: %s", got)
	}
}
