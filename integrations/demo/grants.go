package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// grant is what a user gave a client; it lasts until it is revoked or its refresh token ends unused.
type grant struct {
	id       string
	clientID string
	subject  string
	scopes   []string
	authTime time.Time
	serial   uint64 // of the refresh token that is valid now; those below are spent; 0: there is none
	issued   time.Time
	expires  time.Time // of that refresh token
	access   []*accessToken
}

// accessToken is a live or lately expired one.
type accessToken struct {
	id       string
	grant    *grant
	clientID string
	subject  string
	scopes   []string
	issued   time.Time
	expires  time.Time
}

var (
	errTokenUnknown = errors.New("the access token is unknown or was revoked")
	errTokenExpired = errors.New("the access token has expired")
)

// refreshRequest is a refresh token on its way to a new pair.
type refreshRequest struct {
	scopes []string
	kept   grant // as it was
}

var _ op.RefreshTokenRequest = (*refreshRequest)(nil)

func (r *refreshRequest) GetAMR() []string                 { return nil }
func (r *refreshRequest) GetAudience() []string            { return []string{r.kept.clientID} }
func (r *refreshRequest) GetAuthTime() time.Time           { return r.kept.authTime }
func (r *refreshRequest) GetClientID() string              { return r.kept.clientID }
func (r *refreshRequest) GetScopes() []string              { return r.scopes }
func (r *refreshRequest) GetSubject() string               { return r.kept.subject }
func (r *refreshRequest) SetCurrentScopes(scopes []string) { r.scopes = scopes }

// CreateAccessToken implements op.Storage: a grant without offline_access.
func (s *storage) CreateAccessToken(_ context.Context, request op.TokenRequest) (string, time.Time, error) {
	r, ok := request.(*authRequest)
	if !ok {
		return "", time.Time{}, fmt.Errorf("token for a %T: %w", request, errNotServed)
	}
	t, _, err := s.begin(r, false)
	return t.id, t.expires, err
}

// CreateAccessAndRefreshTokens implements op.Storage. The refresh token rotates each time; the access tokens of before
// live on until they expire.
func (s *storage) CreateAccessAndRefreshTokens(_ context.Context, request op.TokenRequest, current string) (string, string, time.Time, error) {
	var t accessToken
	var refresh string
	var err error
	switch r := request.(type) {
	case *authRequest:
		t, refresh, err = s.begin(r, true)
	case *refreshRequest:
		t, refresh, err = s.rotate(r, current)
	default:
		err = fmt.Errorf("token for a %T: %w", request, errNotServed)
	}
	return t.id, refresh, t.expires, err
}

// begin makes the grant of a request whose code is exchanged now.
func (s *storage) begin(r *authRequest, refreshable bool) (accessToken, string, error) {
	id, err := s.id()
	if err != nil {
		return accessToken{}, "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.spend(r, id); err != nil {
		return accessToken{}, "", err
	}
	g := &grant{id: id, clientID: r.clientID, subject: r.GetSubject(), scopes: r.scopes, authTime: r.authTime}
	s.grants[id] = g
	return s.issue(g, r.scopes, refreshable)
}

// rotate trades a grant's refresh token, which may have been spent since it was looked up.
func (s *storage) rotate(r *refreshRequest, current string) (accessToken, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.liveGrant(current)
	if err != nil {
		return accessToken{}, "", oidc.ErrInvalidGrant().WithDescription("%s", err.Error())
	}
	return s.issue(g, r.scopes, true)
}

// issue makes the next tokens of a grant. The lock is held.
func (s *storage) issue(g *grant, scopes []string, refreshable bool) (accessToken, string, error) {
	id, err := s.id()
	if err != nil {
		return accessToken{}, "", err
	}
	now := s.now()
	g.access = slices.DeleteFunc(g.access, func(t *accessToken) bool {
		over := now.Sub(t.expires) > 10*time.Minute // until then an API call is told "expired"
		if over {
			delete(s.tokens, t.id)
		}
		return over
	})
	t := &accessToken{id: id, grant: g, clientID: g.clientID, subject: g.subject, scopes: scopes, issued: now, expires: now.Add(s.ttl)}
	g.access = append(g.access, t)
	s.tokens[id] = t
	if !refreshable {
		return *t, "", nil
	}
	g.serial++
	g.issued, g.expires = now, now.Add(s.refreshTTL)
	return *t, s.refreshToken(g.id, g.serial), nil
}

// liveGrant finds the grant of a refresh token that may be used now, and counts one that was used before. The lock is held.
func (s *storage) liveGrant(refreshToken string) (*grant, error) {
	id, serial, ok := s.readRefreshToken(refreshToken)
	g := s.grants[id]
	switch {
	case !ok || g == nil:
		return nil, errors.New("the refresh token is unknown or was revoked")
	case serial < g.serial:
		s.stats.reuse()
		return nil, errors.New("the refresh token was used before")
	case !s.now().Before(g.expires):
		s.end(g)
		return nil, errors.New("the refresh token has expired")
	}
	return g, nil
}

// end drops a grant, nil or not, and all its tokens. The lock is held.
func (s *storage) end(g *grant) {
	if g == nil {
		return
	}
	for _, t := range g.access {
		delete(s.tokens, t.id)
	}
	delete(s.grants, g.id)
}

// TokenRequestByRefreshToken implements op.Storage.
func (s *storage) TokenRequestByRefreshToken(_ context.Context, refreshToken string) (op.RefreshTokenRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.liveGrant(refreshToken)
	if err != nil {
		return nil, err
	}
	return &refreshRequest{scopes: g.scopes, kept: *g}, nil
}

// GetRefreshTokenInfo implements op.Storage. The token stands for itself in RevokeToken.
func (s *storage) GetRefreshTokenInfo(_ context.Context, _, token string) (subject, tokenID string, err error) {
	g, ok := s.grantOf(token)
	if !ok {
		return "", "", op.ErrInvalidRefreshToken
	}
	return g.subject, token, nil
}

// grantOf returns a copy of the grant whose valid refresh token this is.
func (s *storage) grantOf(refreshToken string) (grant, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, serial, ok := s.readRefreshToken(refreshToken)
	g := s.grants[id]
	if !ok || g == nil || serial != g.serial || !s.now().Before(g.expires) {
		return grant{}, false
	}
	return *g, true
}

// RevokeToken implements op.Storage, RFC 7009 §2.1: an access token ends alone, a refresh token takes its grant with it. A
// token that is unknown or spent changes nothing.
func (s *storage) RevokeToken(_ context.Context, token, _, clientID string) *oidc.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.tokens[token]; ok {
		if t.clientID != clientID {
			return oidc.ErrInvalidClient().WithDescription("the token is another client's")
		}
		delete(s.tokens, token)
		t.grant.access = slices.DeleteFunc(t.grant.access, func(o *accessToken) bool { return o == t })
		return nil
	}
	id, serial, ok := s.readRefreshToken(token)
	g := s.grants[id]
	if !ok || g == nil || serial != g.serial {
		return nil
	}
	if g.clientID != clientID {
		return oidc.ErrInvalidClient().WithDescription("the token is another client's")
	}
	s.end(g)
	return nil
}

// liveToken finds an access token that is valid now.
func (s *storage) liveToken(id, subject string) (accessToken, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.tokens[id]
	if !ok || t.subject != subject {
		return accessToken{}, errTokenUnknown
	}
	if !s.now().Before(t.expires) {
		return accessToken{}, errTokenExpired
	}
	return *t, nil
}
