package connection

import (
	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/store"
	"authdeck/tui/keys"
	"authdeck/tui/screen"
)

// The stable names of the bindings.
const (
	IDRefresh    = "connection.refresh"
	IDRefreshAll = "connection.refresh-all"
	IDActions    = "connection.actions"
	IDCopy       = "connection.copy"
	IDReveal     = "connection.reveal"
	IDSignIn     = "connection.sign-in"
	IDRename     = "connection.rename"
	IDRemove     = "connection.remove"
	IDRevoke     = "connection.revoke"
)

// Subject is a connection with what is known of its integration, nil while that is not known.
type Subject struct {
	Row         screen.Row
	Integration *connections.IntegrationView
}

// Keys are the bindings on a connection, in the order of the footer. What cannot be done now says why.
func Keys(s Subject, wide bool) []keys.Binding {
	bind := func(id, key, label, help, off string, footer bool) keys.Binding {
		return keys.Binding{ID: id, Keys: []string{key}, Label: label, Help: help, Off: off, Footer: footer}
	}
	needed := s.Row.State == connections.StateSignIn || s.Row.State == connections.StateRevoked ||
		s.Row.State == connections.StateExpired && !s.Row.Refreshable
	list := []keys.Binding{}
	signIn := bind(IDSignIn, "l", "sign in", "signs in again, in place: the connection stays as it is until the new grant is on disk", offSignIn(s), true)
	if needed {
		list = append(list, signIn)
	}
	list = append(list,
		bind(IDRefresh, "r", "refresh", "refreshes this connection now", offRefresh(s), true),
		bind(IDActions, "a", "action", "runs an action of the integration with the live token", offActions(s), true),
		bind(IDCopy, "y", "copy", "copies a token, the header line, the identity or the name", offToken(s), true),
		bind(IDReveal, "v", "reveal", "shows the tokens of the detail for 10 s", offToken(s), wide),
		bind(IDRevoke, "R", "revoke", "ends the grant at the provider; asks first", offRevoke(s), true),
	)
	if !needed {
		signIn.Footer = false
		list = append(list, signIn)
	}
	return append(list,
		bind(IDRename, "e", "rename", "gives the connection another name", "", false),
		bind(IDRemove, "d", "remove", "forgets the connection here; the provider is not told; asks first", "", false),
	)
}

func offRefresh(s Subject) string {
	switch {
	case s.Row.State == connections.StateRevoked:
		return "it was revoked; l signs in again"
	case s.Row.Refreshable:
		return ""
	case s.Row.Lifetime == store.LifetimeNever:
		return "no expiry, nothing to refresh"
	}
	return "no refresh token; l signs in again"
}

func offActions(s Subject) string {
	switch {
	case s.Row.State == connections.StateRevoked:
		return "it was revoked"
	case s.Integration != nil && s.Integration.Actions == 0:
		return "the integration has none"
	}
	return ""
}

func offToken(s Subject) string {
	if s.Row.ObtainedAt.IsZero() {
		return "there is no token yet; l signs in"
	}
	return ""
}

func offSignIn(s Subject) string {
	if s.Integration != nil && s.Integration.Broken != "" {
		return "the integration cannot be used: " + safetext.Line(s.Integration.Broken, 100)
	}
	return ""
}

func offRevoke(s Subject) string {
	switch {
	case s.Row.State == connections.StateRevoked:
		return "it is revoked already"
	case s.Integration == nil || s.Integration.CanRevoke:
		return ""
	case s.Integration.RevokeNone != "":
		return safetext.Line(s.Integration.RevokeNone, 100)
	}
	return "provider has no revocation URL"
}
