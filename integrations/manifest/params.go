package manifest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"authdeck/integrations"
	"authdeck/integrations/manifest/template"
	"authdeck/internal/safetext"
)

// param is a parameter as `actions --json` and forms have it.
func (p paramSpec) param() integrations.Param {
	ui := p.UIComponent
	out := integrations.Param{
		Name: p.Name, Label: p.Label, Description: p.Description, Type: p.kind(), Required: p.Required,
		Default: p.DefaultValue, Options: p.Options.Values, Widget: ui.Type, Min: ui.Min, Max: ui.Max, Step: ui.Step, Language: ui.Language,
		Multiple: p.multiple(), Dictionary: p.Dictionary, DependsOn: p.DependsOn, Fields: p.SchemaLoader, Freeform: p.Freeform,
	}
	if out.Label == "" {
		out.Label = p.Name
	}
	if elem, isArray := integrations.ElementOf(out.Type); isArray {
		out.Text = func(text string) (any, bool) { return listed(elem, text) }
	}
	return out
}

// kind is the type of the value: of a widget for several choices, an array.
func (p paramSpec) kind() string {
	kind := p.Type
	if kind == "" {
		kind = "String"
	}
	if _, isArray := integrations.ElementOf(kind); p.UIComponent.Type == "MULTI_SELECT_DROPDOWN" && !isArray {
		return "Array<" + kind + ">"
	}
	return kind
}

// multiple reports whether several of the choices are taken.
func (p paramSpec) multiple() bool {
	_, isArray := integrations.ElementOf(p.kind())
	return isArray && (p.UIComponent.Type == "MULTI_SELECT_DROPDOWN" || len(p.Options.Values) > 0 || p.Dictionary != "")
}

// listed makes an array of what a person typed: JSON, or one element a line or comma.
func listed(elem, text string) (any, bool) {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return nil, true
	}
	if strings.HasPrefix(trimmed, "[") || elem == "Object" {
		return array(elem, text)
	}
	var list []any
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return c == '\n' || c == ',' }) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return array(elem, list)
}

// check holds parameters against the action's: names, what is required, types (texts that spell a value of the type are
// turned into it), choices. Errors wrap [integrations.ErrBadParams] and name the parameter. What is not given and has no
// default is left out; so is an empty text.
func (a actionSpec) check(given map[string]any) (map[string]any, error) {
	names := make([]string, len(a.Params))
	for i, p := range a.Params {
		names[i] = p.Name
	}
	for _, name := range sorted(given) {
		if slices.Contains(names, name) {
			continue
		}
		shown := safetext.Line(name, 60)
		switch near := nearest(name, names); {
		case near != "":
			return nil, badParam("unknown parameter %s; did you mean %s?", shown, near)
		case len(names) == 0:
			return nil, badParam("unknown parameter %s; the action takes none", shown)
		}
		return nil, badParam("unknown parameter %s; there are %s", shown, strings.Join(names, ", "))
	}
	out := map[string]any{}
	for _, p := range a.Params {
		v := given[p.Name]
		if v == nil || v == "" {
			v = p.DefaultValue
		}
		if v == nil || v == "" {
			if p.Required {
				return nil, badParam("%s is missing", p.Name)
			}
			continue
		}
		typed, ok := typed(p.kind(), v)
		if !ok {
			return nil, badParam("%s must be %s", p.Name, typeWords(p.kind()))
		}
		if !p.allows(typed) {
			return nil, badParam("%s can be %s", p.Name, orList(p.choices()))
		}
		if rule := p.limits(typed); rule != "" {
			return nil, badParam("%s must %s", p.Name, rule)
		}
		out[p.Name] = typed
	}
	return out, nil
}

func badParam(format string, args ...any) error {
	return fmt.Errorf("%w: %s", integrations.ErrBadParams, fmt.Sprintf(format, args...))
}

// typed turns a value into one of a type.
func typed(kind string, v any) (any, bool) {
	text, isText := v.(string)
	switch kind {
	case "Number":
		return numeric(v)
	case "Boolean":
		if isText && (text == "true" || text == "false") {
			return text == "true", true
		}
		b, ok := v.(bool)
		return b, ok
	case "Object":
		if isText {
			var m map[string]any
			return m, decodeText(text, &m) == nil && m != nil
		}
		m, ok := v.(map[string]any)
		return m, ok
	case "Date":
		return v, isDate(v)
	case "Array", "Array<String>", "Array<Number>", "Array<Object>", "Array<Boolean>", "Array<Date>":
		elem, _ := integrations.ElementOf(kind)
		return array(elem, v)
	}
	switch v.(type) {
	case map[string]any, []any:
		return nil, false
	}
	return template.Text(v), true
}

func numeric(v any) (any, bool) {
	n := json.Number(strings.TrimSpace(template.Text(v)))
	if _, isBool := v.(bool); isBool {
		return nil, false
	}
	if _, err := n.Float64(); err != nil || !json.Valid([]byte(n)) {
		return nil, false
	}
	return n, true
}

func isDate(v any) bool {
	text, ok := v.(string)
	if !ok {
		_, ok = numeric(v)
		return ok
	}
	_, ok = integrations.DateOf(text)
	return ok
}

// array takes a list, or JSON text of one; a text alone counts as a list of one text.
func array(elem string, v any) (any, bool) {
	list, ok := v.([]any)
	if text, isText := v.(string); isText {
		ok = true
		if err := decodeText(text, &list); err != nil || list == nil {
			if elem != "String" || strings.HasPrefix(strings.TrimSpace(text), "[") {
				return nil, false
			}
			list = []any{text}
		}
	}
	if !ok || elem == "" {
		return list, ok
	}
	out := make([]any, len(list))
	for i, e := range list {
		if out[i], ok = typed(elem, e); !ok {
			return nil, false
		}
	}
	return out, true
}

func decodeText(text string, into any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

func typeWords(kind string) string {
	switch kind {
	case "Number":
		return "a number"
	case "Boolean":
		return "true or false"
	case "Object":
		return "a JSON object"
	case "Date":
		return "a date such as 2026-11-25"
	case "String":
		return "text"
	}
	return "a JSON array"
}

// allows holds a value, or each of a list, against the choices.
func (p paramSpec) allows(v any) bool {
	choices := p.choices()
	if len(choices) == 0 || p.Freeform {
		return true
	}
	for _, e := range each(v) {
		if !slices.Contains(choices, template.Text(e)) {
			return false
		}
	}
	return true
}

// each is the elements of a list, or a value alone.
func each(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

func (p paramSpec) choices() []string {
	var out []string
	for _, o := range p.Options.Values {
		if m, ok := o.(map[string]any); ok {
			o = m["value"]
		}
		out = append(out, template.Text(o))
	}
	return out
}
