package rehearse

import (
	"cmp"
	"slices"
	"strings"

	"authdeck/integrations"
)

// candidate is an action that can be tried without asking anybody.
type candidate struct {
	name   string
	params map[string]any
	rank   int
}

// candidates are the actions whose required parameters can be made up. Those that only look go first, and of them those that ask for
// nothing.
func candidates(actions []integrations.Action) []candidate {
	var list []candidate
	for _, a := range actions {
		c := candidate{name: a.Name, params: map[string]any{}}
		possible := true
		for _, p := range a.Params {
			if !p.Required {
				continue
			}
			v, ok := madeUp(p)
			possible = possible && ok
			c.params[p.Name] = v
			c.rank = 1
		}
		if !looks(a.Name) {
			c.rank += 2
		}
		if possible {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(a.rank, b.rank) })
	return list
}

// looks reports whether a name is that of an action which changes nothing.
func looks(name string) bool {
	for _, verb := range []string{"list", "get", "find", "search", "fetch", "read", "retrieve"} {
		if strings.HasPrefix(strings.ToLower(name), verb) {
			return true
		}
	}
	return false
}

// madeUp is a value for a parameter; ok is false for one that has no simple type.
func madeUp(p integrations.Param) (value any, ok bool) {
	if len(p.Options) > 0 {
		first := p.Options[0]
		if o, labelled := first.(map[string]any); labelled {
			first = o["value"]
		}
		return first, true
	}
	switch strings.ToLower(p.Type) {
	case "string", "any", "*":
		return "1001", true
	case "number":
		return float64(1), true
	case "boolean":
		return true, true
	}
	return nil, false
}
