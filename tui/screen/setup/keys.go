package setup

import (
	tea "charm.land/bubbletea/v2"

	"authdeck/integrations"
	"authdeck/tui/keys"
	"authdeck/tui/screen"
)

// The stable names of the bindings.
const (
	idPage     = "setup.page"
	idCopyPage = "setup.page.copy"
	idCopy     = "setup.redirect.copy"
	idFill     = "setup.fill"
	idGo       = "setup.go"
	idNext     = "setup.next"
	idPrev     = "setup.previous"
	idSave     = "setup.save"
	idSteps    = "setup.steps"
	idTurn     = "setup.turn"
	idHalfUp   = "move.half.up"
	idHalfDn   = "move.half.down"
)

func bind(id, label, help string, footer bool, k ...string) keys.Binding {
	return keys.Binding{ID: id, Keys: k, Label: label, Help: help, Footer: footer}
}

// Keys are the bindings in force now: of the steps, or of the field that has the focus.
func (s *Screen) Keys() []keys.Binding {
	if !s.loaded {
		return nil
	}
	if s.form.Focus() >= 0 {
		return s.fieldKeys()
	}
	var list []keys.Binding
	if s.form.Len() > 0 {
		list = append(list, bind(idFill, "fill in", "goes to the fields", true, "enter", "tab", "down", "j"))
	} else {
		list = append(list, bind(idGo, "go on", "there is nothing to fill in", true, "enter"))
	}
	if s.info.Console != "" {
		page := bind(idPage, "open page", "opens the provider's page in the browser", true, "o")
		if s.env.OpenPage == nil {
			page.Off = "no browser here, u copies the address"
		}
		list = append(list, page, bind(idCopyPage, "copy page", "copies the address of the provider's page", true, "u"))
	}
	if s.redirect != "" && !s.info.Redirect.Unregistered {
		list = append(list, bind(idCopy, "copy redirect address", "copies the address to register", true, "c", "y"))
	}
	return append(list,
		bind(idHalfDn, "more", "scrolls what is good to know", false, "ctrl+d", "pgdown"),
		bind(idHalfUp, "back up", "scrolls it back", false, "ctrl+u", "pgup"),
	)
}

func (s *Screen) fieldKeys() []keys.Binding {
	var list []keys.Binding
	if s.form.Focus() == s.form.Len()-1 {
		word := "save"
		if s.then != nil {
			word = "save and sign in"
		}
		list = append(list, bind(idSave, word, "keeps what stands in the fields, sealed", true, "enter"))
	} else {
		list = append(list, bind(idNext, "next", "goes to the next field", true, "enter"))
	}
	in := s.input(s.form.Name(s.form.Focus()))
	if len(in.Options) > 0 {
		list = append(list, bind(idTurn, "choose", "goes through the choices", true, "left", "right"))
	}
	return append(list,
		bind(idNext, "next", "goes to the next field", true, "tab", "down"),
		bind(idPrev, "previous", "goes to the field before, or to the steps", false, "shift+tab", "up"),
		bind(idSteps, "steps", "goes back to the steps, where letters are keys again", true, "esc"),
	)
}

func (s *Screen) key(k tea.KeyPressMsg) (tea.Cmd, bool) {
	if !s.loaded {
		return nil, false
	}
	inField := s.form.Focus() >= 0
	if s.saving {
		return nil, inField
	}
	for _, b := range s.Keys() {
		if b.ID == idTurn || !b.Is(k) {
			continue
		}
		if k.IsRepeat && k.String() == "enter" {
			return nil, true
		}
		if b.Off != "" {
			return s.env.Shell.Toast(screen.ToastWarn, b.Label+": "+b.Off), true
		}
		return s.do(b.ID), true
	}
	if !inField {
		return nil, false
	}
	used := s.form.Key(k)
	return nil, used || k.Text != ""
}

func (s *Screen) do(id string) tea.Cmd {
	sh := s.env.Shell
	switch id {
	case idFill:
		return s.move(0)
	case idGo:
		return s.handIn()
	case idNext:
		return s.move(min(s.form.Focus()+1, s.form.Len()-1))
	case idPrev:
		return s.move(s.form.Focus() - 1)
	case idSteps:
		return s.move(-1)
	case idHalfDn:
		s.scroll(1)
	case idHalfUp:
		s.scroll(-1)
	case idSave:
		return s.handIn()
	case idPage:
		s.tick(StepOpen)
		return s.openPage()
	case idCopyPage:
		s.tick(StepOpen)
		return sh.Copy("address of the page", s.info.Console, false)
	case idCopy:
		s.tick(StepRegister)
		return sh.Copy("redirect address", s.redirect, false)
	}
	return nil
}

// tick marks a step, and those before it, as done here.
func (s *Screen) tick(step Step) {
	for i, l := range s.lines {
		if l.Step <= step {
			s.done[i] = true
		}
	}
}

// move gives the focus to a field, or back to the steps. A setting that the steps may depend on (a host) is kept as soon
// as its field is left, so that they are right for it.
func (s *Screen) move(to int) tea.Cmd {
	from := s.form.Focus()
	s.form.SetFocus(to)
	if from < 0 || from == to {
		return nil
	}
	name := s.form.Name(from)
	if in := s.input(name); in.Secret || name == "client_id" || !s.form.Touched(name) || !s.form.Check(name) {
		return nil
	}
	return s.save(integrations.Config{name: s.changed()[name]}, false, name)
}

func (s *Screen) handIn() tea.Cmd {
	if !s.form.CheckAll() {
		return nil
	}
	s.saving, s.problem = true, ""
	return s.save(s.changed(), true, "")
}

// paste goes into a field, never to the keys: into the first one if none has the focus.
func (s *Screen) paste(text string) {
	if !s.loaded || s.saving || s.form.Len() == 0 {
		return
	}
	if s.form.Focus() < 0 {
		s.form.SetFocus(0)
	}
	s.form.Paste(text)
}
