package action

import (
	tea "charm.land/bubbletea/v2"

	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/ui/form"
)

// The stable names of the bindings.
const (
	idOpen   = "action.open"
	idRun    = "action.run"
	idRunAny = "action.run.now"
	idNext   = "action.next"
	idPrev   = "action.previous"
	idTurn   = "action.turn"
	idBack   = "action.back"
	idHalt   = "action.cancel"
	idAgain  = "action.again"
	idEdit   = "action.edit"
	idTab    = "action.tab"
	idWrap   = "action.wrap"
	idCopy   = "action.copy"
	idPane   = "action.pane"
	idUp     = "move.up"
	idDown   = "move.down"
	idTop    = "move.top"
	idBottom = "move.bottom"
	idHalfUp = "move.half.up"
	idHalfDn = "move.half.down"
)

func bind(id, label, help string, footer bool, k ...string) keys.Binding {
	return keys.Binding{ID: id, Keys: k, Label: label, Help: help, Footer: footer}
}

// Keys are the bindings in force now.
func (s *Screen) Keys() []keys.Binding {
	switch {
	case !s.loaded:
		return nil
	case s.running:
		return []keys.Binding{bind(idHalt, "cancel", "stops waiting for the answer", true, "esc")}
	case s.pane == picking:
		list := []keys.Binding{bind(idOpen, "open", "opens the action; nothing is sent yet", true, "enter")}
		return append(list, moves()...)
	case s.pane == filling:
		return s.formKeys()
	}
	list := []keys.Binding{
		bind(idAgain, "run again", "runs it once more with the same values", true, "r"),
		bind(idEdit, "edit", "goes back to the parameters", true, "e", "esc"),
		bind(idPane, "pane", "goes to the parameters", false, "tab"),
		bind(idTab, "body or requests", "shows the answer's body, or the requests with their headers", true, "h", "]", "["),
		bind(idWrap, "wrap", "breaks long lines, or cuts them", true, "w"),
		bind(idCopy, "copy", "copies the answer", true, "y"),
	}
	return append(list, moves()...)
}

func moves() []keys.Binding {
	return []keys.Binding{
		bind(idUp, "up", "goes up", false, "up", "k"),
		bind(idDown, "down", "goes down", false, "down", "j"),
		bind(idTop, "top", "goes to the beginning", false, "g", "home"),
		bind(idBottom, "bottom", "goes to the end", false, "G", "end"),
		bind(idHalfUp, "half a page up", "goes half a page up", false, "ctrl+u", "pgup"),
		bind(idHalfDn, "half a page down", "goes half a page down", false, "ctrl+d", "pgdown"),
	}
}

func (s *Screen) formKeys() []keys.Binding {
	at := s.form.Focus()
	var list []keys.Binding
	if at >= s.lastParam() {
		list = append(list, bind(idRun, "run", "runs the action", true, "enter"))
	} else {
		list = append(list, bind(idNext, "next", "goes to the next field", true, "enter"))
	}
	list = append(list,
		bind(idRunAny, "run", "runs the action from any field", at < s.lastParam(), "ctrl+enter", "ctrl+j"),
		bind(idNext, "next", "goes to the next field, or to the answer", false, "tab", "down"),
		bind(idPrev, "previous", "goes to the field before", false, "shift+tab", "up"),
	)
	if at >= 0 && s.turns(at) {
		list = append(list, bind(idTurn, "change", "goes through the choices", true, "space", "left", "right"))
	}
	return append(list, bind(idBack, "actions", "goes back to the actions", true, "esc"))
}

// lastParam is the index of the last parameter's field; the dry run stands below it. Enter on it runs, so that an action
// of one parameter is: enter, text, enter.
func (s *Screen) lastParam() int { return s.form.Len() - 2 }

// turns: the field is turned, not written in.
func (s *Screen) turns(i int) bool {
	k := s.form.Kind(i)
	return k == form.Toggle || k == form.Choice
}

func (s *Screen) key(k tea.KeyPressMsg) (tea.Cmd, bool) {
	for _, b := range s.Keys() {
		if b.ID == idTurn || !b.Is(k) {
			continue
		}
		if k.IsRepeat && (b.ID == idOpen || b.ID == idRun || b.ID == idAgain) {
			return nil, true // a key held down runs nothing twice
		}
		if b.Off != "" {
			return s.env.Shell.Toast(screen.ToastWarn, b.Label+": "+b.Off), true
		}
		return s.do(b.ID), true
	}
	if s.loaded && s.pane == filling && !s.running {
		used := s.form.Key(k)
		return nil, used || k.Text != ""
	}
	return nil, false
}

func (s *Screen) do(id string) tea.Cmd {
	switch id {
	case idOpen:
		s.open()
	case idRun, idRunAny, idAgain:
		return s.run()
	case idNext:
		s.next()
	case idPrev:
		s.form.SetFocus(max(0, s.form.Focus()-1))
	case idBack:
		s.pane = picking
	case idHalt:
		s.halt()
	case idEdit:
		s.pane = filling
	case idPane:
		s.pane = filling
		s.form.SetFocus(0)
	case idTab:
		s.tab = 1 - s.tab
	case idWrap:
		s.view().toggleWrap()
	case idCopy:
		if s.answer != nil && s.answer.json != "" {
			return s.env.Shell.Copy("answer of "+safe(s.actions[s.picked].Label), s.answer.json, false)
		}
	case idUp:
		s.move(-1)
	case idDown:
		s.move(1)
	case idTop:
		s.move(-1 << 30)
	case idBottom:
		s.move(1 << 30)
	case idHalfUp:
		s.move(-s.half())
	case idHalfDn:
		s.move(s.half())
	}
	return nil
}

// next goes through the fields and from the last one to the answer, if there is one.
func (s *Screen) next() {
	if at := s.form.Focus() + 1; at < s.form.Len() {
		s.form.SetFocus(at)
	} else if s.answer != nil {
		s.pane = response
	} else {
		s.form.SetFocus(0)
	}
}

// view is the tab of the answer that is shown.
func (s *Screen) view() *viewer {
	if s.tab == 1 {
		return &s.reqs
	}
	return &s.body
}

func (s *Screen) half() int {
	if s.pane == picking {
		return 5
	}
	return max(1, s.view().page/2)
}

func (s *Screen) move(by int) {
	if s.pane == picking {
		s.cursor = max(0, min(s.cursor+by, len(s.actions)-1))
		return
	}
	s.view().scroll(by)
}
