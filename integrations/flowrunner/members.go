package flowrunner

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner/annotation"
)

// maxMembers bounds how deep the members of types are told; types may hold themselves.
const maxMembers = 4

// members are those of a typedef, or of each element of an array of it (§2.5); nil for other types.
func (s *Service) members(kind string, depth int) []integrations.Param {
	if elem, isArray := integrations.ElementOf(kind); isArray {
		kind = elem
	}
	read, err := s.whole()
	if err != nil || depth > maxMembers {
		return nil
	}
	def, ok := read.Types[strings.TrimSpace(kind)]
	if !ok {
		return nil
	}
	var list []integrations.Param
	for _, m := range def.Members {
		// What a comment calls a property is documentation: only a paramDef demands a value.
		p := annotation.Param{Name: m.Name, Type: m.Type, Description: m.Description}
		if m.Param != nil {
			p = *m.Param
		}
		steps := strings.Split(strings.ReplaceAll(m.Name, "[]", ""), ".")
		p.Name = steps[len(steps)-1]
		list = placed(list, steps[:len(steps)-1], s.param(p, depth+1))
	}
	return list
}

// reads gives a parameter that a schema loader told the members of its type, and the Text that it has in a paramDef (§8.2).
func (s *Service) reads(p integrations.Param) integrations.Param {
	c := annotation.Component{Type: p.Widget}
	c.Options.Multiple = p.Multiple
	for _, o := range p.Options {
		value, label := integrations.OptionOf(o)
		c.Options.Values = append(c.Options.Values, annotation.Choice{Label: label, Value: value})
	}
	told := s.param(annotation.Param{Name: p.Name, Type: p.Type, Component: &c}, 0)
	p.Text, p.Members, p.Multiple = told.Text, told.Members, told.Multiple || p.Multiple
	return p
}

// placed puts a member below the ones that its dotted name goes through; those that were not told become objects.
func placed(list []integrations.Param, through []string, p integrations.Param) []integrations.Param {
	if len(through) == 0 {
		if i := slices.IndexFunc(list, func(q integrations.Param) bool { return q.Name == p.Name }); i >= 0 {
			list[i] = p
			return list
		}
		return append(list, p)
	}
	i := slices.IndexFunc(list, func(q integrations.Param) bool { return q.Name == through[0] })
	if i < 0 {
		i = len(list)
		list = append(list, integrations.Param{Name: through[0], Label: through[0], Type: "Object", Text: integrations.JSONOf})
	}
	list[i].Members = placed(list[i].Members, through[1:], p)
	return list
}

// uploadMembers are the members of FilesUploadOptions, those that the paramDef includes.
func uploadMembers(include []string) []integrations.Param {
	all := []integrations.Param{
		{Name: "scope", Label: "Scope", Type: "String", Widget: "DROPDOWN", Options: []any{"FLOW", "WORKSPACE", "EXECUTION"}, Text: plain},
		{Name: "filename", Label: "File name", Type: "String", Text: plain},
	}
	return slices.DeleteFunc(all, func(p integrations.Param) bool { return len(include) > 0 && !slices.Contains(include, p.Name) })
}

// decimal is a limit of a number as it was written, as near as a float tells.
func decimal(v *float64) json.Number {
	if v == nil {
		return ""
	}
	return json.Number(strconv.FormatFloat(*v, 'f', -1, 64))
}
