package oauthflow

import (
	"errors"
	"fmt"
	"net/http"
)

// Introspection is RFC 7662's answer. Of an inactive token Members may be all but empty (F2).
type Introspection struct {
	Active  bool
	Members map[string]any
}

// ErrNotPermitted says that this client may not introspect (F3), and nothing of the token.
var ErrNotPermitted = errors.New("this client may not ask about tokens")

// ReadIntrospection reads an answer by RFC 7662 §2.2. Errors are [ErrNotPermitted], or a [*Error] that says nothing of
// the token either.
func ReadIntrospection(a Answer) (Introspection, error) {
	active, ok := a.Members["active"].(bool)
	if a.Status == http.StatusOK && ok {
		return Introspection{Active: active, Members: a.Members}, nil
	}
	e := classify(a, Shape{})
	if a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden || e.Class == ClassConfiguration {
		return Introspection{}, fmt.Errorf("%w: %w", ErrNotPermitted, e)
	}
	if e.Class != ClassTransient && e.Class != ClassPortal {
		e.Class = ClassTransientLong // whatever was refused, it was not the grant
	}
	return Introspection{}, e
}
