package detail

import (
	"slices"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/tui/ui"
)

// scopes are those asked for and those granted, with what they mean where the integration says.
func (p *Pane) scopes(width int) []string {
	th := p.env.Theme
	asked, granted := p.row.ScopesAsked, p.row.ScopesGranted
	all := slices.Clone(asked)
	for _, s := range granted {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return []string{" " + th.Dim.Render(p.noScopes("none were asked for, and the provider named none"))}
	}
	col := 12
	for _, s := range all {
		col = max(col, min(40, width/2, safetext.Width(safetext.Line(s, 40))))
	}
	lines := []string{"   " + th.Header.Render(ui.Fit("SCOPE", col)+"  ASKED  GRANTED")}
	missing := []string{}
	if p.facts != nil {
		missing = p.facts.detail.Missing
	}
	for _, s := range all {
		mark, was := th.OK.Render(th.Glyph.OK), "yes"
		switch {
		case slices.Contains(missing, s):
			mark, was = th.Warn.Render(th.Glyph.Warn), th.Warn.Render("no")
		case len(granted) == 0:
			mark, was = th.Dim.Render(th.Glyph.None), th.Dim.Render("not said")
		case !slices.Contains(granted, s):
			was = "otherwise"
		}
		wanted := "yes"
		if !slices.Contains(asked, s) {
			wanted = "no"
		}
		lines = append(lines, " "+mark+" "+ui.FitTheme(th, safetext.Line(s, 0), col)+"  "+ui.Fit(wanted, 7)+was)
		if v := p.integration(); v != nil && v.Scopes.Meaning[s] != "" {
			for _, part := range ui.Wrap(safe(v.Scopes.Meaning[s]), max(20, width-6)) {
				lines = append(lines, "     "+th.Dim.Render(part))
			}
		}
	}
	return lines
}

// noScopes is why there are none to show.
func (p *Pane) noScopes(otherwise string) string {
	if p.facts != nil && p.facts.integration != nil && p.facts.integration.Kind == integrations.KindFlowRunner {
		return "in the service's code"
	}
	return otherwise
}
