package oauthflow_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"authdeck/oauthflow"
)

// TestS53_Probe: what a probe without credentials takes for the server itself.
func TestS53_Probe(t *testing.T) {
	t.Parallel()
	const wellKnown = "/.well-known/openid-configuration"
	for _, c := range []struct {
		name   string
		tls    bool
		path   string
		status int
		kind   string
		body   string
		class  oauthflow.Class // "" is itself
	}{
		{"metadata", false, wellKnown, 200, "application/json", `{}`, ""},
		{"no metadata there", false, wellKnown, 404, "text/html", "<html>", ""},
		{"in trouble, but itself", false, wellKnown, 503, "text/html", "<html>", ""},
		{"a page in its place", false, wellKnown, 200, "text/html", "<html>sign in", oauthflow.ClassPortal},
		{"a redirect in its place", false, wellKnown, 302, "", "", oauthflow.ClassPortal},
		{"511", false, wellKnown, 511, "", "", oauthflow.ClassPortal},
		{"https with its own certificate and a page of its own", true, "/token", 200, "text/html", "<html>docs", ""},
		{"https, a page in place of the metadata", true, wellKnown, 200, "text/html", "<html>", oauthflow.ClassPortal},
		{"https, 511", true, "/token", 511, "", "", oauthflow.ClassPortal},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := 0
			h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n++
				if r.Header.Get("Authorization") != "" || r.ContentLength > 0 || r.Method != http.MethodGet {
					t.Errorf("%s %v, %d bytes", r.Method, r.Header, r.ContentLength)
				}
				w.Header().Set("Content-Type", c.kind)
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			})
			s := httptest.NewServer(h)
			if c.tls {
				s.Close()
				s = httptest.NewTLSServer(h)
			}
			defer s.Close()
			err := (&oauthflow.Caller{HTTP: s.Client()}).Probe(t.Context(), s.URL+c.path)
			var e *oauthflow.Error
			if errors.As(err, &e); (err == nil) != (c.class == "") || err != nil && e.Class != c.class {
				t.Errorf("%v, want class %q", err, c.class)
			}
			if n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
	t.Run("a certificate that nobody vouches for", func(t *testing.T) {
		t.Parallel()
		s := httptest.NewTLSServer(http.NotFoundHandler())
		s.Config.ErrorLog = nil
		defer s.Close()
		err := (&oauthflow.Caller{HTTP: &http.Client{Transport: &http.Transport{}}}).Probe(t.Context(), s.URL+wellKnown)
		if e := new(oauthflow.Error); !errors.As(err, &e) || e.Class != oauthflow.ClassPortal {
			t.Errorf("%v", err)
		}
	})
	t.Run("nobody there", func(t *testing.T) {
		t.Parallel()
		s := httptest.NewServer(http.NotFoundHandler())
		s.Close()
		err := (&oauthflow.Caller{HTTP: &http.Client{Transport: &http.Transport{}}}).Probe(t.Context(), s.URL+wellKnown)
		if e := new(oauthflow.Error); !errors.As(err, &e) || e.Class != oauthflow.ClassTransient || e.Sent {
			t.Errorf("%v", err)
		}
	})
}
