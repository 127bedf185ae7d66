package form

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Form is a list of fields, of which at most one has the focus.
type Form struct {
	fields []*field
	focus  int // -1: none
}

// New makes a form without focus.
func New(fields []Field) *Form {
	f := &Form{focus: -1}
	for _, x := range fields {
		f.fields = append(f.fields, newField(x))
	}
	return f
}

// Len is the number of fields.
func (f *Form) Len() int { return len(f.fields) }

// Focus is the index of the field that has it, -1 if none has.
func (f *Form) Focus() int { return f.focus }

// SetFocus gives the focus to a field, or to none (-1, or a field that is not there).
func (f *Form) SetFocus(i int) {
	if i < 0 || i >= len(f.fields) {
		i = -1
	}
	f.focus = i
}

// Name is the name of a field.
func (f *Form) Name(i int) string { return f.fields[i].Name }

// Value is what stands in a field, without the spaces around it; "true" or "false" in a toggle.
func (f *Form) Value(name string) string {
	if x := f.find(name); x != nil {
		return x.value()
	}
	return ""
}

// Touched reports whether the user changed a field.
func (f *Form) Touched(name string) bool {
	x := f.find(name)
	return x != nil && x.touched
}

// Problem sets what is wrong with a field, as somebody else found it, "" if nothing.
func (f *Form) Problem(name, what string) {
	if x := f.find(name); x != nil {
		x.problem = what
	}
}

// Settle says that a field's value is kept from now on: a secret is taken off the form.
func (f *Form) Settle(name string) {
	x := f.find(name)
	if x == nil {
		return
	}
	x.touched = false
	if x.Secret && x.value() != "" {
		x.Kept = true
		x.edit.set("")
	}
}

// Key gives a key to the field that has the focus; used reports whether it was one for it. Moving between fields and
// handing in is the screen's.
func (f *Form) Key(k tea.KeyPressMsg) (used bool) {
	if f.focus < 0 {
		return false
	}
	x := f.fields[f.focus]
	switch x.Kind {
	case Toggle:
		if s := k.String(); s == "space" || s == "left" || s == "right" {
			x.on, x.touched = !x.on, true
			return true
		}
	case Choice:
		switch k.String() {
		case "space", "right":
			x.turn(1)
			return true
		case "left":
			x.turn(-1)
			return true
		}
	case Text, Number, JSON:
		used, changed := x.edit.key(k)
		if changed {
			x.touched, x.problem = true, ""
		}
		return used
	}
	return k.Text != "" // a letter on a toggle or a choice is nobody else's either
}

// Paste puts text into the field that has the focus.
func (f *Form) Paste(s string) {
	if f.focus < 0 {
		return
	}
	x := f.fields[f.focus]
	switch x.Kind {
	case Text, Number, JSON:
		x.edit.insert(strings.TrimSpace(s))
		x.touched, x.problem = true, ""
	case Toggle, Choice:
	}
}

// Check checks one field and keeps the result on screen.
func (f *Form) Check(name string) bool {
	x := f.find(name)
	if x == nil {
		return true
	}
	x.problem = x.check()
	return x.problem == ""
}

// CheckAll checks every field and gives the focus to the first that is wrong.
func (f *Form) CheckAll() bool {
	bad := -1
	for i, x := range f.fields {
		x.problem = x.check()
		if x.problem != "" && bad < 0 {
			bad = i
		}
	}
	if bad >= 0 {
		f.focus = bad
	}
	return bad < 0
}

func (f *Form) find(name string) *field {
	i := slices.IndexFunc(f.fields, func(x *field) bool { return x.Name == name })
	if i < 0 {
		return nil
	}
	return f.fields[i]
}

// Kind is the kind of a field.
func (f *Form) Kind(i int) Kind { return f.fields[i].Kind }
