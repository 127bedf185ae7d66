package main

import (
	"errors"
	"fmt"
	"io"

	"authdeck/connections"
	"authdeck/internal/safetext"
)

// exitCodes is the list in README.md.
var exitCodes = map[connections.Kind]int{
	connections.KindFailed:        1,
	connections.KindConfiguration: 1,
	connections.KindNameTaken:     1,
	connections.KindOtherAccount:  1,
	connections.KindPortBusy:      1,
	connections.KindCanceled:      1,
	connections.KindUsage:         2,
	connections.KindUnsupported:   2,
	connections.KindNotFound:      3,
	connections.KindSignIn:        4,
	connections.KindTransient:     5,
	connections.KindStore:         6,
	connections.KindAction:        7,
}

// exitError ends the program with a code after everything worth saying has been said.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// usage is a mistake in the call: exit 2.
func usage(format string, args ...any) error {
	return &connections.Error{Kind: connections.KindUsage, Message: fmt.Sprintf(format, args...), Hint: "see --help"}
}

// notBuilt names a part of the command line that this version does not have: exit 2.
func notBuilt(what string) error {
	return &connections.Error{
		Kind: connections.KindUnsupported, Message: what + " is not built yet",
		Hint: "this version does what `authdeck --help` lists",
	}
}

// storeFailure makes exit 6 of what has no better name (a disk that fails, a file that cannot be opened): it is the store's
// all the same.
func storeFailure(err error) error {
	var told *connections.Error
	if err == nil || errors.As(err, &told) {
		return err
	}
	e := connections.Explain(err)
	if e.Kind != connections.KindFailed {
		return err
	}
	e.Kind, e.Hint = connections.KindStore, "look at the disk that holds the store, and at whose its folder is"
	return e
}

// failure is the shape of an error on stderr.
type failure struct {
	Code    connections.Kind `json:"code"`
	Message string           `json:"message"`
	Hint    string           `json:"hint"`
	// Of a run: the parameters that broke a rule, and the scopes that a 403 is about.
	Fields        []fieldJSON `json:"fields,omitempty"`
	MissingScopes []string    `json:"missing_scopes,omitempty"`
}

type fieldJSON struct {
	Name string `json:"name"`
	Rule string `json:"rule"`
}

// explain turns any error into its kind, one safe line and a hint.
func explain(err error) failure {
	e := connections.Explain(err)
	f := failure{Code: e.Kind, Message: safetext.Line(e.Message, 0), Hint: safetext.Line(e.Hint, 0)}
	f.MissingScopes = e.MissingScopes
	for _, x := range e.Fields {
		f.Fields = append(f.Fields, fieldJSON(x))
	}
	var told *connections.Error
	if e.Kind == connections.KindFailed && !errors.As(err, &told) {
		f.Hint = "" // the file or the terminal it failed at is no exchange that -v could show
	}
	return f
}

// report writes the error and returns the exit code.
func report(w io.Writer, err error, asJSON bool) int {
	var code exitError
	if errors.As(err, &code) {
		return int(code)
	}
	f := explain(err)
	if asJSON {
		_ = writeJSON(w, map[string]failure{"error": f}, "")
	} else {
		_, _ = fmt.Fprintln(w, "error: "+f.Message)
		if f.Hint != "" {
			_, _ = fmt.Fprintln(w, "hint:  "+f.Hint)
		}
	}
	if c, ok := exitCodes[f.Code]; ok {
		return c
	}
	return 1
}
