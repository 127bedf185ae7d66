package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"authdeck/internal/testserver"
)

// sentinel begins every secret of these tests. Its parts are words, which no rule of thumb takes for random: what masks
// them knows them to be secrets.
const sentinel = "sentinel-"

// holds reports whether content holds a sentinel, plain, in hex or in base64, or one of the other words.
func holds(content []byte, words ...string) bool {
	forbidden := []string{sentinel, hex.EncodeToString([]byte(sentinel))}
	for i := range 3 { // base64 looks different at each offset; the ends depend on the neighbours
		text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("_", i) + sentinel))
		forbidden = append(forbidden, text[2*i:len(text)-2])
	}
	for _, word := range append(forbidden, words...) {
		if word != "" && bytes.Contains(content, []byte(word)) {
			return true
		}
	}
	return false
}

// sentry is a provider whose every secret is a sentinel, and the watch over where they turn up.
type sentry struct {
	t    *testing.T
	root string // holds all folders that the program may write to
	at   *testserver.StandIn

	mu       sync.Mutex
	issued   int
	verifier string        // of PKCE, as the program sent it
	reached  chan struct{} // if set: a refresh has arrived, and waits for hold
	hold     chan struct{}
	refuse   bool   // refreshes
	tail     string // of each access token
}

func startSentry(t *testing.T) *sentry {
	t.Helper()
	s := &sentry{t: t, root: t.TempDir()}
	s.at = testserver.StartProviderStandIn(t,
		testserver.Route{Path: "/.well-known/*", Answers: []testserver.Answer{{Status: 404}}},
		testserver.Route{Path: "/authorize", Handle: s.authorize},
		testserver.Route{Path: "/token", Handle: s.token},
		testserver.Route{Path: "/user", Handle: s.echo(200, map[string]any{"id": 7, "login": "ada"})},
		testserver.Route{Path: "/introspect", Handle: s.echo(200, map[string]any{"active": true, "scope": "read"})},
		testserver.Route{Path: "/revoke", Handle: s.echo(200, map[string]any{})},
		testserver.Route{Path: "/things", Handle: s.echo(200, map[string]any{"things": 1})},
		testserver.Route{Path: "/broken", Handle: s.hostile(500)},
		testserver.Route{Path: "/echo*", Handle: s.mirror(422)},
		testserver.Route{Path: "/fine", Handle: s.mirror(200)},
	)
	return s
}

// env is a clean environment of a run of the program.
func (s *sentry) env() []string {
	return []string{
		noKeyring, "AUTHDECK_DATA_DIR=" + s.root + "/data", "XDG_CONFIG_HOME=" + s.root + "/config", "HOME=" + s.root, "TMPDIR=" + s.root,
		"PATH=" + os.Getenv("PATH"), "GOTRACEBACK=crash",
	}
}

// manifest writes the integration's manifest and returns its path.
func (s *sentry) manifest() string {
	path := filepath.Join(s.root, "sentry.yaml")
	text := strings.ReplaceAll(`manifest: 1
id: sentry
name: Sentry
client: {needs: id_and_secret}
inputs:
  client_secret: {label: Secret}
issuer: URL
authorize: {url: "URL/authorize"}
token: {url: "URL/token", auth: post}
scopes: {default: [read], list: {read: read}}
redirect: {class: any_port}
identity: {request: {url: "URL/user"}, name: login, id: id}
revoke: {url: "URL/revoke"}
introspect: {url: "URL/introspect"}
api: {base_url: "URL"}
actions:
  things:
    label: Things
    description: Lists things
    request: {url: /things}
    sample: {things: 1}
  broken:
    label: Broken
    description: Fails
    request: {url: /broken}
    sample: {}
  keyed:
    label: Keyed
    description: Puts its secrets wherever a request can have them
    params: [{name: text}]
    request:
      method: POST
      secret_in_url: true
      url: /echo/{{client_secret}}
      headers: {X-Signed: "{{client_secret | base64}}", X-Plain: "{{access_token}}"}
      query: {q: "{{client_secret}}", note: "{{params.text}}"}
      json: {deep: [{a: "x{{access_token}}y"}], b: "{{client_secret | base64url}}", text: "{{params.text}}"}
  form:
    label: Form
    description: The same as a form
    request: {method: POST, url: /echo, form: {what: "{{client_secret}}", and: "{{access_token}}"}}
`, "URL", s.at.URL)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// browser writes a browser that keeps what it was started with, and returns its path.
func (s *sentry) browser() string {
	path := filepath.Join(s.root, "browser.sh")
	script := "#!/bin/sh\n{ env; for a in \"$@\"; do echo \"$a\"; done; } >>" + s.root + "/started\nexec " + mustLook(s.t, "playbrowser") + ` "$@"` + "\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil { //nolint:gosec // it is a program
		s.t.Fatal(err)
	}
	return path
}

func (s *sentry) issue(kind string) string {
	s.issued++
	return sentinel + kind + "-" + strconv.Itoa(s.issued)
}

func (s *sentry) authorize(r testserver.Seen) testserver.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	back, err := url.Parse(r.Query.Get("redirect_uri"))
	if err != nil {
		return testserver.Answer{Status: 400}
	}
	back.RawQuery = url.Values{"code": {s.issue("code")}, "state": {r.Query.Get("state")}, "iss": {s.at.URL}}.Encode()
	return testserver.Answer{Status: 302, Header: map[string]string{"Location": back.String()}}
}

func (s *sentry) token(r testserver.Seen) testserver.Answer {
	s.mu.Lock()
	if v := r.Form.Get("code_verifier"); v != "" {
		s.verifier = v
	}
	reached, hold, refuse := s.reached, s.hold, s.refuse
	answer := map[string]any{
		"access_token": s.issue("access") + s.tail, "refresh_token": s.issue("refresh"), "token_type": "Bearer", "expires_in": 3600, "scope": "read",
	}
	s.mu.Unlock()
	s.sweep("while a token request is on its way")
	if r.Form.Get("grant_type") == "refresh_token" {
		if reached != nil {
			reached <- struct{}{}
			<-hold
		}
		if refuse {
			return s.hostile(400)(r)
		}
	}
	return testserver.Answer{JSON: answer}
}

// echo answers what it is given, once it has looked around.
func (s *sentry) echo(status int, answer map[string]any) func(testserver.Seen) testserver.Answer {
	return func(r testserver.Seen) testserver.Answer {
		s.sweep("while " + r.Path + " is asked")
		return testserver.Answer{Status: status, JSON: answer}
	}
}

// hostile gives back all that it got, in every field that a program may want to show.
func (s *sentry) hostile(status int) func(testserver.Seen) testserver.Answer {
	return func(r testserver.Seen) testserver.Answer {
		got := fmt.Sprintf("%s %v %s %s", r.Header.Get("Authorization"), r.Form, r.Form.Get("refresh_token"), r.Form.Get("client_secret"))
		return testserver.Answer{Status: status, Header: map[string]string{"X-Echo": got}, JSON: map[string]any{
			"error": "invalid_grant", "error_description": "no good: " + got, "error_uri": "https://example.com/?" + r.Body, "message": got,
			"debug": map[string]any{"received": got, "body": r.Body},
		}}
	}
}

// mirror is hostile with all of a call: address, headers and body, as they came and in other spellings.
func (s *sentry) mirror(status int) func(testserver.Seen) testserver.Answer {
	return func(r testserver.Seen) testserver.Answer {
		all := fmt.Sprintf("%s ?%v %v %s", r.Path, r.Query, r.Header, r.Body)
		return testserver.Answer{Status: status, Header: map[string]string{"X-Echo": url.QueryEscape(all)}, JSON: map[string]any{
			"message": all, "path": r.Path, "query": r.Query.Encode(), "headers": r.Header, "base64": base64.URLEncoding.EncodeToString([]byte(all)),
		}}
	}
}

// sweep wants no sentinel in any file below root, nor in the command line or environment of any process.
func (s *sentry) sweep(when string) {
	s.t.Helper()
	s.mu.Lock()
	verifier := s.verifier
	s.mu.Unlock()
	files := 0
	err := filepath.WalkDir(s.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return skipGone(err)
		}
		content, err := os.ReadFile(path)
		files++
		if holds(content, verifier) || holds([]byte(path)) {
			s.t.Errorf("%s: %s holds a secret", when, path)
		}
		return skipGone(err)
	})
	if err != nil || files < 3 {
		s.t.Errorf("%s: looked at %d files: %v", when, files, err)
	}
	processes, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		s.t.Error(err)
	}
	for _, p := range processes {
		for _, part := range []string{"cmdline", "environ"} {
			// Those of others cannot be read, nor those of who is gone; this process may hold what it likes.
			content, err := os.ReadFile(filepath.Join(p, part))
			if err == nil && holds(content, verifier) && !strings.HasSuffix(p, "/"+strconv.Itoa(os.Getpid())) {
				s.t.Errorf("%s: %s/%s holds a secret", when, p, part)
			}
		}
	}
}

// skipGone forgives a file that was removed between its listing and its reading.
func skipGone(err error) error {
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

// blocking makes the next refreshes wait; the first function waits for one to arrive, the second lets them go on.
func (s *sentry) blocking() (arrived, release func()) {
	reached, hold := make(chan struct{}), make(chan struct{})
	s.mu.Lock()
	s.reached, s.hold = reached, hold
	s.mu.Unlock()
	release = sync.OnceFunc(func() {
		s.mu.Lock()
		s.reached = nil
		s.mu.Unlock()
		close(hold)
	})
	s.t.Cleanup(release) // before the server's end, which waits for its answers
	arrived = func() {
		s.t.Helper()
		select {
		case <-reached:
		case <-time.After(20 * time.Second):
			s.t.Fatal("no refresh arrived")
		}
	}
	return arrived, release
}
