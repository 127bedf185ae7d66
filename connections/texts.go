package connections

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"authdeck/integrations"
)

// typed are the values of a run, with what a person typed made into what each parameter wants, and the rule that a text broke, by
// name. An empty text is no value, but for a String without rules of its own. A name that the action does not know is handed on: the
// runner says so better. files says whether a file that a text names is read; else its text stands for it.
func typed(a integrations.Action, params map[string]any, texts map[string]string, files bool) (values map[string]any, wrong map[string]string) {
	values, wrong = maps.Clone(params), map[string]string{}
	if values == nil {
		values = map[string]any{}
	}
	for name, text := range texts {
		i := slices.IndexFunc(a.Params, func(p integrations.Param) bool { return p.Name == name })
		if i < 0 || a.Params[i].Widget == widgetFile && !files {
			values[name] = text
			continue
		}
		v, ok := typedText(a.Params[i], text)
		switch {
		case !ok:
			wrong[name] = textRule(a.Params[i])
		case v != nil:
			values[name] = v
		}
	}
	return values, wrong
}

// textRule is the rule that a text broke which is no value of its parameter.
func textRule(p integrations.Param) string {
	if p.Widget == widgetFile {
		return "must be a file of at most 20 MB that can be read, or an address"
	}
	elem, isList := integrations.ElementOf(p.Type)
	if isList || several(p) {
		if elem == "" {
			return "must be a list: JSON, or one element a line"
		}
		return "must be a list of " + kindWords(elem) + ": JSON, or one element a line"
	}
	return "must be " + kindWords(p.Type)
}

func kindWords(kind string) string {
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "string":
		return "text"
	case "number":
		return "a number"
	case "boolean":
		return "true or false"
	case "date":
		return "a date such as 2026-11-25"
	case "object", "filesuploadoptions":
		return "a JSON object"
	}
	return "JSON"
}

// typedText makes the value of a parameter of what a person typed. A nil value with ok is a parameter that is not given.
func typedText(p integrations.Param, text string) (v any, ok bool) {
	if p.Text != nil {
		return p.Text(text)
	}
	elem, isList := integrations.ElementOf(p.Type)
	if !isList && !several(p) {
		if at, ok := integrations.DateOf(text); ok && strings.HasPrefix(p.Widget, "DATE") && strings.EqualFold(p.Type, "number") {
			return json.Number(strconv.FormatInt(at.UnixMilli(), 10)), true
		}
		return scalarText(p.Type, text)
	}
	if !isList {
		elem = p.Type
	}
	trimmed := strings.TrimSpace(text)
	switch {
	case trimmed == "":
		return nil, true
	case strings.HasPrefix(trimmed, "["):
		return integrations.JSONOf(trimmed)
	case strings.EqualFold(elem, "object"):
		v, ok := integrations.JSONOf(trimmed)
		return []any{v}, ok
	}
	list := []any{}
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return c == '\n' || c == ',' }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		v, ok := scalarText(elem, part)
		if !ok {
			return nil, false
		}
		list = append(list, v)
	}
	return list, true
}

func scalarText(kind, text string) (any, bool) {
	kind = strings.ToLower(strings.TrimSpace(kind))
	switch {
	case kind == "", kind == "string":
		return text, true
	case strings.TrimSpace(text) == "":
		return nil, true
	case kind == "date":
		return text, true
	case kind == "boolean":
		return text == "true", text == "true" || text == "false"
	}
	v, ok := integrations.JSONOf(text)
	if kind == "number" {
		_, isNumber := v.(json.Number)
		return v, ok && isNumber
	}
	if !ok && (kind == "any" || kind == "*") {
		return text, true
	}
	return v, ok
}

// Value makes the value of a parameter of what a person typed, as [Service.Run] does; a file that it names is not read. A nil value with
// ok is a parameter that is not given.
func Value(p integrations.Param, text string) (v any, ok bool) {
	if p.Widget == widgetFile {
		return text, true
	}
	return typedText(p, text)
}
