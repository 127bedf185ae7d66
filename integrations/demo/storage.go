package demo

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// storage is what the server keeps, in memory only. It is safe for concurrent use.
type storage struct {
	sealer
	now             func() time.Time
	ttl, refreshTTL time.Duration
	key             func() (*rsa.PrivateKey, error) // of the ID tokens; made at the first call
	stats           counters

	mu       sync.Mutex
	clients  map[string]client
	requests map[string]*authRequest // by id
	codes    map[string]*authRequest
	queue    []*authRequest // oldest first
	grants   map[string]*grant
	tokens   map[string]*accessToken // by id
}

var (
	_ op.Storage                   = (*storage)(nil)
	_ op.CanSetUserinfoFromRequest = (*storage)(nil)
)

var errNotServed = errors.New("not served here")

const (
	signingKeyID  = "demo"
	maxRegistered = 1000
)

func newStorage(o Options) (*storage, error) {
	seal, err := newSealer(o.Rand)
	if err != nil {
		return nil, err
	}
	return &storage{
		sealer: seal, now: o.Now, ttl: o.TokenTTL, refreshTTL: o.RefreshTTL,
		key:      sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }),
		clients:  map[string]client{ClientID: {id: ClientID, name: "authdeck", anyLoopback: true}},
		requests: map[string]*authRequest{},
		codes:    map[string]*authRequest{},
		grants:   map[string]*grant{},
		tokens:   map[string]*accessToken{},
	}, nil
}

// register keeps a new client and names it.
func (s *storage) register(c client) (client, error) {
	id, err := s.id()
	if err != nil {
		return client{}, err
	}
	c.id = "client-" + id
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.clients) > maxRegistered {
		return client{}, fmt.Errorf("%d clients are registered; no more", maxRegistered)
	}
	s.clients[c.id] = c
	return c, nil
}

func (s *storage) client(id string) (client, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.clients[id]
	return c, ok
}

// GetClientByClientID implements op.Storage.
func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	c, ok := s.client(id)
	if !ok {
		return nil, oidc.ErrInvalidClient().WithDescription("no such client")
	}
	return c, nil
}

// AuthorizeClientIDSecret implements op.Storage: no client has a secret.
func (s *storage) AuthorizeClientIDSecret(context.Context, string, string) error {
	return oidc.ErrInvalidClient().WithDescription("clients are public here: send no secret")
}

// SetUserinfoFromScopes implements op.Storage; SetUserinfoFromRequest does its work.
func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// SetUserinfoFromRequest fills an ID token.
func (s *storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest, scopes []string) error {
	a, ok := findAccount(r.GetSubject())
	if !ok {
		return errors.New("no such account")
	}
	a.fill(info, scopes)
	return nil
}

// SetUserinfoFromToken fills the answer of /userinfo.
func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, tokenID, subject, _ string) error {
	t, err := s.liveToken(tokenID, subject)
	if err != nil {
		return err
	}
	a, _ := findAccount(subject)
	a.fill(info, t.scopes)
	return nil
}

// SetIntrospectionFromToken fills the answer about a client's own live access token, RFC 7662 §2.2.
func (s *storage) SetIntrospectionFromToken(_ context.Context, answer *oidc.IntrospectionResponse, tokenID, subject, clientID string) error {
	t, err := s.liveToken(tokenID, subject)
	if err != nil {
		return err
	}
	if t.clientID != clientID {
		return errors.New("another client's token")
	}
	a, _ := findAccount(subject)
	answer.Scope, answer.ClientID, answer.TokenType = t.scopes, clientID, oidc.BearerToken
	answer.IssuedAt, answer.Expiration = oidc.FromTime(t.issued), oidc.FromTime(t.expires)
	answer.Subject, answer.Username = subject, a.Email
	answer.Audience = oidc.Audience{clientID}
	return nil
}

// SigningKey implements op.Storage.
func (s *storage) SigningKey(context.Context) (op.SigningKey, error) {
	key, err := s.key()
	if err != nil {
		return nil, fmt.Errorf("make the signing key: %w", err)
	}
	return signingKey{key}, nil
}

// SignatureAlgorithms implements op.Storage.
func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

// KeySet implements op.Storage.
func (s *storage) KeySet(context.Context) ([]op.Key, error) {
	key, err := s.key()
	if err != nil {
		return nil, fmt.Errorf("make the signing key: %w", err)
	}
	return []op.Key{publicKey{key.Public()}}, nil
}

// Health implements op.Storage.
func (s *storage) Health(context.Context) error { return nil }

// TerminateSession implements op.Storage: there is no end_session endpoint.
func (s *storage) TerminateSession(context.Context, string, string) error { return errNotServed }

// GetPrivateClaimsFromScopes implements op.Storage: access tokens are opaque.
func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

// GetKeyByIDAndClientID implements op.Storage: no client has a key.
func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errNotServed
}

// ValidateJWTProfileScopes implements op.Storage: there is no JWT grant.
func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errNotServed
}

type signingKey struct{ key *rsa.PrivateKey }

func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k signingKey) Key() any                                    { return k.key }
func (k signingKey) ID() string                                  { return signingKeyID }

type publicKey struct{ key any }

func (k publicKey) ID() string                         { return signingKeyID }
func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return k.key }
