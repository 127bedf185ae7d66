package connections

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"authdeck/integrations"
	"authdeck/internal/safetext"
)

// FieldError is a parameter whose value breaks a rule of the action's. Both texts are safe.
type FieldError struct {
	Name string
	Rule string // "is missing", "must be at least 1", …: it reads on after the name
}

func (e FieldError) Error() string { return safetext.Line(e.Name, 60) + " " + e.Rule }

// Check holds what a form has against the rules of an action's parameters, in their order: what is required, the type, the choices
// (unless others are allowed, or a dictionary names them), min, max and step. It does no I/O: a file is looked at by [Service.Run].
// A required parameter with a default is left to the integration, which may fill it in; so is a name that the action does not know.
func Check(a integrations.Action, texts map[string]string, params map[string]any) []FieldError {
	values, wrong := typed(a, params, texts, false)
	return check(a, texts, values, wrong)
}

func check(a integrations.Action, texts map[string]string, values map[string]any, wrong map[string]string) []FieldError {
	var list []FieldError
	for _, p := range a.Params {
		if rule := brokenRule(p, texts, values, wrong); rule != "" {
			list = append(list, FieldError{Name: p.Name, Rule: rule})
		}
	}
	return list
}

func brokenRule(p integrations.Param, texts map[string]string, values map[string]any, wrong map[string]string) string {
	if rule := wrong[p.Name]; rule != "" {
		return rule
	}
	v, given := values[p.Name]
	if text, typed := texts[p.Name]; typed && text == "" {
		given = false
	}
	switch {
	case !given && p.Required && p.Default == nil:
		return "is missing"
	case !given, v == nil, v == "", p.Widget == widgetFile:
		return ""
	}
	if rule := typeRule(p, v); rule != "" {
		return rule
	}
	return limitRule(p, v)
}

// widgetFile hands over a file, whose text is its path.
const widgetFile = "FILE_SELECTOR"

// several reports whether a parameter takes a list whatever its type says.
func several(p integrations.Param) bool { return p.Multiple || p.Widget == "MULTI_SELECT_DROPDOWN" }

// typeRule is the rule of the type that a value breaks, "" if it fits. What an integration can read as a value of the type fits: a
// number as text, a text of one element for a list.
func typeRule(p integrations.Param, v any) string {
	elem, isList := integrations.ElementOf(p.Type)
	if !isList && !several(p) {
		if _, isText := v.(string); p.Dictionary != "" && !isText {
			return "" // a dictionary's value has the type that the provider gave it
		}
		return scalarRule(p.Type, v)
	}
	if !isList {
		elem = p.Type
	}
	list, ok := v.([]any)
	switch v.(type) {
	case string:
		return ""
	case map[string]any:
		return "must be a list"
	}
	if !ok {
		if isList {
			return "must be a list"
		}
		return scalarRule(elem, v)
	}
	for i, e := range list {
		if rule := scalarRule(elem, e); rule != "" {
			return fmt.Sprintf("has an element %d that %s", i+1, rule)
		}
	}
	return ""
}

func scalarRule(kind string, v any) string {
	_, isList := v.([]any)
	_, isObject := v.(map[string]any)
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "string":
		if isList || isObject {
			return "must be text"
		}
	case "number":
		if _, ok := numeric(v); !ok {
			return "must be a number"
		}
	case "boolean":
		if _, ok := v.(bool); !ok && v != "true" && v != "false" {
			return "must be true or false"
		}
	case "object", "filesuploadoptions":
		if text, ok := v.(string); ok && isObjectText(text) {
			return ""
		}
		if !isObject {
			return "must be a JSON object"
		}
	case "date":
		if _, ok := numeric(v); !ok && !isDate(v) {
			return "must be a date such as 2026-11-25"
		}
	}
	return ""
}

func isObjectText(text string) bool {
	var m map[string]json.RawMessage
	return json.Unmarshal([]byte(text), &m) == nil && m != nil
}

func isDate(v any) bool {
	text, _ := v.(string)
	_, ok := integrations.DateOf(text)
	return ok
}

// numeric reads a number exactly; one that has more digits or a larger exponent than any real one counts as none.
func numeric(v any) (*big.Rat, bool) {
	switch v.(type) {
	case bool, nil, []any, map[string]any:
		return nil, false
	}
	text := strings.TrimSpace(integrations.TextOf(v))
	if text == "" || len(text) > 400 || !json.Valid([]byte(text)) {
		return nil, false
	}
	if _, exponent, ok := strings.Cut(strings.ToLower(text), "e"); ok {
		if n, err := strconv.Atoi(exponent); err != nil || n > 400 || n < -400 {
			return nil, false
		}
	}
	return new(big.Rat).SetString(text)
}

// limitRule is the limit or the choices that a value breaks, or an element of a list.
func limitRule(p integrations.Param, v any) string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, e := range list {
		if rule := rangeRule(p, e); rule != "" {
			return rule
		}
		if !chosen(p, e) {
			return "can be " + choiceWords(p)
		}
	}
	return ""
}

func rangeRule(p integrations.Param, v any) string {
	n, ok := numeric(v)
	if !ok || p.Min == "" && p.Max == "" && p.Step == "" {
		return ""
	}
	least, hasLeast := numeric(p.Min)
	most, hasMost := numeric(p.Max)
	step, hasStep := numeric(p.Step)
	switch {
	case hasLeast && n.Cmp(least) < 0:
		return "must be at least " + safetext.Line(p.Min.String(), 40)
	case hasMost && n.Cmp(most) > 0:
		return "must be at most " + safetext.Line(p.Max.String(), 40)
	case hasStep && step.Sign() > 0:
		from, words := new(big.Rat), ""
		if hasLeast {
			from, words = least, " from "+safetext.Line(p.Min.String(), 40)
		}
		if !new(big.Rat).Quo(new(big.Rat).Sub(n, from), step).IsInt() {
			return "must be in steps of " + safetext.Line(p.Step.String(), 40) + words
		}
	}
	return ""
}

// chosen reports whether a value is one of the choices, by value or by what is shown of it; where others are allowed, any is.
func chosen(p integrations.Param, v any) bool {
	if len(p.Options) == 0 || p.Freeform || p.Dictionary != "" || v == nil {
		return true
	}
	text := integrations.TextOf(v)
	return slices.ContainsFunc(p.Options, func(o any) bool {
		value, label := integrations.OptionOf(o)
		return text == integrations.TextOf(value) || text == label
	})
}

func choiceWords(p integrations.Param) string {
	words := make([]string, len(p.Options))
	for i, o := range p.Options {
		value, _ := integrations.OptionOf(o)
		words[i] = safetext.Line(integrations.TextOf(value), 40)
	}
	if n := len(words); n > 1 {
		words = append(words[:n-2], words[n-2]+" or "+words[n-1])
	}
	return safetext.Line(strings.Join(words, ", "), 200)
}
