package form

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"authdeck/tui/theme"
)

// cellsOf are what is drawn for each character: itself, or a mark if it cannot stand on a screen alone.
func cellsOf(th *theme.Theme, runes []rune, secret bool) []string {
	cells := make([]string, len(runes), len(runes)+1)
	for i, r := range runes {
		switch {
		case secret:
			cells[i] = th.Glyph.Masked
		case r == '\t':
			cells[i] = "  "
		case !drawn(r):
			cells[i] = th.Glyph.None
		default:
			cells[i] = string(r)
		}
	}
	return cells
}

// drawn reports whether a character can stand on a screen alone.
func drawn(r rune) bool {
	if r < 0x7f {
		return r >= ' '
	}
	return !unicode.Is(unicode.Cf, r) && unicode.IsPrint(r) && ansi.StringWidth(string(r)) > 0
}

// runeWidth is how many cells the character takes, as cellsOf draws it.
func runeWidth(r rune) int {
	switch {
	case r == '\t':
		return 2
	case r < 0x7f, !drawn(r):
		return 1
	}
	return ansi.StringWidth(string(r))
}

func widthOf(runes []rune) int {
	n := 0
	for _, r := range runes {
		n += runeWidth(r)
	}
	return n
}

// fitting is how many of the characters have room in width.
func fitting(runes []rune, width int) int {
	n := 0
	for i, r := range runes {
		if n += runeWidth(r); n > width {
			return i
		}
	}
	return len(runes)
}

// draw draws the part of the line around the cursor that fits; a secret is dots, one a character.
func (e *editor) draw(p pen, secret bool) string {
	width := max(0, p.width)
	runes := e.runes
	if secret {
		runes = []rune(strings.Repeat("x", len(runes)))
	}
	if !p.on {
		if n := fitting(runes, width); n < len(runes) {
			n = fitting(runes, width-1)
			return p.th.Text.Render(strings.Join(cellsOf(p.th, runes[:n], secret), "")) + p.th.Dim.Render(p.th.Glyph.Ellipsis)
		}
		return p.th.Text.Render(strings.Join(cellsOf(p.th, runes, secret), ""))
	}
	under := 1 // the cell of the cursor
	if e.at < len(runes) {
		under = runeWidth(runes[e.at])
	}
	from := max(0, e.at-width)
	for from < e.at && widthOf(runes[from:e.at])+under > width {
		from++
	}
	to := from + fitting(runes[from:], width)
	cells := append(cellsOf(p.th, runes[from:max(to, min(e.at+1, len(runes)))], secret), " ")
	at := e.at - from
	return p.th.Text.Render(strings.Join(cells[:at], "")) +
		p.th.Text.Reverse(true).Render(cells[at]) +
		p.th.Text.Render(strings.Join(cells[at+1:max(at+1, to-from)], ""))
}

// short cuts a safe text to width cells.
func short(th *theme.Theme, text string, width int) string {
	return ansi.Truncate(text, max(0, width), th.Glyph.Ellipsis)
}

// pad makes a styled text exactly width cells. A blank may join the character before it, so that it looks again.
func pad(s string, width int) string {
	s = ansi.Truncate(s, width, "")
	for n := width - ansi.StringWidth(s); n > 0; n = width - ansi.StringWidth(s) {
		s += strings.Repeat(" ", n)
	}
	return s
}

func wrap(text string, width int) []string {
	return strings.Split(ansi.Wrap(text, max(1, width), "/&?="), "\n")
}

// shown is a value that may hold anything as it can stand on a screen.
func shown(th *theme.Theme, value string) string {
	return strings.Join(cellsOf(th, []rune(value), false), "")
}
