package form

import (
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// file is a path, which the Env completes and looks at, when the screen lets it ([Form.Asks]).
type file struct {
	*line
	open *menu
}

func newFile(x *field) *file { return &file{line: newLine(x)} }

// look asks what is wrong with the path, since that cannot be told without the disk.
func (f *file) look() {
	look, text := f.field.env.Path, f.value()
	if look != nil && text != "" {
		f.field.ask(text, func() Answer { return Answer{problem: look(text)} })
	}
}

func (f *file) leave() { f.open = nil }

func (f *file) key(k tea.KeyPressMsg) (used, changed bool) {
	if f.open != nil {
		switch k.String() {
		case "esc":
			f.open = nil
			return true, false
		case "enter":
			at := f.open.at()
			if at < 0 {
				f.open = nil
				return false, false
			}
			f.edit.set(f.open.options[at].Value)
			f.open = nil
			return true, true
		}
		if f.open.key(k) {
			return true, false
		}
	}
	if opens(k.String()) {
		f.complete()
		return true, false
	}
	used, changed = f.line.key(k)
	if changed {
		f.open = nil
	}
	return used, changed
}

// complete asks for the paths that begin as the text does.
func (f *file) complete() {
	list, text := f.field.env.Complete, f.value()
	if list != nil {
		f.field.ask(text, func() Answer { return Answer{paths: append([]string{}, list(text)...)} })
	}
}

// offer writes what all of the paths have in common, and lists them if there are several.
func (f *file) offer(paths []string) (changed bool) {
	was := f.value()
	if len(paths) == 0 {
		f.open = nil
		return false
	}
	same := paths[0]
	for _, p := range paths[1:] {
		same = common(same, p)
	}
	if len(paths) > 1 {
		f.open = &menu{typed: true}
		for _, p := range paths {
			f.open.options = append(f.open.options, Option{Value: p})
		}
		f.open.search("")
	}
	if strings.HasPrefix(same, was) && same != was {
		f.edit.set(same)
		return true
	}
	return false
}

func common(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && !utf8.ValidString(a[:n]) {
		n--
	}
	return a[:n]
}

func (f *file) below(p pen) []string {
	if f.open == nil {
		return nil
	}
	return f.open.draw(p, nil)
}

func (f *file) keys() string {
	switch {
	case f.open != nil:
		return "down into it, esc closes"
	case f.field.env.Complete != nil:
		return "ctrl+o completes the path"
	}
	return ""
}
