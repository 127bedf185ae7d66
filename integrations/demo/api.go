package demo

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// withToken lets a request with a live bearer token in its header through, RFC 6750; scope "" asks for none.
func (s *Server) withToken(scope string, next func(http.ResponseWriter, *http.Request, accessToken)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") || token == "" {
			w.Header().Set("WWW-Authenticate", `Bearer realm="demo"`) // §3.1: no error code without a token
			writeError(w, http.StatusUnauthorized, "unauthorized", "an access token is needed")
			return
		}
		id, subject, ok := s.openToken(strings.TrimSpace(token))
		err := errTokenUnknown
		var live accessToken
		if ok {
			live, err = s.storage.liveToken(id, subject)
		}
		if err != nil {
			w.Header().Set("WWW-Authenticate", `Bearer realm="demo", error="invalid_token", error_description="`+err.Error()+`"`)
			writeError(w, http.StatusUnauthorized, "invalid_token", err.Error())
			return
		}
		if scope != "" && !slices.Contains(live.scopes, scope) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="demo", error="insufficient_scope", scope="`+scope+`"`)
			writeError(w, http.StatusForbidden, "insufficient_scope", "the access token has not the scope "+scope)
			return
		}
		next(w, r, live)
	}
}

// serveUserinfo is op's, behind a check that answers 401 where op has a 403 with an empty object.
func (s *Server) serveUserinfo(w http.ResponseWriter, r *http.Request) {
	s.withToken("", func(w http.ResponseWriter, r *http.Request, _ accessToken) {
		op.Userinfo(w, r, s.provider)
	})(w, r)
}

// me is the answer of /api/me.
type me struct {
	Subject string    `json:"sub"`
	Name    string    `json:"name"`
	Email   string    `json:"email"`
	Client  string    `json:"client_id"`
	Scopes  []string  `json:"scopes"`
	Expires time.Time `json:"token_expires_at"`
}

func (s *Server) serveMe(w http.ResponseWriter, _ *http.Request, t accessToken) {
	a, _ := findAccount(t.subject)
	writeJSON(w, http.StatusOK, me{a.Subject, a.Name, a.Email, t.clientID, t.scopes, t.expires.UTC().Truncate(time.Second)})
}

// note is one of an account's notes.
type note struct {
	ID      string    `json:"id"`
	Text    string    `json:"text"`
	Created time.Time `json:"created_at"`
}

const (
	maxNotes    = 100 // per account; the oldest goes
	maxNoteText = 2000
)

// notebook keeps the notes of all accounts.
type notebook struct {
	now  func() time.Time
	mu   sync.Mutex
	last int
	of   map[string][]note // by subject, oldest first
}

func newNotebook(now func() time.Time) *notebook {
	b := &notebook{now: now, of: map[string][]note{}}
	for _, a := range accounts() {
		b.add(a.Subject, "Hello "+a.Name+", this note was here before you.")
	}
	return b
}

func (b *notebook) add(subject, text string) note {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	n := note{ID: "n" + strconv.Itoa(b.last), Text: text, Created: b.now().UTC().Truncate(time.Second)}
	notes := append(b.of[subject], n)
	b.of[subject] = notes[max(0, len(notes)-maxNotes):]
	return n
}

func (b *notebook) list(subject string) []note {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.of[subject])
}

func (s *Server) serveNotes(w http.ResponseWriter, _ *http.Request, t accessToken) {
	writeJSON(w, http.StatusOK, map[string][]note{"notes": s.notes.list(t.subject)})
}

func (s *Server) takeNote(w http.ResponseWriter, r *http.Request, t accessToken) {
	var body struct {
		Text string `json:"text"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		writeError(w, http.StatusBadRequest, "invalid_request", `send JSON: {"text": "…"}`)
		return
	}
	if body.Text == "" || len(body.Text) > maxNoteText {
		writeError(w, http.StatusUnprocessableEntity, "invalid_text", "text is missing or longer than "+strconv.Itoa(maxNoteText)+" bytes")
		return
	}
	writeJSON(w, http.StatusCreated, s.notes.add(t.subject, body.Text))
}
