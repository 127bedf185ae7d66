package manifest

import (
	"encoding/json"
	"fmt"

	"authdeck/integrations"
	"authdeck/integrations/manifest/template"
	"authdeck/internal/safetext"
	"authdeck/oauthflow"
)

// HiddenAction finds a dictionary, or what the service does not list ([integrations.Hider]).
func (r runner) HiddenAction(name string) (integrations.Action, bool) {
	if d, ok := r.i.spec.Dicts[name]; ok {
		return d.action(name), true
	}
	return r.hiddenOfService(name)
}

// action is a dictionary as it is run by name.
func (d dictSpec) action(name string) integrations.Action {
	criteria := integrations.Param{Name: "criteria", Label: "Criteria", Type: "Object", Freeform: true}
	out := integrations.Action{
		Name: name, Label: name, Description: "Tells further parameters", Category: "Dictionaries", Scopes: d.Scopes,
		SignIn: d.SignIn == nil || *d.SignIn, Params: []integrations.Param{criteria},
	}
	if d.Params == nil {
		out.Description = "Lists choices"
		out.Params = []integrations.Param{
			{Name: "search", Label: "Search", Type: "String"}, {Name: "cursor", Label: "Cursor", Type: "String"}, criteria,
		}
	}
	return out
}

// spec is a dictionary's call as that of an action.
func (d dictSpec) spec() actionSpec {
	a := actionSpec{Request: d.Request, Scopes: d.Scopes, SignIn: d.SignIn}
	a.Response.OKWhen = d.OKWhen
	return a
}

// vars checks what a dictionary is given and makes variables of it. What is empty is not set.
func (d dictSpec) vars(given map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for _, name := range sorted(given) {
		v := given[name]
		switch {
		case name == "criteria":
			object, ok := typed("Object", v)
			if v != nil && v != "" && !ok {
				return nil, badParam("criteria must be a JSON object")
			}
			if members, isObject := object.(map[string]any); isObject {
				filled := map[string]any{}
				for name, v := range members {
					if v != "" {
						filled[name] = v
					}
				}
				out[name] = filled
			}
		case (name == "search" || name == "cursor") && d.Params == nil:
			text, ok := typed("String", v)
			if v != nil && !ok {
				return nil, badParam("%s must be text", name)
			}
			if v != nil && text != "" {
				out[name] = text
			}
		case d.Params == nil:
			return nil, badParam("unknown parameter %s; there are search, cursor, criteria", safetext.Line(name, 60))
		default:
			return nil, badParam("unknown parameter %s; there is criteria", safetext.Line(name, 60))
		}
	}
	return out, nil
}

const (
	dictionaryMost = 8 << 20 // bytes of an answer of a dictionary
	choicesMost    = 20_000  // of one page; nobody looks through more, and a search finds the rest
)

// choice is an item of a dictionary's result.
type choice struct {
	Label string `json:"label"`
	Value any    `json:"value"`
	Note  string `json:"note,omitempty"`
}

// result turns an answer into what a picker reads: {items: [{label, value, note}], cursor}, or with params the list as it came.
func (d dictSpec) result(got reply) (json.RawMessage, error) {
	path := d.Items
	if d.Params != nil {
		path = *d.Params
	}
	if len(got.body) > dictionaryMost {
		return nil, &integrations.ActionError{Status: got.answer.Status, Message: "the answer is larger than 8 MiB, the limit of a dictionary"}
	}
	raw, ok := oauthflow.PathRaw(got.body, path)
	items, isList := elements(raw)
	switch {
	case ok && got.isJSON && string(raw) == "null":
		raw, items = json.RawMessage("[]"), func(func(json.RawMessage) bool) {}
	case !got.isJSON || !ok || !isList:
		return nil, &integrations.ActionError{Status: got.answer.Status, Message: fmt.Sprintf("the answer has no list at %q", safetext.Line(path, 60))}
	}
	if d.Params != nil {
		return raw, nil
	}
	out := struct {
		Items  []choice `json:"items"`
		Cursor any      `json:"cursor"`
	}{Items: []choice{}}
	for item := range items {
		if len(out.Items) == choicesMost {
			break
		}
		var v any
		if decodeText(string(item), &v) != nil {
			continue
		}
		c := choice{Value: v}
		if d.Value != "" {
			c.Value, _ = oauthflow.Path(v, d.Value)
		}
		if c.Value == nil {
			continue // nothing to hand over
		}
		c.Label, c.Note = at(v, d.Label), at(v, d.Note)
		if c.Label == "" {
			c.Label = template.Text(c.Value)
		}
		out.Items = append(out.Items, c)
	}
	if v, ok := got.value(d.Cursor); ok && d.Cursor != "" && v != nil && v != "" && v != false {
		out.Cursor = template.Text(v)
	}
	return json.Marshal(out)
}

// at is the text at a path of an item, "" without a path.
func at(item any, path string) string {
	if path == "" {
		return ""
	}
	v, _ := oauthflow.Path(item, path)
	return template.Text(v)
}
