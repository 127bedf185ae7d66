package oauthflow

import (
	"errors"
	"strings"
	"time"

	"authdeck/internal/safetext"
)

// Class says what a failure of a protocol call means for the grant; the table of reference/security.md §5.3.
type Class string

// The classes. None of them ever deletes a token.
const (
	ClassDead          Class = "dead"           // the grant is refused: re-read the store, else sign-in needed
	ClassDeadIfAgain   Class = "dead_if_again"  // dead if an identical retry fails the same way
	ClassDeadAfter3    Class = "dead_after_3"   // dead after 3 tries at least 1 min apart
	ClassConfiguration Class = "configuration"  // the client's settings are refused
	ClassTransient     Class = "transient"      // worth trying again
	ClassTransientLong Class = "transient_long" // worth trying again at the longest backoff
	ClassPortal        Class = "portal"         // something between us and the provider answered
)

// Error is a failed protocol call. Its text is safe for a person: host, class in words, code and description of the
// provider made safe; never a body.
type Error struct {
	Class       Class
	Host        string
	Status      int           // 0 if no answer came
	Code        string        // the provider's error code, safe, "" if none
	Description string        // the provider's words, safe, at most 200 cells
	RetryAfter  time.Duration // 0 if not said; at most 1 h
	// Sent: the request may have reached the server. False for DNS, refused connection and TLS failures, and if the call
	// was given up before there was a connection.
	Sent bool
	Err  error // cause, if any; safe to print; [context.Canceled] and the like are found in it
}

func (e *Error) Error() string {
	var remark Remark
	if e.Host == "" && errors.As(e.Err, &remark) { // nothing was called
		return remark.Error()
	}
	var b strings.Builder
	if host := safetext.Line(e.Host, 100); host != "" {
		b.WriteString(host + ": ")
	}
	b.WriteString(e.words())
	if e.Code != "" {
		b.WriteString(": " + e.Code)
	}
	if e.Description != "" {
		b.WriteString(" (" + e.Description + ")")
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Remark is a cause that says something about an answer which came whole, as the words of a service about it do.
type Remark string

func (r Remark) Error() string { return string(r) }

func (e *Error) Unwrap() error { return e.Err }

func (e *Error) words() string {
	if e.Status == 0 {
		switch {
		case e.Class == ClassPortal:
			return "something else answered in its place"
		case e.Class == ClassTransient && e.Sent:
			return "no whole answer came"
		case e.Class == ClassTransient:
			return "not reached"
		case e.Class == ClassConfiguration:
			return "cannot be called"
		}
	}
	switch e.Class {
	case ClassDead:
		return "the grant is refused"
	case ClassDeadIfAgain, ClassDeadAfter3:
		return "the request is refused"
	case ClassConfiguration:
		return "the client's settings are refused"
	case ClassTransient:
		var remark Remark
		if e.Err != nil && !errors.As(e.Err, &remark) {
			return "no whole answer came"
		}
		return "in trouble" + status(e.Status)
	case ClassTransientLong:
		return "an answer of no use" + status(e.Status)
	case ClassPortal:
		return "something else answered in its place" + status(e.Status)
	}
	return "failed" + status(e.Status)
}
