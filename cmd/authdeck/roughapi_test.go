package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// rough is an API that answers as APIs do on bad days.
type rough struct {
	mu    sync.Mutex
	first string // the token that /once saw first: it refuses it for good
	busy  bool   // /busy answered a 429
	calls int
}

// roughPicture is an answer that is no text.
const roughPicture = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\xff\xfe"

func (a *rough) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls++
	token := r.Header.Get("Authorization")
	answer := func(status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	switch r.URL.Path {
	case "/echo":
		body, _ := io.ReadAll(r.Body)
		answer(http.StatusOK, map[string]any{"text": r.URL.Query().Get("text") + string(body)})
	case "/head":
		answer(http.StatusOK, map[string]any{"method": r.Method, "type": r.Header.Get("Content-Type"), "extra": r.Header.Get("X-Extra"), "signed": token != ""})
	case "/once":
		if a.first == "" {
			a.first = token
		}
		if token == a.first {
			answer(http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
			return
		}
		answer(http.StatusOK, map[string]bool{"fresh": true})
	case "/busy":
		if a.busy = !a.busy; a.busy {
			w.Header().Set("Retry-After", "1")
			answer(http.StatusTooManyRequests, map[string]string{"message": "slow down"})
			return
		}
		answer(http.StatusOK, map[string]bool{"quiet": true})
	case "/picture":
		w.Header().Set("Content-Type", "image/png")
		_, _ = io.WriteString(w, roughPicture)
	case "/time":
		answer(http.StatusOK, map[string]string{"at": time.Now().Format(time.RFC3339Nano)})
	case "/calls":
		answer(http.StatusOK, map[string]int{"calls": a.calls - 1})
	default:
		answer(http.StatusNotFound, map[string]string{"message": "no such thing"})
	}
}

const roughActions = `
  echo: {label: Echo, description: Says it again, category: Talk, params: [{name: text, type: String, required: true}, {name: size, type: Number}], request: {url: /echo, query: {text: "{{params.text}}"}}}
  once: {label: Refuse the first token, request: {url: /once}}
  busy: {label: Be busy, request: {url: /busy}}
  picture: {label: A picture, request: {url: /picture}}
  lost: {label: Nothing, request: {url: /lost}}
  open: {label: Without a sign-in, signin: false, request: {url: /head, auth: none}}
`

// roughAPI: after "provider", writes rough.yaml: signs in with the demo's server, and calls an API of bad days at ROUGH.
func roughAPI(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: rough")
	}
	server := httptest.NewServer(&rough{})
	ts.Defer(server.Close)
	ts.Setenv("ROUGH", server.URL)
	ts.Check(os.WriteFile(ts.MkAbs("rough.yaml"), []byte(roughManifest(ts.ReadFile("demo.yaml"), server.URL)), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("picture.png"), []byte(roughPicture), 0o600))
}

// roughManifest makes of the demo's manifest one whose API lies at address.
func roughManifest(demo, address string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	page, _, _ := strings.Cut(demo, "\napi:\n")
	page = strings.Replace(page, "\nid: demo\n", "\nid: rough\n", 1)
	page = strings.Replace(page, "\nname: Demo provider\n", "\nname: Rough\n", 1)
	return page + "\napi:\n  base_url: " + address + "\n  hosts: [\"" + u.Host + "\"]\nactions:" + roughActions
}

// fetch URL FILE: writes what an address answers.
func fetch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: fetch URL FILE")
	}
	res, err := http.Get(args[0])
	ts.Check(err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), body, 0o600))
}
