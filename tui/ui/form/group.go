package form

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"authdeck/tui/ui/code"
)

// mostElements bounds a List.
const mostElements = 500

// group is the head of a Group, of a List, or of an element of one; its members are fields of the form themselves.
type group struct {
	base
	field *field
	sure  bool // d was pressed on an element that has a value: once more removes it
}

// value is the object of the members that have a value, or the array of the elements; "" if there is none.
func (g *group) value() string {
	x := g.field
	list := x.Kind == List
	var b strings.Builder
	for _, k := range x.kids {
		v := k.asJSON()
		if v == "" && list {
			v = "{}"
		}
		if v == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		if !list {
			b.WriteString(quote(k.Name) + ":")
		}
		b.WriteString(v)
	}
	switch {
	case b.Len() == 0:
		return ""
	case list:
		return "[" + b.String() + "]"
	}
	return "{" + b.String() + "}"
}

// asJSON is the value in its JSON type, "" if there is none.
func (x *field) asJSON() string {
	v := x.value()
	if v == "" || !x.given() {
		return ""
	}
	switch x.Kind {
	case Number, JSON, Toggle, Check, Multi, Group, List:
		if json.Valid([]byte(v)) {
			return v
		}
	case Choice:
		if i := find(x.Options, v); i >= 0 {
			return x.Options[i].asJSON()
		}
	case Pick:
		if c, ok := x.w.(*pick); ok && c.json != "" {
			return c.json
		}
		if x.Multiple {
			return v
		}
	case Text, Lines, Code, Date, DateTime, File:
	}
	return quote(v)
}

// set takes an object, or for a List an array of them.
func (g *group) set(text string) string {
	if strings.TrimSpace(text) == "" {
		text = map[bool]string{true: "[]", false: "{}"}[g.field.Kind == List]
	}
	if f := code.Check(text); f != nil {
		return f.String()
	}
	if g.field.Kind == List {
		var list []map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &list) != nil {
			return "not a list of objects"
		}
		if len(list) > mostElements {
			return "more than " + strconv.Itoa(mostElements) + " elements"
		}
		g.field.kids = nil
		problem := ""
		for i, m := range list {
			if p := g.add(i).fill(m); p != "" {
				problem = p
			}
		}
		return problem
	}
	var m map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &m) != nil {
		return "not an object"
	}
	return g.field.fill(m)
}

// fill gives each member its value and clears the others; it says which names are none of the members.
func (x *field) fill(m map[string]json.RawMessage) string {
	problem := ""
	for _, k := range x.kids {
		raw, ok := m[k.Name]
		if !ok || string(raw) == "null" {
			k.clear()
			continue
		}
		delete(m, k.Name)
		text := string(raw)
		if k.Kind != JSON && k.Kind != Multi && k.Kind != Group && k.Kind != List {
			text = plain(text)
		}
		k.touched = true
		k.problem = k.w.set(text)
		if c, ok := k.w.(*pick); ok && k.problem == "" && !strings.HasPrefix(string(raw), `"`) {
			c.json = string(raw)
		}
	}
	for name := range m {
		problem = "has no member " + name
	}
	return problem
}

// add makes an element at a place of the list.
func (g *group) add(at int) *field {
	x := &field{
		Field: Field{Kind: Group, Members: g.field.Members, Label: "element"}, env: g.field.env,
		parent: g.field, depth: g.field.depth + 1, element: true,
	}
	x.w = &group{field: x}
	g.field.kids = slices.Insert(g.field.kids, at, x)
	g.number()
	x.grow()
	return x
}

// number names the elements, and with them their members, by their places.
func (g *group) number() {
	for i, e := range g.field.kids {
		e.Name = strconv.Itoa(i)
		e.Label = "#" + strconv.Itoa(i+1)
		e.each(func(x *field) { x.path = x.parent.path + "." + x.Name })
	}
}

// list is the list of which this is the head or an element.
func (g *group) list() (list *group, at int) {
	x := g.field
	if x.Kind == List {
		return g, -1
	}
	if !x.element {
		return nil, -1
	}
	list, _ = x.parent.w.(*group)
	return list, slices.Index(x.parent.kids, x)
}

func (g *group) key(k tea.KeyPressMsg) (used, changed bool) {
	x := g.field
	list, at := g.list()
	sure := g.sure
	g.sure = false
	switch s := k.String(); {
	case s == "space":
		x.folded = !x.folded
	case s == "left":
		x.folded = true
	case s == "right":
		x.folded = false
	case list != nil && (s == "a" || s == "+"):
		if len(list.field.kids) >= mostElements {
			return true, false
		}
		list.field.folded = false
		list.add(at + 1)
		if at < 0 {
			list.field.kids = append(list.field.kids[1:], list.field.kids[0]) // behind the others
			list.number()
		}
		return true, true
	case at >= 0 && (s == "d" || s == "delete" || s == "-"):
		if !sure && x.value() != "" {
			g.sure = true
			return true, false
		}
		list.field.kids = slices.Delete(list.field.kids, at, at+1)
		list.number()
		return true, true
	case at > 0 && (s == "K" || s == "ctrl+up"):
		return true, list.swap(at, at-1)
	case at >= 0 && at < len(list.field.kids)-1 && (s == "J" || s == "ctrl+down"):
		return true, list.swap(at, at+1)
	default:
		return k.Text != "", false
	}
	return true, false
}

func (g *group) swap(i, j int) bool {
	kids := g.field.kids
	kids[i], kids[j] = kids[j], kids[i]
	g.number()
	return true
}

func (g *group) row(p pen) string {
	x := g.field
	text := ""
	switch {
	case x.Kind == List:
		text = count(len(x.kids))
	case x.folded || x.element:
		text = x.summary(p)
	}
	return p.th.Dim.Render(short(p.th, text, p.width))
}

func count(n int) string {
	switch n {
	case 0:
		return "none"
	case 1:
		return "1 element"
	}
	return strconv.Itoa(n) + " elements"
}

// summary is what a folded group holds, in short.
func (x *field) summary(p pen) string {
	switch {
	case !x.folded:
		return ""
	case x.hides():
		return strings.Repeat(p.th.Glyph.Masked, 3)
	case !x.element:
		return shown(p.th, x.value())
	}
	var parts []string
	for _, k := range x.kids {
		if k.given() {
			parts = append(parts, shown(p.th, k.value()))
		}
	}
	return strings.Join(parts, ", ")
}

func (g *group) leave() { g.sure = false }

func (g *group) keys() string {
	_, at := g.list()
	switch {
	case g.sure:
		return "d again removes it"
	case at >= 0:
		return "a add, d remove, J K move, space fold"
	case g.field.Kind == List:
		return "a adds one"
	case g.field.folded:
		return "space unfolds"
	}
	return ""
}

// unknown is a Group or a List whose members are not known yet. It keeps the value for them.
type unknown struct {
	base
	field *field
	text  string
}

func (u *unknown) value() string { return strings.TrimSpace(u.text) }

func (u *unknown) set(text string) string {
	u.text = text
	return ""
}

func (u *unknown) key(k tea.KeyPressMsg) (used, changed bool) { return k.Text != "", false }

func (u *unknown) row(p pen) string {
	const text = "not loaded yet"
	if len(text) > p.width {
		return ""
	}
	return p.th.Dim.Render(text)
}
