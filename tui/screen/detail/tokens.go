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

// short is a hint's start with four dots.
func short(hint, dot string) string {
	if i := strings.Index(hint, dot); i >= 0 {
		return hint[:i] + strings.Repeat(dot, 4)
	}
	return hint
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
