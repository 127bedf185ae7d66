package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/oauthflow"
)

// exchangeJSON is one HTTP exchange of a run.
type exchangeJSON struct {
	Method     string `json:"method"`
	URL        string `json:"url"`
	Status     int    `json:"status"`
	DurationMS int64  `json:"duration_ms"`
	Body       string `json:"body,omitempty"`
	Curl       string `json:"curl,omitempty"`
}

func exchangesJSON(list []oauthflow.Exchange, bodies, curl bool) []exchangeJSON {
	out := make([]exchangeJSON, 0, len(list))
	for _, e := range list {
		x := exchangeJSON{Method: e.Method, URL: e.URL, Status: e.Status, DurationMS: e.Duration.Milliseconds()}
		if bodies {
			x.Body = e.RequestBody
		}
		if curl {
			x.Curl, _ = curlLine(e)
		}
		out = append(out, x)
	}
	return out
}

// showRun prints what came of an action or a call, and returns the error that ends the program.
func (a *app) showRun(r connections.RunResult, err error, f runFlags) error {
	if !a.json && (a.verbose || err != nil) {
		for _, line := range r.Console {
			a.note("%s", line)
		}
	}
	if f.curl && !a.json {
		a.printCurl(f.conn, r.Exchanges)
		return err
	}
	if err == nil && f.save != "" && !f.dryRun {
		if err := a.saveResult(f.save, r); err != nil {
			return err
		}
	}
	if a.json {
		return a.runJSON(r, err, f)
	}
	if err != nil {
		return err
	}
	if f.dryRun {
		a.printRequests(r.Exchanges)
		return nil
	}
	a.noteDone(r)
	if f.save != "" {
		return nil
	}
	return a.printAnswer(r)
}

func (a *app) noteDone(r connections.RunResult) {
	more := ""
	if r.Pages > 1 {
		more = fmt.Sprintf(", %d pages", r.Pages)
	}
	if r.Next != "" {
		more += "; there are more pages: --pages all"
	}
	if r.Status == 0 {
		a.note("done in %d ms%s", r.Duration.Milliseconds(), more)
		return
	}
	a.note("%d in %d ms%s", r.Status, r.Duration.Milliseconds(), more)
}

// runJSON prints one object: of a run that failed at the API too, since its exchanges are of use.
func (a *app) runJSON(r connections.RunResult, err error, f runFlags) error {
	out := map[string]any{"requests": exchangesJSON(r.Exchanges, f.dryRun, f.curl)}
	if len(r.Console) > 0 {
		out["console"] = r.Console
	}
	var failed *connections.Error
	switch {
	case errors.As(err, &failed) && failed.Kind == connections.KindAction:
		out["error"] = explain(failed)
		if len(r.Result) > 0 {
			out["result"] = r.Result
		}
		if err := a.printJSON(out); err != nil {
			return err
		}
		return exitError(exitCodes[connections.KindAction])
	case err != nil:
		return err
	case f.dryRun:
		return a.printJSON(out)
	}
	out["result"], out["duration_ms"] = r.Result, r.Duration.Milliseconds()
	if len(r.Result) == 0 {
		out["result"] = nil
	}
	if r.Pages > 1 {
		out["pages"] = r.Pages
	}
	if r.Next != "" {
		out["next"] = r.Next
	}
	if len(r.Body) > 0 {
		out["body_type"], out["body_bytes"] = r.BodyType, len(r.Body)
	}
	if f.save != "" {
		out["saved"] = f.save
	}
	return a.printJSON(out)
}

// printRequests shows what would be sent.
func (a *app) printRequests(list []oauthflow.Exchange) {
	for _, x := range list {
		a.printf("%s %s\n", x.Method, safetext.Line(x.URL, 0))
		for _, name := range slices.Sorted(maps.Keys(x.RequestHeader)) {
			a.printf("%s: %s\n", safetext.Line(name, 0), safetext.Line(strings.Join(x.RequestHeader[name], ", "), 0))
		}
		if x.RequestBody != "" {
			a.printf("\n%s\n", safetext.Block(x.RequestBody, 1<<20))
		}
	}
	a.note("nothing was sent")
}

// printAnswer prints the result; bytes that are no text go where no terminal is.
func (a *app) printAnswer(r connections.RunResult) error {
	if len(r.Body) == 0 {
		return a.printResult(r.Result)
	}
	if f, ok := a.terminal.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		a.note("the answer is no text: %d bytes of %s; --save FILE keeps them", len(r.Body), safetext.Line(r.BodyType, 60))
		return a.printResult(r.Result)
	}
	_, err := a.out.Write(r.Body)
	return err
}

// printResult prints a text result as text, everything else as indented JSON, and nothing for no result.
func (a *app) printResult(result json.RawMessage) error {
	if len(result) == 0 || string(result) == "null" {
		return nil
	}
	var text string
	if json.Unmarshal(result, &text) == nil {
		a.printf("%s\n", safetext.Block(text, len(text)))
		return nil
	}
	return a.printJSON(result)
}

// saveResult writes what came to a file that is the user's alone: bytes as they came, text as text, else JSON.
func (a *app) saveResult(path string, r connections.RunResult) error {
	data := r.Body
	var text string
	switch {
	case len(data) > 0:
	case json.Unmarshal(r.Result, &text) == nil:
		data = []byte(text)
	default:
		data = append(bytes.TrimSpace(r.Result), '\n')
	}
	if err := writePrivate(path, data); err != nil {
		return &connections.Error{
			Kind: connections.KindFailed, Message: "the result was not saved: " + safetext.Line(err.Error(), 200),
			Hint: "the action itself was done; without --save it is printed", Err: err,
		}
	}
	a.note("saved %d bytes to %s", len(data), safetext.Line(path, 0))
	return nil
}

// writePrivate writes a file with mode 0600, also where one with another mode is there.
func writePrivate(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if info, statErr := f.Stat(); statErr == nil && info.Mode().IsRegular() {
		err = f.Chmod(0o600)
	}
	if _, writeErr := f.Write(data); err == nil {
		err = writeErr
	}
	return errors.Join(err, f.Close())
}
