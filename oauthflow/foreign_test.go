package oauthflow

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"authdeck/internal/secret"
)

// TestForeign: a request goes out as the service made it (reference/flowrunner.md §5.2, §5.6).
func TestForeign(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "other:"+r.Header.Get("Authorization")+r.Header.Get("X-Own"))
	}))
	defer other.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		_, _ = io.WriteString(w, r.Method+" "+r.Host+" "+r.Header.Get("Content-Type")+" "+r.Header.Get("X-Latin")+" "+strings.Join(r.TransferEncoding, ",")+" "+string(body))
	})
	mux.HandleFunc("/to", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("u"), http.StatusFound)
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/zip", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, strings.Repeat("x", 5000)+r.Header.Get("Accept-Encoding"))
		_ = z.Close()
	})
	mux.HandleFunc("/stall", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "half")
		w.(http.Flusher).Flush() //nolint:forcetypeassert // the test server's always is
		<-r.Context().Done()
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	client := NewGuardedClient(Guard{Hosts: []string{"127.0.0.1"}, Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }})
	var seen []Exchange
	c := (&Caller{HTTP: client}).Observing(func(e Exchange) { seen = append(seen, e) })
	send := func(r ForeignRequest) (ForeignAnswer, error) {
		if r.MaxAnswer == 0 {
			r.MaxAnswer = 1 << 20
		}
		return c.SendForeign(t.Context(), r)
	}

	a, err := send(ForeignRequest{
		Method: "PROPFIND", URL: server.URL + "/echo?access_token=hidden-in-query", HasBody: true, Body: []byte("body"),
		Headers: [][2]string{{"host", "signed.example"}, {"X-Latin", "é"}, {"content-length", "99"}}, Secrets: []secret.String{secret.New("body")},
	})
	if err != nil || string(a.Body) != "PROPFIND signed.example  \xe9  body" || len(a.Header["Set-Cookie"]) != 2 || a.StatusText != "OK" {
		t.Errorf("as it was made: %q %v %v", a.Body, a.Header, err)
	}
	if x := seen[0]; strings.Contains(x.URL, "hidden-in-query") || strings.Contains(x.RequestBody, "body") || strings.Contains(x.ResponseBody, "body") {
		t.Errorf("a secret shows: %+v", x)
	}
	target := url.QueryEscape(other.URL)
	a, err = send(ForeignRequest{Method: "GET", URL: server.URL + "/to?u=" + target, Follow: true, Headers: [][2]string{{"Authorization", "Bearer t"}, {"X-Own", "kept"}}})
	if err != nil || string(a.Body) != "other:kept" {
		t.Errorf("redirect to another origin: %q %v", a.Body, err)
	}
	a, err = send(ForeignRequest{Method: "POST", URL: server.URL + "/to?u=" + target, Follow: true})
	if err != nil || a.Status != http.StatusFound {
		t.Errorf("redirect of a POST: %d %v", a.Status, err)
	}
	a, err = send(ForeignRequest{Method: "GET", URL: server.URL + "/loop", Follow: true})
	if err != nil || a.Status != http.StatusFound {
		t.Errorf("the sixth hop: %d %v", a.Status, err)
	}
	a, err = send(ForeignRequest{Method: "GET", URL: server.URL + "/zip", Decompress: true})
	if err != nil || len(a.Body) != 5004 {
		t.Errorf("compressed by our own wish: %d bytes, %v", len(a.Body), err)
	}
	a, err = send(ForeignRequest{Method: "GET", URL: server.URL + "/zip", Headers: [][2]string{{"Accept-Encoding", "gzip"}}})
	if err != nil || len(a.Body) > 1000 {
		t.Errorf("compressed by the service's wish: %d bytes, %v", len(a.Body), err)
	}
	if _, err = send(ForeignRequest{Method: "GET", URL: server.URL + "/zip", Decompress: true, MaxAnswer: 100}); !errors.Is(err, ErrAnswerTooLarge) {
		t.Errorf("an answer that unpacks to too much: %v", err)
	}
	began := time.Now()
	if _, err = send(ForeignRequest{Method: "GET", URL: server.URL + "/stall", Idle: 50 * time.Millisecond}); err == nil || time.Since(began) > 5*time.Second {
		t.Errorf("nothing comes for longer than the service allows: %v", err)
	}
	if _, err = send(ForeignRequest{Method: "GET", URL: "http://169.254.169.254/latest"}); !errors.Is(err, ErrForbiddenAddress) {
		t.Errorf("a link-local address: %v", err)
	}
}
