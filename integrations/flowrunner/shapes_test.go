package flowrunner

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
)

// client are the config items that most of the test services ask for.
func client() integrations.Config {
	return integrations.Config{"clientId": secret.New("the-client"), "clientSecret": secret.New("the-secret")}
}

// shape opens one of the test services, all of whose requests are answered by provider.
func shape(t *testing.T, name string, provider http.Handler) *Service {
	t.Helper()
	s, err := newHost(t).Open(t.Context(), "testdata/services/"+name)
	if err != nil {
		t.Fatal(err)
	}
	return s.Played(provider)
}

// An action whose method declares no parameter is called without any (§4).
func TestAction_NoParameters(t *testing.T) {
	s := shape(t, "30-inbox", provider(map[string]string{"GET https://api.inbox.example/conversations": `{"items":[]}`}))
	got, err := s.RunAction(t.Context(), integrations.ActionRequest{Config: client(), Action: "listConversations", Kept: integrations.Kept{AccessToken: secret.New("A")}})
	if err != nil || string(got.Result) != `{"items":[]}` {
		t.Errorf("%s %v", got.Result, err)
	}
}

// script is a provider that answers requests in their order and keeps them. What is asked beyond the script fails the test.
type script struct {
	t       *testing.T
	answers []answerOf

	mu   sync.Mutex
	seen []*asked
}

// answerOf is one answer: to a request "METHOD https://host/path", "" for any, with a status (0: 200) and a body.
type answerOf struct {
	request string
	status  int
	body    string
	header  http.Header
}

// asked is a request as it came.
type asked struct {
	*http.Request

	body string
}

// form is its body as a form.
func (a *asked) form() url.Values {
	v, _ := url.ParseQuery(a.body)
	return v
}

// field is a field of its multipart body.
func (a *asked) field(name string) string {
	r := a.Clone(a.Context())
	r.Body = io.NopCloser(strings.NewReader(a.body))
	return r.FormValue(name)
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, &asked{r, string(body)})
	n := len(s.seen) - 1
	got := r.Method + " https://" + r.Host + r.URL.Path
	if n >= len(s.answers) || s.answers[n].request != got && s.answers[n].request != "" {
		s.t.Errorf("request %d is %s, not in the script", n+1, got)
		w.WriteHeader(http.StatusTeapot)
		return
	}
	a := s.answers[n]
	maps.Copy(w.Header(), a.header)
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	_, _ = io.WriteString(w, a.body)
}

// ask returns the i-th request.
func (s *script) ask(i int) *asked {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if i >= len(s.seen) {
		s.t.Fatalf("there were %d requests only", len(s.seen))
	}
	return s.seen[i]
}

// done tells whether the whole script was asked.
func (s *script) done() {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) != len(s.answers) {
		s.t.Errorf("%d requests, the script has %d", len(s.seen), len(s.answers))
	}
}

func staged(t *testing.T, name string, answers ...answerOf) (*Service, *script) {
	t.Helper()
	p := &script{t: t, answers: answers}
	return shape(t, name, p), p
}

const (
	redirect  = "http://127.0.0.1:53682/callback"
	hostState = "the-host-state"
)

// signIn asks for the address and brings the redirect back, with a code and what else it has.
func signIn(t *testing.T, s *Service, cfg integrations.Config, more url.Values) (string, integrations.Grant, error) {
	t.Helper()
	u, err := s.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: cfg, RedirectURI: redirect, State: hostState})
	if err != nil {
		t.Fatal(err)
	}
	params := url.Values{"code": {"the-code"}, "state": {hostState}}
	maps.Copy(params, more)
	g, err := s.ExecuteCallback(t.Context(), integrations.CallbackRequest{Config: cfg, RedirectURI: redirect, Params: params, Pending: u.Pending})
	return u.URL, g, err
}

// signedIn is signIn for a sign-in that works: the grant, and what is kept of it.
func signedIn(t *testing.T, s *Service, cfg integrations.Config, more url.Values) (integrations.Grant, integrations.Kept) {
	t.Helper()
	_, g, err := signIn(t, s, cfg, more)
	if err != nil {
		t.Fatal(err)
	}
	return g, integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken, Extra: g.Extra}
}

// renew refreshes what is kept; the grant must come.
func renew(t *testing.T, s *Service, cfg integrations.Config, k integrations.Kept) integrations.Grant {
	t.Helper()
	g, err := s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: cfg, Kept: k})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// act runs an action or a dictionary; it must work.
func act(t *testing.T, s *Service, cfg integrations.Config, k integrations.Kept, name string, params map[string]any) string {
	t.Helper()
	got, err := s.RunAction(t.Context(), integrations.ActionRequest{Config: cfg, Kept: k, Action: name, Params: params})
	if err != nil {
		t.Fatal(err)
	}
	return string(got.Result)
}

// want compares texts, each under its name.
func want(t *testing.T, what, got, wanted string) {
	t.Helper()
	if got != wanted {
		t.Errorf("%s:\n got %s\nwant %s", what, got, wanted)
	}
}

func unmarshal(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatal(err)
	}
}

// shapeNames are the folders of the test services.
func shapeNames(t *testing.T) []string {
	t.Helper()
	list, err := os.ReadDir("testdata/services")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	if len(names) < 36 {
		t.Errorf("only %d services", len(names))
	}
	return names
}
