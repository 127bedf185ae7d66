package form

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// row draws the line with the label and the value; cut says that the label was shortened.
func (s sheet) row(x *field, on bool, waits []string, label, width int) (line string, cut bool) {
	if x.Kind == Toggle || x.Kind == Check {
		return s.boxRow(x, on, waits, width)
	}
	if x.Kind == Group || x.Kind == List {
		return s.groupRow(x, on, waits, width)
	}
	if w, ok := x.w.(interface{ room() int }); ok {
		label = max(min(label, 4+mark(x)), min(label, width-4-w.room()))
	}
	style := s.th.Dim
	if on {
		style = s.th.Bold
	}
	name, room := x.name(), label-mark(x)
	cut = ansi.StringWidth(name) > room
	head := s.cursor(on) + pad(style.Render(short(s.th, name, room))+s.star(x), label) + "  "
	return head + s.value(x, on, waits, width-label-4), cut
}

func (s sheet) cursor(on bool) string {
	if on {
		return s.th.Accent.Render(s.th.Glyph.Cursor) + " "
	}
	return "  "
}

// star is the mark of a required field.
func (s sheet) star(x *field) string {
	if mark(x) > 0 {
		return s.th.Warn.Render(" *")
	}
	return ""
}

// boxRow draws a box, and the label behind it.
func (s sheet) boxRow(x *field, on bool, waits []string, width int) (line string, cut bool) {
	style := s.th.Text
	if on {
		style = s.th.Bold
	}
	word, least := "", 0 // what stands behind the label, and how much of it must have room
	if c, ok := x.w.(*checkBox); ok {
		word = "  " + c.word()
		least = len(word)
	}
	if waits != nil {
		word, least = "  needs "+strings.Join(waits, ", "), minValue
	}
	name, room := x.name(), width-6-mark(x)-least
	cut = ansi.StringWidth(name) > room
	head := s.cursor(on) + style.Render(x.w.row(pen{th: s.th})+short(s.th, name, room)) + s.star(x)
	return head + s.th.Dim.Render(short(s.th, word, width-ansi.StringWidth(head))), cut
}

// groupRow draws the head of what has members.
func (s sheet) groupRow(x *field, on bool, waits []string, width int) (line string, cut bool) {
	style := s.th.Text
	if on {
		style = s.th.Bold
	}
	fold := "- "
	if x.folded {
		fold = "+ "
	}
	if x.kids == nil {
		fold = ""
	}
	name, room := x.name(), width-2-len(fold)-mark(x)
	cut = ansi.StringWidth(name) > room
	head := s.cursor(on) + s.th.Dim.Render(fold) + style.Render(short(s.th, name, room)) + s.star(x) + "  "
	return head + s.value(x, on, waits, max(0, width-ansi.StringWidth(head))), cut
}

func (s sheet) value(x *field, on bool, waits []string, width int) string {
	if waits != nil {
		text := firstChoose(waits)
		if ansi.StringWidth(text) > width {
			text = "needs " + strings.Join(waits, ", ")
		}
		return s.th.Dim.Render(short(s.th, text, width))
	}
	return x.w.row(pen{th: s.th, on: on, width: width})
}
