package rehearsal

import (
	"charm.land/lipgloss/v2"

	"authdeck/internal/safetext"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

// The columns of the situations, in cells.
const (
	colSituation = 19
	colSignIn    = 9
	colRefresh   = 32
	wide         = 78 // from here on there is room for what comes then
)

// View draws exactly height lines of exactly width cells.
func (s *Screen) View(width, height int) string {
	th := s.env.Theme
	if width >= boxed {
		lines := ui.Box(th, th.Title.Render("Rehearsal of "+s.name), th.Dim.Render(s.state()), s.body(width-2, height-2), width, height)
		return ui.Screenful(lines, width, height)
	}
	return ui.Screenful(s.body(width, height), width, height)
}

func (s *Screen) state() string {
	switch {
	case s.playing:
		return "playing"
	case s.played != nil:
		return "no network, nothing is kept"
	}
	return ""
}

func (s *Screen) body(width, height int) []string {
	th := s.env.Theme
	var lines []string
	if s.problem != "" {
		for _, l := range ui.Wrap(s.problem, width-4) {
			lines = append(lines, " "+th.Danger.Render(th.Glyph.Error+" "+l))
		}
	}
	if s.played == nil {
		if s.playing {
			lines = append(lines, "", th.Dim.Render("  playing the three operations in seven situations"))
		}
		return lines
	}
	p := s.played
	head := ui.Fit("  SITUATION", colSituation) + ui.Fit("SIGN-IN", colSignIn) + ui.Fit("REFRESH", colRefresh)
	if width >= wide {
		head += "THEN"
	}
	lines = append(lines, th.Dim.Render(ui.FitTheme(th, head, width)))
	s.table.Forget()
	lines = s.table.View(lines, len(lines)+len(p.Situations), func(i int, _ bool) int { return i }, func(i int, on bool) string { return s.row(p.Situations[i], on, width) })
	lines = append(lines, ui.Rule(th, width))
	detail := s.detail(width)
	s.lines, s.room = len(detail), max(1, height-len(lines))
	s.top = max(0, min(s.top, s.lines-s.room))
	return append(lines, detail[s.top:min(len(detail), s.top+s.room)]...)
}

func (s *Screen) row(r screen.RehearsedSituation, on bool, width int) string {
	th := s.env.Theme
	mark, style := "  ", th.Text
	if on {
		mark, style = th.Accent.Render(th.Glyph.Cursor)+" ", th.Bold
	}
	refresh, then := width-colSituation-colSignIn-3, 0
	if width >= wide {
		refresh, then = colRefresh, refresh-colRefresh+1
	}
	line := mark + style.Render(ui.FitTheme(th, r.Name, colSituation-2)) + s.tone(r.SignedIn).Render(ui.FitTheme(th, r.SignIn, colSignIn)) +
		s.tone(r.Works).Render(ui.FitTheme(th, r.Refresh, refresh)+ui.FitTheme(th, r.Then, then))
	if r.Faults > 0 {
		line += th.Danger.Render(th.Glyph.Error)
	}
	return line
}

func (s *Screen) tone(good bool) lipgloss.Style {
	if good {
		return s.env.Theme.OK
	}
	return s.env.Theme.Warn
}

// detail is all that the situation under the cursor led to.
func (s *Screen) detail(width int) []string {
	th := s.env.Theme
	i := s.table.Cursor()
	if i < 0 || i >= len(s.played.Situations) {
		return nil
	}
	r := s.played.Situations[i]
	lines := []string{" " + th.Dim.Render(ui.FitTheme(th, r.About, width-2))}
	for _, f := range r.Facts {
		for n, l := range ui.Wrap(safetext.Line(f.Text, 0), width-20) {
			name := ""
			if n == 0 {
				name = f.Name
			}
			style := th.Text
			if f.Bad {
				style = th.Danger
			}
			lines = append(lines, " "+th.Dim.Render(ui.Fit(name, 17))+style.Render(l))
		}
	}
	return lines
}
