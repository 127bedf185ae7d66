package detail

import (
	"strconv"
	"strings"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/tui/ui"
)

// colLabel is where values begin.
const colLabel = 11

// Words of the states where there is room.
func stateWord(s connections.State) string { return strings.ReplaceAll(string(s), "_", " ") }

func (p *Pane) field(label, value string) string {
	return " " + p.env.Theme.Dim.Render(ui.Fit(label, colLabel-1)) + value
}

func (p *Pane) overview(width int) []string {
	th := p.env.Theme
	row, f := p.row, p.facts
	var lines []string
	add := func(label, value string) { lines = append(lines, p.field(label, value)) }
	gap := func() {
		if n := len(lines); n > 0 && lines[n-1] != "" {
			lines = append(lines, "")
		}
	}
	state := th.State(string(row.State)).Render(th.Glyph.States[string(row.State)] + " " + stateWord(row.State))
	if !row.RefreshedAt.IsZero() {
		state += ", refreshed " + ui.Ago(row.RefreshedAt, p.now)
	}
	add("state", state)
	add("provider", p.provider())
	identity := safetext.Line(row.Identity, 60)
	if identity == "" {
		identity = th.Dim.Render("the provider gave none")
	}
	if row.Subject != "" && row.Subject != row.Identity {
		identity += "  " + th.Dim.Render("sub ") + middle(safetext.Line(row.Subject, 0), th.Glyph.Ellipsis)
	}
	add("identity", identity)
	if f != nil {
		add("grant", p.grant())
	}
	gap()
	if f != nil {
		lines = append(lines, p.tokens(width)...)
		gap()
	}
	lines = append(lines, p.scopeLines(width)...)
	gap()
	if f != nil {
		lines = append(lines, p.uses(width)...)
		gap()
		for _, w := range f.detail.Warnings {
			for i, part := range ui.Wrap(safe(w), max(20, width-colLabel-1)) {
				label := ""
				if i == 0 {
					label = "note"
				}
				add(label, th.Warn.Render(part))
			}
		}
		gap()
	}
	for i, part := range ui.Wrap(Next(row, p.now), max(20, width-colLabel-1)) {
		label := ""
		if i == 0 {
			label = "next"
		}
		add(label, part)
	}
	if p.problem != "" {
		gap()
		lines = append(lines, " "+th.Danger.Render(th.Glyph.Error+" "+p.problem))
	}
	return lines
}

func (p *Pane) provider() string {
	if p.facts == nil || p.facts.integration == nil {
		return safetext.Line(p.row.Integration, 40)
	}
	v := p.facts.integration
	return safetext.Line(v.Name, 30) + p.env.Theme.Dim.Render(" ("+string(v.Kind)+")")
}

func (p *Pane) grant() string {
	text := "auth code"
	if v := p.facts.integration; v != nil && v.PKCE != "none" && v.Kind != integrations.KindFlowRunner {
		text += " + PKCE S256"
	}
	if p.facts.detail.Flow == "paste" {
		text += ", pasted"
	}
	return text + p.env.Theme.Dim.Render(", first "+ui.Ago(p.row.CreatedAt, p.now))
}

func (p *Pane) scopeLines(width int) []string {
	th := p.env.Theme
	scopes := p.row.ScopesGranted
	label := "scopes"
	if len(scopes) == 0 {
		scopes = p.row.ScopesAsked
		label = "asked for"
	}
	if len(scopes) == 0 {
		return []string{p.field("scopes", th.Dim.Render(p.noScopes("none were asked for")))}
	}
	const most = 4
	var lines []string
	line := ""
	for i, s := range scopes {
		s = safetext.Line(s, 60)
		if line != "" && ui.Width(line)+2+ui.Width(s) > width-colLabel-1 {
			lines = append(lines, p.field(label, line))
			label, line = "", ""
			if len(lines) == most {
				line = th.Dim.Render(strconv.Itoa(len(scopes)-i) + " more in Scopes")
				break
			}
		}
		if line != "" {
			line += "  "
		}
		line += s
	}
	lines = append(lines, p.field(label, line))
	if p.facts != nil && len(p.facts.detail.Missing) > 0 {
		lines = append(lines, p.field("missing", th.Warn.Render(safe(strings.Join(p.facts.detail.Missing, "  ")))))
	}
	return lines
}

// uses are the last two actions.
func (p *Pane) uses(width int) []string {
	th := p.env.Theme
	var lines []string
	label := "used by"
	for i := len(p.facts.history) - 1; i >= 0 && len(lines) < 2; i-- {
		e := p.facts.history[i]
		if e.Event != "action" {
			continue
		}
		name, result := use(e)
		line := ui.FitTheme(th, name, 14) + "  " + ui.Fit(ui.Ago(e.Time, p.now), 10) + "  "
		if colLabel+ui.Width(line)+ui.Width(result) > width {
			result, _, _ = strings.Cut(result, " ")
		}
		lines = append(lines, p.field(label, line+th.Dim.Render(result)))
		label = ""
	}
	return lines
}

// middle leaves out the middle of a long id.
func middle(s, ellipsis string) string {
	r := []rune(s)
	if len(r) <= 14 {
		return s
	}
	return string(r[:4]) + ellipsis + string(r[len(r)-3:])
}
