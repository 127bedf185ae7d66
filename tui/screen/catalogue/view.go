package catalogue

import (
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/tui/ui"
)

// The layout: from wide on the detail stands beside the list, below full the actions column is left out; the columns of
// the list after the cursor and the icon.
const (
	wide       = 100
	full       = 72
	detailRows = 5
	colIcon    = 4
	colKind    = 12
	colReady   = 12
	colCount   = 11
	colActions = 9
	nameMost   = 22
)

// View draws exactly height lines of exactly width cells.
func (s *Screen) View(width, height int) string {
	th := s.env.Theme
	switch {
	case !s.loaded && s.problem != "":
		return ui.Screenful([]string{"", " " + th.Danger.Render(th.Glyph.Error+" "+s.problem)}, width, height)
	case !s.loaded:
		return ui.Screenful([]string{"", th.Dim.Render(" reading the integrations " + th.Glyph.Ellipsis)}, width, height)
	case width >= wide:
		return s.viewWide(width, height)
	}
	below := detailRows + 1
	if height < below+4 {
		below = 0
	}
	lines := s.list(width, height-below)
	if below > 0 {
		lines = append(lines, ui.Rule(th, width))
		lines = append(lines, s.detail(width, detailRows)...)
	}
	for i := range lines {
		lines[i] = ui.FitTheme(th, lines[i], width)
	}
	return ui.Screenful(lines, width, height)
}

func (s *Screen) viewWide(width, height int) string {
	th := s.env.Theme
	left := colIcon + nameMost + colKind + colReady + colCount + colActions + 2
	a := ui.Box(th, th.Title.Render("Integrations"), th.Dim.Render(s.Count()), s.list(left-2, height-2), left, height)
	title := "Detail"
	if v := s.selected(); v != nil {
		title = s.cut(v.Name, 30)
	}
	right := width - left
	b := ui.Box(th, th.Title.Render(title), "", s.detailWide(right-2, height-2), right, height)
	return ui.Screenful(ui.Beside(a, b), width, height)
}

// list is the heading and the rows in sight, in exactly height lines.
func (s *Screen) list(width, height int) []string {
	th := s.env.Theme
	name := min(nameMost, width-colIcon-colKind-colReady-colCount-1)
	actions := ""
	if width >= full-2 {
		actions = "  ACTIONS"
	}
	head := ui.Spaces(colIcon) + ui.FitTheme(th, "NAME", name) + ui.FitTheme(th, "KIND", colKind) +
		ui.FitTheme(th, "CONFIGURED", colReady) + "CONNECTIONS" + actions
	lines := []string{th.Header.Render(ui.FitTheme(th, head, width))}
	rows := height - 1
	if s.typing || s.filter != "" {
		rows--
	}
	if rows != s.page && rows > 0 {
		s.page = rows
		s.scroll()
	}
	if s.problem != "" {
		rows--
	}
	for i := s.top; i < min(len(s.shown), s.top+rows); i++ {
		lines = append(lines, s.row(&s.all[s.shown[i]], i == s.cursor, name, width, actions != ""))
	}
	switch {
	case len(s.all) == 0:
		lines = append(lines, "", "  "+th.Dim.Render("no integration is known"))
	case len(s.shown) == 0:
		lines = append(lines, "", "  no match for "+th.Bold.Render(s.cut(s.filter, 30))+th.Dim.Render(", esc clears"))
	}
	for len(lines) < height {
		lines = append(lines, "")
	}
	last := height - 1
	if s.typing || s.filter != "" {
		cur := ""
		if s.typing {
			cur = th.Text.Reverse(true).Render(" ")
		}
		lines[last] = " " + th.Key.Render("/") + " " + th.Bold.Render(s.cut(s.filter, width-30)) + cur + th.Dim.Render("  "+s.Count())
		last--
	}
	if s.problem != "" {
		lines[last] = " " + th.Danger.Render(th.Glyph.Error+" "+s.problem)
	}
	return lines[:height]
}

func (s *Screen) row(v *connections.IntegrationView, on bool, name, width int, actions bool) string {
	th := s.env.Theme
	var b strings.Builder
	if on {
		b.WriteString(th.Accent.Render(th.Glyph.Cursor) + " ")
	} else {
		b.WriteString("  ")
	}
	b.WriteString(s.icon(v.Info) + " ")
	ready, style := "yes", th.Text
	switch {
	case v.Broken != "":
		ready, style = "broken", th.Danger
	case v.Mistake != "":
		ready, style = "mistake", th.Danger
	case v.ItemsUnknown:
		ready, style = "?", th.Dim
	case !needsSetup(v):
		ready, style = "no need", th.Dim
	case !v.Configured:
		ready, style = "no", th.Dim
	}
	title := ui.FitTheme(th, s.cut(v.Name, name-2), name)
	if on {
		title = th.Bold.Render(title)
	} else {
		title = th.Text.Render(title)
	}
	b.WriteString(title)
	b.WriteString(th.Dim.Render(ui.FitTheme(th, s.cut(string(v.Kind), colKind-2), colKind)))
	b.WriteString(style.Render(ui.FitTheme(th, ready, colReady)))
	count := ui.Left(strconv.Itoa(v.Connections), colCount)
	if v.Connections == 0 {
		count = th.Dim.Render(count)
	}
	b.WriteString(count)
	if actions {
		n := strconv.Itoa(v.Actions)
		if v.Actions < 0 {
			n = "–"
			if th.ASCII {
				n = "-"
			}
		}
		b.WriteString(ui.Left(n, colActions))
	}
	return ui.FitTheme(th, b.String(), width)
}

// icon is one cell: the integration's own, or the first letter of its name.
func (s *Screen) icon(info integrations.Info) string {
	th := s.env.Theme
	g := info.Icon.Glyph
	if th.ASCII {
		g = info.Icon.ASCII
		if !plainASCII(g) {
			g = ""
		}
	}
	g = safetext.Line(g, 0)
	if ui.Width(g) != 1 {
		g = " "
		for _, r := range safetext.Line(strings.ToUpper(info.Name), 0) {
			if ui.Width(string(r)) == 1 && (!th.ASCII || r < 0x7f) {
				g = string(r)
				break
			}
		}
	}
	colour := info.Icon.Colour
	if !th.Dark && hexColour(info.Icon.Light) {
		colour = info.Icon.Light
	}
	if th.Colour && hexColour(colour) {
		return lipgloss.NewStyle().Foreground(lipgloss.Color(colour)).Render(g)
	}
	return th.Accent.Render(g)
}

func plainASCII(s string) bool { return len(s) == 1 && s[0] > ' ' && s[0] < 0x7f }

func hexColour(s string) bool {
	if len(s) != 7 || s[0] != '#' {
		return false
	}
	_, err := strconv.ParseUint(s[1:], 16, 32)
	return err == nil
}
