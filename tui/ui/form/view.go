package form

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"authdeck/internal/safetext"
	"authdeck/tui/theme"
)

// The widest label column, the narrowest value that labels must leave room for, the narrowest column in which a hint stands
// below the value, and how many lines a hint takes at most.
const (
	maxLabel = 16
	minValue = 12
	minHint  = 30
	maxNote  = 8
)

// View draws all fields in lines of exactly width cells, and says which line the field with the focus begins on (-1: none).
// A field takes one line, and below it as many as needed for what is wrong with it, or, with the focus, for what is open
// and its hint. [Form.Window] draws a part of it.
func (f *Form) View(th *theme.Theme, width int) (lines []string, focus int) {
	focus = -1
	s := f.sheet(th, width)
	for i, x := range f.flat {
		if i == f.focus {
			focus = len(lines)
		}
		lines = append(lines, s.draw(x, i == f.focus && !f.resting)...)
	}
	return lines, focus
}

// sheet is what all fields of one View are drawn with.
type sheet struct {
	form  *Form
	th    *theme.Theme
	width int
	label int // the column of the labels
}

func (f *Form) sheet(th *theme.Theme, width int) sheet {
	label := 0
	for _, x := range f.flat {
		if x.Kind != Toggle && x.Kind != Check {
			label = max(label, ansi.StringWidth(x.name())+mark(x))
		}
	}
	return sheet{form: f, th: th, width: width, label: max(0, min(label, maxLabel, width-4-minValue))}
}

// below is the column in which a text of so many cells stands below a field: that of the values, unless it is too narrow.
func below(label, width, cells int) int {
	if at := label + 4; cells <= width-at || width-at >= minHint {
		return at
	}
	return 4
}

// mark is the room that the mark of a required field takes.
func mark(x *field) int {
	if x.Required && !x.Kept && x.Kind != Toggle {
		return 2
	}
	return 0
}

// draw draws a field: its row, what is open below it, and what is wrong with it or its hint.
func (s sheet) draw(x *field, on bool) []string {
	th, indent := s.th, min(2*x.depth, s.width/4)
	waits := s.form.waits(x)
	width := s.width - indent
	label := min(s.label, max(0, width-4-minValue))
	head, cut := s.row(x, on, waits, label, width)
	lines := []string{head}
	if on && len(waits) == 0 {
		lines = append(lines, x.w.below(pen{th: th, on: on, width: width})...)
	}
	column := label
	if len(lines) > 1 || x.Kind == Group || x.Kind == List {
		column = 0 // under what is open, not under the values
	}
	notes := s.notes(x, on, cut, waits)
	under := column + 4
	for _, n := range notes {
		under = min(under, below(column, width, ansi.StringWidth(n.mark+n.text)))
	}
	for _, n := range notes {
		parts := wrap(n.text, width-under-len([]rune(n.mark)))
		if len(parts) > maxNote {
			parts = append(parts[:maxNote-1:maxNote-1], th.Glyph.Ellipsis)
		}
		for i, part := range parts {
			if i > 0 {
				n.mark = strings.Repeat(" ", len([]rune(n.mark)))
			}
			lines = append(lines, strings.Repeat(" ", under)+n.style.Render(n.mark+part))
		}
	}
	for i, l := range lines {
		lines[i] = strings.Repeat(" ", indent) + pad(l, width)
	}
	return lines
}

// note is a text below a field.
type note struct {
	mark, text string
	style      lipgloss.Style
}

// notes are what stands below a field: its label where that was cut, what is wrong, and hints.
func (s sheet) notes(x *field, on, cut bool, waits []string) []note {
	var list []note
	if on && cut {
		list = append(list, note{text: x.name(), style: s.th.Bold})
	}
	if x.problem != "" {
		list = append(list, note{mark: s.th.Glyph.Error + " ", text: safetext.Line(x.problem, 300), style: s.th.Danger})
	}
	if on {
		for _, text := range hints(x, waits) {
			list = append(list, note{text: text, style: s.th.Dim})
		}
	}
	return list
}

// hints are what is said below a field that has the focus: what it is for, unless something is wrong with it, and keys that
// one would not guess.
func hints(x *field, waits []string) []string {
	var list []string
	if x.Hint != "" && x.problem == "" {
		list = append(list, x.Hint)
	}
	if waits != nil {
		return list
	}
	if w, ok := x.w.(interface{ keys() string }); ok && w.keys() != "" {
		list = append(list, w.keys())
	}
	return list
}
