package list

import (
	tea "charm.land/bubbletea/v2"

	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/screen/connection"
	"authdeck/tui/screen/detail"
)

// The stable names of the list's own bindings.
const (
	idOpen   = "list.open"
	idNew    = "list.new"
	idPane   = "list.pane"
	idFilter = "list.filter"
	idClear  = "list.filter.clear"
	idKeep   = "list.filter.keep"
	idMove   = "list.move"
	idDemo   = "first.demo"
	idChoose = "first.choose"
)

func bind(id, label, help string, footer bool, k ...string) keys.Binding {
	return keys.Binding{ID: id, Keys: k, Label: label, Help: help, Footer: footer}
}

// Keys are the bindings in force now.
func (s *Screen) Keys() []keys.Binding {
	switch {
	case s.filter.Typing():
		return []keys.Binding{
			bind(idKeep, "keep", "keeps the filter and goes back to the list", true, "enter"),
			bind(idClear, "clear", "takes the filter off", true, "esc"),
		}
	case s.empty():
		return s.firstKeys()
	}
	var list []keys.Binding
	sub := s.subject()
	pane := bind(idPane, "pane", "goes to the detail beside the list, and back", true, "tab")
	if sub.Row.ID != "" {
		if s.inPane {
			list = append(list, s.pane.Keys()...)
		} else {
			list = append(list, bind(idOpen, "open", "opens the detail: overview, claims, scopes, history", true, "enter"))
		}
		if s.wide {
			list = append(list, pane)
		}
	}
	list = append(list, bind(idNew, "new", "lists the integrations; enter there is the Login button", true, "n"))
	if sub.Row.ID != "" {
		list = append(list, connection.Keys(sub, s.wide)...)
		list = append(list, bind(connection.IDRefreshAll, "refresh all", "refreshes all that are expiring or have expired", false, "ctrl+r"))
	}
	filter := bind(idFilter, "filter", "narrows the list by name, integration, identity or state", true, "/")
	filter.Common = true
	list = append(list, filter)
	if s.filter.Text() != "" {
		clearIt := bind(idClear, "clear filter", "takes the filter off", true, "esc")
		clearIt.Common = true
		list = append(list, clearIt)
	}
	return append(list, bind(idMove, "move", "moves the cursor", false, "j", "k", "up", "down", "g", "G", "ctrl+d", "ctrl+u"))
}

// Filtering reports whether keys go into the filter.
func (s *Screen) Filtering() bool { return s.filter.Typing() }

func (s *Screen) key(k tea.KeyPressMsg) (tea.Cmd, bool) {
	if s.filter.Typing() {
		used, changed := s.filter.Key(k)
		switch {
		case changed:
			return s.narrow(), true
		case !used && s.table.Key(k.String()):
			return s.follow(), true
		}
		return nil, true
	}
	if s.empty() {
		return s.firstKey(k)
	}
	if s.inPane {
		switch k.String() {
		case "esc", "tab":
			s.inPane = false
			return nil, true
		}
		if cmd, used := s.pane.Key(k); used {
			return cmd, true
		}
	} else if s.table.Key(k.String()) {
		return s.follow(), true
	}
	b, ok := keys.Find(s.Keys(), k)
	switch {
	case !ok:
		return nil, false
	case b.Off != "":
		return s.env.Shell.Toast(screen.ToastWarn, b.Label+": "+b.Off), true
	}
	return s.do(b.ID), true
}

func (s *Screen) do(id string) tea.Cmd {
	switch id {
	case idOpen:
		if s.wide {
			s.inPane = true
			return nil
		}
		return s.env.Shell.Push(detail.New(s.env, s.selected(), false))
	case connection.IDReveal:
		if s.wide {
			s.inPane = true
			return s.pane.Reveal()
		}
		return s.env.Shell.Push(detail.New(s.env, s.selected(), true))
	case idPane:
		s.inPane = true
	case idNew:
		return s.add()
	case idFilter:
		s.inPane = false
		s.filter.Start()
	case idClear:
		s.filter.Clear()
		return s.narrow()
	case connection.IDRefreshAll:
		return connection.RefreshAll(s.env, s.all)
	default:
		return connection.Do(s.env, id, s.subject())
	}
	return nil
}
