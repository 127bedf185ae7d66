package find

import (
	"strconv"
	"strings"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/tui/ui"
)

// aboutRows are the lines below the list: a rule, what the action does, what it takes.
const aboutRows = 4

// View draws exactly height lines of exactly width cells.
func (s *Screen) View(width, height int) string {
	th := s.env.Theme
	switch {
	case s.problem != "":
		lines := []string{""}
		for _, l := range ui.Wrap(s.problem, width-4) {
			lines = append(lines, " "+th.Danger.Render(th.Glyph.Error+" "+l))
		}
		return ui.Screenful(lines, width, height)
	case !s.loaded:
		return ui.Screenful([]string{"", th.Dim.Render(" reading the actions " + th.Glyph.Ellipsis)}, width, height)
	}
	count := strconv.Itoa(s.count) + " of " + strconv.Itoa(len(s.all))
	var lines []string
	if s.filter.Typing() {
		lines = append(lines, s.filter.View(th, count, width))
	} else {
		head := ""
		if s.filter.Text() != "" {
			head = " " + th.Accent.Render(s.filter.Shown())
		}
		lines = append(lines, ui.Ends(th, head, th.Dim.Render(count+" "), width))
	}
	if len(s.rows) == 0 {
		text := "no action matches"
		if len(s.all) == 0 {
			text = "no integration has actions yet: 3 shows the integrations"
		}
		return ui.Screenful(append(lines, "", " "+th.Dim.Render(text)), width, height)
	}
	rows := max(1, height-1-aboutRows)
	lines = s.table.View(lines, rows, func(i int, selected bool) rowKey {
		return rowKey{i, width, th.Version, selected, s.gen}
	}, func(i int, selected bool) string { return s.row(s.rows[i], selected, width) })
	for len(lines) < 1+rows {
		lines = append(lines, "")
	}
	return ui.Screenful(append(lines, s.about(width)...), width, height)
}

// row is an action with its integration, and at the end what it runs on, or the Login button.
func (s *Screen) row(r row, selected bool, width int) string {
	th := s.env.Theme
	if r.action < 0 {
		return " " + th.Bold.Render(ui.FitTheme(th, r.head, width-1))
	}
	a := s.all[r.action]
	mark, style := "  ", th.Text
	if selected {
		mark, style = th.Accent.Render(th.Glyph.Cursor)+" ", th.Bold
	}
	glyph := a.Icon.Glyph
	if th.ASCII || ui.Width(safetext.Line(glyph, 2)) != 1 {
		glyph = a.Icon.ASCII
	}
	if glyph = safetext.Line(glyph, 1); glyph == "" {
		glyph = " "
	}
	side := max(10, (width-8)/4)
	return ui.FitTheme(th, mark+style.Render(ui.FitTheme(th, label(a), width-2-2*side-5))+" "+
		th.Accent.Render(glyph)+" "+ui.FitTheme(th, safetext.Line(a.IntegrationName, 60), side)+" "+s.on(a, side), width)
}

func label(a connections.FoundAction) string {
	if a.Label != "" {
		return safetext.Line(a.Label, 100)
	}
	return safetext.Line(a.Name, 100)
}

// on says what the action runs on.
func (s *Screen) on(a connections.FoundAction, width int) string {
	th := s.env.Theme
	switch n := len(a.Connections); {
	case !a.NeedsSignIn:
		return th.Dim.Render(ui.FitTheme(th, "no sign-in", width))
	case n == 0:
		return ui.FitTheme(th, th.Key.Render("[ Login ]"), width)
	case n == 1:
		return th.Dim.Render(ui.FitTheme(th, safetext.Line(a.Connections[0], 60), width))
	default:
		return th.Dim.Render(ui.FitTheme(th, strconv.Itoa(n)+" connections", width))
	}
}

// about says what the action under the cursor does and takes.
func (s *Screen) about(width int) []string {
	th, a := s.env.Theme, s.selected()
	lines := []string{ui.Rule(th, width)}
	if a == nil {
		return lines
	}
	text := safetext.Line(a.Description, 400)
	if text == "" {
		text = safetext.Line(a.Name, 100)
	}
	for i, l := range ui.Wrap(text, width-2) {
		if i == 2 {
			break
		}
		lines = append(lines, " "+l)
	}
	var names []string
	for _, p := range a.Params {
		name := safetext.Line(p.Label, 40)
		if name == "" {
			name = safetext.Line(p.Name, 40)
		}
		if p.Required {
			name += "*"
		}
		names = append(names, name)
	}
	what := "takes nothing"
	if len(names) > 0 {
		what = "takes " + strings.Join(names, ", ")
	}
	if a.Destructive {
		what = "changes or deletes data; " + what
	}
	parts, room := ui.Wrap(what, width-2), aboutRows-len(lines)
	if len(parts) > room {
		parts = append(parts[:room-1:room-1], ui.FitTheme(th, strings.Join(parts[room-1:], " "), width-2))
	}
	for _, l := range parts {
		lines = append(lines, " "+th.Dim.Render(l))
	}
	for len(lines) < aboutRows {
		lines = append(lines, "")
	}
	return lines
}
