package connections

import (
	"context"

	"authdeck/store"
)

// Outcome of a refresh, as in `refresh --json`.
type Outcome string

// The outcomes.
const (
	OutcomeRefreshed Outcome = "refreshed"
	OutcomeUnchanged Outcome = "unchanged"
	OutcomeFailed    Outcome = "failed"
)

// Refresh refreshes now, by the protocol of reference/security.md §5.1; a caller that had to wait for another's refresh
// gets that one's result. A token that never expires and has no refresh token is OutcomeUnchanged, and so is an answer
// that brought the same access token again. A grant that is dead is tried all the same: the user asked for it. With an error the Detail is the
// connection as it stands.
func (s *Service) Refresh(ctx context.Context, ref string) (Detail, Outcome, error) {
	c, err := s.find(ctx, ref)
	if err != nil {
		return Detail{}, OutcomeFailed, err
	}
	switch {
	case c.Health.Trouble == store.TroubleRevoked:
		return s.detail(ctx, c), OutcomeFailed, s.troubleError(c)
	case c.Grant.RefreshToken.IsZero() && c.Grant.Lifetime == store.LifetimeNever && c.Health.Trouble == store.TroubleNone:
		return s.detail(ctx, c), OutcomeUnchanged, nil
	case !s.hasWay(ctx, c):
		return s.detail(ctx, c), OutcomeFailed, noRefreshToken(c)
	}
	r := s.refresh(ctx, c, want{enough: func(now store.Connection) bool { return grantChanged(c, now) }})
	d := s.detail(context.WithoutCancel(ctx), r.conn)
	switch {
	case r.err != nil:
		return d, OutcomeFailed, explain(r.err)
	case r.same:
		return d, OutcomeUnchanged, nil
	case r.asked || grantChanged(c, r.conn):
		return d, OutcomeRefreshed, nil
	}
	return d, OutcomeUnchanged, nil
}

// grantChanged reports whether a later record holds another answer of the provider than an earlier one.
func grantChanged(earlier, later store.Connection) bool {
	a, b := earlier.Grant, later.Grant
	return !a.ObtainedAt.Equal(b.ObtainedAt) || !a.AccessToken.Equal(b.AccessToken) || !a.RefreshToken.Equal(b.RefreshToken)
}
