package connections

import (
	"encoding/json"
	"strings"
	"testing"

	"authdeck/integrations"
)

// TestTyped: what a person typed becomes what the parameter wants; JSON goes in as it is.
func TestTyped(t *testing.T) {
	a := integrations.Action{Params: []integrations.Param{
		{Name: "s", Type: "String"},
		{Name: "n", Type: "Number"},
		{Name: "o", Type: "Object"},
		{Name: "at", Type: "Number", Widget: "DATE_PICKER"},
		{Name: "own", Type: "Odd", Text: func(text string) (any, bool) {
			if text == "" {
				return nil, true
			}
			return strings.ToUpper(text), text != "bad"
		}},
	}}
	for _, c := range []struct {
		name  string
		given map[string]any
		texts map[string]string
		want  string // "!": refused
	}{
		{"text", nil, map[string]string{"s": "12"}, `{"s":"12"}`},
		{"number", nil, map[string]string{"n": "12.50"}, `{"n":12.50}`},
		{"number by a date picker", nil, map[string]string{"at": "2026-01-15"}, `{"at":1768435200000}`},
		{"or typed", nil, map[string]string{"at": "17"}, `{"at":17}`},
		{"no number", nil, map[string]string{"n": "twelve"}, "!"},
		{"object", nil, map[string]string{"o": `{"a":[1]}`}, `{"o":{"a":[1]}}`},
		{"two values", nil, map[string]string{"o": `{} {}`}, "!"},
		{"its own rule", nil, map[string]string{"own": "x"}, `{"own":"X"}`},
		{"its own rule refuses", nil, map[string]string{"own": "bad"}, "!"},
		{"its own rule says absent", nil, map[string]string{"own": ""}, `{}`},
		{"a name that nobody knows is the runner's business", nil, map[string]string{"x": "1"}, `{"x":"1"}`},
		{"JSON as it is, whatever the type", map[string]any{"n": "twelve", "own": "bad"}, nil, `{"n":"twelve","own":"bad"}`},
		{"a text goes before JSON", map[string]any{"s": 1}, map[string]string{"s": "a"}, `{"s":"a"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, wrong := typed(a, c.given, c.texts, true)
			raw, jsonErr := json.Marshal(got)
			switch {
			case jsonErr != nil:
				t.Fatal(jsonErr)
			case c.want == "!":
				if len(wrong) == 0 {
					t.Errorf("%s", raw)
				}
			case len(wrong) > 0 || string(raw) != c.want:
				t.Errorf("%s %v, want %s", raw, wrong, c.want)
			}
		})
	}
}
