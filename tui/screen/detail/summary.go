package detail

import (
	"strings"

	"authdeck/connections"
	"authdeck/internal/secret"
	"authdeck/tui/screen/connection"
	"authdeck/tui/ui"
)

// colName is where the text begins beside the name in the summary.
const colName = 14

// Summary is what stands under the list: two lines of exactly width cells.
func (p *Pane) Summary(width int) [2]string {
	th := p.env.Theme
	if p.row.ID == "" {
		return [2]string{ui.Spaces(width), ui.Spaces(width)}
	}
	now := p.env.Now()
	next := Next(p.row, now)
	text := next
	if p.row.State == connections.StateOK || p.row.State == connections.StateExpiring {
		scopes := p.row.ScopesGranted
		if len(scopes) == 0 {
			scopes = p.row.ScopesAsked
		}
		if len(scopes) > 0 {
			room := width - 1 - colName - 4 - ui.Width(next) - 1
			s := th.Dim.Render("scopes ") + safe(strings.Join(scopes, " "))
			if room >= 16 {
				if ui.Width(s) > room {
					s = strings.TrimRight(ui.FitTheme(th, s, room), " ")
				}
				text = s + "    " + next
			}
		}
	}
	first := " " + th.Bold.Render(ui.FitTheme(th, connection.Name(p.row.Name), colName-1)) + " " + text
	return [2]string{ui.FitTheme(th, first, width), ui.FitTheme(th, p.second(), width)}
}

func (p *Pane) second() string {
	th := p.env.Theme
	switch {
	case p.problem != "":
		return " " + th.Danger.Render(th.Glyph.Error+" "+p.problem)
	case p.facts == nil:
		return ""
	}
	d := &p.facts.detail
	text := " " + th.Dim.Render("access ")
	if d.Access.IsZero() {
		text += "none"
	} else {
		text += p.masked(d.Access)
	}
	switch e := lastUse(p.facts.history); {
	case len(d.Warnings) > 0:
		text += "    " + th.Warn.Render(th.Glyph.Warn+" "+safe(d.Warnings[0]))
	case e != nil:
		name, _ := use(*e)
		text += "    " + th.Dim.Render("last used ") + ui.Ago(e.Time, p.env.Now()) + ` by action "` + name + `"`
	}
	return text
}

// masked is a token's hint in the theme's glyphs.
func (p *Pane) masked(s secret.String) string {
	if h := s.Hint(); !p.env.Theme.ASCII {
		return h
	} else { //nolint:revive // reads better with h in sight
		return strings.ReplaceAll(h, "•", p.env.Theme.Glyph.Masked)
	}
}
