package annotation

import (
	"encoding/json"
	"errors"
	"strings"
)

// errNoName: a paramDef without a name is dropped, and the positions of those after it shift.
var errNoName = errors.New("a paramDef needs a name")

// decode reads the JSON of a tag into v: the whole text, else the first balanced value in it.
func decode(text string, v any) error {
	err := json.Unmarshal([]byte(text), v)
	if err == nil {
		return nil
	}
	if part := jsonIn(text); part != "" && part != text {
		return json.Unmarshal([]byte(part), v)
	}
	return err
}

// paramDef reads one @paramDef.
func paramDef(text string) (Param, error) {
	var raw map[string]json.RawMessage
	if err := decode(text, &raw); err != nil {
		return Param{}, err
	}
	p := Param{
		Name: textOf(raw["name"]), Type: textOf(raw["type"]), Label: textOf(raw["label"]), Description: textOf(raw["description"]),
		Required: isTrue(raw["required"]), Dictionary: textOf(raw["dictionary"]), DependsOn: textsOf(raw["dependsOn"]),
		SchemaLoader: textOf(raw["schemaLoader"]), Freeform: isTrue(raw["freeform"]), Include: textsOf(raw["include"]),
		Component: component(raw["uiComponent"]),
	}
	for _, key := range []string{"defaultValue", "default"} { // the second is a frequent misspelling
		if p.Default == nil {
			p.Default = scalar(raw[key])
		}
	}
	if p.Name == "" {
		return Param{}, errNoName
	}
	return p, nil
}

// component reads a uiComponent; its options come as text, as numbers, or as label and value.
func component(raw json.RawMessage) *Component {
	var c struct {
		Type           string
		Language       string
		Min, Max, Step *float64
		Options        struct {
			Values      []json.RawMessage
			Multiple    bool
			Multiselect bool
		}
	}
	if len(raw) == 0 {
		return nil
	}
	// What is misspelt leaves its member empty; the widget then is a plain line.
	_ = json.Unmarshal(raw, &c)
	if c.Type == "" {
		return nil
	}
	out := &Component{Type: strings.ToUpper(c.Type), Language: c.Language, Min: c.Min, Max: c.Max, Step: c.Step}
	out.Options.Multiple = c.Options.Multiple || c.Options.Multiselect
	for _, v := range c.Options.Values {
		out.Options.Values = append(out.Options.Values, choice(v))
	}
	return out
}

func choice(raw json.RawMessage) Choice {
	var pair struct {
		Label *string
		Value any
	}
	if err := json.Unmarshal(raw, &pair); err == nil && pair.Label != nil {
		return Choice{Label: *pair.Label, Value: pair.Value}
	}
	v := scalar(raw)
	if text, ok := v.(string); ok {
		return Choice{Label: text, Value: text}
	}
	return Choice{Label: string(raw), Value: v}
}

func textOf(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

func isTrue(raw json.RawMessage) bool {
	var b bool
	return json.Unmarshal(raw, &b) == nil && b
}

func textsOf(raw json.RawMessage) []string {
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	if s := textOf(raw); s != "" {
		return []string{s}
	}
	return nil
}

// scalar is a string, a number or a boolean; anything else is none.
func scalar(raw json.RawMessage) any {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return nil
	}
	switch v.(type) {
	case string, float64, bool:
		return v
	}
	return nil
}
