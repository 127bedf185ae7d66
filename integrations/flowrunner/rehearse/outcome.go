package rehearse

import (
	"errors"
	"time"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner"
	"authdeck/internal/safetext"
	"authdeck/oauthflow"
)

// The states of a connection after a refresh, as connections names them.
const (
	stateOK       = "ok"
	stateRetrying = "retrying"
	stateExpired  = "expired"
	stateSignIn   = "sign_in_needed"
)

// failedRefresh says what an error of RefreshToken means for a connection. ended: its access token is known to have ended; refreshable:
// it has a refresh token.
func failedRefresh(err error, ended, refreshable bool) Refresh {
	f := Refresh{Reason: reason(err), RefreshToken: refreshable, State: stateOK}
	if ended {
		f.State = stateExpired
	}
	var e *oauthflow.Error
	var broken *flowrunner.BrokenError
	var worker *flowrunner.WorkerError
	switch {
	case errors.Is(err, integrations.ErrNothingNew), errors.Is(err, integrations.ErrNotRefreshable):
		f.Outcome = NotRefreshable
	case errors.Is(err, integrations.ErrNotConfigured):
		f.Outcome = SettingsRefused
	case errors.As(err, &broken), errors.As(err, &worker):
		f.Outcome, f.State = Stopped, stateRetrying
	case errors.As(err, &e):
		f.Outcome = outcomeOf(e.Class)
	default:
		f.Outcome = RetriedLater
	}
	switch f.Outcome { //nolint:exhaustive // the others leave the state as it is
	case SignInNeeded:
		f.State = stateSignIn
	case RetriedLater:
		f.State = stateRetrying
	}
	return f
}

// outcomeOf is the table of reference/security.md §5.3, as far as one try tells. A refusal that counts only if it comes again
// has come again.
func outcomeOf(c oauthflow.Class) Outcome {
	switch c {
	case oauthflow.ClassDead, oauthflow.ClassDeadIfAgain:
		return SignInNeeded
	case oauthflow.ClassConfiguration:
		return SettingsRefused
	case oauthflow.ClassTransient, oauthflow.ClassTransientLong, oauthflow.ClassDeadAfter3, oauthflow.ClassPortal:
	}
	return RetriedLater
}

// refusedIfAgain reports whether an error counts only if the same request is refused once more.
func refusedIfAgain(err error) bool {
	var e *oauthflow.Error
	return errors.As(err, &e) && e.Class == oauthflow.ClassDeadIfAgain
}

// reason is an error in one safe line, whole: the service's own words are in it.
func reason(err error) string { return safetext.Line(err.Error(), 0) }

func expiry(l oauthflow.Lifetime) (Expiry, int64) {
	if l.Kind == oauthflow.LifetimeKnown {
		return ExpiryKnown, int64(l.For / time.Second)
	}
	return ExpiryUnknown, 0
}
