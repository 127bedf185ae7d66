package form

import (
	"unicode"

	tea "charm.land/bubbletea/v2"
)

// maxRunes bounds one field.
const maxRunes = 16 << 10

// editor is one line of text and the place in it where the next character goes.
type editor struct {
	runes []rune
	at    int
}

func (e *editor) text() string { return string(e.runes) }

func (e *editor) set(s string) {
	e.runes, e.at = nil, 0
	e.insert(s)
}

// insert takes what can stand in a line: control characters are left out, a line break becomes a space.
func (e *editor) insert(s string) {
	var in []rune
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			in = append(in, ' ')
		case unicode.IsControl(r) || r == unicode.ReplacementChar:
		default:
			in = append(in, r)
		}
	}
	if len(e.runes)+len(in) > maxRunes || len(in) == 0 {
		return
	}
	tail := append(in, e.runes[e.at:]...) //nolint:gocritic // in is ours
	e.runes = append(e.runes[:e.at:e.at], tail...)
	e.at += len(in)
}

// key edits; used reports whether the key was one for it, changed whether the text is another now.
func (e *editor) key(k tea.KeyPressMsg) (used, changed bool) {
	n := len(e.runes)
	switch k.String() {
	case "left", "ctrl+b":
		e.at = max(0, e.at-1)
		return true, false
	case "right", "ctrl+f":
		e.at = min(n, e.at+1)
		return true, false
	case "home", "ctrl+a":
		e.at = 0
		return true, false
	case "end", "ctrl+e":
		e.at = n
		return true, false
	case "backspace":
		e.cut(e.at-1, e.at)
	case "delete":
		e.cut(e.at, e.at+1)
	case "ctrl+u":
		e.cut(0, e.at)
	case "ctrl+k":
		e.cut(e.at, n)
	case "ctrl+w":
		e.cut(e.wordStart(), e.at)
	default:
		if k.Text == "" {
			return false, false
		}
		e.insert(k.Text)
	}
	return true, n != len(e.runes)
}

func (e *editor) cut(from, to int) {
	from, to = max(0, from), min(len(e.runes), to)
	if from >= to {
		return
	}
	e.runes = append(e.runes[:from], e.runes[to:]...)
	if e.at > from {
		e.at = from
	}
}

func (e *editor) wordStart() int {
	i := e.at
	for i > 0 && unicode.IsSpace(e.runes[i-1]) {
		i--
	}
	for i > 0 && !unicode.IsSpace(e.runes[i-1]) {
		i--
	}
	return i
}
