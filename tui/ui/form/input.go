package form

import tea "charm.land/bubbletea/v2"

// Key gives a key to the field that has the focus; used reports whether it was one for it. Moving between fields and
// handing in is the screen's, with the keys that are left. Tab, shift+tab and ctrl+enter are never taken; esc only while
// something is [Form.Open]; enter if [Form.TakesEnter]; up and down in what is open, in texts of several lines but at their
// ends, and on a date. Letters are not taken by a Pick that allows no other text: they may open the screen's list.
func (f *Form) Key(k tea.KeyPressMsg) (used bool) {
	x := f.focused()
	if x == nil {
		return false
	}
	if len(f.waits(x)) > 0 {
		return k.Text != "" && x.Kind != Pick
	}
	used, changed := x.w.key(k)
	f.then(x, changed)
	return used
}

// Open reports whether a list, a calendar or completions are open: esc and enter are the form's then.
func (f *Form) Open() bool {
	x := f.focused()
	if x == nil {
		return false
	}
	switch w := x.w.(type) {
	case *choice:
		return w.open != nil
	case *free:
		return w.open != nil
	case *multi:
		return w.open != nil
	case *date:
		return w.open != nil
	case *file:
		return w.open != nil
	}
	return false
}

// TakesEnter reports whether enter is the form's: a new line, or a choice of what is open. A screen that hands in on enter
// says ctrl+enter in its footer then.
func (f *Form) TakesEnter() bool {
	x := f.focused()
	if x == nil || len(f.waits(x)) > 0 {
		return false
	}
	switch w := x.w.(type) {
	case *free:
		return w.open != nil && w.open.at() >= 0
	case *file:
		return w.open != nil && w.open.at() >= 0
	}
	return f.Open() || x.Kind == Lines || x.Kind == Code || x.Kind == JSON
}

// Turns reports whether the field that has the focus is turned with space, left and right, and not written in.
func (f *Form) Turns() bool {
	x := f.focused()
	if x == nil || len(f.waits(x)) > 0 {
		return false
	}
	switch x.w.(type) {
	case *toggle, *checkBox, *choice, *multi:
		return true
	}
	return false
}

// Paste puts text into the field that has the focus.
func (f *Form) Paste(s string) {
	if x := f.focused(); x != nil && len(f.waits(x)) == 0 {
		f.then(x, x.w.paste(s))
	}
}

// then is what follows from a key or from text that was put into a field.
func (f *Form) then(x *field, changed bool) {
	switch {
	case changed:
		x.changed()
		f.follow(x)
	case x.kids != nil || x.folded:
		f.flatten()
	}
}
