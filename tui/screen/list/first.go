package list

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/tui/keys"
	"authdeck/tui/screen/login"
	"authdeck/tui/ui"
)

// colWay is where the description of a way to connect begins.
const colWay = 27

// empty reports whether there is no connection at all.
func (s *Screen) empty() bool { return s.loaded && len(s.all) == 0 }

// demo is the id of the demo integration, "" where there is none.
func (s *Screen) demo() string {
	for id, v := range s.known {
		if v.Kind == integrations.KindDemo {
			return id
		}
	}
	return ""
}

// way is one way to make the first connection; a way without a key is told only.
type way struct {
	key, name, text string
	do              func() tea.Cmd
}

func (s *Screen) ways() []way {
	demo := way{
		name: "try the demo", text: "`authdeck demo`: a provider inside that program, no account, no network, nothing to register",
	}
	if id := s.demo(); id != "" {
		demo = way{key: "t", name: "try the demo", text: "a provider inside this program: no account, no network, nothing to register", do: func() tea.Cmd {
			return s.env.Shell.Open(login.New(s.env, connections.LoginRequest{Integration: id}))
		}}
	}
	total, free := 0, 0
	for _, v := range s.known {
		if v.Kind == integrations.KindDemo || v.Broken != "" {
			continue
		}
		total++
		if !v.NeedsID || v.Configured {
			free++
		}
	}
	text := "the integrations that are known here"
	switch {
	case total > 0 && free == 0:
		text = plural(total, "service is", "services are") + " known here; each asks for a client id of your own, and says how to get one"
	case total > 0:
		text = plural(total, "service is", "services are") + " known here; " + strconv.Itoa(free) + " ready to sign in, the others ask for a client id of your own"
	}
	return []way{
		demo,
		{key: "n", name: "from the catalogue", text: text, do: s.add},
		{name: "add your own", text: "`authdeck integrations add SOURCE`: a manifest file, or a URL of an OpenID or OAuth issuer"},
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func (s *Screen) firstKeys() []keys.Binding {
	list := []keys.Binding{bind(idChoose, "choose", "does what the cursor stands on", true, "enter")}
	if s.demo() != "" {
		list = append(list, bind(idDemo, "demo", "signs in at the provider inside this program", true, "t"))
	}
	return append(list,
		bind(idNew, "catalogue", "lists the integrations; enter there is the Login button", true, "n"),
		bind(idMove, "move", "moves the cursor", false, "j", "k", "up", "down"))
}

func (s *Screen) firstKey(k tea.KeyPressMsg) (tea.Cmd, bool) {
	var doable []way
	for _, w := range s.ways() {
		if w.do != nil {
			doable = append(doable, w)
		}
	}
	s.choice = max(0, min(s.choice, len(doable)-1))
	switch k.String() {
	case "j", "down":
		s.choice = min(s.choice+1, len(doable)-1)
		return nil, true
	case "k", "up":
		s.choice = max(0, s.choice-1)
		return nil, true
	case "enter":
		if k.IsRepeat {
			return nil, true
		}
		return doable[s.choice].do(), true
	}
	for _, w := range doable {
		if w.key == k.String() {
			return w.do(), true
		}
	}
	return nil, false
}

// first says what a connection is, and the ways to make one.
func (s *Screen) first(width, height int) []string {
	th := s.env.Theme
	var lines []string
	text := "A connection is a sign-in that is kept: the tokens that a provider gave for one account. authdeck keeps them sealed on disk, " +
		"refreshes them before they expire, shows how long they live, and runs actions with them."
	lines = append(lines, "")
	for _, l := range ui.Wrap(text, min(76, width-4)) {
		lines = append(lines, "   "+l)
	}
	lines = append(lines, "", "   "+th.Bold.Render("Make the first one:"), "")
	at := 0
	for i, w := range s.ways() {
		mark, key := "   ", "  "
		if w.do != nil {
			if at == s.choice {
				mark = " " + th.Accent.Render(th.Glyph.Cursor) + " "
			}
			at++
			key = th.Key.Render(w.key) + " "
		}
		head := mark + key + " " + th.Bold.Render(ui.Fit(w.name, colWay-6))
		for n, l := range ui.Wrap(w.text, max(20, min(width, 90)-colWay-2)) {
			if n > 0 {
				head = ui.Spaces(colWay)
			}
			lines = append(lines, head+l)
		}
		if i < 2 && height > 16 {
			lines = append(lines, "")
		}
	}
	foot := []string{
		ui.Rule(th, width),
		" " + th.Dim.Render("store    ") + safetext.Line(s.env.StoreLine, max(10, width-11)),
		" " + th.Dim.Render("scripts  ") + "authdeck login, list, token, run " + th.Glyph.Ellipsis + th.Dim.Render("   every verb has --help"),
	}
	if len(lines)+len(foot) > height {
		lines = lines[:max(0, min(len(lines), height))]
		return lines
	}
	for len(lines) < height-len(foot) {
		lines = append(lines, "")
	}
	return append(lines, foot...)
}
