package ui

import (
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"authdeck/tui/theme"
)

// Cells is how many of width cells of a lifetime bar are full: part of whole, rounded, at least one while anything is left.
func Cells(left, whole time.Duration, width int) int {
	if left <= 0 || whole <= 0 || width <= 0 {
		return 0
	}
	if left >= whole {
		return width
	}
	n := int((int64(left)*int64(width) + int64(whole)/2) / int64(whole))
	return max(1, min(width, n))
}

// Bar draws a bar of width cells of which the first full are filled.
func Bar(th *theme.Theme, fill lipgloss.Style, full, width int) string {
	return fill.Render(strings.Repeat(th.Glyph.Full, full)) +
		th.BarEmpty.Render(strings.Repeat(th.Glyph.Empty, max(0, width-full)))
}

// NoBar stands where a lifetime has no end.
func NoBar(th *theme.Theme, width int) string {
	return th.BarEmpty.Render(strings.Repeat(th.Glyph.None, max(0, width)))
}
