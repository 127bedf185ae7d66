package form

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"authdeck/tui/theme"
)

// The widest label column, the narrowest value that labels must leave room for, and the narrowest column in which a hint
// stands below the value.
const (
	maxLabel = 16
	minValue = 12
	minHint  = 30
)

// View draws the fields in lines of exactly width cells, and says which line the field with the focus is on (-1: none).
// A field takes one line, and below it as many as needed for what is wrong with it, or, with the focus, for its hint.
func (f *Form) View(th *theme.Theme, width int) (lines []string, focus int) {
	focus = -1
	label := 0
	for _, x := range f.fields {
		if x.Kind != Toggle {
			label = max(label, ansi.StringWidth(x.Label)+mark(x))
		}
	}
	label = max(0, min(label, maxLabel, width-4-minValue))
	for i, x := range f.fields {
		on := i == f.focus
		if on {
			focus = len(lines)
		}
		lines = append(lines, row(th, x, on, label, width))
		switch {
		case x.problem != "":
			under := below(label, width, ansi.StringWidth(x.problem)+2)
			for i, part := range wrap(x.problem, width-under-2) {
				mark := th.Glyph.Error
				if i > 0 {
					mark = " "
				}
				lines = append(lines, pad(strings.Repeat(" ", under)+th.Danger.Render(mark+" "+part), width))
			}
		case on && x.Hint != "":
			under := below(label, width, ansi.StringWidth(x.Hint))
			for _, part := range wrap(x.Hint, width-under) {
				lines = append(lines, pad(strings.Repeat(" ", under)+th.Dim.Render(part), width))
			}
		}
	}
	return lines, focus
}

// below is the column in which a text of so many cells stands below a field: that of the values, unless it is too narrow.
func below(label, width, cells int) int {
	if at := label + 4; cells <= width-at || width-at >= minHint {
		return at
	}
	return 4
}

func wrap(text string, width int) []string {
	return strings.Split(ansi.Wrap(text, max(1, width), "/&?="), "\n")
}

// mark is the room that the mark of a required field takes.
func mark(x *field) int {
	if x.Required && !x.Kept {
		return 2
	}
	return 0
}

func row(th *theme.Theme, x *field, on bool, label, width int) string {
	var b strings.Builder
	if on {
		b.WriteString(th.Accent.Render(th.Glyph.Cursor) + " ")
	} else {
		b.WriteString("  ")
	}
	if x.Kind == Toggle {
		box := "[ ] "
		if x.on {
			box = "[x] "
		}
		style := th.Text
		if on {
			style = th.Bold
		}
		b.WriteString(style.Render(box + x.Label))
		return pad(b.String(), width)
	}
	name := ansi.Truncate(x.Label, label-mark(x), th.Glyph.Ellipsis)
	style := th.Dim
	if on {
		style = th.Bold
	}
	styled := style.Render(name)
	if mark(x) > 0 {
		styled += th.Warn.Render(" *")
	}
	b.WriteString(pad(styled, label) + "  ")
	b.WriteString(value(th, x, on, width-label-4))
	return pad(b.String(), width)
}

func value(th *theme.Theme, x *field, on bool, width int) string {
	if x.Kind == Choice {
		return choice(th, x, on)
	}
	pre, post := ansi.StringWidth(x.Prefix), ansi.StringWidth(x.Suffix)
	if pre+post > width-minValue/2 {
		pre, post, x = 0, 0, &field{Field: Field{Kind: x.Kind, Secret: x.Secret, Kept: x.Kept}, edit: x.edit}
	}
	var body string
	if len(x.edit.runes) == 0 && x.Kept && !on {
		body = th.Dim.Render("kept as it is")
	} else {
		body = text(th, x, on, width-pre-post)
	}
	if pre > 0 {
		body = th.Dim.Render(x.Prefix) + body
	}
	if post > 0 {
		body += th.Dim.Render(x.Suffix)
	}
	return body
}

func choice(th *theme.Theme, x *field, on bool) string {
	label := "–"
	if th.ASCII {
		label = "-"
	}
	if x.pick >= 0 {
		label = x.Options[x.pick].Label
		if label == "" {
			label = x.Options[x.pick].Value
		}
	}
	if !on {
		return th.Text.Render(label)
	}
	return th.Key.Render("<") + " " + th.Bold.Render(label) + " " + th.Key.Render(">")
}

// text draws the part of the line around the cursor that fits; a secret is dots, one a character.
func text(th *theme.Theme, x *field, on bool, width int) string {
	cells := make([]string, len(x.edit.runes))
	for i, r := range x.edit.runes {
		switch {
		case x.Secret:
			cells[i] = th.Glyph.Masked
		case unicode.Is(unicode.Cf, r) || !unicode.IsPrint(r) || ansi.StringWidth(string(r)) == 0:
			cells[i] = th.Glyph.None
		default:
			cells[i] = string(r)
		}
	}
	if on {
		cells = append(cells, " ")
	}
	from := 0
	if on {
		for used(cells[from:x.edit.at+1]) > width {
			from++
		}
	}
	to := from
	for n := 0; to < len(cells); to++ {
		if n += ansi.StringWidth(cells[to]); n > width {
			break
		}
	}
	if !on {
		return th.Text.Render(strings.Join(cells[from:to], ""))
	}
	at := x.edit.at
	return th.Text.Render(strings.Join(cells[from:at], "")) +
		th.Text.Reverse(true).Render(cells[at]) +
		th.Text.Render(strings.Join(cells[at+1:max(at+1, to)], ""))
}

func used(cells []string) int {
	n := 0
	for _, c := range cells {
		n += ansi.StringWidth(c)
	}
	return n
}

func pad(s string, width int) string {
	s = ansi.Truncate(s, width, "")
	if n := width - ansi.StringWidth(s); n > 0 {
		s += strings.Repeat(" ", n)
	}
	return s
}
