package catalogue

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/tui/screen/setup"
	"authdeck/tui/ui"
)

// colObject is where the object of a step or of a fact begins.
const colObject = 14

// detail is what the list cannot say of the integration under the cursor, in exactly rows lines.
func (s *Screen) detail(width, rows int) []string {
	v := s.selected()
	if v == nil {
		return make([]string, rows)
	}
	picture := s.beside(v, true)
	if width < leastWidth {
		picture = nil
	}
	if picture != nil {
		lines := fill(s.texts(v, width-1-smallCells), rows)
		put(picture, smallCells, lines, true)
		return lines
	}
	return fill(s.texts(v, width), rows)
}

// texts are the lines of the detail below the list.
func (s *Screen) texts(v *connections.IntegrationView, width int) []string {
	lines := []string{s.titleLine(v, width)}
	if v.Broken != "" {
		return append(lines, s.broken(v, width)...)
	}
	lines = append(lines, s.mistake(v, width)...)
	ops := " " + strings.Join(s.operations(v, false), "    ")
	if ui.Width(ops) > width {
		ops = " " + strings.Join(s.operations(v, true), "   ")
	}
	lines = append(lines, ops)
	if ready(v) {
		return append(lines, s.facts(v, width, true)...)
	}
	return append(lines, s.steps(v, width)...)
}

func (s *Screen) broken(v *connections.IntegrationView, width int) []string {
	th, mark := s.env.Theme, s.env.Theme.Glyph.Error
	var lines []string
	for _, l := range ui.Wrap(safe(v.Broken), width-4) {
		lines = append(lines, " "+th.Danger.Render(mark+" "+l))
		mark = " "
	}
	return lines
}

// mistake says that not what was saved is in force.
func (s *Screen) mistake(v *connections.IntegrationView, width int) []string {
	th := s.env.Theme
	var lines []string
	if v.Mistake == "" {
		return nil
	}
	mark := th.Glyph.Error
	for _, l := range ui.Wrap(safe(v.Mistake), width-4) {
		lines = append(lines, " "+th.Danger.Render(mark+" "+l))
		mark = " "
	}
	return append(lines, " "+th.Dim.Render(s.cut("  the last good version is in force", width-2)))
}

func (s *Screen) titleLine(v *connections.IntegrationView, width int) string {
	th := s.env.Theme
	left := " " + s.icon(v.Info) + " " + th.Bold.Render(s.cut(v.Name, 24)) + "   " + th.Dim.Render(s.cut(source(v.Info), 48))
	right := th.Dim.Render(revocation(v))
	gap := width - 2 - ui.Width(left) - ui.Width(right)
	if gap < 2 {
		return left
	}
	return left + ui.Spaces(gap) + right
}

// source says where what is known comes from, and how sure it is.
func source(info integrations.Info) string {
	switch info.Kind {
	case integrations.KindDemo:
		return "a provider inside this program"
	case integrations.KindManifest, integrations.KindFlowRunner, integrations.KindDiscovered:
		if info.Origin != "" {
			return "from " + safe(info.Origin)
		}
		return string(info.Kind)
	case integrations.KindBuiltIn:
	}
	text := "built in"
	if info.Facts != "" {
		text = "facts of " + safetext.Line(info.Facts, 10)
	}
	if n := len(info.Unverified); n > 0 {
		text += ", " + strconv.Itoa(n) + " unverified"
	}
	return text
}

func revocation(v *connections.IntegrationView) string {
	switch {
	case v.NoSignIn:
		return ""
	case v.CanRevoke:
		return "can be revoked"
	case v.RevokeNone != "":
		return "cannot be revoked"
	default:
		return "no revocation known"
	}
}

// operations are the three of every integration, with what is special about each; short leaves out what is plain.
func (s *Screen) operations(v *connections.IntegrationView, short bool) []string {
	th := s.env.Theme
	op := func(name, detail string) string {
		text := th.OK.Render(th.Glyph.OK) + " " + name
		if detail != "" {
			text += "  " + th.Dim.Render(s.cut(detail, 20))
		}
		return text
	}
	if v.NoSignIn {
		return []string{th.Dim.Render(th.Glyph.None + " needs no sign-in")}
	}
	pkce, auth := "PKCE S256", v.Auth
	switch {
	case v.Kind == integrations.KindFlowRunner: // the service's own business
		pkce, auth = "", ""
	case v.PKCE == "none":
		pkce = "no PKCE"
	case v.PKCE != "" && v.PKCE != "S256" && v.PKCE != "required":
		pkce = v.PKCE
	}
	refresh := op("refresh", v.Refresh)
	switch v.Refresh {
	case "none":
		refresh = th.Dim.Render(th.Glyph.None + " refresh  none")
	case "", "unknown": // a tick is for what is known
		refresh = th.Dim.Render("? refresh  not known")
	}
	if short {
		return []string{op("URL", pkce), op("callback", auth), refresh}
	}
	return []string{op("connection URL", pkce), op("callback exchange", auth), refresh}
}

// steps are the set-up in short: opening and choosing in one line.
func (s *Screen) steps(v *connections.IntegrationView, width int) []string {
	th := s.env.Theme
	var lines []string
	n := 0
	add := func(verb, text, note string) {
		n++
		line := " " + th.Dim.Render(strconv.Itoa(n)) + " " + ui.FitTheme(th, verb, colObject-3) + text
		if note != "" {
			room := width - ui.Width(line) - 4
			if ui.Width(note) <= room {
				line += "   " + th.Dim.Render(note)
			}
		}
		lines = append(lines, line)
	}
	chosen := ""
	for _, l := range setup.Steps(v.Info, s.redirects[v.ID]) {
		if l.Step == setup.StepChoose {
			chosen = l.Text
		}
	}
	for _, l := range setup.Steps(v.Info, s.redirects[v.ID]) {
		switch l.Step {
		case setup.StepOpen:
			add(cmp.Or(l.Verb, "open"), th.Accent.Render(cmp.Or(consoleOf(l, v.Info), l.Text)), chosen)
		case setup.StepRegister:
			add(cmp.Or(l.Verb, "register"), th.Accent.Render(cmp.Or(redirectOf(l, s.redirects[v.ID]), l.Text)), l.Note)
		case setup.StepClient:
			text := l.Text
			if l.Verb == "" {
				text = "what the page gave you"
			}
			add(cmp.Or(l.Verb, "paste"), text+th.Dim.Render(", then enter logs in"), "")
		case setup.StepNone, setup.StepChoose, setup.StepWritten:
		}
	}
	return lines
}

// consoleOf and redirectOf are the addresses that a written step is about; a made one has nothing else.
func consoleOf(l setup.Line, info integrations.Info) string {
	if l.Verb != "" {
		return ""
	}
	return safe(info.Console)
}

func redirectOf(l setup.Line, redirect string) string {
	if l.Verb != "" {
		return ""
	}
	return safe(redirect)
}

// facts are what to expect of a login that can start now.
func (s *Screen) facts(v *connections.IntegrationView, width int, short bool) []string {
	th := s.env.Theme
	var lines []string
	add := func(name, text string) {
		if text == "" {
			return
		}
		for i, l := range ui.Wrap(safe(text), width-colObject-1) {
			head := ui.Spaces(colObject)
			if i == 0 {
				head = " " + th.Dim.Render(ui.FitTheme(th, name, colObject-1))
			} else if short {
				break
			}
			lines = append(lines, head+l)
		}
	}
	if v.NoSignIn {
		add("actions", "a runs them")
		return lines
	}
	scopes := strings.Join(v.Scopes.Default, " ")
	if v.Scopes.Never {
		scopes = "fixed at the provider"
		if v.Kind == integrations.KindFlowRunner {
			scopes = "in the service's code"
		}
	}
	add("scopes", scopes)
	life := ""
	if v.Lifetime.Access != "" {
		life = "access " + v.Lifetime.Access
	}
	if v.Lifetime.Refresh != "" {
		if life != "" {
			life += "; "
		}
		life += "refresh " + v.Lifetime.Refresh
	}
	add("tokens", life)
	if at := s.redirects[v.ID]; at != "" && ready(v) {
		add("redirect", at)
	}
	if names := s.names[v.ID]; len(names) > 0 {
		add("connections", strings.Join(names, ", "))
	}
	return lines
}

// detailWide is the detail beside the list: everything.
func (s *Screen) detailWide(width, height int) []string {
	th := s.env.Theme
	v := s.selected()
	if v == nil {
		return nil
	}
	picture, cells, above := s.roomFor(v, width, height)
	head := width
	if picture != nil && !above {
		head -= 1 + cells
	}
	lines := []string{"", " " + s.icon(v.Info) + " " + th.Bold.Render(s.cut(v.Name, head-6)), " " + th.Dim.Render(s.cut(source(v.Info), head-2)), ""}
	if v.Broken != "" {
		lines = append(lines, s.broken(v, width)...)
		return lines
	}
	if mistake := s.mistake(v, width); len(mistake) > 0 {
		lines = append(append(lines, mistake...), "")
	}
	for _, op := range s.operations(v, false) {
		lines = append(lines, " "+op)
	}
	lines = append(lines, " "+th.Dim.Render(revocation(v)), "")
	if above {
		blank := make([]string, len(picture)+1)
		put(picture, cells, blank[1:], false)
		lines = append(blank, lines...)
	} else {
		put(picture, cells, lines[1:], false)
	}
	if !ready(v) {
		lines = append(lines, " "+th.Bold.Render("Set-up"))
		for i, l := range setup.Steps(v.Info, s.redirects[v.ID]) {
			head := " " + th.Dim.Render(strconv.Itoa(i+1)) + " " + ui.FitTheme(th, l.Verb, 10)
			text := l.Text
			if l.Verb == "" {
				for n, part := range ui.Wrap(text, width-4) {
					if n > 0 {
						head = ui.Spaces(3)
					} else {
						head = " " + th.Dim.Render(strconv.Itoa(i+1)) + " "
					}
					lines = append(lines, head+part)
				}
				continue
			}
			for n, part := range ui.Wrap(text, width-14) {
				if n > 0 {
					head = ui.Spaces(13)
				}
				lines = append(lines, head+part)
			}
			if l.Note != "" {
				lines = append(lines, ui.Spaces(13)+th.Dim.Render(l.Note))
			}
		}
		lines = append(lines, "")
	}
	lines = append(lines, s.facts(v, width, false)...)
	notes := slices.Clone(v.Notes)
	if p := s.pictures[v.ID]; p != nil && p.problem != "" {
		notes = append(notes, p.problem)
	}
	for _, n := range notes {
		for i, l := range ui.Wrap(safe(n), width-4) {
			mark := th.Warn.Render(th.Glyph.Warn)
			if i == 0 {
				lines = append(lines, "")
			} else {
				mark = " "
			}
			lines = append(lines, " "+mark+" "+l)
		}
	}
	return lines
}

// cut makes foreign text safe and at most cells wide.
func (s *Screen) cut(text string, cells int) string {
	return ansi.Truncate(safe(text), max(0, cells), s.env.Theme.Glyph.Ellipsis)
}

func safe(s string) string { return safetext.Line(s, 300) }

func fill(lines []string, n int) []string {
	for len(lines) < n {
		lines = append(lines, "")
	}
	return lines[:n]
}
