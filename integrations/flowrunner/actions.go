package flowrunner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner/annotation"
	"authdeck/internal/safetext"
	"authdeck/oauthflow"
)

// ActionCount is the number of its actions.
func (s *Service) ActionCount() int { return max(0, s.record.Actions) }

// Actions lists what a user may run (§2.3); none where the text cannot be read any more.
func (s *Service) Actions() []integrations.Action {
	read, err := s.whole()
	if err != nil {
		return nil
	}
	list := []integrations.Action{}
	for _, m := range read.Methods {
		if m.Action() {
			list = append(list, s.action(m))
		}
	}
	return list
}

// HiddenAction finds a dictionary, or what makes fields or samples.
func (s *Service) HiddenAction(name string) (integrations.Action, bool) {
	m, ok := s.method(name)
	switch m.Kind { //nolint:exhaustive // SYSTEM methods and triggers are never offered
	case annotation.Dictionary, annotation.SchemaLoader, annotation.SampleLoader:
		return s.action(m), ok
	}
	return integrations.Action{}, false
}

func (s *Service) method(name string) (annotation.Method, bool) {
	read, err := s.whole()
	if err != nil {
		return annotation.Method{}, false
	}
	for _, m := range read.Methods {
		if m.Name == name {
			return m, true
		}
	}
	return annotation.Method{}, false
}

// action is a method as forms and `actions --json` have it.
func (s *Service) action(m annotation.Method) integrations.Action {
	a := integrations.Action{
		Name: m.Name, Label: m.Operation, Description: m.Description, Category: m.Category, Sample: m.Sample,
		SignIn: s.record.Read.RequireOAuth, Params: []integrations.Param{}, Timeout: time.Duration(m.Timeout) * time.Second,
	}
	if a.Label == "" {
		a.Label = m.Name
	}
	if a.Category == "" {
		a.Category = "Other"
	}
	if len(a.Sample) == 0 && m.SampleText != "" {
		if raw, err := json.Marshal(m.SampleText); err == nil {
			a.Sample = raw
		}
	}
	for _, any := range m.Scopes {
		a.Scopes = append(a.Scopes, strings.Join(any, " or "))
	}
	switch m.Kind { //nolint:exhaustive // the others take what their paramDefs say
	case annotation.Dictionary:
		a.Params = dictionaryParams
		return a
	case annotation.SchemaLoader, annotation.SampleLoader:
		a.Params, a.Reads = dictionaryParams[2:], s.reads
		return a
	}
	for _, p := range m.Params {
		a.Params = append(a.Params, s.param(p, 0))
	}
	if m.SampleFrom != nil {
		a.SampleFrom, a.SampleNeeds = m.SampleFrom.Method, m.SampleFrom.DependsOn
	}
	return a
}

// dictionaryParams are the members of the one object that a dictionary gets (§8.1).
var dictionaryParams = []integrations.Param{
	{Name: "search", Label: "Search", Type: "String", Text: plain},
	{Name: "cursor", Label: "Cursor", Type: "String", Text: plain},
	{Name: "criteria", Label: "Criteria", Type: "Object", Text: integrations.JSONOf},
	{Name: "payload", Label: "All of them in one object", Type: "Object", Text: integrations.JSONOf},
}

// param is one as forms have it, with the members of its type; depth is how many types it stands in.
func (s *Service) param(p annotation.Param, depth int) integrations.Param {
	out := integrations.Param{
		Name: p.Name, Label: p.Label, Description: p.Description, Type: p.Type, Required: p.Required, Default: p.Default,
		Dictionary: p.Dictionary, DependsOn: p.DependsOn, Fields: p.SchemaLoader, Freeform: p.Freeform, Members: s.members(p.Type, depth),
		Text: func(text string) (any, bool) { return fromText(p, text) },
	}
	if out.Label == "" {
		out.Label = p.Name
	}
	if out.Type == "" {
		out.Type = "String"
	}
	if out.Type == "FilesUploadOptions" {
		out.Members = uploadMembers(p.Include)
		asksScope := len(p.Include) == 0 || slices.Contains(p.Include, "scope")
		if out.Default == nil && asksScope {
			out.Default = `{"scope":"FLOW"}` // what a form that shows it and leaves it alone hands over
		}
	}
	_, isArray := integrations.ElementOf(p.Type)
	out.Multiple = isArray && p.Dictionary != ""
	if c := p.Component; c != nil {
		out.Widget, out.Min, out.Max, out.Step, out.Language = c.Type, decimal(c.Min), decimal(c.Max), decimal(c.Step), c.Language
		out.Multiple = out.Multiple || c.Options.Multiple || c.Type == "MULTI_SELECT_DROPDOWN" || isArray && len(c.Options.Values) > 0
		if c.Type == "FILE_SELECTOR" {
			out.Text = s.h.handed
		}
		for _, v := range c.Options.Values {
			if v.Label == v.Value {
				out.Options = append(out.Options, v.Value)
				continue
			}
			out.Options = append(out.Options, map[string]any{"label": v.Label, "value": v.Value})
		}
	}
	return out
}

// RunAction calls a method: an action, a dictionary or a loader.
func (s *Service) RunAction(ctx context.Context, r integrations.ActionRequest) (integrations.ActionResult, error) {
	var out integrations.ActionResult
	m, ok := s.method(r.Action)
	if _, hidden := s.HiddenAction(r.Action); !ok || !m.Action() && !hidden {
		return out, fmt.Errorf("%w: %s", integrations.ErrUnknownAction, safetext.Line(r.Action, 64))
	}
	args, undefined, err := arguments(m, r.Params)
	if err != nil {
		return out, err
	}
	return s.perform(ctx, m, r, args, undefined)
}

// actionFailed makes of what the service threw an answer of the provider's.
func actionFailed(m annotation.Method, kept integrations.Kept, got came, err error) error {
	var thrown *ThrownError
	if !errors.As(err, &thrown) {
		return err
	}
	e := &integrations.ActionError{Status: thrown.Status, Message: thrown.Error()}
	last := worst(got.errors)
	if last != nil {
		e.RetryAfter = last.RetryAfter
		if e.Status == 0 {
			e.Status = last.Status
		}
	}
	if n := len(got.console); n > 0 && e.Message == "" {
		e.Message = got.console[n-1]
	}
	if e.Message == "" {
		e.Message = "it threw an error without words"
	}
	e.Unauthorized = refusedWhole(got, e.Status)
	if e.Status == http.StatusForbidden {
		e.Scopes = missing(m, kept, got)
	}
	return e
}

// missing are the scopes that a 403 names (RFC 6750 §3.1), else those that the method says it needs and that were not granted.
func missing(m annotation.Method, kept integrations.Kept, got came) []string {
	for _, x := range got.exchanges {
		if named, _ := oauthflow.MissingScopes(x.ResponseHeader); x.Status == http.StatusForbidden && len(named) > 0 {
			return named[:min(len(named), 50)]
		}
	}
	granted := kept.ScopesGranted
	if granted == nil {
		granted = kept.ScopesAsked
	}
	var out []string
	for _, any := range m.Scopes {
		if granted != nil && !slices.ContainsFunc(any, func(s string) bool { return slices.Contains(granted, s) }) {
			out = append(out, any[0])
		}
	}
	return out
}

// refusedWhole reports whether a run was refused for its token and may be made again (§3.5): a 401 came, and every exchange
// was a 401 or a GET.
func refusedWhole(got came, status int) bool {
	refused := status == http.StatusUnauthorized && len(got.answered) == 0
	for i, answered := range got.answered {
		switch {
		case answered == http.StatusUnauthorized:
			refused = true
		case got.methods[i] != http.MethodGet:
			return false
		}
	}
	return refused
}

// arguments are the values in the order of the paramDefs, as many as there are (§4); a dictionary and a loader get one
// object (§8). undefined are the places of those that were not given.
func arguments(m annotation.Method, given map[string]any) (args []any, undefined []int, err error) {
	switch m.Kind { //nolint:exhaustive // the others take what their paramDefs say
	case annotation.Dictionary:
		one, err := dictionaryArgument(given)
		return []any{one}, nil, err
	case annotation.SchemaLoader, annotation.SampleLoader:
		one, err := dictionaryArgument(given)
		return []any{map[string]any{"criteria": one["criteria"]}}, nil, err
	}
	var names []string
	for i, p := range m.Params {
		names = append(names, p.Name)
		v, ok := given[p.Name]
		if !ok {
			if p.Required {
				return nil, nil, fmt.Errorf("%w: %s is missing", integrations.ErrBadParams, safetext.Line(p.Name, 60))
			}
			undefined = append(undefined, i)
		}
		args = append(args, v)
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(names, name) {
			return nil, nil, fmt.Errorf("%w: there is no parameter %s; there are: %s", integrations.ErrBadParams, safetext.Line(name, 60), safetext.Line(strings.Join(names, ", "), 200))
		}
	}
	return args, undefined, nil
}

// dictionaryArgument takes the members by name, or all of them as payload. criteria is an object in every case.
func dictionaryArgument(given map[string]any) (map[string]any, error) {
	one := map[string]any{}
	if payload, ok := given["payload"]; ok {
		object, isObject := payload.(map[string]any)
		if !isObject {
			return nil, fmt.Errorf("%w: payload is a JSON object", integrations.ErrBadParams)
		}
		maps.Copy(one, object)
	}
	for name, v := range given {
		if name != "payload" {
			one[name] = v
		}
	}
	if criteria, ok := one["criteria"]; ok && criteria != nil {
		if _, isObject := criteria.(map[string]any); !isObject {
			return nil, fmt.Errorf("%w: criteria is a JSON object", integrations.ErrBadParams)
		}
	} else {
		one["criteria"] = map[string]any{}
	}
	return one, nil
}

// fileLinks replaces the addresses of files that the service kept here by where they lie.
func fileLinks(got came) json.RawMessage {
	text := string(got.result)
	for address, path := range got.uploads {
		text = strings.ReplaceAll(text, address, fileURL(path))
	}
	return json.RawMessage(text)
}

var (
	_ integrations.ActionRunner = (*Service)(nil)
	_ integrations.Hider        = (*Service)(nil)
	_ integrations.Counter      = (*Service)(nil)
	_ integrations.Opener       = (*Service)(nil)
)
