package action

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"authdeck/integrations"
	"authdeck/tui/ui/form"
)

// dryRun is the name of the toggle that stands below the parameters; no parameter can have it.
const dryRun = "\x00dry-run"

// fields are an action's parameters as a form, and the dry run below them.
func fields(a integrations.Action) []form.Field {
	list := make([]form.Field, 0, len(a.Params)+1)
	for _, p := range a.Params {
		list = append(list, fieldOf(p))
	}
	return append(list, form.Field{Name: dryRun, Label: "dry run: show request", Kind: form.Toggle})
}

func fieldOf(p integrations.Param) form.Field {
	f := form.Field{Name: p.Name, Label: safe(p.Label), Hint: safe(p.Description), Required: p.Required, Value: written(p.Default)}
	if f.Label == "" {
		f.Label = safe(p.Name)
	}
	switch {
	case len(p.Options) > 0:
		f.Kind = form.Choice
		for _, o := range p.Options {
			value, label := option(o)
			f.Options = append(f.Options, form.Option{Value: value, Label: safe(label)})
		}
		return f
	case isJSON(p.Type):
		f.Kind = form.JSON
		if f.Hint == "" {
			f.Hint = "JSON"
		}
		return f
	}
	switch strings.ToLower(p.Type) {
	case "number", "integer":
		f.Kind = form.Number
	case "boolean":
		f.Kind, f.Required = form.Toggle, false
	}
	return f
}

// isJSON: types that one line of text cannot hold otherwise. Array<String> takes commas too.
func isJSON(t string) bool {
	return t == "Object" || t == "Array" || (strings.HasPrefix(t, "Array<") && t != "Array<String>")
}

// option reads FlowRunner's two spellings: a plain value, or an object of value and label.
func option(o any) (value, label string) {
	if m, ok := o.(map[string]any); ok {
		value, label = written(m["value"]), written(m["label"])
		if label == "" {
			label = value
		}
		return value, label
	}
	v := written(o)
	return v, v
}

// written is a JSON value as it stands in a field.
func written(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case json.Number:
		return x.String()
	case fmt.Stringer:
		return x.String()
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// params are the values to run with, in the types that the action wants; what was left empty is left out. texts are those whose
// parameters have rules of their own, which may look at a file and so do not run here.
func params(a integrations.Action, f *form.Form) (out map[string]any, texts map[string]string) {
	out = map[string]any{}
	for _, p := range a.Params {
		text := f.Value(p.Name)
		switch {
		case p.Text != nil && !strings.EqualFold(p.Type, "boolean"):
			if text == "" {
				continue
			}
			if texts == nil {
				texts = map[string]string{}
			}
			texts[p.Name] = text
		case len(p.Options) > 0:
			for _, o := range p.Options {
				if value, _ := option(o); value == text && text != "" {
					out[p.Name] = optionValue(o)
				}
			}
		case strings.EqualFold(p.Type, "boolean"):
			if f.Touched(p.Name) || p.Required || p.Default != nil {
				out[p.Name] = text == "true"
			}
		case text == "":
		case isJSON(p.Type), strings.EqualFold(p.Type, "number"), strings.EqualFold(p.Type, "integer"):
			var v any
			if json.Unmarshal([]byte(text), &v) == nil {
				out[p.Name] = v
			}
		case p.Type == "Array<String>":
			out[p.Name] = list(text)
		default:
			out[p.Name] = text
		}
	}
	return out, texts
}

func optionValue(o any) any {
	if m, ok := o.(map[string]any); ok {
		return m["value"]
	}
	return o
}

// list reads a JSON array, or words between commas.
func list(text string) []any {
	var out []any
	if strings.HasPrefix(text, "[") && json.Unmarshal([]byte(text), &out) == nil {
		return out
	}
	for w := range strings.SplitSeq(text, ",") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}
