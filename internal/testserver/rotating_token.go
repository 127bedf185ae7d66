package testserver

import (
	"crypto/rand"
	"net/http"
	"time"
)

// family is one grant: all the tokens that came of one sign-in.
type family struct {
	account string
	dead    bool
}

type refreshToken struct {
	family *family
	busy   bool      // its first use is being worked on
	used   time.Time // when its first use was answered
}

type accessToken struct {
	family *family
	ends   time.Time
	dead   bool
}

func random(kind string) string { return kind + "-" + rand.Text() }

// issue makes a pair of tokens.
func (s *Rotating) issue(f *family) (access, refresh string) {
	access, refresh = random("access"), random("refresh")
	s.access[access] = &accessToken{family: f, ends: time.Now().Add(s.o.TTL)}
	s.refresh[refresh] = &refreshToken{family: f}
	return access, refresh
}

func (s *Rotating) sendTokens(w http.ResponseWriter, f *family) {
	access, refresh := s.issue(f)
	sendJSON(w, http.StatusOK, map[string]any{
		"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "scope": "notes",
		"expires_in": int(s.o.TTL / time.Second),
	})
}

func (s *Rotating) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.PostForm.Get("client_id") != RotatingClient {
		refuse(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		s.exchange(w, r)
	case "refresh_token":
		s.rotate(w, r.PostForm.Get("refresh_token"))
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type")
	}
}

// rotate trades a refresh token. What is being worked on is not stopped by a client that leaves.
func (s *Rotating) rotate(w http.ResponseWriter, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Refreshes++
	t := s.refresh[token]
	switch {
	case t == nil || t.family.dead:
		s.refuseDead(w)
		return
	case t.busy:
		s.again(w, t, true)
		return
	case t.used.IsZero():
	case time.Since(t.used) < s.o.Grace:
		s.stats.Graced++
	default:
		s.again(w, t, false)
		return
	}
	t.busy = true
	s.mu.Unlock()
	time.Sleep(s.o.Work)
	s.mu.Lock()
	t.busy = false
	if t.family.dead { // somebody used it a second time meanwhile
		s.refuseDead(w)
		return
	}
	if t.used.IsZero() {
		t.used = time.Now()
	}
	s.sendTokens(w, t.family)
}

// again is what a refresh token brings that comes a second time, at once or later.
func (s *Rotating) again(w http.ResponseWriter, t *refreshToken, atOnce bool) {
	s.stats.Reuse++
	switch s.o.Kind {
	case K1:
		s.kill(t.family)
		refuse(w, http.StatusBadRequest, "invalid_grant")
	case K2:
		refuse(w, http.StatusBadRequest, "invalid_grant")
	case K3:
		if atOnce {
			refuse(w, http.StatusInternalServerError, "server_error")
			return
		}
		s.kill(t.family)
		refuse(w, http.StatusBadRequest, "invalid_grant")
	case K4:
		refuse(w, http.StatusBadRequest, "invalid_request")
	case K5:
		s.kill(t.family)
		s.refuseDead(w)
	}
}

// refuseDead is what a token of a dead family brings.
func (s *Rotating) refuseDead(w http.ResponseWriter) {
	if s.o.Kind != K5 {
		refuse(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	w.Header()["Content-Type"] = nil
	w.WriteHeader(http.StatusBadRequest)
}

func (s *Rotating) kill(f *family) {
	if !f.dead {
		f.dead = true
		s.stats.FamiliesDead++
	}
}
