package annotation

import (
	"strings"
)

// typedef reads a comment that has a @typedef; ok is false for one without a name.
func (r *reading) typedef(tags []tag, file string) (Typedef, bool) {
	t, ok := find(tags, "typedef")
	if !ok {
		return Typedef{}, false
	}
	_, name := typeAndRest(t.first())
	name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
	if name == "" {
		return Typedef{}, false
	}
	d := Typedef{Name: name}
	for _, t := range tags {
		switch t.name {
		case "property", "prop":
			if m, ok := property(t.text); ok {
				d.Members = append(d.Members, m)
			}
		case "paramDef":
			p, err := paramDef(t.text)
			if err != nil {
				r.problem(file, t.line, "a @paramDef of the type "+name+" is dropped")
				continue
			}
			d.Members = append(d.Members, Member{
				Name: p.Name, Type: p.Type, Description: p.Description, Optional: !p.Required, Param: &p,
			})
		}
	}
	return d, true
}

// property reads `{Type} name text`; [name] and [name=default] are optional.
func property(text string) (Member, bool) {
	kind, rest := typeAndRest(flow(text))
	m := Member{Type: kind}
	rest = strings.TrimSpace(rest)
	if strings.HasPrefix(rest, "[") {
		inner, after, ok := strings.Cut(rest[1:], "]")
		if !ok {
			return Member{}, false
		}
		// a[].b in brackets: the bracket that closes the optional name is the one before a blank or the end.
		for strings.HasSuffix(inner, "[") {
			more, tail, ok := strings.Cut(after, "]")
			if !ok {
				break
			}
			inner, after = inner+"]"+more, tail
		}
		m.Name, _, _ = strings.Cut(inner, "=")
		m.Optional, rest = true, after
	} else {
		m.Name, rest, _ = strings.Cut(rest, " ")
	}
	m.Name = strings.TrimSpace(m.Name)
	m.Description = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(rest), "-"))
	return m, m.Name != ""
}

// typeAndRest splits a leading {Type}, minding braces inside it.
func typeAndRest(text string) (kind, rest string) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{") {
		return "", text
	}
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return strings.TrimSpace(text[1:i]), text[i+1:]
			}
		}
	}
	return "", ""
}
