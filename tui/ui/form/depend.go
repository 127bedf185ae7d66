package form

import (
	"slices"
	"strings"
)

// parents are the fields that x depends on: those beside it, else those of the whole form. Unknown names are left out.
func (f *Form) parents(x *field) []*field {
	var list []*field
	for _, name := range x.DependsOn {
		if p := f.near(x, name); p != nil && p != x {
			list = append(list, p)
		}
	}
	return list
}

func (f *Form) near(x *field, name string) *field {
	for p := x.parent; p != nil; p = p.parent {
		for _, k := range p.kids {
			if k.Name == name && !k.element {
				return k
			}
		}
	}
	return f.find(name)
}

// waits are the labels of what must have a value before x can have one; none if it has one.
func (f *Form) waits(x *field) []string {
	if len(x.DependsOn) == 0 || x.value() != "" && x.Kind != Toggle {
		return nil
	}
	var list []string
	for _, p := range f.parents(x) {
		if p.value() == "" {
			list = append(list, p.name())
		}
	}
	return list
}

// Near is the name of the field that one finds by a name of its DependsOn: a field beside it, else one of the whole form; ""
// if there is none.
func (f *Form) Near(name, dependsOn string) string {
	x := f.find(name)
	if x == nil {
		return ""
	}
	if p := f.near(x, dependsOn); p != nil && p != x {
		return p.path
	}
	return ""
}

// name is what the field is called in a sentence.
func (x *field) name() string {
	if x.Label != "" {
		return x.Label
	}
	return x.Name
}

func firstChoose(labels []string) string { return "choose " + strings.Join(labels, ", ") + " first" }

// follow clears what depends on a field whose value is another one now, and what depends on that, and notes it.
func (f *Form) follow(changed *field) {
	seen := map[*field]bool{}
	var walk func(*field)
	walk = func(of *field) {
		if seen[of] {
			return
		}
		seen[of] = true
		f.all(func(x *field) {
			if len(x.DependsOn) == 0 || seen[x] || !slices.Contains(f.parents(x), of) {
				return
			}
			if x.unload() || x.value() != "" && (x.Kind != Toggle || x.value() == "true") {
				x.clear()
				x.touched = true
				f.cleared = append(f.cleared, x.path)
			}
			walk(x)
		})
	}
	for p := changed; p != nil; p = p.parent {
		walk(p)
	}
	f.flatten()
}

// Cleared are the names of the fields that lost their value since it was last asked, because one that they depend on
// changed. A field whose members were loaded loses them too: they are to be loaded again.
func (f *Form) Cleared() []string {
	list := f.cleared
	f.cleared = nil
	return list
}

// Waits are the labels of the fields that must have a value before this one can have one. Its list is not to be asked for
// until then.
func (f *Form) Waits(name string) []string {
	if x := f.find(name); x != nil {
		return f.waits(x)
	}
	return nil
}
