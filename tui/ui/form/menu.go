package form

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// menuRows is how many choices of an open list are in sight.
const menuRows = 6

// menu is an open list of choices, which typing makes shorter.
type menu struct {
	options []Option
	filter  editor
	hits    []int // indexes into options
	cursor  int   // index into hits; -1: none
	top     int
	typed   bool // the filter is another field's text: the menu has none of its own
}

func newMenu(options []Option) *menu {
	m := &menu{options: options}
	m.search("")
	return m
}

// say is what a choice is called.
func (o Option) say() string {
	if o.Label != "" {
		return o.Label
	}
	return o.Value
}

// search keeps the choices that hold the text: those that begin with it first, then those with a word that does.
func (m *menu) search(text string) {
	text = strings.ToLower(strings.TrimSpace(text))
	type hit struct{ at, rank int }
	var hits []hit
	for i, o := range m.options {
		if r := rank(o, text); r > 0 {
			hits = append(hits, hit{i, r})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.rank, b.rank) })
	m.hits = m.hits[:0]
	for _, h := range hits {
		m.hits = append(m.hits, h.at)
	}
	m.cursor, m.top = 0, 0
	if m.typed {
		m.cursor = -1
	}
}

func rank(o Option, text string) int {
	label, value := strings.ToLower(o.say()), strings.ToLower(o.Value)
	switch {
	case text == "", strings.HasPrefix(label, text):
		return 1
	case strings.Contains(label, " "+text):
		return 2
	case strings.Contains(label, text):
		return 3
	case strings.Contains(value, text):
		return 4
	}
	return 0
}

// at is the choice under the cursor, -1 if there is none.
func (m *menu) at() int {
	if m.cursor < 0 || m.cursor >= len(m.hits) {
		return -1
	}
	return m.hits[m.cursor]
}

// on puts the cursor on a choice.
func (m *menu) on(option int) {
	if i := slices.Index(m.hits, option); i >= 0 {
		m.move(i)
	}
}

func (m *menu) move(to int) {
	low := 0
	if m.typed {
		low = -1 // back into the text
	}
	m.cursor = max(low, min(to, len(m.hits)-1))
	m.top = max(0, min(m.top, m.cursor))
	m.top = max(m.top, m.cursor-menuRows+1)
}

// key moves in the list, or writes into its filter.
func (m *menu) key(k tea.KeyPressMsg) (used bool) {
	switch k.String() {
	case "down", "ctrl+n":
		m.move(m.cursor + 1)
	case "up":
		m.move(m.cursor - 1)
	case "pgdown":
		m.move(m.cursor + menuRows)
	case "pgup":
		m.move(m.cursor - menuRows)
	default:
		if m.typed {
			return false
		}
		used, changed := m.filter.key(k)
		if changed {
			m.search(m.filter.text())
		}
		return used
	}
	return true
}

// draw draws the choices around the cursor; mark draws what stands before one.
func (m *menu) draw(p pen, mark func(option int) string) []string {
	th := p.th
	if len(m.hits) == 0 {
		return []string{"    " + th.Dim.Render(short(th, "no match; backspace", p.width-4))}
	}
	var lines []string
	for i := m.top; i < min(len(m.hits), m.top+menuRows); i++ {
		o := m.options[m.hits[i]]
		before, style := "    ", th.Text
		if i == m.cursor {
			before, style = "  "+th.Accent.Render(th.Glyph.Cursor)+" ", th.Bold
		}
		room := p.width - 4
		if mark != nil {
			before += mark(m.hits[i])
			room -= 4
		}
		lines = append(lines, before+style.Render(short(th, shown(th, o.say()), room)))
	}
	if len(m.hits) > menuRows {
		lines = append(lines, "    "+th.Dim.Render(short(th, strconv.Itoa(m.cursor+1)+" of "+strconv.Itoa(len(m.hits)), p.width-4)))
	}
	return lines
}
