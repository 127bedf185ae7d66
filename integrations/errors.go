package integrations

import "errors"

// What callers branch on.
var (
	ErrNotRefreshable = errors.New("this integration cannot refresh")
	// ErrNothingNew: a refresh made no request and brought nothing. What is kept stays in force for as long as it lives.
	ErrNothingNew    = errors.New("there is nothing to refresh")
	ErrUnknownAction = errors.New("no such action")
	ErrBadParams     = errors.New("parameters do not fit the action")
	ErrNotConfigured = errors.New("the integration is not configured")
	ErrNotFound      = errors.New("no such integration")
)
