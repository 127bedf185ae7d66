package connections

import (
	"context"
	"errors"
	"time"

	"authdeck/internal/secret"
	"authdeck/store"
)

// Token is a token that is valid for long enough.
type Token struct {
	Value     secret.String
	Type      string
	ExpiresAt time.Time // zero if not known
	Warning   string    // said on stderr: "lives only 30 s"
}

const (
	leastValid = time.Minute
	// clockSlack is how far the wall clock may stand before the receipt of a token until it counts as set back.
	clockSlack = 30 * time.Second
	// waitMost is the longest wait that a provider can call for, and a tenth more for the spread (oauthflow caps Retry-After
	// at an hour): what is to end later was written by a clock that has been set back since, and does not count.
	waitMost = 66 * time.Minute
)

// Token hands one out, refreshing first if it must. minValid < 0 means the default: 60 s or a fifth of the lifetime, the lesser.
//
// A token that still lives, but not for minValid, is handed out with a warning where no better one is to be had: the
// grant is dead, the provider cannot be reached, or even a fresh token lives shorter (then it is refreshed only past half
// of its life). A token of unknown lifetime is refreshed once it is 30 min old.
func (s *Service) Token(ctx context.Context, ref string, minValid time.Duration) (Token, error) {
	c, err := s.find(ctx, ref)
	if err != nil {
		return Token{}, err
	}
	c, warning, err := s.acquire(ctx, c, minValid)
	if err != nil {
		return Token{}, err
	}
	s.recordHandout(ctx, c)
	return Token{Value: c.Grant.AccessToken, Type: c.Grant.TokenType, ExpiresAt: c.Grant.ExpiresAt, Warning: warning}, nil
}

// acquire returns the connection with an access token that may be handed out, and what is to be said with it.
func (s *Service) acquire(ctx context.Context, c store.Connection, minValid time.Duration) (store.Connection, string, error) {
	if s.checkSeen(ctx) {
		var err error
		if c, err = s.o.Store.Get(ctx, c.ID); err != nil {
			return c, "", storeError("read connection", err)
		}
	}
	if c.Health.Trouble == store.TroubleRevoked {
		return c, "", s.troubleError(c)
	}
	enough := func(c store.Connection) bool { return s.enough(c, minValid) }
	switch {
	case enough(c):
		return s.handOut(c, minValid, nil)
	case !s.mayAsk(c):
		return s.handOut(c, minValid, s.noToken(c))
	}
	if err := s.heldBack(ctx, c); err != nil {
		return s.handOut(c, minValid, err)
	}
	r := s.refresh(ctx, c, want{enough: enough})
	switch {
	case errors.Is(r.err, store.ErrNotFound): // removed meanwhile: not even a token that lives
		return c, "", explain(r.err)
	case r.err != nil:
		return s.handOut(r.conn, minValid, explain(r.err))
	case !r.asked && !enough(r.conn):
		return s.handOut(r.conn, minValid, s.noToken(r.conn))
	}
	return s.handOut(r.conn, minValid, nil)
}

// enough reports whether the access token serves as it stands.
func (s *Service) enough(c store.Connection, minValid time.Duration) bool {
	now := s.now()
	g := c.Grant
	if g.AccessToken.IsZero() || c.Health.Trouble == store.TroubleRevoked {
		return false
	}
	age := now.Sub(g.ObtainedAt)
	switch g.Lifetime {
	case store.LifetimeNever:
		return c.Health.Trouble != store.TroubleDead
	case store.LifetimeUnknown:
		end := hintedEnd(g.AccessToken, g.ObtainedAt)
		if end.IsZero() {
			return c.Health.Trouble != store.TroubleDead && (g.RefreshToken.IsZero() || age < unknownEvery)
		}
		return longEnough(g.ObtainedAt, end, now, minValid)
	case store.LifetimeKnown:
	}
	if !g.ExpiresAt.After(g.ObtainedAt) {
		return age >= 0 && age < endedAtOnce // born expired: at most one refresh a minute
	}
	return longEnough(g.ObtainedAt, g.ExpiresAt, now, minValid)
}

// longEnough holds a token's rest of life against what is wanted. A wall clock that stands before the token's receipt was
// set back: then nobody knows, and the token is due.
func longEnough(obtained, ends, now time.Time, minValid time.Duration) bool {
	if now.Before(obtained.Add(-clockSlack)) {
		return false
	}
	life := ends.Sub(obtained)
	left := min(ends.Sub(now), life)
	switch {
	case left <= 0:
		return false
	case minValid < 0:
		return left >= min(leastValid, life/leadPart)
	case minValid >= life:
		return left > life/2
	}
	return left >= minValid
}

// mayAsk reports whether a refresh is to be tried for a caller that needs a token. While the one there is lives, the keeper's
// next try is soon enough; once it has ended, only the provider's own word (Retry-After) holds a caller back.
func (s *Service) mayAsk(c store.Connection) bool {
	if c.Grant.RefreshToken.IsZero() || c.Health.Trouble == store.TroubleDead {
		return false
	}
	if c.Health.Trouble != store.TroubleTransient {
		return true
	}
	now, until := s.now(), c.Health.NotBefore
	if s.lives(c) {
		until = later(until, c.Health.RetryAt)
	}
	return !until.After(now) || until.Sub(now) > waitMost
}

// lives reports whether the access token may be handed out at all.
func (s *Service) lives(c store.Connection) bool {
	g := c.Grant
	if g.AccessToken.IsZero() || c.Health.Trouble == store.TroubleRevoked {
		return false
	}
	ends := g.ExpiresAt
	if g.Lifetime != store.LifetimeKnown {
		if g.Lifetime == store.LifetimeUnknown {
			ends = hintedEnd(g.AccessToken, g.ObtainedAt)
		}
		if ends.IsZero() {
			return c.Health.Trouble != store.TroubleDead // nothing but the provider's word tells
		}
	}
	return s.now().Before(ends)
}

// handOut hands out a living token with what is to be said of it, else the error. A token that just came is handed out
// even if the provider says that it has ended already.
func (s *Service) handOut(c store.Connection, minValid time.Duration, failed error) (store.Connection, string, error) {
	if !s.lives(c) && failed != nil {
		return c, "", failed
	}
	warning := s.tokenWarning(c.Grant, minValid)
	if failed != nil {
		warning = join(warning, failed.Error())
	}
	return c, warning, nil
}

// tokenWarning says what is short about a token, "" if nothing is.
func (s *Service) tokenWarning(g store.Grant, minValid time.Duration) string {
	if g.Lifetime != store.LifetimeKnown {
		return ""
	}
	life := g.ExpiresAt.Sub(g.ObtainedAt)
	if minValid < 0 {
		minValid = min(leastValid, life/leadPart)
	}
	left := min(g.ExpiresAt.Sub(s.now()), life)
	switch {
	case left <= 0:
		return "the provider says that this token has ended already"
	case left < minValid:
		return "lives only " + span(left)
	}
	return ""
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// noToken is why there is no token where no refresh was tried.
func (s *Service) noToken(c store.Connection) error {
	switch {
	case c.Health.Trouble != store.TroubleNone:
		return s.troubleError(c)
	case c.Grant.RefreshToken.IsZero() && c.Grant.Lifetime == store.LifetimeKnown:
		e := noRefreshToken(c)
		var x *Error
		if errors.As(e, &x) {
			x.Message = quote(c.Name) + " has expired and has no refresh token"
		}
		return e
	}
	return noRefreshToken(c)
}
