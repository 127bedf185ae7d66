package rehearse

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"authdeck/internal/safetext"
	"authdeck/internal/secret"
)

// code is the authorization code of every redirect, under each name that services know it by.
const code = "rehearsal-code-001"

// provider is a simulated provider that knows no service. Whatever looks like a token request is one: it carries the code or a refresh token, it names
// a grant type, or its path ends in a word for tokens. Everything else is answered as somebody's profile and a list at once, unless
// it carries an access token that has ended. Safe for concurrent use.
type provider struct {
	situation Situation
	form      form
	now       func() time.Time
	late      func() // the deadline of the call passes; used by [Slow]

	mu       sync.Mutex
	troubled bool   // the token endpoint fails
	during   string // the operation that is under way
	issued   int
	live     map[string]bool // access tokens; false: ended
	refresh  map[string]bool // refresh tokens; false: used up
	requests []Request
}

func newProvider(s Situation, f form, now func() time.Time) *provider {
	return &provider{situation: s, form: f, now: now, live: map[string]bool{}, refresh: map[string]bool{}}
}

// fork returns a provider that has seen and issued the same and behaves as another situation wants.
func (p *provider) fork(s Situation) *provider {
	p.mu.Lock()
	defer p.mu.Unlock()
	return &provider{
		situation: s, form: p.form, now: p.now, issued: p.issued,
		live: maps.Clone(p.live), refresh: maps.Clone(p.refresh), requests: slices.Clone(p.requests),
	}
}

// begin says which operation comes, and whether the token endpoint fails.
func (p *provider) begin(operation string, troubled bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.during, p.troubled = operation, troubled
}

// expire ends all access tokens.
func (p *provider) expire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for t := range p.live {
		p.live[t] = false
	}
}

func (p *provider) seen() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// failures is the number of answers from at on that are errors, or never came.
func (p *provider) failures(at int) int {
	n := 0
	for _, r := range p.seen()[at:] {
		if r.Status == 0 || r.Status >= 400 {
			n++
		}
	}
	return n
}

const mostBody = 1 << 20

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, mostBody)) // what cannot be read is not there
	q := read(r, string(body))
	at := p.note(r)
	status, answer := p.answer(r, q)
	if status == 0 {
		p.late()
		<-r.Context().Done()
		return
	}
	p.mu.Lock()
	p.requests[at].Status = status
	p.mu.Unlock()
	if text, ok := answer.(string); ok {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	raw, _ := json.Marshal(answer) //nolint:errchkjson // texts, numbers, lists and maps of them
	_, _ = w.Write(raw)
}

// note keeps a request, without what is secret, and returns its place.
func (p *provider) note(r *http.Request) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	path := r.URL.EscapedPath()
	for _, known := range []map[string]bool{p.live, p.refresh} {
		for t := range known {
			path = strings.ReplaceAll(path, t, secret.Mask)
		}
	}
	p.requests = append(p.requests, Request{Operation: p.during, Method: r.Method, Host: safetext.Line(r.Host, 100), Path: safetext.Line(path, 200)})
	return len(p.requests) - 1
}

// answer decides; status 0 is no answer at all.
func (p *provider) answer(r *http.Request, q question) (status int, answer any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	access, accessKnown := find(q, p.live)
	refresh, refreshKnown := find(q, p.refresh)
	if q.carries(code) || refreshKnown || q.grant != "" || tokenPath(r) && !accessKnown {
		return p.token(r.Host, q, access, accessKnown, refresh, refreshKnown)
	}
	if accessKnown && !p.live[access] || !accessKnown && q.bearer {
		return http.StatusUnauthorized, map[string]any{"error": "invalid_token", "message": "the access token is not valid"}
	}
	return http.StatusOK, thing(p.form, r.Host, r.URL.Path)
}

func (p *provider) token(host string, q question, access string, accessKnown bool, refresh string, refreshKnown bool) (status int, answer any) {
	refused := func(code, description string) (int, any) {
		return http.StatusBadRequest, map[string]any{"error": code, "error_description": description}
	}
	if p.troubled {
		switch p.situation { //nolint:exhaustive // the others trouble no endpoint
		case Trouble:
			return http.StatusInternalServerError, "<html><body>Something went wrong</body></html>"
		case InvalidGrant:
			return refused("invalid_grant", "the grant is not valid any more")
		case Slow:
			return 0, nil
		}
	}
	again := refreshKnown || q.grant == "refresh_token" || q.grant == "refresh"
	switch {
	case q.carries(code):
		again = false
	case refreshKnown && !p.refresh[refresh]:
		return refused("invalid_grant", "the refresh token was used before")
	case again && !refreshKnown && !accessKnown:
		return refused("invalid_request", "there is no refresh token")
	case accessKnown && !refreshKnown && !p.live[access]:
		return refused("invalid_grant", "the access token has ended")
	}
	if again && p.situation == Rotating {
		p.refresh[refresh] = false
	}
	p.issued++
	more := p.situation != NoRefreshToken && (!again || p.situation == Rotating)
	return http.StatusOK, tokens(host, p.issue("rehearsal", more), p.issue("rehearsal-user", more), p.now())
}

// issue makes tokens.
func (p *provider) issue(whose string, more bool) pair {
	t := pair{access: fmt.Sprintf("%s-access-%03d", whose, p.issued)}
	p.live[t.access] = true
	if more {
		t.refresh = fmt.Sprintf("%s-refresh-%03d", whose, p.issued)
		p.refresh[t.refresh] = true
	}
	return t
}

// question is what a request carries.
type question struct {
	texts  []string // decoded values, the body as it is, and header values
	grant  string
	bearer bool // an Authorization header that is not Basic
}

func (q question) carries(s string) bool {
	return slices.ContainsFunc(q.texts, func(t string) bool { return strings.Contains(t, s) })
}

// find looks for a token that was issued; a live one goes before one that has ended.
func find(q question, known map[string]bool) (token string, ok bool) {
	for t, live := range known {
		if q.carries(t) && (live || !ok) {
			token, ok = t, true
		}
	}
	return token, ok
}

func read(r *http.Request, body string) question {
	q := question{texts: []string{body, r.URL.Path}}
	take := func(name, value string) {
		q.texts = append(q.texts, value)
		if n := strings.ToLower(name); n == "grant_type" || n == "granttype" || n == "type" && (value == "web_server" || value == "refresh") {
			q.grant = value
		}
	}
	fields := r.URL.Query()
	if strings.Contains(r.Header.Get("Content-Type"), "x-www-form-urlencoded") {
		if form, err := url.ParseQuery(body); err == nil {
			for name, values := range form {
				fields[name] = append(fields[name], values...)
			}
		}
	}
	maps.Copy(fields, multipartFields(r.Header.Get("Content-Type"), body))
	for name, values := range fields {
		for _, v := range values {
			take(name, v)
		}
	}
	var object map[string]any
	if json.Unmarshal([]byte(body), &object) == nil {
		for name, v := range object {
			if text, ok := v.(string); ok {
				take(name, text)
			}
		}
	}
	for name, values := range r.Header {
		q.texts = append(q.texts, values...)
		if scheme, _, _ := strings.Cut(values[0], " "); name == "Authorization" && !strings.EqualFold(scheme, "Basic") {
			q.bearer = true
		}
	}
	return q
}

// multipartFields are the fields of a multipart body; none of what is not one.
func multipartFields(contentType, body string) map[string][]string {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" {
		return nil
	}
	form, err := multipart.NewReader(strings.NewReader(body), params["boundary"]).ReadForm(mostBody)
	if err != nil {
		return nil
	}
	return form.Value
}

// tokenPath reports whether the path ends in a word for tokens, in a request that is no look-up.
func tokenPath(r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return false
	}
	last := lastSegment(r.URL.Path)
	return strings.Contains(last, "token") || strings.HasSuffix(last, "oauth.access") || strings.HasSuffix(last, "oauth.v2.access")
}

func lastSegment(path string) string {
	path = strings.ToLower(strings.TrimRight(path, "/"))
	return path[strings.LastIndexByte(path, '/')+1:]
}
