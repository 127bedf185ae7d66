package manifest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"authdeck/integrations"
	"authdeck/oauthflow"
)

// metadataAge is how long metadata is believed (reference/manifests.md §8 step 6).
const metadataAge = 24 * time.Hour

// server is what is known of one issuer.
type server struct {
	turn chan struct{} // one element while somebody reads

	// What follows belongs to whoever has the turn.
	metadata oauthflow.Metadata
	readAt   time.Time
	keys     *oauthflow.Keys
	keysURI  string
}

// issuer fills the page's issuer; "" if it has none.
func (s settings) issuer() (string, error) {
	if s.i.spec.Issuer == nil {
		return "", nil
	}
	return s.url(s.i.spec.Issuer, "issuer")
}

// metadata returns the metadata of an issuer, read on first use and then at most daily. A failure is not kept.
func (i *integration) metadata(ctx context.Context, issuer string) (oauthflow.Metadata, *oauthflow.Keys, error) {
	i.mu.Lock()
	s, ok := i.servers[issuer]
	if !ok {
		s = &server{turn: make(chan struct{}, 1)}
		i.servers[issuer] = s
	}
	i.mu.Unlock()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return oauthflow.Metadata{}, nil, fmt.Errorf("wait for the metadata: %w", ctx.Err())
	}
	now := i.now()
	if age := now.Sub(s.readAt); s.readAt.IsZero() || age < 0 || age > metadataAge {
		m, err := i.discover(ctx, issuer)
		if err != nil {
			return oauthflow.Metadata{}, nil, err
		}
		s.metadata, s.readAt = m, now
		if m.JWKSURI != s.keysURI || s.keys == nil {
			s.keys, s.keysURI = oauthflow.NewKeys(i.c, m.JWKSURI), m.JWKSURI
		}
	}
	return s.metadata, s.keys, nil
}

// endpoint returns a protocol address: the manifest's if it has one, else the metadata's, picked by from. "" if neither
// has it. fromMetadata says which it was.
func (s settings) endpoint(ctx context.Context, t *tmpl, what string, from func(oauthflow.Metadata) string) (address string, fromMetadata bool, err error) {
	if t != nil {
		address, err = s.url(t, what+".url")
		return address, false, err
	}
	issuer, err := s.issuer()
	if err != nil || issuer == "" {
		return "", false, err
	}
	m, _, err := s.i.metadata(ctx, issuer)
	if err != nil {
		return "", false, fmt.Errorf("find the %s endpoint: %w", what, err)
	}
	return from(m), true, nil
}

// tokenEndpoint is where codes and refresh tokens are traded, and how the client authenticates there.
func (s settings) tokenEndpoint(ctx context.Context) (address string, auth oauthflow.AuthMethod, err error) {
	address, fromMetadata, err := s.endpoint(ctx, s.i.spec.Token.URL, "token", func(m oauthflow.Metadata) string { return m.TokenEndpoint })
	if err != nil {
		return "", "", err
	}
	if address == "" {
		return "", "", fmt.Errorf("%w: the server's metadata has no token endpoint", integrations.ErrNotConfigured)
	}
	switch {
	case s.auth != "":
		return address, oauthflow.AuthMethod(s.auth), nil
	case s.i.spec.Token.Auth != "":
		return address, oauthflow.AuthMethod(s.i.spec.Token.Auth), nil
	case !fromMetadata:
		return address, "", nil
	}
	issuer, err := s.issuer()
	if err != nil {
		return "", "", err
	}
	m, _, err := s.i.metadata(ctx, issuer)
	if err != nil {
		return "", "", err
	}
	return address, s.authBy(m), nil
}

// authBy picks the client authentication that the metadata announces; without a list it is Basic (RFC 8414 §2).
func (s settings) authBy(m oauthflow.Metadata) oauthflow.AuthMethod {
	switch {
	case s.secret.IsZero():
		return oauthflow.AuthNone
	case slices.Contains(m.TokenAuthMethods, "client_secret_post"):
		return oauthflow.AuthPost
	case m.TokenAuthMethods == nil || slices.Contains(m.TokenAuthMethods, "client_secret_basic"):
		return oauthflow.AuthBasic
	case slices.Contains(m.TokenAuthMethods, "none"):
		return oauthflow.AuthNone
	}
	return ""
}

// errNoKeys: an ID token came and there is nothing to check it with.
var errNoKeys = errors.New("the server's metadata has no jwks_uri")

func openID(scopes []string) bool { return slices.Contains(scopes, "openid") }

// split reads a list of scopes as it may be typed.
func splitScopes(s []string) []string {
	var out []string
	for _, e := range s {
		out = append(out, strings.Fields(e)...)
	}
	return out
}
