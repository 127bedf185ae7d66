package testserver

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// code is an authorization code that waits to be exchanged.
type code struct {
	account, redirect, challenge string
}

// authorize signs in the account of login_hint, or ada@example.com, and consents.
func (s *Rotating) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Host == "" || q.Get("client_id") != RotatingClient || q.Get("response_type") != "code" {
		http.Error(w, "no such client or redirect address", http.StatusBadRequest)
		return
	}
	account := q.Get("login_hint")
	if account == "" {
		account = "ada@example.com"
	}
	s.mu.Lock()
	id := random("code")
	s.codes[id] = code{account: account, redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge")}
	s.mu.Unlock()
	answer := back.Query()
	answer.Set("code", id)
	answer.Set("state", q.Get("state"))
	answer.Set("iss", s.Issuer)
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// exchange trades a code for tokens.
func (s *Rotating) exchange(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Codes++
	c, ok := s.codes[r.PostForm.Get("code")]
	delete(s.codes, r.PostForm.Get("code"))
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if !ok || c.redirect != r.PostForm.Get("redirect_uri") || c.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
		refuse(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	s.sendTokens(w, &family{account: c.account})
}

func (s *Rotating) revoke(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Revocations++
	token := r.PostFormValue("token")
	if t := s.refresh[token]; t != nil {
		t.family.dead = true
	}
	if a := s.access[token]; a != nil {
		a.dead = true
	}
	sendJSON(w, http.StatusOK, map[string]any{}) // a body, so that there is something to cut
}

func (s *Rotating) introspect(w http.ResponseWriter, r *http.Request) {
	token := r.PostFormValue("token")
	active := s.AccessFate(token) == FateLive || s.RefreshFate(token) == FateLive
	sendJSON(w, http.StatusOK, map[string]any{"active": active})
}

// userinfo is the API: it answers who a living token belongs to.
func (s *Rotating) userinfo(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	fate := s.AccessFate(token)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.API++
	switch fate {
	case FateLive:
		account := s.access[token].family.account
		sendJSON(w, http.StatusOK, map[string]any{"sub": account, "email": account})
		return
	case FateExpired:
		s.stats.APIExpired++
	case FateUnknown, FateDead, FateUsed:
		s.stats.APIRefused++
	}
	w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer error="invalid_token", error_description="%s"`, fate))
	sendJSON(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token", "error_description": fate})
}

func (s *Rotating) metadata(w http.ResponseWriter, _ *http.Request) {
	sendJSON(w, http.StatusOK, map[string]any{
		"issuer": s.Issuer, "authorization_endpoint": s.Issuer + AuthorizePath, "token_endpoint": s.Issuer + TokenPath,
		"revocation_endpoint": s.Issuer + RevokePath, "introspection_endpoint": s.Issuer + IntrospectPath,
		"userinfo_endpoint": s.Issuer + UserinfoPath, "jwks_uri": s.Issuer + KeysPath,
		"response_types_supported": []string{"code"}, "code_challenge_methods_supported": []string{"S256"},
		"authorization_response_iss_parameter_supported": true, "token_endpoint_auth_methods_supported": []string{"none"},
	})
}

// Manifest is a manifest of this server under an id, for the folder of a user's manifests.
func (s *Rotating) Manifest(id string) []byte {
	host, _, _ := strings.Cut(strings.TrimPrefix(s.Issuer, "http://"), "/")
	return fmt.Appendf(nil, `manifest: 1
id: %[1]s
name: %[1]s
client: {needs: none, id: %[3]s}
issuer: "%[2]s"
authorize: {url: "%[2]s%[4]s"}
token: {url: "%[2]s%[5]s", auth: none}
pkce: required
redirect: {class: any_port}
scopes:
  default: [notes]
  list: {notes: read your notes}
identity:
  request: {url: "%[2]s%[6]s"}
  name: email
  email: email
  id: sub
revoke: {url: "%[2]s%[7]s"}
lifetime:
  access: %[8]s
  refresh: {uses: single}
  rotates: always
api:
  base_url: "%[2]s"
  hosts: ["%[9]s"]
`, id, s.Issuer, RotatingClient, AuthorizePath, TokenPath, UserinfoPath, RevokePath, s.o.TTL.Truncate(time.Second), host)
}

func sendJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

func refuse(w http.ResponseWriter, status int, code string) {
	sendJSON(w, status, map[string]string{"error": code})
}
