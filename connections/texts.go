package connections

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"authdeck/integrations"
	"authdeck/internal/safetext"
)

// typed are the parameters of a run, with what a person typed made into what each wants. An empty text of a parameter that has rules of
// its own is no value. A name that the action does not know is handed on: the runner says so better.
func typed(a integrations.Action, r RunRequest) (map[string]any, error) {
	params := maps.Clone(r.Params)
	if params == nil {
		params = map[string]any{}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Texts)) {
		text := r.Texts[name]
		i := slices.IndexFunc(a.Params, func(p integrations.Param) bool { return p.Name == name })
		if i < 0 {
			params[name] = text
			continue
		}
		v, ok := typedText(a.Params[i], text)
		if !ok {
			wanted := "a value of the type " + safetext.Line(a.Params[i].Type, 60)
			if a.Params[i].Widget == "FILE_SELECTOR" {
				wanted = "a file of at most 20 MB that can be read, or an address"
			}
			return nil, &Error{
				Kind: KindUsage, Message: fmt.Sprintf("%s wants %s", safetext.Line(name, 60), wanted),
				Hint: "`authdeck actions` lists the parameters", Err: integrations.ErrBadParams,
			}
		}
		if v != nil {
			params[name] = v
		}
	}
	return params, nil
}

func typedText(p integrations.Param, text string) (v any, ok bool) {
	switch {
	case p.Text != nil:
		return p.Text(text)
	case p.Type == "", p.Type == "String", p.Type == "Date":
		return text, true
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	err := d.Decode(&v)
	return v, err == nil && !d.More()
}
