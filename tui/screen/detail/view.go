package detail

import (
	"slices"
	"strings"

	"authdeck/tui/screen/connection"
	"authdeck/tui/ui"
)

// Lines draw the tabs and the one that is open: exactly height lines, each at most width cells.
func (p *Pane) Lines(width, height int) []string {
	th := p.env.Theme
	if p.row.ID == "" {
		return make([]string, height)
	}
	lines := []string{p.tabs(width), ""}
	if p.facts == nil && p.problem == "" && p.tab != tabOverview {
		lines = append(lines, " "+th.Dim.Render("reading "+th.Glyph.Ellipsis))
	} else {
		p.viewer.Set(p.body(width, height-len(lines)))
	}
	lines = append(lines, p.viewer.View(width, height-len(lines))...)
	for len(lines) < height {
		lines = append(lines, "")
	}
	if place := p.viewer.Place(); place != "" {
		lines[0] = ui.Ends(th, lines[0], th.Dim.Render(place+" "), width)
	}
	return lines[:height]
}

func (p *Pane) body(width, height int) []string {
	switch p.tab {
	case tabClaims:
		return p.claims(width)
	case tabScopes:
		return p.scopes(width)
	case tabHistory:
		return p.history(width)
	}
	return tight(p.overview(width), height)
}

// tight takes out blank lines, the last first, until the others fit.
func tight(lines []string, height int) []string {
	for i := len(lines) - 1; i >= 0 && len(lines) > height; i-- {
		if lines[i] == "" {
			lines = slices.Delete(lines, i, i+1)
		}
	}
	return lines
}

func (p *Pane) tabs(width int) string {
	th := p.env.Theme
	var b strings.Builder
	for i, name := range tabNames {
		b.WriteString(" ")
		if i == p.tab {
			b.WriteString(th.TabOn.Render("[" + name + "]"))
		} else {
			b.WriteString(th.TabOff.Render(name))
		}
		if i < tabCount-1 {
			b.WriteString(" ")
		}
	}
	if ui.Width(b.String()) > width {
		return ui.FitTheme(th, b.String(), width)
	}
	return b.String()
}

// Heading are the texts in the upper edge of the pane's frame.
func (p *Pane) Heading() (title, right string) {
	th := p.env.Theme
	if p.row.ID == "" {
		return "", ""
	}
	if !p.row.CreatedAt.IsZero() {
		right = th.Dim.Render(ui.Span(p.now.Sub(p.row.CreatedAt)) + " old")
	}
	return th.Title.Render(connection.Name(p.row.Name)), right
}
