package flowrunner

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner/annotation"
)

// fromText makes the value of a parameter of what a person typed (§4). A nil value with ok is a parameter that is not given.
func fromText(p annotation.Param, text string) (value any, ok bool) {
	if text == "" {
		return nil, true
	}
	widget := ""
	var choices []annotation.Choice
	several := false
	if p.Component != nil {
		widget, choices = p.Component.Type, p.Component.Options.Values
		several = p.Component.Options.Multiple || widget == "MULTI_SELECT_DROPDOWN"
	}
	kind := strings.TrimSpace(p.Type)
	if elem, isArray := integrations.ElementOf(kind); isArray || several {
		return asArray(text, elem, choices)
	}
	if v, found := chosen(choices, text); found {
		return v, true
	}
	return scalarFrom(kind, widget, text)
}

func scalarFrom(kind, widget, text string) (any, bool) {
	switch strings.ToLower(kind) {
	case "string":
		return stringFrom(widget, text)
	case "number":
		if at, ok := integrations.DateOf(text); ok && strings.HasPrefix(widget, "DATE") {
			return json.Number(jsonMillis(at)), true
		}
		return asNumber(text)
	case "date":
		if at, ok := integrations.DateOf(text); ok {
			return json.Number(jsonMillis(at)), true
		}
		return asNumber(text)
	case "boolean":
		return text == "true", text == "true" || text == "false"
	case "":
		return text, true
	case "any", "*":
		if v, ok := integrations.JSONOf(text); ok {
			return v, true
		}
		return text, true
	case "filesuploadoptions", "object":
		return integrations.JSONOf(text)
	}
	// A typedef, or a type that nobody knows: JSON, and a plain text where it cannot be JSON.
	if v, ok := integrations.JSONOf(text); ok {
		return v, true
	}
	return text, !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[")
}

// stringFrom writes dates as services expect them of a picker: the day, or the moment in UTC with milliseconds.
func stringFrom(widget, text string) (any, bool) {
	at, isDate := integrations.DateOf(text)
	switch {
	case !isDate:
	case widget == "DATE_PICKER" || widget == "DATE":
		return at.Format(time.DateOnly), true
	case widget == "DATE_TIME_PICKER":
		return at.UTC().Format("2006-01-02T15:04:05.000Z"), true
	}
	return text, true
}

func plain(text string) (any, bool) {
	if text == "" {
		return nil, true
	}
	return text, true
}

func asNumber(text string) (any, bool) {
	text = strings.TrimSpace(text)
	v, ok := integrations.JSONOf(text)
	n, isNumber := v.(json.Number)
	return n, ok && isNumber
}

// asArray takes JSON, or one element a line or comma.
func asArray(text, elem string, choices []annotation.Choice) (any, bool) {
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		return integrations.JSONOf(text)
	}
	if v, ok := integrations.JSONOf(text); ok {
		if object, isObject := v.(map[string]any); isObject {
			return []any{object}, true
		}
	}
	if strings.EqualFold(elem, "object") {
		return nil, false
	}
	list := []any{}
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return c == '\n' || c == ',' }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if v, found := chosen(choices, part); found {
			list = append(list, v)
			continue
		}
		v, ok := scalarFrom(elem, "", part)
		if !ok {
			return nil, false
		}
		list = append(list, v)
	}
	return list, true
}

// chosen finds a choice by its value as text, or by what is shown of it.
func chosen(choices []annotation.Choice, text string) (any, bool) {
	for _, c := range choices {
		if c.Label == text || integrations.TextOf(c.Value) == text {
			return c.Value, true
		}
	}
	return nil, false
}

func jsonMillis(at time.Time) string {
	raw, err := json.Marshal(at.UnixMilli())
	if err != nil {
		return "0"
	}
	return string(raw)
}

func fileURL(path string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
}
