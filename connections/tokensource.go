package connections

import (
	"context"
	"fmt"

	"golang.org/x/oauth2"
)

// TokenSource hands the tokens of a connection to Go programs: each Token call returns a token that is valid for at least
// 60 s or a fifth of its lifetime, refreshed first if it must be, by the same protocol as everything else. It caches
// nothing, since the store is the cache that all processes share. ctx bounds every call. A token of unknown lifetime, or
// of none, has a zero Expiry.
func (s *Service) TokenSource(ctx context.Context, ref string) oauth2.TokenSource {
	return tokenSource{ctx: ctx, s: s, ref: ref}
}

type tokenSource struct {
	ctx context.Context //nolint:containedctx // oauth2.TokenSource has no context of its own
	s   *Service
	ref string
}

// Token implements [oauth2.TokenSource].
func (t tokenSource) Token() (*oauth2.Token, error) {
	token, err := t.s.Token(t.ctx, t.ref, -1)
	if err != nil {
		return nil, fmt.Errorf("token of %s: %w", quote(t.ref), err)
	}
	return &oauth2.Token{AccessToken: token.Value.Reveal(), TokenType: token.Type, Expiry: token.ExpiresAt}, nil
}
