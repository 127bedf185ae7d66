package form

// field is a Field in use, or an element of a List.
type field struct {
	Field
	env     *Env
	path    string // the name: that of the parent, a dot, the own one
	parent  *field
	depth   int
	kids    []*field // members of a Group or an element, elements of a List
	element bool
	folded  bool
	loads   Kind // Group or List if its members are brought by SetMembers, else 0
	touched bool
	problem string
	outside bool // somebody else found the problem
	w       widget
}

func newField(env *Env, f Field, parent *field) *field {
	x := &field{Field: f, env: env, path: f.Name, parent: parent}
	if parent != nil {
		x.path, x.depth = parent.path+"."+f.Name, parent.depth+1
	}
	if (f.Kind == Group || f.Kind == List) && f.Members == nil {
		x.loads = f.Kind
	}
	x.build()
	return x
}

// build makes the widget, and the members, anew from Value.
func (x *field) build() {
	x.w, x.kids = newWidget(x), nil
	if x.Kind == Group {
		x.grow()
	}
	if x.Value == "" {
		return
	}
	if p := x.w.set(x.Value); p != "" {
		x.problem = p
	}
}

// grow makes the members.
func (x *field) grow() {
	for _, m := range x.Members {
		x.kids = append(x.kids, newField(x.env, m, x))
	}
}

func (x *field) value() string { return x.w.value() }

// ask notes a question about the text that stands in it.
func (x *field) ask(text string, look func() Answer) {
	x.env.asks = append(x.env.asks, Ask{of: x, text: text, look: look})
}

// given reports whether the value is one that the user, a preset or a default put there; a toggle always has a value.
func (x *field) given() bool {
	if x.Kind == Toggle {
		return x.touched || x.Value != "" || x.Required
	}
	return x.value() != ""
}

// changed notes that the user changed the value.
func (x *field) changed() {
	for p := x; p != nil; p = p.parent {
		p.touched, p.problem, p.outside = true, "", false
	}
}

// clear takes the value away.
func (x *field) clear() {
	was := x.Value
	x.Value = ""
	x.build()
	x.Value = was
	x.problem, x.outside = "", false
}

// hides reports whether a secret is in it.
func (x *field) hides() (secret bool) {
	x.each(func(k *field) { secret = secret || k.Secret })
	return secret
}

// unload forgets members that were loaded; false if there are none.
func (x *field) unload() bool {
	if x.loads == 0 || x.Kind == x.loads && x.Members == nil {
		return false
	}
	x.Kind, x.Members, x.folded = x.loads, nil, false
	return true
}

// check says what is wrong with the value, "" if nothing.
func (x *field) check() string {
	if x.value() == "" {
		if x.Required && !x.Kept && x.wanted() {
			return "needed"
		}
		return ""
	}
	return x.w.check()
}

// wanted: the members of a Group that is not needed are needed only once one of them has a value.
func (x *field) wanted() bool {
	for p := x.parent; p != nil; p = p.parent {
		if p.Kind == Group && !p.element && !p.Required && p.value() == "" {
			return false
		}
	}
	return true
}

// each calls f with the field and all below it, also in elements and what is folded.
func (x *field) each(f func(*field)) {
	f(x)
	for _, k := range x.kids {
		k.each(f)
	}
}
