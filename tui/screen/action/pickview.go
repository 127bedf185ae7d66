package action

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"authdeck/integrations"
	"authdeck/tui/ui"
)

func (s *Screen) pickBox(width, height int) []string {
	th := s.env.Theme
	inner, rows := width-2, height-2
	var lines []string
	if s.filter.Typing() {
		lines, rows = append(lines, s.filter.View(th, "", inner)), rows-1
	}
	lines = append(lines, s.list(inner, rows)...)
	a, ok := s.selected()
	if text := safe(a.Description); ok && !s.beside && text != "" && len(lines)+2 <= rows {
		lines = append(lines, "", " "+th.Dim.Render(text)) // there is no pane for it
	}
	count := strconv.Itoa(len(s.actions))
	if s.filter.Text() != "" {
		count = strconv.Itoa(len(s.shown)) + " of " + count
	}
	return ui.Box(th, s.title(ansi.Truncate("Actions of "+safe(s.conn), inner-8, th.Glyph.Ellipsis), true), th.Dim.Render(count), lines, width, height)
}

// selected is the action under the cursor.
func (s *Screen) selected() (integrations.Action, bool) {
	if s.cursor >= len(s.shown) {
		return integrations.Action{}, false
	}
	return s.actions[s.shown[s.cursor]], true
}

func (s *Screen) list(width, rows int) []string {
	th := s.env.Theme
	from := max(0, min(s.cursor-rows/2, len(s.shown)-rows))
	var lines []string
	for i := from; i < min(len(s.shown), from+rows); i++ {
		text := ansi.Truncate(name(s.actions[s.shown[i]]), width-3, th.Glyph.Ellipsis)
		if i == s.cursor {
			lines = append(lines, th.Accent.Render(th.Glyph.Cursor)+" "+th.Bold.Render(text))
		} else {
			lines = append(lines, "  "+text)
		}
	}
	if len(s.shown) == 0 {
		lines = append(lines, "  "+th.Dim.Render("no action matches"))
	}
	return lines
}

// about describes the action under the cursor.
func (s *Screen) about(width, rows int) []string {
	th := s.env.Theme
	a, ok := s.selected()
	if !ok {
		return nil
	}
	lines := []string{""}
	for _, l := range ui.Wrap(safe(a.Description), width-2) {
		lines = append(lines, " "+l)
	}
	if a.Destructive {
		lines = append(lines, " "+th.Warn.Render(th.Glyph.Warn+" it changes or deletes data"))
	}
	lines = append(lines, "")
	if len(a.Params) == 0 {
		lines = append(lines, " "+th.Dim.Render("no parameters"))
	}
	for _, p := range a.Params {
		f := fieldOf(p)
		text := " " + ui.FitTheme(th, f.Label, 14) + " " + th.Dim.Render(lower(safe(p.Type)))
		if p.Required {
			text += th.Warn.Render(" *")
		}
		lines = append(lines, text)
	}
	if sample := pretty(a.Sample); sample != "" {
		lines = append(lines, "", " "+th.Dim.Render("answers like"))
		for l := range strings.SplitSeq(sample, "\n") {
			lines = append(lines, " "+colour(th, ansi.Truncate(l, width-2, th.Glyph.Ellipsis)))
		}
	}
	if len(lines) > rows {
		lines = append(lines[:rows-1:rows-1], " "+th.Dim.Render(th.Glyph.Ellipsis))
	}
	return lines
}
