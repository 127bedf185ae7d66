package connections

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/oauthflow"
	"authdeck/store"
)

// runTime bounds a page of an action that names no time of its own, its replay and the waits for its host included.
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

// AllPages asks for every page there is, as far as pagesMost and resultMost let it.
const AllPages = -1

// RunRequest runs one action with a live token.
type RunRequest struct {
	Connection, Action string
	Params             map[string]any    // as they are to be handed over
	Texts              map[string]string // what a person typed for others; each is made into what its parameter wants
	DryRun             bool
	Page               string // Next of a result before; "" is the first page
	Pages              int    // how many at most; 0 is one, AllPages all
	// Wait is how long a host that asks for it (429 with Retry-After) may be waited for in all; 0: not at all.
	Wait time.Duration
	// Progress is told of each step, by the goroutine that called Run and before the step begins; nil if nobody listens.
	Progress func(RunProgress)
}

// RunStage is what a run does at a moment.
type RunStage string

// The stages.
const (
	StageRunning    RunStage = "running"
	StageRefreshing RunStage = "refreshing" // the token, before the action or after a 401
	StageWaiting    RunStage = "waiting"    // for the host, until Until
)

// RunProgress is a step of a run.
type RunProgress struct {
	Stage RunStage
	Page  int       // from 1
	Until time.Time // of StageWaiting, wall time
}

// RunResult is what came of it; also returned beside an error of the run, with what there was until then.
type RunResult struct {
	// Result is the answer. Of several pages that are lists it is one list; of several other ones, the list of them.
	Result    json.RawMessage
	Duration  time.Duration // of the exchanges and the action's own work, waits not included
	Began     time.Time     // wall time
	Exchanges []oauthflow.Exchange
	Status    int      // of the last exchange, 0 if there was none
	Console   []string // lines that the action printed, safe
	Pages     int      // that came
	Next      string   // what asks for the page after the last one that came, "" if there is none
	// Body is the answer as it came where it is neither JSON nor text (of the last page); BodyType is its media type.
	Body     []byte
	BodyType string
}

// Run runs it: a 401 leads to one refresh and one replay of the page that met it, a 429 to a wait if the request allows it. What
// breaks a rule of a parameter is refused before anything is sent (KindUsage with Error.Fields). Connection may name an integration
// whose action needs no sign-in. What came of it is kept ([Service.PastRuns]), but of a dry run.
//
// A run that is cancelled makes no further request; a refresh that has begun is finished, and its answer kept.
func (s *Service) Run(ctx context.Context, r RunRequest) (RunResult, error) {
	run, err := s.prepare(ctx, r)
	if err != nil {
		return RunResult{}, err
	}
	err = run.pages(ctx, r.Page, r.Pages)
	if !r.DryRun {
		run.record(context.WithoutCancel(ctx), "action", run.name, err)
	}
	told := run.explain(err)
	if !r.DryRun {
		s.keepRun(context.WithoutCancel(ctx), run, r, told)
		s.keepReached(context.WithoutCancel(ctx), run)
	}
	return run.result, told
}

// prepare finds what is to be run, and refuses what cannot be.
func (s *Service) prepare(ctx context.Context, r RunRequest) (*running, error) {
	c, integ, err := s.target(ctx, r.Connection)
	if err != nil {
		return nil, err
	}
	runner, action, err := findAction(integ, r.Action)
	if err != nil {
		return nil, err
	}
	params, err := checked(action, r)
	if err != nil {
		return nil, err
	}
	run := &running{
		s: s, integ: integ, info: integ.Info(), conn: c, action: action, dry: r.DryRun, wait: r.Wait, progress: r.Progress,
		name: safetext.Line(strings.ReplaceAll(action.Name, ":", " "), 64), limit: max(runTime, 2*action.Timeout+time.Minute), params: params,
	}
	if c == nil && action.SignIn {
		return nil, &Error{
			Kind: KindSignIn, Message: fmt.Sprintf("%s needs a connection of %s", run.name, quote(r.Connection)),
			Hint: "authdeck login " + safetext.Line(r.Connection, 60),
		}
	}
	if run.cfg, err = s.configOf(ctx, run.info, c); err != nil {
		return nil, err
	}
	run.send = func(ctx context.Context, kept integrations.Kept, page string) (integrations.ActionResult, error) {
		return runner.RunAction(ctx, integrations.ActionRequest{
			Config: run.cfg, Kept: kept, Action: action.Name, Params: params, Page: page, DryRun: r.DryRun,
		})
	}
	return run, nil
}

func (s *Service) configOf(ctx context.Context, info integrations.Info, c *store.Connection) (integrations.Config, error) {
	var captured map[string]string
	if c != nil {
		captured = c.Config
	}
	return s.fullConfig(ctx, info, captured)
}

// checked are the values of the parameters, or the error that names each rule that is broken.
func checked(a integrations.Action, r RunRequest) (map[string]any, error) {
	values, wrong := typed(a, r.Params, r.Texts, true)
	broken := check(a, r.Texts, values, wrong)
	if len(broken) == 0 {
		return values, nil
	}
	words := make([]string, len(broken))
	for i, b := range broken {
		words[i] = b.Error()
	}
	hint := "`authdeck actions` lists the parameters; nothing was sent"
	if names := strangers(a, r); names != "" {
		hint = "it has no parameter " + names + "; " + hint
	}
	return nil, &Error{
		Kind: KindUsage, Message: strings.Join(words, "; "), Hint: hint,
		Err: integrations.ErrBadParams, Fields: broken,
	}
}

// strangers are the names that were given and that the action does not have: most often one that is missing, spelled otherwise.
func strangers(a integrations.Action, r RunRequest) string {
	var names []string
	names = slices.AppendSeq(names, maps.Keys(r.Texts))
	names = slices.AppendSeq(names, maps.Keys(r.Params))
	names = slices.DeleteFunc(names, func(name string) bool {
		return slices.ContainsFunc(a.Params, func(p integrations.Param) bool { return p.Name == name })
	})
	slices.Sort(names)
	return safetext.Line(strings.Join(names, ", "), 200)
}

// findAction finds one by name; an unknown one is answered with the nearest.
func findAction(integ integrations.Integration, name string) (integrations.ActionRunner, integrations.Action, error) {
	id := safetext.Line(integ.Info().ID, 60)
	runner, ok := integ.(integrations.ActionRunner)
	if !ok {
		return nil, integrations.Action{}, &Error{Kind: KindUnsupported, Message: id + " has no actions", Hint: "`authdeck request` makes calls of your own"}
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

// ActionUse reads an event of an action: its name, and what came of it ("200 in 1ms", or the error's words, which may hold
// colons). Both are "" for other events.
func ActionUse(e store.Event) (name, result string) {
	if e.Event != "action" {
		return "", ""
	}
	name, result, _ = strings.Cut(e.Detail, ": ")
	return name, result
}
