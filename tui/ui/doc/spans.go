package doc

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"authdeck/internal/safetext"
	"authdeck/tui/theme"
	"authdeck/tui/ui"
)

// span is a safe text in one style.
type span struct {
	text  string
	style lipgloss.Style
}

// safe makes foreign text of at most most bytes ready for one line.
func safe(th *theme.Theme, s string) string {
	s = safetext.Line(s, 0)
	if th.ASCII {
		// Ours, mostly, and the mask of secrets; a foreign one reads the same.
		s = strings.NewReplacer("…", th.Glyph.Ellipsis, "→", "->", "•", th.Glyph.Masked).Replace(s)
	}
	return s
}

// draw puts spans into a line of exactly width cells; a selected one is drawn on the colour of the selected row.
func draw(th *theme.Theme, width int, selected bool, spans ...span) string {
	var b strings.Builder
	left := width
	for _, s := range spans {
		if left <= 0 {
			break
		}
		text := s.text
		n := safetext.Width(text)
		if n > left {
			text = ansi.Truncate(text, left, th.Glyph.Ellipsis)
			n = safetext.Width(text)
			if n < left { // a wide character did not fit
				text += ui.Spaces(left - n)
				n = left
			}
		}
		style := s.style
		if selected {
			style = th.On(style)
		}
		left -= n
		b.WriteString(paint(style, text))
	}
	if left > 0 {
		fill := ui.Spaces(left)
		if selected {
			fill = paint(th.On(th.Text), fill)
		}
		b.WriteString(fill)
	}
	return b.String()
}

func paint(style lipgloss.Style, text string) string {
	if text == "" {
		return ""
	}
	return style.Render(text)
}

// gutter is the cursor's column.
func gutter(th *theme.Theme, selected bool) span {
	if selected {
		return span{th.Glyph.Cursor + " ", th.Accent}
	}
	return span{"  ", th.Text}
}

// pad makes exactly height lines of exactly width cells.
func pad(lines []string, width, height int) []string {
	lines = lines[:min(len(lines), max(0, height))]
	for len(lines) < height {
		lines = append(lines, ui.Spaces(width))
	}
	return lines
}

// arrow stands between an old and a new value.
func arrow(th *theme.Theme) string {
	if th.ASCII {
		return "->"
	}
	return "→"
}

// shorter cuts an address to width: its query at the end, else out of its middle.
func shorter(th *theme.Theme, address string, width int) string {
	if path, _, ok := strings.Cut(address, "?"); ok && safetext.Width(path)+2 <= width {
		return ui.FitTheme(th, address, width)
	}
	return middle(th, address, width)
}

// middle takes characters out of the middle of a text that is longer than width, since both ends of a path tell the most.
func middle(th *theme.Theme, s string, width int) string {
	n := safetext.Width(s)
	if n <= width || width < 8 {
		return s
	}
	head := (width - 1) / 3
	return ansi.Truncate(s, head, "") + th.Glyph.Ellipsis + ansi.TruncateLeft(s, n-(width-1-head), "")
}
