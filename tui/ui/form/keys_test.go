package form

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

var special = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown,
	"left": tea.KeyLeft, "right": tea.KeyRight, "backspace": tea.KeyBackspace, "delete": tea.KeyDelete,
	"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
}

// keyOf is the press of a key by its name: "enter", "space", "ctrl+u", "alt+down", "x".
func keyOf(name string) tea.KeyPressMsg {
	k := tea.Key{}
	for _, m := range []struct {
		prefix string
		mod    tea.KeyMod
	}{{"ctrl+", tea.ModCtrl}, {"alt+", tea.ModAlt}, {"shift+", tea.ModShift}} {
		if rest, ok := strings.CutPrefix(name, m.prefix); ok {
			k.Mod |= m.mod
			name = rest
		}
	}
	switch {
	case name == "space":
		k.Code, k.Text = tea.KeySpace, " "
	case special[name] != 0:
		k.Code = special[name]
	default:
		k.Code = []rune(name)[0]
		if k.Mod == 0 {
			k.Text = name
		}
	}
	return tea.KeyPressMsg(k)
}

// do presses keys by name; what begins with "'" is typed, "tab" and "shift+tab" move the focus as a screen does if the form
// does not take them.
func do(f *Form, keys ...string) {
	for _, name := range keys {
		if text, ok := strings.CutPrefix(name, "'"); ok {
			for _, r := range text {
				f.Key(keyOf(strings.ReplaceAll(string(r), " ", "space")))
			}
			continue
		}
		if f.Key(keyOf(name)) {
			settle(f)
			continue
		}
		switch name {
		case "tab", "down", "enter":
			f.SetFocus(min(f.Focus()+1, f.Len()-1))
		case "shift+tab", "up":
			f.SetFocus(max(0, f.Focus()-1))
		}
		settle(f)
	}
}

// settle answers what the form asks.
func settle(f *Form) {
	for _, a := range f.Asks() {
		f.Take(a.Do())
	}
}

// one is a form of one field, which has the focus.
func one(x Field) *Form {
	if x.Name == "" {
		x.Name = "x"
	}
	f := NewIn(world(), []Field{x})
	f.SetFocus(0)
	return f
}

// world is an environment in which it is always the same moment, and which has three files.
func world() Env {
	at := time.Date(2026, 11, 27, 20, 28, 0, 0, time.FixedZone("CET", 3600))
	return Env{
		Now: func() time.Time { return at },
		Complete: func(prefix string) (list []string) {
			for _, p := range []string{"/tmp/report.csv", "/tmp/report-2026.csv", "/tmp/words.txt"} {
				if strings.HasPrefix(p, prefix) {
					list = append(list, p)
				}
			}
			return list
		},
		Path: func(path string) string {
			if path == "/tmp/words.txt" {
				return ""
			}
			return "there is no such file"
		},
	}
}

func options(labels ...string) []Option {
	list := make([]Option, len(labels))
	for i, l := range labels {
		list[i] = Option{Value: strings.ToLower(l), Label: l}
	}
	return list
}
