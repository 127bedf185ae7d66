package action

import (
	"encoding/json"
	"strconv"
	"strings"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/tui/term"
	"authdeck/tui/ui/form"
)

// handed is what stands in the form, as a run takes it: what was picked of a dictionary in its JSON type, all else as text, of which
// connections makes values. The members of a group are made into values here, since only the form knows those that were loaded;
// wrong are the ones that break a rule, by their paths.
func (s *Screen) handed() (params map[string]any, texts map[string]string, wrong []connections.FieldError) {
	texts = s.form.Values()
	delete(texts, dryRun)
	for _, p := range s.picked.Params {
		text := texts[p.Name]
		if text == "" {
			continue
		}
		if v, ok := integrations.JSONOf(s.form.Picked(p.Name)); ok {
			if params == nil {
				params = map[string]any{}
			}
			params[p.Name] = v
			delete(texts, p.Name)
			continue
		}
		switch fieldOf(p).Kind { //nolint:exhaustive // the others are handed over as they stand
		case form.File:
			texts[p.Name] = term.Home(text)
		case form.Group, form.List:
			v, ok := integrations.JSONOf(text)
			if !ok {
				continue // of an editor that serves while the members are not known
			}
			v, bad := members(p.Name, p.Members, v)
			wrong = append(wrong, bad...)
			if raw, err := json.Marshal(v); err == nil {
				texts[p.Name] = string(raw)
			}
		}
	}
	return params, texts, wrong
}

// members makes values of the texts in an object, or in each object of a list; path is where it stands.
func members(path string, of []integrations.Param, v any) (any, []connections.FieldError) {
	var wrong []connections.FieldError
	switch x := v.(type) {
	case []any:
		for i, e := range x {
			made, bad := members(path+"."+strconv.Itoa(i), of, e)
			x[i], wrong = made, append(wrong, bad...)
		}
	case map[string]any:
		for _, p := range of {
			at := path + "." + p.Name
			text, isText := x[p.Name].(string)
			switch {
			case len(p.Members) > 0 && !isText && x[p.Name] != nil:
				made, bad := members(at, p.Members, x[p.Name])
				x[p.Name], wrong = made, append(wrong, bad...)
			case isText && !anyOf(p):
				made, bad := member(p, text)
				for _, b := range bad {
					wrong = append(wrong, connections.FieldError{Name: at, Rule: b.Rule})
				}
				x[p.Name] = made
			}
		}
	}
	return v, wrong
}

// anyOf: a dictionary's value whose type nothing else tells; it has it already.
func anyOf(p integrations.Param) bool {
	kind := strings.TrimSpace(p.Type)
	return p.Dictionary != "" && (strings.EqualFold(kind, "any") || kind == "*")
}

// member makes the value of one text.
func member(p integrations.Param, text string) (any, []connections.FieldError) {
	if fieldOf(p).Kind == form.File {
		return term.Home(text), nil
	}
	if bad := connections.Check(integrations.Action{Params: []integrations.Param{p}}, map[string]string{p.Name: text}, nil); len(bad) > 0 {
		return text, bad
	}
	if v, ok := connections.Value(p, text); ok && v != nil {
		return v, nil
	}
	return text, nil
}
