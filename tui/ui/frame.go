package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"authdeck/tui/theme"
)

// Box draws lines in a frame of exactly width cells and, if height > 0, exactly height lines; title and right are styled
// texts in its upper edge, "" for none.
func Box(th *theme.Theme, title, right string, lines []string, width, height int) []string {
	g := th.Glyph.Box
	inner := max(0, width-2)
	left, end := "", ""
	if title != "" {
		left = " " + title + " "
	}
	if right != "" {
		end = " " + right + " "
		if Width(end)+4 > inner {
			end = ""
		}
	}
	if room := inner - Width(end); Width(left) > room {
		left = ansi.Truncate(left, max(0, room), th.Glyph.Ellipsis)
	}
	fill := inner - Width(left) - Width(end)
	n := len(lines)
	if height > 0 {
		n = max(0, height-2)
	}
	out := make([]string, 0, n+2)
	out = append(out, th.Border.Render(g[0])+left+th.Border.Render(strings.Repeat(g[4], max(0, fill)))+end+th.Border.Render(g[1]))
	side := th.Border.Render(g[5])
	for i := range n {
		if i < len(lines) {
			out = append(out, side+FitTheme(th, lines[i], inner)+side)
		} else {
			out = append(out, side+Spaces(inner)+side)
		}
	}
	return append(out, th.Border.Render(g[2]+strings.Repeat(g[4], inner)+g[3]))
}
