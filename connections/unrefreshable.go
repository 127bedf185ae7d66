package connections

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/store"
)

// hasWay reports whether a refresh can be asked for: there is a refresh token, or the integration can do without one (some
// FlowRunner services answer from the access token).
func (s *Service) hasWay(ctx context.Context, c store.Connection) bool {
	if !c.Grant.RefreshToken.IsZero() {
		return true
	}
	integ, err := s.integration(ctx, c.Integration)
	if err != nil || c.Grant.AccessToken.IsZero() {
		return false
	}
	t, ok := integ.(integrations.Tokenless)
	return ok && t.RefreshesWithoutToken()
}

// endedAgain is when a token that has ended and cannot be refreshed is looked at again: config items or the service's code may have
// changed.
const endedAgain = time.Hour

// keepNothingNew is a refresh that brought nothing although nobody refused anything: nothing of the grant is changed, and nobody is
// sent to a sign-in by it. The next try is made when the token ends, after that each hour.
func (s *Service) keepNothingNew(ctx context.Context, c store.Connection, cause error) outcome {
	why := safetext.Line(cause.Error(), 200)
	tried, was := c.Grant.RefreshToken, c.Grant.AccessToken
	stored, err := s.update(ctx, c, func(c *store.Connection) (store.Write, error) {
		if !c.Grant.RefreshToken.Equal(tried) || !c.Grant.AccessToken.Equal(was) {
			return store.Write{}, errSuperseded
		}
		if t := c.Health.Trouble; t == store.TroubleNone || t == store.TroubleTransient {
			c.Health = store.Health{Reason: "not refreshable: " + why, RetryAt: s.retryEnded(c.Grant)}
		}
		return store.Write{ClearIntent: true, Events: []store.Event{s.event(*c, "refresh", "failed", "not refreshable: %s", why)}}, nil
	})
	if errors.Is(err, errSuperseded) {
		return s.adopt(ctx, c)
	}
	if err != nil {
		return outcome{conn: c, err: err}
	}
	e := &Error{
		Kind: KindUnsupported, Message: fmt.Sprintf("%s is not refreshable: %s", quote(c.Name), why),
		Hint: "nothing was changed; sign in again if it stops working: authdeck login " + safetext.Line(c.Name, 60), Err: cause,
	}
	if !s.lives(stored) {
		e.Kind, e.Message = KindSignIn, fmt.Sprintf("the token of %s has ended, and it is not refreshable: %s", quote(c.Name), why)
		e.Hint = "sign in again: authdeck login " + safetext.Line(c.Name, 60)
	}
	return outcome{conn: stored, err: e}
}

// retryEnded is the end of a token that cannot be refreshed or, behind it, an hour from now; zero if nobody knows the end.
func (s *Service) retryEnded(g store.Grant) time.Time {
	ends := g.ExpiresAt
	if g.Lifetime != store.LifetimeKnown {
		ends = hintedEnd(g.AccessToken, g.ObtainedAt)
	}
	if ends.IsZero() || ends.After(s.now()) {
		return ends
	}
	return s.now().Add(endedAgain)
}
