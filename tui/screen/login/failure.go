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
	port          bool       // the port is in use, or cannot be had
	metadata      bool       // the server is not the one that was typed, or says of itself what cannot be
}

// failureOf reads an error of the deck.
func failureOf(err error, step int) failure {
	f := failure{step: step, message: plain(err)}
	var e *connections.Error
	if errors.As(err, &e) {
		f.hint = safe(e.Hint)
		f.setup = e.Kind == connections.KindConfiguration
		f.other = e.Kind == connections.KindOtherAccount
		f.port = e.Kind == connections.KindPortBusy || strings.Contains(e.Hint, "--port")
	}
	code := ""
	var o *oauthflow.Error
	if errors.As(err, &o) {
		code = o.Code
	}
	text := code + " " + err.Error()
	switch {
	case errors.Is(err, oauthflow.ErrMetadata):
		f.setup, f.at, f.metadata = true, setup.StepClient, true
	case strings.Contains(text, "redirect_uri") || strings.Contains(text, "redirect uri"):
		f.setup, f.at = true, setup.StepRegister
	case strings.Contains(text, "invalid_client") || strings.Contains(text, "unauthorized_client"):
		f.setup, f.at = true, setup.StepClient
	}
	return f
}

// advice is what helps against the failure, in this dialog.
func (d *Dialog) advice() []string {
	f := d.failure
	switch {
	case f.port:
		return []string{
			"free the port, and r tries again; another port is for a shell:",
			"authdeck login " + d.target() + " --port N",
		}
	case f.other:
		return []string{
			"enter is once more, for the right account; n signs in anew and keeps it as a connection of its own",
			"the grant that came was not kept here; it may live on at the provider until it ends there",
		}
	case f.metadata && d.canSetUp():
		return []string{"the set-up asks for the address again: it has to be exactly as the provider writes it, also in its last /"}
	case f.setup && d.canSetUp():
		return []string{"the set-up shows what to register, and asks for what the provider gave"}
	case f.hint != "":
		return []string{f.hint}
	}
	return nil
}

// target is what `authdeck login` is to be called with for this sign-in.
func (d *Dialog) target() string {
	switch {
	case d.req.Connection != "":
		return safe(d.req.Connection)
	case d.req.Integration != "":
		return safe(d.req.Integration)
	}
	return safe(d.info.ID)
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
