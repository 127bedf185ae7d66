package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"authdeck/internal/safetext"
	"authdeck/tui/theme"
)

// blanks is cut to make padding without allocating.
const blanks = "                                                                                                                                "

// Spaces is n blanks; none for n ≤ 0.
func Spaces(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(blanks):
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}

// Width is how many cells a styled text takes.
func Width(s string) int { return safetext.Width(s) }

// Fit cuts or pads styled text to exactly width cells; a cut text ends in "…".
func Fit(s string, width int) string { return fit(s, width, "…") }

// FitTheme is [Fit] with the theme's own ellipsis.
func FitTheme(th *theme.Theme, s string, width int) string { return fit(s, width, th.Glyph.Ellipsis) }

func fit(s string, width int, ellipsis string) string {
	if width <= 0 {
		return ""
	}
	n := Width(s)
	if n > width {
		s = ansi.Truncate(s, width, ellipsis)
		n = Width(s)
	}
	return s + Spaces(width-n)
}

// Left pads a text on the left to width cells; a longer one is cut.
func Left(s string, width int) string {
	n := Width(s)
	if n > width {
		return Fit(s, width)
	}
	return Spaces(width-n) + s
}

// Ends puts left at the left and right at the right end of width cells; what does not fit is taken off left.
func Ends(th *theme.Theme, left, right string, width int) string {
	n := Width(right)
	if n >= width {
		return FitTheme(th, right, width)
	}
	return FitTheme(th, left, width-n) + right
}

// Join puts two blanks between texts that are not empty.
func Join(texts ...string) string {
	var b strings.Builder
	for _, t := range texts {
		if t == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("  ")
		}
		b.WriteString(t)
	}
	return b.String()
}

// Rule is a horizontal line.
func Rule(th *theme.Theme, width int) string {
	return th.Border.Render(strings.Repeat(th.Glyph.Rule, max(0, width)))
}

// Screenful makes exactly height lines of exactly width cells.
func Screenful(lines []string, width, height int) string {
	var b strings.Builder
	for i := range height {
		if i > 0 {
			b.WriteByte('\n')
		}
		if i < len(lines) {
			b.WriteString(Fit(lines[i], width))
		} else {
			b.WriteString(Spaces(width))
		}
	}
	return b.String()
}

// Wrap breaks safe text into lines of at most width cells, at blanks where it can, and after / & ? = in addresses.
func Wrap(text string, width int) []string {
	return strings.Split(ansi.Wrap(text, max(1, width), "/&?="), "\n")
}

// Beside puts two blocks of equally many lines next to each other.
func Beside(a, b []string) []string {
	out := make([]string, len(a))
	for i := range a {
		out[i] = a[i]
		if i < len(b) {
			out[i] += b[i]
		}
	}
	return out
}

// Over lays a box over a frame at column x and line y. Each line of the frame is width cells; so it stays.
func Over(frame []string, box []string, x, y, width int) {
	for i, line := range box {
		at := y + i
		if at < 0 || at >= len(frame) {
			continue
		}
		n := Width(line)
		left := ansi.Truncate(frame[at], x, "")
		left += Spaces(x - Width(left))
		right, rest := ansi.TruncateLeft(frame[at], x+n, ""), width-x-n
		if Width(right) > rest { // a wide character is cut in two
			right = ansi.TruncateLeft(frame[at], x+n+1, "")
		}
		frame[at] = left + line + Spaces(rest-Width(right)) + right
	}
}
