package integrations

import (
	"errors"

	"authdeck/internal/secret"
)

// AnswerLostError is a refresh that failed after the provider had answered: the kept refresh token may be dead. Err says what failed.
type AnswerLostError struct {
	// RefreshToken is the new one where it could be saved; it is to be kept. Zero: nobody has it.
	RefreshToken secret.String
	Err          error
}

func (e *AnswerLostError) Error() string { return e.Err.Error() }

func (e *AnswerLostError) Unwrap() error { return e.Err }

// What callers branch on.
var (
	ErrNotRefreshable = errors.New("this integration cannot refresh")
	// ErrNothingNew: a refresh made no request and brought nothing. What is kept stays as it is.
	ErrNothingNew    = errors.New("there is nothing to refresh")
	ErrUnknownAction = errors.New("no such action")
	ErrBadParams     = errors.New("parameters do not fit the action")
	ErrNotConfigured = errors.New("the integration is not configured")
	ErrNotFound      = errors.New("no such integration")
)
