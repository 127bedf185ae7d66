package find

import (
	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/tui/keys"
	"authdeck/tui/screen/action"
	"authdeck/tui/screen/login"
	"authdeck/tui/screen/setup"
)

// The stable names of the bindings.
const (
	idOpen   = "find.open"
	idLogin  = "find.login"
	idFilter = "find.filter"
	idKeep   = "find.keep"
	idClear  = "find.clear"
	idMove   = "find.move"
)

// Keys are the bindings in force now.
func (s *Screen) Keys() []keys.Binding {
	if !s.loaded {
		return nil
	}
	a := s.selected()
	open := keys.Binding{ID: idOpen, Keys: []string{"enter"}, Label: "open", Help: "opens the action's form; nothing is sent yet", Footer: true}
	signIn := keys.Binding{ID: idLogin, Keys: []string{"L"}, Label: "login", Help: "signs in with another account of the integration, then opens the form", Footer: true}
	switch {
	case a == nil:
		open.Off, signIn.Off = "nothing is chosen", "nothing is chosen"
	case !a.NeedsSignIn:
		signIn.Off = "it needs no sign-in"
	case !a.Ready():
		open.Label, open.Help, signIn.Footer = "login", "signs in, then opens the action's form", false
	}
	list := []keys.Binding{open}
	if s.filter.Typing() {
		return append(list,
			keys.Binding{ID: idKeep, Keys: []string{"tab"}, Label: "to the list", Help: "keeps the filter and leaves its line", Footer: true},
			keys.Binding{ID: idClear, Keys: []string{"esc"}, Label: "clear", Help: "takes the filter off, then leaves its line", Footer: true},
			keys.Binding{ID: idMove, Keys: []string{"up", "down"}, Label: "move", Help: "goes through the list"},
		)
	}
	list = append(list, signIn, keys.Binding{ID: idFilter, Keys: []string{"/", "A"}, Label: "filter", Help: "finds actions while you type", Footer: true})
	if s.filter.Text() != "" {
		list = append(list, keys.Binding{ID: idClear, Keys: []string{"esc"}, Label: "all", Help: "takes the filter off"})
	}
	return append(list, keys.Binding{
		ID: idMove, Keys: []string{"j", "down", "k", "up", "g", "home", "G", "end", "ctrl+d", "ctrl+u", "pgdown", "pgup"}, Label: "move", Help: "goes through the list",
	})
}

func (s *Screen) key(k tea.KeyPressMsg) (tea.Cmd, bool) {
	if !s.loaded {
		return nil, false
	}
	if s.filter.Typing() {
		switch k.String() {
		case "enter":
			if k.IsRepeat {
				return nil, true
			}
			return s.open(false), true
		case "tab":
			s.filter.Keep()
			return nil, true
		}
		used, changed := s.filter.Key(k)
		if changed {
			s.search()
		}
		if used {
			return nil, true
		}
		return nil, s.move(k.String())
	}
	switch k.String() {
	case "enter", "L":
		if k.IsRepeat {
			return nil, true
		}
		return s.open(k.String() == "L"), true
	case "/", "A":
		s.filter.Start()
		return nil, true
	case "esc":
		if s.filter.Text() == "" {
			return nil, false
		}
		s.filter.Clear()
		s.search()
		return nil, true
	}
	return nil, s.move(k.String())
}

func (s *Screen) move(k string) bool {
	before := s.table.Cursor()
	used := s.table.Key(k)
	way := 1
	if s.table.Cursor() < before {
		way = -1
	}
	s.offHeading(way)
	return used
}

// open leads to the form of the action under the cursor: on the connection there is, on the one that is chosen of several, or after
// a sign-in.
func (s *Screen) open(another bool) tea.Cmd {
	a := s.selected()
	if a == nil {
		return nil
	}
	found := *a
	s.filter.Keep() // who comes back goes on in the list
	run := func(on string) tea.Cmd { return s.env.Shell.Push(action.At(s.env, on, found.Name)) }
	switch {
	case !found.NeedsSignIn:
		return run(found.Integration)
	case another || len(found.Connections) == 0:
		return s.login(found, run)
	case len(found.Connections) == 1:
		return run(found.Connections[0])
	}
	return s.env.Shell.Open(newWhich(s.env, found, run, func() tea.Cmd { return s.login(found, run) }))
}

// login signs in with the integration, by way of its set-up where that is not done, and then runs.
func (s *Screen) login(a connections.FoundAction, run func(on string) tea.Cmd) tea.Cmd {
	sh := s.env.Shell
	signIn := func() tea.Cmd {
		return sh.Open(login.Then(s.env, connections.LoginRequest{Integration: a.Integration}, func(d connections.Detail) tea.Cmd { return run(d.Name) }))
	}
	if a.Configured {
		return signIn()
	}
	return sh.Push(setup.New(s.env, a.Integration, signIn))
}
