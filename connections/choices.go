package connections

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"authdeck/integrations"
	"authdeck/internal/safetext"
)

// ChoicesRequest asks a dictionary for one page of choices.
type ChoicesRequest struct {
	Connection string // or the integration, as in RunRequest
	Dictionary string // Param.Dictionary
	Search     string
	Cursor     string         // Choices.Cursor of the page before, as it is
	Criteria   map[string]any // values of the parameters that Param.DependsOn names
}

// Choices is one page of them.
type Choices struct {
	Items  []Choice
	Cursor string // asks for the next page, "" after the last; opaque
}

// Choice is one of a dictionary's. Its texts are one safe line each.
type Choice struct {
	Value       any // to hand over, with its JSON type; numbers are json.Number
	Label, Note string
}

// LoadRequest asks what makes the fields of an Object (Param.Fields) or a sample result (Action.SampleFrom).
type LoadRequest struct {
	Connection string
	Loader     string
	Criteria   map[string]any
}

// Choices calls a dictionary: with a live token, one refresh and one replay after a 401, and without a line of history. What it
// answers is read leniently: an array alone, plain values, name and id for label and value.
func (s *Service) Choices(ctx context.Context, r ChoicesRequest) (Choices, error) {
	params := map[string]any{}
	if r.Search != "" {
		params["search"] = r.Search
	}
	if r.Cursor != "" {
		params["cursor"] = cursorValue(r.Cursor)
	}
	raw, _, err := s.load(ctx, r.Connection, r.Dictionary, params, r.Criteria)
	if err != nil {
		return Choices{}, err
	}
	v, err := loaded(raw, r.Dictionary)
	if err != nil {
		return Choices{}, err
	}
	return choicesOf(v, r.Dictionary)
}

// Fields calls a schema loader in the same way. None is a loader's way to say that there are no fields.
func (s *Service) Fields(ctx context.Context, r LoadRequest) ([]integrations.Param, error) {
	raw, loader, err := s.load(ctx, r.Connection, r.Loader, nil, r.Criteria)
	if err != nil {
		return nil, err
	}
	v, err := loaded(raw, r.Loader)
	if err != nil {
		return nil, err
	}
	list, err := paramsOf(v, r.Loader)
	for i, p := range list {
		if loader.Reads != nil {
			list[i] = loader.Reads(p)
		}
	}
	return list, err
}

// Sample calls a sample loader in the same way. It may cost a request to the provider: call it when a person asks for it.
func (s *Service) Sample(ctx context.Context, r LoadRequest) (json.RawMessage, error) {
	raw, _, err := s.load(ctx, r.Connection, r.Loader, nil, r.Criteria)
	return raw, err
}

// load runs a hidden action and returns its result, null for none, and what it is.
func (s *Service) load(ctx context.Context, connection, name string, params, criteria map[string]any) (json.RawMessage, integrations.Action, error) {
	if params == nil {
		params = map[string]any{}
	}
	if len(criteria) > 0 {
		params["criteria"] = criteria
	}
	run, err := s.prepare(ctx, RunRequest{Connection: connection, Action: name, Params: params})
	if err != nil {
		return nil, integrations.Action{}, err
	}
	if err := run.explain(run.pages(ctx, "", 1)); err != nil {
		return nil, integrations.Action{}, err
	}
	s.keepReached(context.WithoutCancel(ctx), run)
	if len(bytes.TrimSpace(run.result.Result)) == 0 {
		return json.RawMessage("null"), run.action, nil
	}
	return run.result.Result, run.action, nil
}

// What is read of an answer: more than a person looks through, and less than freezes a form.
const (
	loadedMost  = 8 << 20 // bytes
	choicesMost = 20_000  // of one page; the rest is left out, a search finds it
	fieldsMost  = 1000
)

// loaded is the value of an answer.
func loaded(raw json.RawMessage, name string) (any, error) {
	if len(raw) > loadedMost {
		return nil, badAnswer(name, "more than 8 MiB")
	}
	v, ok := integrations.JSONOf(string(raw))
	if !ok {
		return nil, badAnswer(name, "no JSON")
	}
	return v, nil
}

func badAnswer(name, what string) error {
	return &Error{
		Kind: KindAction, Message: safetext.Line(name, 60) + " answered " + what,
		Hint: "a value can be typed all the same; `authdeck run` shows the answer",
	}
}

// otherCursor begins a cursor that is no text: the JSON of it follows, so that it goes back as it came.
const otherCursor = "\x00json:"

func cursorValue(cursor string) any {
	if text, ok := strings.CutPrefix(cursor, otherCursor); ok {
		if v, ok := integrations.JSONOf(text); ok {
			return v
		}
	}
	return cursor
}

func cursorText(v any) string {
	switch x := v.(type) {
	case nil, bool:
		return ""
	case string:
		return x
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return otherCursor + string(raw)
}

// choicesOf reads what a dictionary answered.
func choicesOf(v any, name string) (Choices, error) {
	var out Choices
	list, ok := v.([]any)
	if m, isObject := v.(map[string]any); isObject {
		list, ok = m["items"].([]any)
		ok = ok || m["items"] == nil && len(m) == 0
		out.Cursor = cursorText(m["cursor"])
	}
	if !ok && v != nil {
		return Choices{}, badAnswer(name, "no list of items")
	}
	for _, item := range list {
		if c, ok := choiceOf(item); ok && len(out.Items) < choicesMost {
			out.Items = append(out.Items, c)
		}
	}
	return out, nil
}

func choiceOf(item any) (Choice, bool) {
	m, isObject := item.(map[string]any)
	if !isObject {
		if item == nil {
			return Choice{}, false
		}
		return Choice{Value: item, Label: shownText(item)}, true
	}
	value, there := firstOf(m, "value", "id", "key")
	label, labelled := firstOf(m, "label", "name", "title")
	switch {
	case !there && !labelled:
		return Choice{}, false
	case !there:
		value = label
	}
	note, _ := firstOf(m, "note", "description")
	c := Choice{Value: value, Label: shownText(label), Note: shownText(note)}
	if c.Label == "" {
		c.Label = shownText(value)
	}
	return c, true
}

// firstOf is the first of these members that is there and not null.
func firstOf(m map[string]any, names ...string) (any, bool) {
	for _, n := range names {
		if v, ok := m[n]; ok && v != nil {
			return v, true
		}
	}
	return nil, false
}

func shownText(v any) string {
	if v == nil {
		return ""
	}
	return safetext.Line(integrations.TextOf(v), 200)
}

// paramsOf reads what a schema loader answered: an array of objects like paramDefs, whose odd members are left out.
func paramsOf(v any, name string) ([]integrations.Param, error) {
	if m, ok := v.(map[string]any); ok {
		v, _ = firstOf(m, "fields", "items", "params")
		if v == nil && len(m) > 0 {
			return nil, badAnswer(name, "no list of fields")
		}
	}
	if v == nil {
		return nil, nil
	}
	list, ok := v.([]any)
	if !ok {
		return nil, badAnswer(name, "no list of fields")
	}
	if len(list) > fieldsMost {
		return nil, badAnswer(name, "more than 1000 fields")
	}
	var out []integrations.Param
	seen := map[string]bool{}
	for _, item := range list {
		m, _ := item.(map[string]any)
		p := paramOf(m)
		if p.Name == "" || seen[p.Name] {
			continue
		}
		seen[p.Name] = true
		out = append(out, p)
	}
	return out, nil
}

func paramOf(m map[string]any) integrations.Param {
	text := func(from map[string]any, name string) string {
		v, _ := from[name].(string)
		return v
	}
	ui, _ := m["uiComponent"].(map[string]any)
	options, _ := ui["options"].(map[string]any)
	p := integrations.Param{
		Name: text(m, "name"), Label: shownText(m["label"]), Description: safetext.Block(text(m, "description"), 2000),
		Type: text(m, "type"), Dictionary: text(m, "dictionary"), Fields: text(m, "schemaLoader"), Widget: text(ui, "type"),
		Language: text(ui, "language"), Required: m["required"] == true, Freeform: m["freeform"] == true,
		Multiple: options["multiple"] == true || options["multiselect"] == true,
		Min:      numberIn(ui["min"], options["min"]), Max: numberIn(ui["max"], options["max"]), Step: numberIn(ui["step"], options["step"]),
	}
	if p.Label == "" {
		p.Label = safetext.Line(p.Name, 200)
	}
	if p.Type == "" {
		p.Type = "String"
	}
	p.Default, _ = firstOf(m, "defaultValue", "default")
	p.Options, _ = options["values"].([]any)
	if p.Options == nil {
		p.Options, _ = m["options"].([]any)
	}
	switch depends := m["dependsOn"].(type) {
	case string:
		p.DependsOn = []string{depends}
	case []any:
		for _, d := range depends {
			if name, ok := d.(string); ok {
				p.DependsOn = append(p.DependsOn, name)
			}
		}
	}
	return p
}

func numberIn(values ...any) json.Number {
	for _, v := range values {
		if _, ok := numeric(v); ok {
			return json.Number(strings.TrimSpace(fmt.Sprint(v)))
		}
	}
	return ""
}
