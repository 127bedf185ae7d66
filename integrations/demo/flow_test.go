package demo

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hand is a clock that a test moves.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func newHand() *hand { return &hand{at: time.Now()} }

func (h *hand) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hand) move(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// flow is one login as a client sees it.
type flow struct {
	t        *testing.T
	s        *Server
	clientID string
	redirect string
	verifier string
	state    string
	nonce    string
	scope    string
	extra    url.Values
}

func newFlow(t *testing.T, s *Server) *flow {
	return &flow{
		t: t, s: s, clientID: ClientID, redirect: "http://127.0.0.1:1/some/path", verifier: rand.Text() + rand.Text(),
		state: rand.Text(), nonce: rand.Text(), scope: "openid profile email offline_access notes", extra: url.Values{},
	}
}

func (f *flow) url() string {
	sum := sha256.Sum256([]byte(f.verifier))
	q := url.Values{
		"response_type": {"code"}, "client_id": {f.clientID}, "redirect_uri": {f.redirect}, "scope": {f.scope}, "state": {f.state},
		"nonce": {f.nonce}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	for name, v := range f.extra {
		if q[name] = v; v == nil {
			delete(q, name)
		}
	}
	return f.s.Issuer() + "authorize?" + q.Encode()
}

// browser is a person's: it keeps cookies and stops at the client's address.
type browser struct {
	t    *testing.T
	http *http.Client
	at   *url.URL // of the page
	page string
	code int
	head http.Header
	left *url.URL // address outside the server to which it was sent
	seen []string // requests, method and path
}

func newBrowser(t *testing.T, s *Server) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t}
	b.http = &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), s.Issuer()) {
			b.left = r.URL
			return http.ErrUseLastResponse
		}
		b.seen = append(b.seen, r.Method+" "+r.URL.Path)
		return nil
	}}
	return b
}

func (b *browser) do(r *http.Request, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	b.left = nil
	answer, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.page, b.code, b.at, b.head = string(body), answer.StatusCode, answer.Request.URL, answer.Header
}

func (b *browser) open(address string) {
	b.t.Helper()
	b.do(http.NewRequest(http.MethodGet, address, nil))
}

// click sends the form that has this button.
func (b *browser) click(name, value string) {
	b.t.Helper()
	for _, f := range readForms(b.page) {
		if !slices.Contains(f.buttons, field{name, value}) {
			continue
		}
		to, err := b.at.Parse(f.action)
		if err != nil {
			b.t.Fatal(err)
		}
		values := url.Values{name: {value}}
		for _, i := range f.inputs {
			values.Add(i.name, i.value)
		}
		r, err := http.NewRequest(f.method, to.String(), strings.NewReader(values.Encode()))
		if err == nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		}
		b.do(r, err)
		return
	}
	b.t.Fatalf("no button %s=%s on %s:\n%s", name, value, b.at, b.page)
}

// code goes through the pages as ada and returns the code.
func (f *flow) code() string {
	f.t.Helper()
	b := newBrowser(f.t, f.s)
	b.open(f.url())
	b.click("account", "ada@example.com")
	b.click("decision", "allow")
	if b.left == nil || !strings.HasPrefix(b.left.String(), f.redirect+"?") {
		f.t.Fatalf("sent to %v, want %s; page %d %s", b.left, f.redirect, b.code, b.page)
	}
	return b.left.Query().Get("code")
}

// answer is a JSON answer.
type answer struct {
	status int
	head   http.Header
	body   map[string]any
}

func (a answer) text(name string) string {
	s, _ := a.body[name].(string)
	return s
}

func send(t *testing.T, r *http.Request, err error) answer {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	a := answer{status: got.StatusCode, head: got.Header}
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	if len(bytes.TrimSpace(body)) > 0 {
		if err := json.Unmarshal(body, &a.body); err != nil {
			t.Fatalf("%s %s answered %d with %q: %v", r.Method, r.URL, a.status, body, err)
		}
	}
	return a
}

func post(t *testing.T, address string, form url.Values) answer {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return send(t, r, err)
}

func call(t *testing.T, method, address, token, body string) answer {
	t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err == nil && token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if err == nil && body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return send(t, r, err)
}

func (f *flow) exchange(code string) answer {
	f.t.Helper()
	return post(f.t, f.s.Issuer()+"oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {f.redirect}, "code_verifier": {f.verifier}, "client_id": {f.clientID},
	})
}

func (f *flow) refresh(token string) answer {
	f.t.Helper()
	return post(f.t, f.s.Issuer()+"oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {f.clientID}})
}

func (f *flow) introspect(token string) answer {
	f.t.Helper()
	return post(f.t, f.s.Issuer()+"oauth/introspect", url.Values{"token": {token}, "client_id": {f.clientID}})
}

func (f *flow) revoke(token, hint string) answer {
	f.t.Helper()
	form := url.Values{"token": {token}, "client_id": {f.clientID}}
	if hint != "" {
		form.Set("token_type_hint", hint)
	}
	return post(f.t, f.s.Issuer()+"revoke", form)
}

// tokens logs in as ada and exchanges the code.
func (f *flow) tokens() answer {
	f.t.Helper()
	a := f.exchange(f.code())
	if a.status != http.StatusOK {
		f.t.Fatalf("exchange answered %d %v", a.status, a.body)
	}
	return a
}

func (a answer) want(t *testing.T, status int, code string) {
	t.Helper()
	if a.status != status || a.text("error") != code {
		t.Errorf("answered %d %v, want %d %s", a.status, a.body, status, code)
	}
}

// landing is a client's callback server: it answers 303 to a clean page, as authdeck's does.
func landing(t *testing.T) (redirect string, last func() url.Values) {
	t.Helper()
	var mu sync.Mutex
	var query url.Values
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/callback" {
			mu.Lock()
			query = r.URL.Query()
			mu.Unlock()
			http.Redirect(w, r, "/done", http.StatusSeeOther)
			return
		}
		_, _ = io.WriteString(w, "<p>Connected</p>")
	}))
	t.Cleanup(s.Close)
	return s.URL + "/callback", func() url.Values {
		mu.Lock()
		defer mu.Unlock()
		return query
	}
}
