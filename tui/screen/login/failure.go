package login

import (
	"context"
	"errors"
	"strings"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/oauthflow"
	"authdeck/tui/screen/setup"
)

// failure is why a try ended, in words, and what helps.
type failure struct {
	step          int // of the dialog: 1 to 3
	message, hint string
	setup         bool       // the set-up is where this is put right
	at            setup.Step // which step of it
	other         bool       // another account came back than the connection has
}

// failureOf reads an error of the deck.
func failureOf(err error, step int) failure {
	f := failure{step: step, message: plain(err)}
	var e *connections.Error
	if errors.As(err, &e) {
		f.hint = safe(e.Hint)
		f.setup = e.Kind == connections.KindConfiguration
		f.other = e.Kind == connections.KindOtherAccount
	}
	code := ""
	var o *oauthflow.Error
	if errors.As(err, &o) {
		code = o.Code
	}
	text := code + " " + err.Error()
	switch {
	case strings.Contains(text, "redirect_uri") || strings.Contains(text, "redirect uri"):
		f.setup, f.at = true, setup.StepRegister
	case strings.Contains(text, "invalid_client") || strings.Contains(text, "unauthorized_client"):
		f.setup, f.at = true, setup.StepClient
	}
	switch {
	case f.setup:
		f.hint = "the set-up shows what to register, and asks for what the provider gave"
	case f.other:
		f.hint = "sign in with the account of the connection, or keep the other one as a connection of its own"
	}
	return f
}

// plain is an error in one safe line.
func plain(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "the time is over"
	}
	return safe(err.Error())
}

// whole is an error with what to do about it, in one safe line.
func whole(err error) string {
	var e *connections.Error
	if errors.As(err, &e) && e.Hint != "" {
		return safe(e.Message + ": " + e.Hint)
	}
	return plain(err)
}

// safe is one safe line of bounded length.
func safe(s string) string { return safetext.Line(s, 400) }

// welcome is the toast of a connection that was made.
func welcome(r connections.LoginRequest, d connections.Detail) string {
	who := ""
	if d.Identity != "" {
		who = " as " + safe(d.Identity)
	}
	name := safe(d.Name)
	switch r.Connection {
	case "":
		return "connected " + name + who
	case d.Name, d.ID:
		return "signed in again: " + name + who
	default:
		return "another account: kept as " + name + who + ", " + safe(r.Connection) + " is as it was"
	}
}
