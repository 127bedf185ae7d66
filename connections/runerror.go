package connections

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/store"
)

// record writes the event to the history, with what was run, and what a 401 says of a token that nothing else tells the end of.
func (r *running) record(ctx context.Context, event, what string, err error) {
	c := r.used
	if r.conn == nil || c.ID == "" || err != nil && len(r.result.Exchanges) == 0 && classOf(err) == "" {
		return // on no connection, or refused before anything was sent
	}
	took := r.result.Duration.Round(time.Millisecond)
	e := r.s.event(c, event, "ok", "%s: %d in %s", what, r.result.Status, took)
	if err != nil {
		e.Outcome, e.Detail = "failed", what+": "+safetext.Line(err.Error(), 200)
	}
	if failed := r.write(ctx, c, e, err); failed != nil {
		r.s.o.Log.Warn("an event was not written to the history", "event", event, "connection", c.Name, "err", failed)
	}
}

func (r *running) write(ctx context.Context, c store.Connection, e store.Event, err error) error {
	var x *Error
	endless := c.Grant.RefreshToken.IsZero() && c.Grant.Lifetime != store.LifetimeKnown
	refused := endless && errors.As(err, &x) && x.Kind == KindSignIn && c.Health.Trouble == store.TroubleNone
	works := endless && err == nil && c.Health.Trouble == store.TroubleDead
	if !refused && !works {
		return r.s.o.Store.Append(ctx, e)
	}
	_, err = r.s.update(ctx, c, func(c *store.Connection) (store.Write, error) {
		c.Health = store.Health{}
		if refused {
			c.Health = store.Health{Trouble: store.TroubleDead, Reason: "the API refused the token (401)", Since: r.s.now(), Tries: 1}
		}
		return store.Write{Events: []store.Event{e}}, nil
	})
	return err
}

// explain makes the provider's error answer a KindAction error.
func (r *running) explain(err error) error {
	var a *integrations.ActionError
	var known *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case errors.As(err, &a):
		return r.answered(a, err)
	case errors.Is(err, integrations.ErrOutsideHosts) && r.action.Name == "":
		return &Error{
			Kind: KindUsage, Message: safetext.Line(err.Error(), 200), Err: err,
			Hint: "nothing was sent; --any-host sends the token there all the same",
		}
	case errors.Is(err, integrations.ErrOutsideHosts):
		return &Error{
			Kind: KindAction, Message: r.name + " was led away: " + safetext.Line(err.Error(), 200), Err: err,
			Hint: "the token was not sent there; api.hosts of the manifest says where it may go",
		}
	case errors.Is(err, integrations.ErrBadParams):
		return &Error{Kind: KindUsage, Message: safetext.Line(err.Error(), 300), Hint: "`authdeck actions` lists the parameters", Err: err}
	}
	return explain(fmt.Errorf("run %s: %w", r.name, err))
}

// answered says what an error answer means, and what to do about it.
func (r *running) answered(a *integrations.ActionError, err error) error {
	e := &Error{Kind: KindAction, Message: r.name + " was answered with an error: " + safetext.Line(a.Message, 300), Err: err}
	switch {
	case a.Status == 0:
		e.Message = r.name + " failed: " + safetext.Line(a.Message, 300)
		e.Hint = "`authdeck -v` shows its requests and what it printed"
	case a.RetryAfter > 0:
		e.Hint = "the API asks to wait for " + span(a.RetryAfter)
	case a.Status == http.StatusUnauthorized && r.conn == nil:
		e.Hint = "`authdeck integrations show " + safetext.Line(r.info.ID, 60) + "` tells how it is set up"
	case a.Status == http.StatusUnauthorized:
		e.Hint = "a part of it was done before the token was refused (401), so it was not run again; `authdeck refresh` renews the token"
	case a.Status == http.StatusForbidden:
		e.MissingScopes = r.missingScopes(a)
		e.Hint = r.scopeHint(e.MissingScopes)
	case a.Status >= http.StatusInternalServerError:
		e.Hint = "the API has trouble: try again later"
	case r.action.Name == "":
		e.Hint = "look at the address and the method; the answer's body says more"
	default:
		e.Hint = "look at the parameters: `authdeck actions` describes them"
	}
	return e
}

// missingScopes are those that the answer names, else those that the action declares, without what was granted.
func (r *running) missingScopes(a *integrations.ActionError) []string {
	if r.conn == nil {
		return nil
	}
	wanted := a.Scopes
	if len(wanted) == 0 {
		wanted = r.action.Scopes
	}
	var missing []string
	for _, w := range wanted {
		ways := strings.Split(w, " or ") // either suffices (reference/flowrunner.md §2.3)
		granted := slices.ContainsFunc(ways, func(s string) bool { return slices.Contains(r.used.ScopesGranted, s) })
		if !granted && isScope(ways[0]) && !slices.Contains(missing, ways[0]) {
			missing = append(missing, ways[0])
		}
	}
	return missing
}

// isScope reports whether s is a scope-token of RFC 6749 §3.3.
func isScope(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool { return c <= 0x20 || c == '"' || c == '\\' || c > 0x7e })
}

func (r *running) scopeHint(missing []string) string {
	switch {
	case r.conn == nil || len(missing) == 0:
		return "a scope may be missing: `authdeck show` lists those that were granted"
	case r.info.Scopes.Never:
		return "missing: " + safetext.Line(strings.Join(missing, " "), 200) + "; the scopes are set where the client was made: change them there, then authdeck login " + inShell(r.used.Name)
	}
	line := "authdeck login " + inShell(r.used.Name)
	for _, m := range missing {
		line += " --scope " + inShell(m)
	}
	return "ask for what is missing, the grant stays as it is if you say no: " + safetext.Line(line, 400)
}

// inShell is a word as a shell takes it.
func inShell(word string) string {
	plain := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("_-./:@+,=", c)
	}
	if word != "" && !strings.ContainsFunc(word, func(c rune) bool { return !plain(c) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// scopesOf are the scopes that a sign-in in place asks for: those that were asked for, and what is wanted beside them; nil is the
// integration's default.
func scopesOf(c store.Connection, info integrations.Info, wanted []string) []string {
	have := c.ScopesAsked
	switch {
	case wanted == nil && len(have) == 0:
		return nil
	case len(have) == 0 && len(c.ScopesGranted) > 0:
		have = c.ScopesGranted
	case len(have) == 0:
		have = info.Scopes.Default
	}
	all := slices.Clone(have)
	for _, w := range wanted {
		if !slices.Contains(all, w) {
			all = append(all, w)
		}
	}
	return all
}
