package integrations

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
)

// ElementOf is the element type of Array<T>, Array.<T> and T[], "" for Array alone; isList is false for a type that is no list.
func ElementOf(kind string) (elem string, isList bool) {
	kind = strings.TrimSpace(kind)
	if elem, isList = strings.CutSuffix(kind, "[]"); isList {
		return elem, true
	}
	if len(kind) < len("array") || !strings.EqualFold(kind[:len("array")], "array") {
		return "", false
	}
	rest := strings.TrimLeft(kind[len("array"):], ". ")
	if rest != "" && rest[0] != '<' {
		return "", false
	}
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(rest, "<"), ">")), true
}

// DateOf reads a day, or a moment as pickers and people write it; one without a zone is in UTC.
func DateOf(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// JSONOf reads one JSON value with nothing behind it; its numbers are json.Number.
func JSONOf(text string) (v any, ok bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil, false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, false
	}
	return v, true
}

// TextOf is a value as one would type it: a text as it is, "" for none, else JSON.
func TextOf(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case json.Number:
		return x.String()
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// OptionOf reads one of Param.Options: a value alone, whose label is its text, or an object of value and label.
func OptionOf(o any) (value any, label string) {
	if m, ok := o.(map[string]any); ok {
		o, label = m["value"], TextOf(m["label"])
	}
	if label == "" {
		label = TextOf(o)
	}
	return o, label
}
