package oauthflow_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"authdeck/oauthflow"
)

func TestSendAPI(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusTeapot)
		_, _ = fmt.Fprintf(w, `{"method":%q,"auth":%q,"type":%q,"body":%q}`, r.Method, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), body)
	})
	a, err := caller(t).SendAPI(t.Context(), oauthflow.APIRequest{
		Method: "PUT", URL: address, Body: []byte("hello"), Header: http.Header{"Authorization": {"Bearer tok"}, "Content-Type": {"text/plain"}},
	})
	if err != nil || a.Status != http.StatusTeapot {
		t.Fatalf("%d %v", a.Status, err)
	}
	for name, want := range map[string]string{"method": "PUT", "auth": "Bearer tok", "type": "text/plain", "body": "hello"} {
		if a.Members[name] != want {
			t.Errorf("%s = %v", name, a.Members[name])
		}
	}
	a, err = caller(t).SendAPI(t.Context(), oauthflow.APIRequest{URL: address})
	if err != nil || a.Members["method"] != "GET" || a.Members["body"] != "" {
		t.Errorf("%v %v", a.Members, err)
	}
}

// The token of an API call stays at the scheme, host and port it was meant for; B6, N14.
func TestSendAPI_Redirects(t *testing.T) {
	other, otherSaw := record(t)
	var got []string
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization")+r.Header.Get("Referer"))
		switch r.URL.Path {
		case "/same":
			http.Redirect(w, r, "/end", http.StatusFound)
		case "/other":
			http.Redirect(w, r, other+"/end", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusTemporaryRedirect)
		}
	})
	for _, c := range []struct {
		method, path string
		status       int
		asked        int
	}{
		{"GET", "/same", 200, 2},
		{"HEAD", "/same", 200, 2},
		{"POST", "/same", 302, 1},
		{"GET", "/other", 302, 1},
		{"GET", "/loop", 307, 4},
	} {
		got = nil
		a, err := caller(t).SendAPI(t.Context(), oauthflow.APIRequest{
			Method: c.method, URL: address + c.path + "?q=1", Header: http.Header{"Authorization": {"Bearer tok"}},
		})
		if err != nil || a.Status != c.status || len(got) != c.asked {
			t.Errorf("%s %s: %d, %v, asked %v", c.method, c.path, a.Status, err, got)
		}
		for _, line := range got {
			if !strings.HasSuffix(line, " Bearer tok") {
				t.Errorf("the token or a referrer is wrong: %q", line)
			}
		}
	}
	if len(otherSaw()) != 0 {
		t.Errorf("the other host was asked: %v", otherSaw())
	}
}

func TestSendAPI_Limits(t *testing.T) {
	big := serve(t, fixed(200, "text/plain", strings.Repeat("x", 3<<20)))
	var e *oauthflow.Error
	if _, err := caller(t).SendAPI(t.Context(), oauthflow.APIRequest{URL: big}); !errors.As(err, &e) {
		t.Errorf("3 MiB without asking: %v", err)
	}
	if a, err := caller(t).SendAPI(t.Context(), oauthflow.APIRequest{URL: big, MaxAnswer: 64 << 20}); err != nil || len(a.Body) != 3<<20 {
		t.Errorf("3 MiB: %d, %v", len(a.Body), err)
	}
	hangs := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	if _, err := caller(t).SendAPI(t.Context(), oauthflow.APIRequest{URL: hangs, Timeout: 20 * time.Millisecond}); !errors.As(err, &e) || !e.Sent {
		t.Errorf("own limit: %v", err)
	}
	if _, err := caller(t).SendAPI(t.Context(), oauthflow.APIRequest{URL: "http://api.example.com/"}); !errors.As(err, &e) || e.Class != oauthflow.ClassConfiguration {
		t.Errorf("http: %v", err)
	}
	if _, err := caller(t).SendAPI(t.Context(), oauthflow.APIRequest{URL: "https://api.example.com/", Method: "A B"}); !errors.As(err, &e) || e.Class != oauthflow.ClassConfiguration {
		t.Errorf("method: %v", err)
	}
}

func TestPreview_SendsNothingAndMasks(t *testing.T) {
	address, seen := record(t)
	x, err := caller(t).Preview(t.Context(), oauthflow.APIRequest{
		Method: "POST", URL: address + "/notes?access_token=" + sentinel, Body: []byte(`{"text":"hi","k":"` + sentinel + `"}`),
		Header: http.Header{"Authorization": {"Bearer " + sentinel}, "Content-Type": {"application/json"}}, Secrets: []secretString{secretOf(sentinel)},
	})
	if err != nil || len(seen()) != 0 {
		t.Fatalf("%v, sent %v", err, seen())
	}
	if x.Status != 0 || x.Method != "POST" || x.RequestBody != `{"text":"hi","k":"•••"}` || x.RequestHeader.Get("Authorization") != "Bearer •••" {
		t.Errorf("%+v", x)
	}
	if strings.Contains(fmt.Sprintf("%+v", x), sentinel) {
		t.Errorf("a secret shows: %+v", x)
	}
	if _, err := caller(t).Preview(t.Context(), oauthflow.APIRequest{URL: "ftp://x.example.com"}); err == nil {
		t.Error("any address goes")
	}
}

func TestCheckEndpoint(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://as.example.com":               true,
		"https://as.example.com:8443/t?a=b":    true,
		"HTTPS://as.example.com/":              true,
		"http://127.0.0.1:9/t":                 true,
		"http://127.9.9.9/":                    true,
		"http://[::1]:9/":                      true,
		"http://[::ffff:127.0.0.1]/":           true,
		"http://localhost:9/":                  true,
		"http://as.example.com/":               false,
		"http://localhost.evil.example.com/":   false,
		"http://127.0.0.1.evil.example.com/":   false,
		"http://0.0.0.0/":                      false,
		"http://10.0.0.1/":                     false,
		"http://localhost@evil.example.com/":   false,
		"https://user:pw@as.example.com/":      false,
		"https://as.example.com/#f":            false,
		"https://as.example.com/#":             false,
		"https:as.example.com":                 false,
		"https:///t":                           false,
		"https://:443/":                        false,
		"//as.example.com/":                    false,
		"as.example.com":                       false,
		"":                                     false,
		"file:///etc/passwd":                   false,
		"javascript:alert(1)":                  false,
		"https://as.example.com/a b":           false,
		"https://as.example.com\\@evil.org/":   false,
		"https://as.example.com/\x00":          false,
		"https://as.example.com:port/":         false,
		"ftp://as.example.com/":                false,
		"https://%61s.example.com\n/":          false,
		"http://127.0.0.1:80:80/":              false,
		"http://[::1%25lo]/":                   true,
		"http://[fe80::1%25127.0.0.1]/":        false,
		"http://ⓛocalhost/":                    false,
		"http://2130706433/":                   false,
		"http://0177.0.0.1/":                   false,
		"http://LOCALHOST/":                    true,
		"https://as.example.com/%23still-path": true,
	} {
		if err := oauthflow.CheckEndpoint(address); (err == nil) != ok {
			t.Errorf("CheckEndpoint(%q) = %v", address, err)
		} else if err != nil && address != "" && strings.Contains(err.Error(), address) {
			t.Errorf("the error repeats the address: %v", err)
		}
	}
}

func TestNewHTTPClient(t *testing.T) {
	c := oauthflow.NewHTTPClient()
	tr, ok := c.Transport.(*http.Transport)
	if !ok || tr == http.DefaultTransport || tr.Proxy == nil || tr.DialContext == nil {
		t.Fatalf("%#v", c.Transport)
	}
	if tr.TLSHandshakeTimeout != 10*time.Second || tr.ResponseHeaderTimeout != 0 || tr.IdleConnTimeout == 0 || !tr.ForceAttemptHTTP2 {
		t.Errorf("limits: %+v", tr)
	}
	if tr.TLSClientConfig != nil && tr.TLSClientConfig.InsecureSkipVerify {
		t.Error("certificates are not checked")
	}
}
