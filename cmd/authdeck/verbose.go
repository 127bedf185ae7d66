package main

import (
	"authdeck/internal/safetext"
	"authdeck/oauthflow"
)

// showExchange writes one HTTP exchange to stderr for -v; what it gets is redacted already.
func (a *app) showExchange(e oauthflow.Exchange) {
	a.note("> %s %s", e.Method, safetext.Line(e.URL, 0))
	if e.RequestBody != "" {
		a.note("> %s", safetext.Line(e.RequestBody, 400))
	}
	if e.Err != "" {
		a.note("< failed after %d ms: %s", e.Duration.Milliseconds(), safetext.Line(e.Err, 200))
		return
	}
	a.note("< %d in %d ms, %d bytes", e.Status, e.Duration.Milliseconds(), e.ResponseBytes)
	if e.ResponseBody != "" {
		a.note("< %s", safetext.Line(e.ResponseBody, 400))
	}
}
