package connections

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/oauthflow"
	"authdeck/store"
)

// reasonInterrupted begins the reason of a grant whose answer may have been lost on the way (§5.2).
const reasonInterrupted = "refresh interrupted"

// The backoff of §5.6, and how far apart the three tries of a doubtful refusal are (§5.3).
const (
	backoffFirst = 2 * time.Second
	backoffMost  = 15 * time.Minute
	doubtfulGap  = time.Minute
	doubtfulMost = 3
)

// keepFailure writes the class of a failure under the connection's lock, if the grant is still the one that was tried,
// and clears the intent. Nothing is deleted.
func (s *Service) keepFailure(ctx context.Context, c store.Connection, cause error, interrupted bool) outcome {
	var known *Error
	if errors.As(cause, &known) && (known.Kind == KindStore || known.Kind == KindCanceled) {
		return outcome{conn: c, err: known}
	}
	if errors.Is(cause, integrations.ErrNothingNew) {
		return s.keepNothingNew(ctx, c, cause)
	}
	tried, was := c.Grant.RefreshToken, c.Grant.AccessToken
	stored, err := s.update(ctx, c, func(c *store.Connection) (store.Write, error) {
		if !c.Grant.RefreshToken.Equal(tried) || !c.Grant.AccessToken.Equal(was) {
			return store.Write{}, errSuperseded
		}
		c.Health = s.healthAfter(*c, cause, interrupted)
		what := classWord(c.Health.Trouble)
		w := store.Write{ClearIntent: true, Events: []store.Event{s.event(*c, "refresh", "failed", "%s: %s", what, c.Health.Reason)}}
		if lost := answerLost(cause); saved(cause) && !lost.RefreshToken.Equal(tried) {
			c.Grant.PreviousRefreshToken, c.Grant.RefreshToken = tried, lost.RefreshToken
			c.Grant.Rotations++
			w.Events = append(w.Events, s.event(*c, "rotation", "ok", "refresh token number %d of this sign-in, out of an answer that the service dropped", c.Grant.Rotations+1))
		}
		return w, nil
	})
	switch {
	case errors.Is(err, errSuperseded):
		return s.adopt(ctx, c)
	case err != nil:
		return outcome{conn: c, err: err}
	}
	e := s.troubleError(stored)
	var x *Error
	if errors.As(e, &x) {
		x.Err = cause
	}
	return outcome{conn: stored, err: e}
}

// healthAfter is the table of §5.3 as it changes a connection's health.
func (s *Service) healthAfter(c store.Connection, cause error, interrupted bool) store.Health {
	next := s.nextHealth(c.Health, cause, interrupted)
	refused := next.Trouble == store.TroubleDead && !errors.Is(cause, integrations.ErrNotRefreshable)
	if refused && !c.RestoredFrom.IsZero() {
		next.Reason = restoredWords(c.RestoredFrom) + "; the refresh token had been used since"
	}
	return next
}

func (s *Service) nextHealth(h store.Health, cause error, interrupted bool) store.Health {
	now := s.now()
	reason := reasonOf(cause)
	interrupted = interrupted || strings.HasPrefix(h.Reason, reasonInterrupted)
	if interrupted {
		reason = reasonInterrupted + ": " + reason
	}
	next := store.Health{Trouble: troubleOf(cause), Reason: reason, Since: h.Since, Tries: h.Tries + 1}
	if h.Trouble != next.Trouble || h.Since.IsZero() {
		next.Since, next.Tries = now, 1
	}
	if next.Trouble != store.TroubleTransient {
		return next
	}
	class := classOf(cause)
	if class == oauthflow.ClassDeadAfter3 {
		switch {
		case h.Reason != reason || h.Trouble != store.TroubleTransient:
			next.Since, next.Tries = now, 1
		case now.Before(h.RetryAt):
			return h // too soon after the last one to count
		case next.Tries >= doubtfulMost:
			next.Trouble = store.TroubleDead
			return next
		}
		next.RetryAt = now.Add(doubtfulGap + s.upTo(doubtfulGap/4))
		return next
	}
	next.RetryAt = now.Add(s.backoff(next.Tries, class))
	var e *oauthflow.Error
	if errors.As(cause, &e) && e.RetryAfter > 0 {
		next.NotBefore = now.Add(e.RetryAfter)
		if asked := now.Add(e.RetryAfter + s.upTo(e.RetryAfter/10)); asked.After(next.RetryAt) {
			next.RetryAt = asked
		}
	}
	return next
}

// troubleOf is what lasts of a failure.
func troubleOf(cause error) store.Trouble {
	if errors.Is(cause, integrations.ErrNotRefreshable) {
		return store.TroubleDead
	}
	if errors.Is(cause, integrations.ErrNotConfigured) {
		return store.TroubleConfiguration
	}
	switch classOf(cause) {
	case oauthflow.ClassDead, oauthflow.ClassDeadIfAgain: // the identical retry was made before this is asked
		return store.TroubleDead
	case oauthflow.ClassConfiguration:
		return store.TroubleConfiguration
	case oauthflow.ClassDeadAfter3, oauthflow.ClassTransient, oauthflow.ClassTransientLong, oauthflow.ClassPortal:
		return store.TroubleTransient
	}
	var e *Error
	if errors.As(cause, &e) && (e.Kind == KindNotFound || e.Kind == KindConfiguration) {
		return store.TroubleConfiguration
	}
	return store.TroubleTransient
}

// reasonOf is one safe line that says what happened, and names the item where settings are refused.
func reasonOf(cause error) string {
	var e *oauthflow.Error
	switch {
	case errors.Is(cause, integrations.ErrNotRefreshable):
		return "the provider gives nothing to refresh with"
	case errors.As(cause, &e):
		reason := safetext.Line(e.Error(), 160)
		if item := refusedItem(e.Code); item != "" {
			reason = item + " is refused: " + reason
		}
		return reason
	}
	return safetext.Line(cause.Error(), 160)
}

// refusedItem names what a configuration error is about.
func refusedItem(code string) string {
	switch code {
	case "invalid_client":
		return "client id or secret"
	case "unauthorized_client":
		return "the client's permission"
	case "unsupported_grant_type":
		return "the grant type"
	case "invalid_scope":
		return "a scope"
	case "invalid_target":
		return "the resource"
	}
	return ""
}

// backoff is full jitter between nothing and a limit that doubles from 2 s to 15 min; never under half a second.
func (s *Service) backoff(tries int, class oauthflow.Class) time.Duration {
	most := backoffMost
	if class == oauthflow.ClassTransientLong {
		return most - s.upTo(most/10)
	}
	if tries < 12 {
		most = min(most, backoffFirst<<max(0, tries-1))
	}
	return max(500*time.Millisecond, s.upTo(most))
}

// upTo draws evenly from [0, d].
func (s *Service) upTo(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	n, err := rand.Int(s.o.Rand, big.NewInt(int64(d)+1))
	if err != nil {
		return d / 2
	}
	return time.Duration(n.Int64())
}

func classWord(t store.Trouble) string {
	switch t {
	case store.TroubleDead:
		return "sign-in needed"
	case store.TroubleConfiguration:
		return "settings refused"
	case store.TroubleTransient:
		return "will be tried again"
	case store.TroubleRevoked, store.TroubleNone:
	}
	return "failed"
}

// troubleError is the error that a connection's trouble leads to when there is no token left to hand out.
func (s *Service) troubleError(c store.Connection) error {
	h, name := c.Health, quote(c.Name)
	signIn := "sign in again: authdeck login " + safetext.Line(c.Name, 60)
	switch h.Trouble {
	case store.TroubleRevoked:
		return &Error{Kind: KindSignIn, Message: name + " was revoked: " + h.Reason, Hint: signIn}
	case store.TroubleDead:
		return &Error{Kind: KindSignIn, Message: name + " needs a sign-in: " + h.Reason, Hint: signIn}
	case store.TroubleConfiguration:
		return &Error{
			Kind: KindConfiguration, Message: fmt.Sprintf("the settings of %s do not serve %s: %s", quote(c.Integration), name, h.Reason),
			Hint: "`authdeck integrations show " + safetext.Line(c.Integration, 60) + "` tells what to set up; then `authdeck refresh " + safetext.Line(c.Name, 60) + "`",
		}
	case store.TroubleTransient:
		hint := "nothing was lost; try again"
		if strings.HasPrefix(h.Reason, reasonInterrupted) {
			hint = "the provider may have given a new refresh token that nobody has; try again, and sign in again if that is refused"
		}
		if wait := h.RetryAt.Sub(s.now()); wait > 0 {
			hint += ", the next try by itself is in " + span(wait)
		}
		return &Error{Kind: KindTransient, Message: name + " could not be refreshed: " + h.Reason, Hint: hint}
	case store.TroubleNone:
	}
	return &Error{Kind: KindFailed, Message: name + " could not be refreshed", Hint: "`authdeck -v` shows each exchange"}
}

func noRefreshToken(c store.Connection) error {
	return &Error{
		Kind: KindSignIn, Message: quote(c.Name) + " has no refresh token",
		Hint: "sign in again: authdeck login " + safetext.Line(c.Name, 60),
	}
}
