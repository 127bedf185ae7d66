package detail

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/tui/ui"
)

// claimCells is how much of one claim is drawn.
const claimCells = 2000

// firstClaims are the claims that come first, in this order.
var firstClaims = []string{"iss", "sub", "aud", "azp", "exp", "iat", "nbf", "auth_time", "nonce", "email"} //nolint:gochecknoglobals // constant words

func (p *Pane) claims(width int) []string {
	th := p.env.Theme
	var lines []string
	head := func(what, note string) {
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, " "+th.Bold.Render(what)+"  "+note)
	}
	switch i := p.inspected; {
	case p.inspecting:
		head("claims", th.Dim.Render("asking the provider for its keys "+th.Glyph.Ellipsis))
	case p.inspectWhy != "":
		head("claims", th.Danger.Render(th.Glyph.Error+" "+p.inspectWhy))
	case i != nil:
		p.token(&lines, head, "id token", i.IDToken, width)
		p.token(&lines, head, "access token", i.AccessToken, width)
		if i.Introspected {
			state := th.OK.Render(th.Glyph.OK + " active")
			if !i.Active {
				state = th.Danger.Render(th.Glyph.Error + " inactive")
			}
			head("introspection", state)
			p.members(&lines, i.Members, width)
		}
		if i.Note != "" {
			head("note", safe(i.Note))
		}
		if i.IDToken == nil && i.AccessToken == nil && !i.Introspected && i.Note == "" {
			head("claims", th.Dim.Render("none: no ID token, and the access token is opaque"))
		}
	}
	if p.facts != nil && len(p.facts.detail.UserData) > 0 {
		head("user data", th.Dim.Render("as the provider gave it at sign-in"))
		p.members(&lines, p.facts.detail.UserData, width)
	}
	return lines
}

func (p *Pane) token(lines *[]string, head func(what, note string), what string, c *connections.Claims, width int) {
	if c == nil {
		return
	}
	text := ""
	for _, k := range []string{"alg", "kid"} {
		if v, ok := c.Header[k].(string); ok {
			if k == "kid" {
				text += "kid "
			}
			text += safetext.Line(v, 16) + "  "
		}
	}
	head(what, text+p.signature(c.Signature))
	p.members(lines, c.Payload, width)
}

// signature is the result of checking one.
func (p *Pane) signature(s string) string {
	th := p.env.Theme
	s = safe(s)
	switch {
	case s == "valid":
		return th.OK.Render("signature " + th.Glyph.OK)
	case strings.HasPrefix(s, "invalid"):
		return th.Danger.Render(th.Glyph.Error + " signature " + s)
	}
	return th.Dim.Render("signature " + s)
}

// members are names and values, the well-known first; times are told as times.
func (p *Pane) members(lines *[]string, m map[string]any, width int) {
	th := p.env.Theme
	names := slices.Sorted(maps.Keys(m))
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	label := 4
	for _, n := range names {
		label = max(label, min(20, safetext.Width(safetext.Line(n, 20))))
	}
	for _, n := range names {
		value := p.value(n, m[n])
		for i, part := range ui.Wrap(value, max(16, width-label-6)) {
			name := ""
			if i == 0 {
				name = safetext.Line(n, 20)
			}
			*lines = append(*lines, "   "+th.Dim.Render(ui.Fit(name, label))+"  "+part)
		}
	}
}

func rank(name string) int {
	if i := slices.Index(firstClaims, name); i >= 0 {
		return i
	}
	return len(firstClaims)
}

func (p *Pane) value(name string, v any) string {
	switch x := v.(type) {
	case string:
		return safetext.Line(x, claimCells)
	case float64:
		if isTime(name, x) {
			return p.when(time.Unix(int64(x), 0))
		}
	case json.Number:
		if f, err := x.Float64(); err == nil && isTime(name, f) {
			return p.when(time.Unix(int64(f), 0))
		}
		return safetext.Line(x.String(), 60)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return p.env.Theme.Glyph.Dash
	}
	return safetext.Line(string(b), claimCells)
}

// isTime reports whether a claim is a time in seconds since 1970 (RFC 7519 §2, NumericDate).
func isTime(name string, x float64) bool {
	switch name {
	case "exp", "iat", "nbf", "auth_time", "updated_at":
		return x > 0 && x < 1e11
	}
	return false
}

func (p *Pane) when(at time.Time) string {
	text := at.In(p.now.Location()).Format("2006-01-02 15:04:05")
	if left := at.Sub(p.now); left > 0 {
		return text + "  in " + ui.Countdown(left)
	}
	return text + "  " + ui.Ago(at, p.now)
}
