package form

import "slices"

// Form is a list of fields, of which at most one has the focus. The members of a Group and of the elements of a List are
// fields of it too, behind the one that they belong to, unless that is folded.
type Form struct {
	env     *Env
	fields  []*field
	flat    []*field // those that can have the focus now, in order
	focus   int      // index into flat, -1: none
	cleared []string
	resting bool
	top     int // index into flat of the first field in the window
	skip    int // its lines that are above the window
}

// New makes a form without focus.
func New(fields []Field) *Form { return NewIn(Env{}, fields) }

// NewIn makes a form that can ask env.
func NewIn(env Env, fields []Field) *Form {
	f := &Form{focus: -1, env: &env}
	for _, x := range fields {
		f.fields = append(f.fields, newField(f.env, x, nil))
	}
	f.flatten()
	return f
}

// flatten lists the fields anew; the one with the focus keeps it, or the one that stands in its place gets it.
func (f *Form) flatten() {
	on := f.focused()
	f.flat = f.flat[:0]
	var walk func([]*field)
	walk = func(list []*field) {
		for _, x := range list {
			f.flat = append(f.flat, x)
			if !x.folded {
				walk(x.kids)
			}
		}
	}
	walk(f.fields)
	if on == nil {
		return
	}
	if i := slices.Index(f.flat, on); i >= 0 {
		f.focus = i
	}
	f.focus = min(f.focus, len(f.flat)-1)
}

func (f *Form) focused() *field {
	if f.focus < 0 || f.focus >= len(f.flat) {
		return nil
	}
	return f.flat[f.focus]
}

// all calls do with every field, also with what is folded.
func (f *Form) all(do func(*field)) {
	for _, x := range f.fields {
		x.each(do)
	}
}

// find finds a field by its name; a member's is that of its parent, a dot, and its own; an element's is its number from 0.
func (f *Form) find(name string) (found *field) {
	if i := slices.IndexFunc(f.fields, func(x *field) bool { return x.path == name }); i >= 0 {
		return f.fields[i]
	}
	f.all(func(x *field) {
		if x.path == name {
			found = x
		}
	})
	return found
}

// Len is the number of fields that can have the focus.
func (f *Form) Len() int { return len(f.flat) }

// Focus is the index of the field that has it, -1 if none has.
func (f *Form) Focus() int { return f.focus }

// SetFocus gives the focus to a field, or to none (-1, or a field that is not there). The one that had it is checked if the
// user changed it.
func (f *Form) SetFocus(i int) {
	if i < 0 || i >= len(f.flat) {
		i = -1
	}
	if x := f.focused(); x != nil && i != f.focus {
		x.w.leave()
		if x.touched {
			f.left(x)
		}
	}
	f.focus = i
}

// Rest says that the focus is on another part of the screen: nothing is drawn as if it was here, and the field that had it
// keeps it for later. Nothing is checked.
func (f *Form) Rest(resting bool) { f.resting = resting }

// left checks a field that was left. What somebody else found wrong stays until the value is another one.
func (f *Form) left(x *field) {
	if p := x.check(); p != "" || !x.outside {
		x.problem, x.outside = p, false
	}
	if w, ok := x.w.(*file); ok && x.problem == "" {
		w.look()
	}
}

// FocusOn gives the focus to a field by its name, and unfolds what it is in; false if there is none.
func (f *Form) FocusOn(name string) bool {
	x := f.find(name)
	if x == nil {
		return false
	}
	for p := x.parent; p != nil; p = p.parent {
		p.folded = false
	}
	f.flatten()
	f.SetFocus(slices.Index(f.flat, x))
	return true
}

// Name is the name of a field.
func (f *Form) Name(i int) string { return f.flat[i].path }

// Kind is the kind of a field.
func (f *Form) Kind(i int) Kind { return f.flat[i].Kind }

// Value is what stands in a field as a text, "" if nothing does or there is no such field. See the kinds. Blanks around it
// are left out, except of Lines and Code.
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

// Problem sets what is wrong with a field, as somebody else found it, "" if nothing. It must be safe.
func (f *Form) Problem(name, what string) {
	if x := f.find(name); x != nil {
		x.problem, x.outside = what, what != ""
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
		x.w.set("")
	}
}

// Check checks one field and keeps the result on screen.
func (f *Form) Check(name string) bool {
	x := f.find(name)
	if x == nil {
		return true
	}
	return f.test(x)
}

func (f *Form) test(x *field) bool {
	x.problem, x.outside = x.check(), false
	if x.problem == "needed" {
		if labels := f.waits(x); labels != nil {
			x.problem = firstChoose(labels)
		}
	}
	return x.problem == ""
}

// CheckAll checks every field and gives the focus to the first that is wrong.
func (f *Form) CheckAll() bool {
	var bad *field
	f.all(func(x *field) {
		if !f.test(x) && bad == nil {
			bad = x
		}
	})
	if bad == nil {
		return true
	}
	f.FocusOn(bad.path)
	if j, ok := bad.w.(*jsonArea); ok {
		j.seek()
	}
	return false
}
