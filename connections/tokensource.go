package connections

import (
	"context"
	"fmt"

	"golang.org/x/oauth2"
)

// TokenSource hands the tokens of a connection, named by its name or id, to Go programs; oauth2.NewClient makes an HTTP
// client of it. Each Token call returns a token that is valid for at least 60 s or a fifth of its lifetime, the lesser,
// refreshed first if it must be, by the same protocol as everything else: of any number of programs one refreshes and
// all get its result. A token that lives shorter is returned where no better one is to be had.
//
// It caches nothing, since the store is the cache that all processes share: a call costs one read of the store, no request,
// while the token lives. Wrapping it in oauth2.ReuseTokenSource would hand out a token that another process has replaced or
// revoked meanwhile. It is safe for concurrent use.
//
// ctx bounds every call, also a wait for another process's refresh; a refresh that has begun is finished and stored even
// if ctx ends. The error wraps an [*Error]: KindSignIn if only a sign-in helps, KindTransient if trying again later does,
// KindNotFound if there is no such connection. A token of unknown lifetime, or of none, has a zero Expiry, and the token
// never holds a refresh token. Each one is written down as handed out, as [Service.Token] does.
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
