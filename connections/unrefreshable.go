package connections

import (
	"context"
	"errors"
	"fmt"

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

// keepNothingNew is a refresh that brought nothing although nothing was refused: what is kept stays in force. No try is
// planned before the token ends.
func (s *Service) keepNothingNew(ctx context.Context, c store.Connection, cause error) outcome {
	why := safetext.Line(cause.Error(), 200)
	tried, was := c.Grant.RefreshToken, c.Grant.AccessToken
	stored, err := s.update(ctx, c, func(c *store.Connection) (store.Write, error) {
		if !c.Grant.RefreshToken.Equal(tried) || !c.Grant.AccessToken.Equal(was) {
			return store.Write{}, errSuperseded
		}
		if c.Grant.Lifetime == store.LifetimeKnown && c.Health.Trouble == store.TroubleNone {
			c.Health.RetryAt = c.Grant.ExpiresAt
		}
		return store.Write{ClearIntent: true, Events: []store.Event{s.event(*c, "refresh", "failed", "not refreshable: %s", why)}}, nil
	})
	if errors.Is(err, errSuperseded) {
		return s.adopt(ctx, c)
	}
	if err != nil {
		return outcome{conn: c, err: err}
	}
	return outcome{conn: stored, err: &Error{
		Kind: KindUnsupported, Message: fmt.Sprintf("%s is not refreshable: %s", quote(c.Name), why),
		Hint: "nothing was changed; sign in again if it stops working: authdeck login " + safetext.Line(c.Name, 60), Err: cause,
	}}
}

// nothingNew reports whether a failed refresh leaves the grant in force.
func (s *Service) nothingNew(c store.Connection, cause error) bool {
	return errors.Is(cause, integrations.ErrNothingNew) && s.lives(c)
}
