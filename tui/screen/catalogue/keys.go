package catalogue

import (
	"strconv"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/screen/action"
	"authdeck/tui/screen/login"
	"authdeck/tui/screen/rehearsal"
	"authdeck/tui/screen/setup"
)

// The stable names of the bindings.
const (
	idEnter   = "catalogue.enter"
	idPage    = "catalogue.page"
	idCopy    = "catalogue.redirect.copy"
	idActions = "catalogue.actions"
	idSetup   = "catalogue.setup"
	idPlay    = "catalogue.rehearse"
	idAdd     = "catalogue.add"
	idFilter  = "catalogue.filter"
	idUp      = "move.up"
	idDown    = "move.down"
	idTop     = "move.top"
	idBottom  = "move.bottom"
	idHalfUp  = "move.half.up"
	idHalfDn  = "move.half.down"
	idKeep    = "catalogue.filter.keep"
	idClear   = "catalogue.filter.clear"
)

func bind(id, label, help string, footer bool, k ...string) keys.Binding {
	return keys.Binding{ID: id, Keys: k, Label: label, Help: help, Footer: footer}
}

// Keys are the bindings in force now.
func (s *Screen) Keys() []keys.Binding {
	if s.typing {
		return []keys.Binding{
			bind(idKeep, "keep", "keeps the filter and goes back to the list", true, "enter"),
			bind(idClear, "clear", "clears the filter", true, "esc"),
			bind(idUp, "up", "goes up", false, "up"),
			bind(idDown, "down", "goes down", false, "down"),
		}
	}
	v := s.selected()
	list := []keys.Binding{s.enterKey(v)}
	page := bind(idPage, "console page", "opens the page where a client is made", true, "o")
	cp := bind(idCopy, "copy redirect URI", "copies the address to register at the provider", true, "c", "y")
	act := bind(idActions, "actions", "runs an action of its connection", true, "a")
	set := bind(idSetup, "set up", "shows the steps of the set-up", true, "s")
	if v == nil {
		page.Off, cp.Off, act.Off, set.Off = "nothing is selected", "nothing is selected", "nothing is selected", "nothing is selected"
	} else {
		if s.env.OpenPage == nil {
			page.Off = "no browser here"
		}
		if s.redirects[v.ID] == "" {
			cp.Off = "nothing is to be registered"
		}
		switch n := len(s.names[v.ID]); {
		case n == 0 && v.NoSignIn:
		case n == 0:
			act.Off = "no connection yet: enter makes one"
		case n > 1:
			act.Off = strconv.Itoa(n) + " connections: choose one in Connections"
		}
		if !needsSetup(v) {
			set.Off = "nothing to set up"
		}
	}
	add := bind(idAdd, "how to add", "says how a manifest, a service or an issuer is added", true, "+")
	if v == nil || v.Console != "" {
		list = append(list, page)
	}
	list = append(list, cp)
	if v != nil && v.Configured && needsSetup(v) {
		list = append(list, set)
	}
	if v == nil || v.Actions != 0 && v.Broken == "" {
		list = append(list, act)
	}
	if s.env.Rehearse != nil && v != nil && v.Kind == integrations.KindFlowRunner && !v.NoSignIn {
		play := bind(idPlay, "rehearse", "plays its three operations without any network", true, "r")
		if v.Broken != "" {
			play.Off = "it cannot be used"
		}
		list = append(list, play)
	}
	list = append(list, add,
		bind(idFilter, "filter", "shows only what matches", false, "/"),
		bind(idUp, "up", "goes up", false, "up", "k"),
		bind(idDown, "down", "goes down", false, "down", "j"),
		bind(idTop, "top", "goes to the first", false, "g", "home"),
		bind(idBottom, "bottom", "goes to the last", false, "G", "end"),
		bind(idHalfUp, "half a page up", "goes half a page up", false, "ctrl+u", "pgup"),
		bind(idHalfDn, "half a page down", "goes half a page down", false, "ctrl+d", "pgdown"),
	)
	if s.filter != "" {
		list = append(list, bind(idClear, "clear filter", "shows all again", true, "esc"))
	}
	return list
}

// enterKey is the Login button, or the way to it.
func (s *Screen) enterKey(v *connections.IntegrationView) keys.Binding {
	b := bind(idEnter, "log in", "signs in: makes a connection", true, "enter", "l")
	switch {
	case v == nil:
		b.Off = "nothing is selected"
	case v.Broken != "":
		b.Off = "it cannot be used: " + safetext.Line(v.Broken, 200)
	case v.NoSignIn && v.Configured:
		b.Off = "it needs no sign-in: a runs its actions"
	case !ready(v):
		b.Label, b.Help = "set up", "shows the steps of the set-up, then signs in"
	}
	return b
}

// ready: a login can start now.
func ready(v *connections.IntegrationView) bool { return v.Configured || !needsSetup(v) }

func needsSetup(v *connections.IntegrationView) bool {
	return v.NeedsID || len(v.Inputs) > 0 || v.ItemsUnknown
}

func (s *Screen) key(k tea.KeyPressMsg) (tea.Cmd, bool) {
	for _, b := range s.Keys() {
		if !b.Is(k) {
			continue
		}
		if k.IsRepeat && b.ID == idEnter {
			return nil, true
		}
		if b.Off != "" {
			return s.env.Shell.Toast(screen.ToastWarn, b.Label+": "+b.Off), true
		}
		return s.do(b.ID), true
	}
	if !s.typing {
		return nil, false
	}
	switch {
	case k.String() == "backspace":
		_, n := utf8.DecodeLastRuneInString(s.filter)
		s.setFilter(s.filter[:len(s.filter)-n])
	case k.String() == "ctrl+u":
		s.setFilter("")
	case k.Text != "" && len(s.filter) < 100:
		s.setFilter(s.filter + safetext.Line(k.Text, 0))
	default:
		return nil, k.Text != ""
	}
	return s.ask(), true
}

func (s *Screen) do(id string) tea.Cmd {
	sh, v := s.env.Shell, s.selected()
	switch id {
	case idEnter:
		if ready(v) {
			return sh.Open(login.New(s.env, connections.LoginRequest{Integration: v.ID}))
		}
		return sh.Push(setup.New(s.env, v.ID, s.signIn(v.ID)))
	case idSetup:
		return sh.Push(setup.New(s.env, v.ID, s.signIn(v.ID)))
	case idPage:
		return s.openPage(v.Console)
	case idCopy:
		return sh.Copy("redirect address", s.redirects[v.ID], false)
	case idAdd:
		return sh.Toast(screen.ToastInfo, "in a shell: authdeck integrations add FILE|FOLDER|URL")
	case idActions:
		if len(s.names[v.ID]) == 0 { // of an integration without a sign-in
			return sh.Push(action.New(s.env, v.ID))
		}
		return sh.Push(action.New(s.env, s.names[v.ID][0]))
	case idPlay:
		return sh.Push(rehearsal.New(s.env, v.ID, v.Name))
	case idFilter:
		s.typing = true
	case idKeep:
		s.typing = false
	case idClear:
		s.typing = false
		s.setFilter("")
		return s.ask()
	case idUp:
		return s.move(s.cursor - 1)
	case idDown:
		return s.move(s.cursor + 1)
	case idTop:
		return s.move(0)
	case idBottom:
		return s.move(len(s.shown) - 1)
	case idHalfUp:
		return s.move(s.cursor - s.page/2)
	case idHalfDn:
		return s.move(s.cursor + s.page/2)
	}
	return nil
}

func (s *Screen) signIn(id string) func() tea.Cmd {
	return func() tea.Cmd {
		return s.env.Shell.Open(login.New(s.env, connections.LoginRequest{Integration: id}))
	}
}
