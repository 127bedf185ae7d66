package detail

import (
	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/tui/ui"
)

func (p *Pane) integration() *connections.IntegrationView {
	if p.facts == nil {
		return nil
	}
	return p.facts.integration
}

// history are the events, newest first.
func (p *Pane) history(width int) []string {
	th := p.env.Theme
	if p.facts == nil {
		return nil
	}
	if len(p.facts.history) == 0 {
		return []string{" " + th.Dim.Render("nothing happened yet")}
	}
	var lines []string
	for i := len(p.facts.history) - 1; i >= 0; i-- {
		e := p.facts.history[i]
		glyph, style := th.Glyph.OK, th.OK
		switch e.Outcome {
		case "ok":
		case "failed":
			glyph, style = th.Glyph.Error, th.Danger
		default:
			glyph, style = th.Glyph.Warn, th.Warn
		}
		at := ui.Clock(e.Time, p.now)
		head := " " + th.Dim.Render(ui.Fit(at, max(8, len(at)))) + "  " + style.Render(glyph) + " " + ui.Fit(safetext.Line(e.Event, 9), 10)
		for n, part := range ui.Wrap(safe(e.Detail), max(16, width-ui.Width(head)-1)) {
			if n > 0 {
				head = ui.Spaces(ui.Width(head))
			}
			lines = append(lines, head+part)
		}
	}
	return lines
}
