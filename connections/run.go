package connections

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/oauthflow"
	"authdeck/store"
)

// runTime bounds an action that names no time of its own, its replay included.
const runTime = 5 * time.Minute

// Actions of a connection or an integration.
func (s *Service) Actions(ctx context.Context, ref string) ([]integrations.Action, error) {
	_, integ, err := s.target(ctx, ref)
	if err != nil {
		return nil, err
	}
	if r, ok := integ.(integrations.ActionRunner); ok {
		return r.Actions(), nil
	}
	return nil, nil
}

// target finds a connection with its integration, or an integration alone (then the connection is nil).
func (s *Service) target(ctx context.Context, ref string) (*store.Connection, integrations.Integration, error) {
	c, err := s.find(ctx, ref)
	if err == nil {
		integ, err := s.integration(ctx, c.Integration)
		return &c, integ, err
	}
	var e *Error
	if !errors.As(err, &e) || e.Kind != KindNotFound {
		return nil, nil, err
	}
	integ, err := s.integration(ctx, ref)
	if errors.Is(err, integrations.ErrNotFound) {
		return nil, nil, &Error{
			Kind: KindNotFound, Message: "there is no connection and no integration " + quote(ref),
			Hint: "`authdeck list` and `authdeck integrations list` name what there is", Err: err,
		}
	}
	return nil, integ, err
}

// RunRequest runs one action with a live token.
type RunRequest struct {
	Connection, Action string
	Params             map[string]any    // as they are to be handed over
	Texts              map[string]string // what a person typed for others; each is made into what its parameter wants
	DryRun             bool
}

// RunResult is what came of it; also returned beside a KindAction error.
type RunResult struct {
	Result    json.RawMessage
	Duration  time.Duration
	Exchanges []oauthflow.Exchange
	Status    int      // of the last exchange, 0 if there was none
	Console   []string // lines that the action printed, safe
}

// Run runs it: a 401 leads to one refresh and one replay. Connection may name an integration whose action needs no sign-in.
func (s *Service) Run(ctx context.Context, r RunRequest) (RunResult, error) {
	c, integ, err := s.target(ctx, r.Connection)
	if err != nil {
		return RunResult{}, err
	}
	runner, action, err := findAction(integ, r.Action)
	if err != nil {
		return RunResult{}, err
	}
	params, err := typed(action, r)
	if err != nil {
		return RunResult{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, max(runTime, 2*action.Timeout+time.Minute))
	defer cancel()
	run := running{s: s, runner: runner, name: safetext.Line(strings.ReplaceAll(action.Name, ":", " "), 64), req: integrations.ActionRequest{Action: action.Name, Params: params, DryRun: r.DryRun}}
	var captured map[string]string
	switch {
	case c != nil:
		captured = c.Config
	case action.SignIn:
		return RunResult{}, &Error{
			Kind: KindSignIn, Message: fmt.Sprintf("%s needs a connection of %s", run.name, quote(r.Connection)),
			Hint: "authdeck login " + safetext.Line(r.Connection, 60),
		}
	}
	if run.req.Config, err = s.fullConfig(ctx, integ.Info(), captured); err != nil {
		return RunResult{}, err
	}
	if c == nil || r.DryRun {
		if c != nil {
			run.req.Kept = kept(*c)
		}
		err := run.once(ctx)
		return run.result, run.explain(err)
	}
	return run.live(ctx, *c)
}

// findAction finds one by name; an unknown one is answered with the nearest.
func findAction(integ integrations.Integration, name string) (integrations.ActionRunner, integrations.Action, error) {
	id := safetext.Line(integ.Info().ID, 60)
	runner, ok := integ.(integrations.ActionRunner)
	if !ok {
		return nil, integrations.Action{}, &Error{Kind: KindUnsupported, Message: id + " has no actions", Hint: "`authdeck request` will make calls of your own; it is not built yet"}
	}
	list := runner.Actions()
	names := make([]string, len(list))
	for i, a := range list {
		if a.Name == name {
			return runner, a, nil
		}
		names[i] = a.Name
	}
	if h, ok := integ.(integrations.Hider); ok {
		if a, found := h.HiddenAction(name); found {
			return runner, a, nil
		}
	}
	e := &Error{
		Kind: KindNotFound, Message: fmt.Sprintf("%s has no action %s", id, quote(name)),
		Hint: "`authdeck actions " + id + "` lists what there is", Err: integrations.ErrUnknownAction,
	}
	if near := nearest(name, names); near != "" {
		e.Hint = "did you mean " + safetext.Line(near, 60) + "? " + e.Hint
	}
	return nil, integrations.Action{}, e
}

// running is one action under way, over both of its tries.
type running struct {
	s      *Service
	runner integrations.ActionRunner
	name   string
	req    integrations.ActionRequest
	result RunResult
}

// once runs the action with the token in req.
func (r *running) once(ctx context.Context) error {
	a, err := r.runner.RunAction(ctx, r.req)
	r.result.Result = a.Result
	r.result.Duration += a.Duration
	r.result.Exchanges = append(r.result.Exchanges, a.Exchanges...)
	r.result.Console = append(r.result.Console, a.Console...)
	if n := len(a.Exchanges); n > 0 {
		r.result.Status = a.Exchanges[n-1].Status
	}
	return err
}

// live runs the action with a token of the connection, and keeps a line of history.
func (r *running) live(ctx context.Context, c store.Connection) (RunResult, error) {
	used, _, err := r.s.acquire(ctx, c, -1)
	if err != nil {
		if c.Health.Trouble != store.TroubleDead || c.Grant.Lifetime == store.LifetimeKnown || c.Grant.AccessToken.IsZero() {
			return RunResult{}, err
		}
		used = c // only the provider can tell whether this token works again
	}
	r.req.Kept = kept(used)
	err = r.once(ctx)
	if unauthorized(err) {
		used, err = r.again(ctx, used, err)
	}
	r.record(context.WithoutCancel(ctx), used, err)
	return r.result, r.explain(err)
}

// again is the one refresh and the one replay after a 401.
func (r *running) again(ctx context.Context, used store.Connection, first error) (store.Connection, error) {
	if !r.s.hasWay(ctx, used) {
		return used, &Error{
			Kind: KindSignIn, Message: "the API refused the token of " + quote(used.Name) + " (401), and there is no refresh token",
			Hint: "sign in again: authdeck login " + safetext.Line(used.Name, 60), Err: first,
		}
	}
	o := r.s.refresh(ctx, used, want{enough: func(now store.Connection) bool { return grantChanged(used, now) }})
	if errors.Is(o.err, integrations.ErrNothingNew) {
		return o.conn, &Error{
			Kind: KindSignIn, Message: "the API refused the token of " + quote(used.Name) + " (401), and it is not refreshable",
			Hint: "sign in again: authdeck login " + safetext.Line(used.Name, 60), Err: o.err,
		}
	}
	if o.err != nil {
		return o.conn, explain(o.err)
	}
	r.req.Kept = kept(o.conn)
	err := r.once(ctx)
	if unauthorized(err) {
		return o.conn, &Error{
			Kind: KindAction, Message: "the API refused a fresh token as well (401): " + safetext.Line(err.Error(), 200),
			Hint: "the grant may lack a scope, or the API may not be this provider's; `authdeck show " + safetext.Line(used.Name, 60) + "` lists the scopes", Err: err,
		}
	}
	return o.conn, err
}

func unauthorized(err error) bool {
	var a *integrations.ActionError
	return errors.As(err, &a) && a.Unauthorized
}

// ActionUse reads an event of an action: its name, and what came of it ("200 in 1ms", or the error's words, which may hold
// colons). Both are "" for other events.
func ActionUse(e store.Event) (name, result string) {
	if e.Event != "action" {
		return "", ""
	}
	name, result, _ = strings.Cut(e.Detail, ": ")
	return name, result
}

// record writes the history, and what a 401 says of a token that nothing else tells the end of.
func (r *running) record(ctx context.Context, c store.Connection, err error) {
	if err != nil && len(r.result.Exchanges) == 0 && classOf(err) == "" {
		return // refused before anything was sent
	}
	took := r.result.Duration.Round(time.Millisecond)
	e := r.s.event(c, "action", "ok", "%s: %d in %s", r.name, r.result.Status, took)
	if err != nil {
		e.Outcome, e.Detail = "failed", r.name+": "+safetext.Line(err.Error(), 200)
	}
	var x *Error
	endless := c.Grant.RefreshToken.IsZero() && c.Grant.Lifetime != store.LifetimeKnown
	refused := endless && errors.As(err, &x) && x.Kind == KindSignIn && c.Health.Trouble == store.TroubleNone
	works := endless && err == nil && c.Health.Trouble == store.TroubleDead
	var failed error
	if refused || works {
		_, failed = r.s.update(ctx, c, func(c *store.Connection) (store.Write, error) {
			c.Health = store.Health{}
			if refused {
				c.Health = store.Health{Trouble: store.TroubleDead, Reason: "the API refused the token (401)", Since: r.s.now(), Tries: 1}
			}
			return store.Write{Events: []store.Event{e}}, nil
		})
	} else {
		failed = r.s.o.Store.Append(ctx, e)
	}
	if failed != nil {
		r.s.o.Log.Warn("an action was not written to the history", "connection", c.Name, "err", failed)
	}
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
		e := &Error{Kind: KindAction, Message: r.name + " was answered with an error: " + safetext.Line(a.Message, 300), Err: err}
		switch {
		case a.Status == 0:
			e.Message = r.name + " failed: " + safetext.Line(a.Message, 300)
			e.Hint = "`authdeck -v` shows its requests and what it printed"
		case a.RetryAfter > 0:
			e.Hint = "the API asks to wait for " + span(a.RetryAfter)
		case a.Status == 401:
			e.Hint = "a part of it was done before the token was refused (401), so it was not run again; `authdeck refresh` renews the token"
		case a.Status == 403:
			e.Hint = "a scope may be missing: `authdeck show` lists those that were granted"
		case a.Status >= 500:
			e.Hint = "the API has trouble: try again later"
		default:
			e.Hint = "look at the parameters: `authdeck actions` describes them"
		}
		return e
	case errors.Is(err, integrations.ErrBadParams):
		return &Error{Kind: KindUsage, Message: safetext.Line(err.Error(), 300), Hint: "`authdeck actions` lists the parameters", Err: err}
	}
	return explain(fmt.Errorf("run %s: %w", r.name, err))
}
