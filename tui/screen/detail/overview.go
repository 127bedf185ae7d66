package detail

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/store"
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
	if v := p.facts.integration; v != nil && v.PKCE != "none" {
		text += " + PKCE S256"
	}
	if p.facts.detail.Flow == "paste" {
		text += ", pasted"
	}
	return text + p.env.Theme.Dim.Render(", first "+ui.Ago(p.row.CreatedAt, p.now))
}

// tokens are the three tokens with their lifetimes; revealed, they are drawn whole.
func (p *Pane) tokens(width int) []string {
	th := p.env.Theme
	d := &p.facts.detail
	var lines []string
	add := func(label, value string) { lines = append(lines, p.field(label, value)) }
	whole := func(label string, s secret.String) {
		for i, part := range chunks(safetext.Line(s.Reveal(), 0), max(16, width-colLabel-1)) {
			if i > 0 {
				label = ""
			}
			add(label, th.Warn.Render(part))
		}
	}
	hint := th.Key.Render("v") + " reveal  " + th.Key.Render("y") + " copy"
	switch {
	case d.Access.IsZero():
		add("access", th.Dim.Render("none"))
	case p.revealed:
		whole("access", d.Access)
		add("", th.Dim.Render("hidden again after 10 s, or by ")+th.Key.Render("v"))
	default:
		add("access", p.masked(d.Access)+"     "+hint)
	}
	add("expires", p.expires())
	if bar := p.bar(width); bar != "" {
		lines = append(lines, bar)
	}
	switch {
	case d.Refresh.IsZero():
		add("refresh", th.Dim.Render("no refresh token"))
	case p.revealed:
		whole("refresh", d.Refresh)
	default:
		text := short(p.masked(d.Refresh), th.Glyph.Masked) + "  "
		if !p.row.RefreshAt.IsZero() {
			text += "auto " + ui.Clock(p.row.RefreshAt, p.now) + ", "
		}
		add("refresh", text+"rotated "+strconv.Itoa(p.row.Rotations)+"x")
	}
	if !p.row.RefreshExpiresAt.IsZero() {
		add("", "ends "+ui.Clock(p.row.RefreshExpiresAt, p.now)+th.Dim.Render(" (in "+ui.Countdown(p.row.RefreshExpiresAt.Sub(p.now))+")"))
	}
	if !d.IDToken.IsZero() {
		if p.revealed {
			whole("id token", d.IDToken)
		} else {
			add("id token", p.idToken())
		}
	}
	return lines
}

// idToken is the header of the ID token, and its signature's result once the claims were looked at.
func (p *Pane) idToken() string {
	th := p.env.Theme
	text := "there"
	if h := header(p.facts.detail.IDToken); h.Alg != "" {
		text = safetext.Line(h.Alg, 12)
		if h.Kid != "" {
			text += " kid " + safetext.Line(h.Kid, 10)
		}
	}
	if p.inspected != nil && p.inspected.IDToken != nil {
		return text + ", " + p.signature(p.inspected.IDToken.Signature)
	}
	return text + th.Dim.Render(", Claims checks it")
}

type jose struct{ Alg, Kid string }

func header(token secret.String) (h jose) {
	first, _, ok := strings.Cut(token.Reveal(), ".")
	if !ok {
		return h
	}
	b, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil || json.Unmarshal(b, &h) != nil {
		return jose{}
	}
	return h
}

func (p *Pane) expires() string {
	row := p.row
	switch {
	case row.State == connections.StateRevoked:
		return p.env.Theme.Dim.Render(p.env.Theme.Glyph.Dash)
	case row.Lifetime == store.LifetimeNever:
		return "never, as far as the provider says"
	case row.Lifetime != store.LifetimeKnown:
		return "not known"
	}
	left := row.ExpiresAt.Sub(p.now)
	at := ui.Clock(row.ExpiresAt, p.now)
	if left <= 0 {
		return at + p.env.Theme.Danger.Render(" ("+ui.Span(-left)+" ago)")
	}
	if !p.env.Motion {
		return at + " (in " + ui.Span(left) + ")"
	}
	return at + " (in " + ui.Countdown(left) + ")"
}

func (p *Pane) bar(width int) string {
	row := p.row
	if row.Lifetime != store.LifetimeKnown || row.State == connections.StateRevoked || !p.env.Motion {
		return ""
	}
	left, all := row.ExpiresAt.Sub(p.now), row.ExpiresAt.Sub(row.ObtainedAt)
	cells := max(4, min(36, width-8))
	percent := 0
	if all > 0 && left > 0 {
		percent = min(100, int((left*100+all/2)/all))
	}
	th := p.env.Theme
	return " " + ui.Bar(th, th.State(string(row.State)), ui.Cells(left, all, cells), cells) + " " + strconv.Itoa(percent) + "%"
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
		return []string{p.field("scopes", th.Dim.Render("none were asked for"))}
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

// short is a hint's start with four dots.
func short(hint, dot string) string {
	if i := strings.Index(hint, dot); i >= 0 {
		return hint[:i] + strings.Repeat(dot, 4)
	}
	return hint
}

// middle leaves out the middle of a long id.
func middle(s, ellipsis string) string {
	r := []rune(s)
	if len(r) <= 14 {
		return s
	}
	return string(r[:4]) + ellipsis + string(r[len(r)-3:])
}

func chunks(s string, n int) []string {
	var out []string
	for len(s) > n {
		cut := n
		for cut > 1 && s[cut]&0xc0 == 0x80 {
			cut--
		}
		out = append(out, s[:cut])
		s = s[cut:]
	}
	return append(out, s)
}
