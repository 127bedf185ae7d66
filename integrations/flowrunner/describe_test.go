package flowrunner

import (
	"testing"

	"authdeck/integrations/flowrunner/annotation"
)

func TestColours(t *testing.T) {
	method := func(c ...string) annotation.Method { return annotation.Method{Colours: c} }
	for name, c := range map[string]struct {
		read        annotation.Service
		dark, light string
	}{
		"none":                  {annotation.Service{Methods: []annotation.Method{method()}}, "", ""},
		"of the class":          {annotation.Service{Colours: []string{"#C06030", "#803010"}, Methods: []annotation.Method{method("#111111")}}, "#c06030", "#803010"},
		"one for both":          {annotation.Service{Colours: []string{"#C06030"}}, "#c06030", ""},
		"of most methods":       {annotation.Service{Methods: []annotation.Method{method("#111111", "#222222"), method("#333333", "#444444"), method(), method("#333333", "#444444")}}, "#333333", "#444444"},
		"the first of as many":  {annotation.Service{Methods: []annotation.Method{method("#111111"), method("#333333")}}, "#111111", ""},
		"what is no colour":     {annotation.Service{Colours: []string{"red", "#12345"}, Methods: []annotation.Method{method("\x1b[31m", "#333333")}}, "#333333", ""},
		"the class has no good": {annotation.Service{Colours: []string{"red"}, Methods: []annotation.Method{method("#333333")}}, "#333333", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var r record
			r.fill(c.read)
			info := describe(&folder{path: "/services/x"}, r)
			if info.Icon.Colour != c.dark || info.Icon.Light != c.light {
				t.Errorf("%q and %q, want %q and %q", info.Icon.Colour, info.Icon.Light, c.dark, c.light)
			}
		})
	}
}
