package form

import (
	tea "charm.land/bubbletea/v2"

	"authdeck/tui/theme"
)

// widget is the part of a field that differs between the kinds.
type widget interface {
	value() string
	// set puts a text there, as a preset or an editor has it, and says what is wrong with it; then the value is as it was.
	set(text string) (problem string)
	// key edits; used reports whether the key was one for it, changed whether the value may be another one now.
	key(k tea.KeyPressMsg) (used, changed bool)
	paste(text string) (changed bool)
	// check says what is wrong with a value that is not empty, "" if nothing.
	check() string
	// row draws what stands beside the label, in at most p.width cells.
	row(p pen) string
	// below draws the lines under it, which it has while it has the focus, in at most p.width cells.
	below(p pen) []string
	// leave closes what is open: the focus goes elsewhere.
	leave()
}

// pen is what a widget draws with.
type pen struct {
	th    *theme.Theme
	on    bool // the field has the focus
	width int
}

// base is for the widgets that have nothing under their row and nothing to close.
type base struct{}

func (base) check() string      { return "" }
func (base) below(pen) []string { return nil }
func (base) leave()             {}
func (base) paste(string) bool  { return false }

func newWidget(x *field) widget {
	switch x.Kind {
	case Number:
		return &number{line: newLine(x)}
	case Toggle:
		return &toggle{}
	case Check:
		return &checkBox{}
	case Choice:
		if x.Freeform {
			return newFree(x)
		}
		return newChoice(x)
	case Multi:
		return newMulti(x)
	case Date, DateTime:
		return &date{line: newLine(x), clock: x.Kind == DateTime}
	case File:
		return newFile(x)
	case Lines:
		return newArea(x, true)
	case Code:
		return newArea(x, false)
	case JSON:
		return &jsonArea{area: newArea(x, false)}
	case Pick:
		if x.Multiple {
			return &picks{field: x}
		}
		return &pick{line: newLine(x)}
	case Group, List:
		if x.Members == nil {
			return &unknown{field: x}
		}
		return &group{field: x}
	case Text:
	}
	return newLine(x)
}
