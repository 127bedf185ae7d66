package demo

import (
	"net/http"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// serveIntrospect tells a public client about its own tokens, RFC 7662; op would tell confidential clients only.
func (s *Server) serveIntrospect(w http.ResponseWriter, r *http.Request) {
	clientID, err := s.publicClient(r)
	if err != nil {
		writeOAuthError(w, err)
		return
	}
	token := r.PostForm.Get("token")
	if token == "" {
		writeOAuthError(w, oidc.ErrInvalidRequest().WithDescription("token is missing"))
		return
	}
	answer := new(oidc.IntrospectionResponse)
	if g, ok := s.storage.grantOf(token); ok && g.clientID == clientID {
		a, _ := findAccount(g.subject)
		*answer = oidc.IntrospectionResponse{
			Active: true, Scope: g.scopes, ClientID: clientID, TokenType: "refresh_token",
			IssuedAt: oidc.FromTime(g.issued), Expiration: oidc.FromTime(g.expires), Subject: g.subject, Username: a.Email,
			Audience: oidc.Audience{clientID}, Issuer: s.issuer,
		}
	} else if id, subject, ok := s.openToken(token); ok &&
		s.storage.SetIntrospectionFromToken(r.Context(), answer, id, subject, clientID) == nil {
		answer.Active, answer.Issuer = true, s.issuer
	}
	writeJSON(w, http.StatusOK, answer)
}

// serveRevoke is RFC 7009.
func (s *Server) serveRevoke(w http.ResponseWriter, r *http.Request) {
	if _, err := s.publicClient(r); err != nil {
		writeOAuthError(w, err)
		return
	}
	if r.PostForm.Get("token") == "" {
		writeOAuthError(w, oidc.ErrInvalidRequest().WithDescription("token is missing"))
		return
	}
	op.Revoke(w, r, s.provider)
}

// publicClient reads the form of a call and the client that it names.
func (s *Server) publicClient(r *http.Request) (string, error) {
	if err := readForm(r); err != nil {
		return "", err
	}
	if _, _, basic := r.BasicAuth(); basic || r.PostForm.Has("client_secret") || r.PostForm.Has("client_assertion") {
		return "", oidc.ErrInvalidClient().WithDescription("clients are public here: send client_id and no secret")
	}
	id := r.PostForm.Get("client_id")
	if _, ok := s.storage.client(id); !ok {
		return "", oidc.ErrInvalidClient().WithDescription("no such client")
	}
	return id, nil
}

// openToken reads what an access token of this server names.
func (s *Server) openToken(token string) (id, subject string, ok bool) {
	opened, err := s.crypto.Decrypt(token)
	if err != nil {
		return "", "", false
	}
	return strings.Cut(opened, ":")
}
