package testserver

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Route answers the requests of one method and path. The first route that fits is taken.
type Route struct {
	Method string // "" is any
	Host   string // the host the client asked for, with a port if it named one; "" is any. See [StandIn.Client].
	Path   string // exact, or a prefix if it ends in "*"
	// Answers are given in order; the last one again and again. None is an empty 200.
	Answers []Answer
	// Handle, if set, is asked instead. It runs on the server's goroutine.
	Handle func(Seen) Answer
}

// Answer is what a route says. JSON, if not nil, is encoded as the body, with its content type unless Header has one.
type Answer struct {
	Status int // default 200
	Header map[string]string
	Body   string
	JSON   any
}

// FormAnswer is a 200 in form encoding, which some token endpoints send.
func FormAnswer(members url.Values) Answer {
	return Answer{
		Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
		Body:   members.Encode(),
	}
}

// Seen is a request as it arrived, complete, for comparing member by member.
type Seen struct {
	Method string
	Scheme string // what the client asked for: "https" if it came through [StandIn.Client] so, else "http"
	Host   string
	Path   string
	Query  url.Values
	Header http.Header // with what net/http adds by itself (Accept-Encoding, Content-Length, User-Agent)
	Form   url.Values  // members of a form body; nil if the body is none
	JSON   any         // of a JSON body, numbers as json.Number; nil if the body is none
	Body   string
}

// Basic returns the credentials of HTTP Basic as sent, that is still form-encoded; ok is false if there are none.
func (s Seen) Basic() (id, secret string, ok bool) {
	return (&http.Request{Header: s.Header}).BasicAuth()
}

// StandIn is a server on loopback that plays a provider by a table of routes. A request no route fits gets 404 and fails
// the test.
type StandIn struct {
	URL string // http://127.0.0.1:PORT

	t      testing.TB
	server *httptest.Server

	mu     sync.Mutex
	routes []Route
	given  map[int]int // answers given, by index of the route
	seen   []Seen
}

// StartProviderStandIn starts a stand-in that ends with the test.
func StartProviderStandIn(t testing.TB, routes ...Route) *StandIn {
	t.Helper()
	s := &StandIn{t: t, routes: routes, given: map[int]int{}}
	s.server = httptest.NewServer(s)
	s.URL = s.server.URL
	t.Cleanup(s.server.Close)
	return s
}

// Client returns a client whose every request lands at this stand-in, whatever scheme and host it names, so that a
// provider's manifest can be tested with its real addresses. It follows no redirect.
func (s *StandIn) Client() *http.Client {
	return &http.Client{
		Transport:     everywhere{s},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Handle puts a route before the others.
func (s *StandIn) Handle(r Route) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.routes = append([]Route{r}, s.routes...)
	moved := make(map[int]int, len(s.given))
	for i, n := range s.given {
		moved[i+1] = n
	}
	s.given = moved
}

// Requests returns what arrived so far, in order.
func (s *StandIn) Requests() []Seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Seen(nil), s.seen...)
}

// To returns the requests to one path, in order.
func (s *StandIn) To(path string) []Seen {
	var out []Seen
	for _, r := range s.Requests() {
		if r.Path == path {
			out = append(out, r)
		}
	}
	return out
}

// One returns the only request to a path; none or several end the test.
func (s *StandIn) One(path string) Seen {
	s.t.Helper()
	got := s.To(path)
	if len(got) != 1 {
		s.t.Fatalf("%d requests to %s, want 1; all: %v", len(got), path, s.lines())
	}
	return got[0]
}

// Forget drops what was seen.
func (s *StandIn) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = nil
}

// lines names what arrived, without values.
func (s *StandIn) lines() []string {
	var out []string
	for _, r := range s.Requests() {
		out = append(out, r.Method+" "+r.Host+r.Path)
	}
	return out
}

// ServeHTTP records and answers.
func (s *StandIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seen := see(r)
	a, ok := s.answer(seen)
	if !ok {
		s.t.Errorf("stand-in: no route for %s %s%s", seen.Method, seen.Host, seen.Path)
		http.Error(w, "no route", http.StatusNotFound)
		return
	}
	body := []byte(a.Body)
	if a.JSON != nil {
		var err error
		if body, err = json.Marshal(a.JSON); err != nil {
			s.t.Errorf("stand-in: answer of %s: %v", seen.Path, err)
		}
		w.Header().Set("Content-Type", "application/json")
	}
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(body) // the client may have gone
}

func (s *StandIn) answer(seen Seen) (Answer, bool) {
	s.mu.Lock()
	s.seen = append(s.seen, seen)
	for i, r := range s.routes {
		if !r.fits(seen) {
			continue
		}
		n := s.given[i]
		s.given[i]++
		s.mu.Unlock()
		switch {
		case r.Handle != nil:
			return r.Handle(seen), true
		case len(r.Answers) == 0:
			return Answer{}, true
		}
		return r.Answers[min(n, len(r.Answers)-1)], true
	}
	s.mu.Unlock()
	return Answer{}, false
}

func (r Route) fits(s Seen) bool {
	if r.Method != "" && r.Method != s.Method || r.Host != "" && r.Host != s.Host {
		return false
	}
	if prefix, ok := strings.CutSuffix(r.Path, "*"); ok {
		return strings.HasPrefix(s.Path, prefix)
	}
	return r.Path == s.Path
}

// schemeHeader carries the scheme a client asked for from everywhere to see.
const schemeHeader = "X-Standin-Scheme"

func see(r *http.Request) Seen {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20)) // what arrived is what is compared
	s := Seen{
		Method: r.Method, Scheme: "http", Host: r.Host, Path: r.URL.Path,
		Query: r.URL.Query(), Header: r.Header.Clone(), Body: string(body),
	}
	if scheme := r.Header.Get(schemeHeader); scheme != "" {
		s.Scheme = scheme
		s.Header.Del(schemeHeader)
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch strings.TrimSpace(kind) {
	case "application/x-www-form-urlencoded":
		if form, err := url.ParseQuery(s.Body); err == nil {
			s.Form = form
		}
	case "application/json":
		dec := json.NewDecoder(strings.NewReader(s.Body))
		dec.UseNumber()
		if err := dec.Decode(&s.JSON); err != nil {
			s.JSON = nil
		}
	}
	return s
}

// everywhere is a transport for which every host is the stand-in.
type everywhere struct{ s *StandIn }

func (e everywhere) RoundTrip(r *http.Request) (*http.Response, error) {
	to := r.Clone(r.Context())
	if to.Host == "" {
		to.Host = r.URL.Host
	}
	to.Header.Set(schemeHeader, r.URL.Scheme)
	to.URL.Scheme, to.URL.Host = "http", e.s.server.Listener.Addr().String()
	res, err := e.s.server.Client().Transport.RoundTrip(to)
	if err == nil {
		res.Request = r
	}
	return res, err
}
