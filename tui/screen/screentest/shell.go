package screentest

import (
	tea "charm.land/bubbletea/v2"

	"authdeck/tui/screen"
)

// Shell keeps what it was asked for.
type Shell struct {
	Pushed  []screen.Screen
	Opened  []screen.Dialog
	Said    []string // "ok: connected …", "copy secret=false redirect address: http://…", "print: …", "show: NAME", "pop", "close"
	Closing func()   // called by CloseDialog
}

var _ screen.Shell = (*Shell)(nil)

func (s *Shell) say(text string) tea.Cmd {
	s.Said = append(s.Said, text)
	return nil
}

// Push keeps the screen.
func (s *Shell) Push(x screen.Screen) tea.Cmd {
	s.Pushed = append(s.Pushed, x)
	return s.say("push: " + x.Title())
}

// Pop notes it.
func (s *Shell) Pop() tea.Cmd { return s.say("pop") }

// Open keeps the dialog.
func (s *Shell) Open(x screen.Dialog) tea.Cmd {
	s.Opened = append(s.Opened, x)
	return s.say("open")
}

// CloseDialog closes what Closing says, as the shell does.
func (s *Shell) CloseDialog() tea.Cmd {
	if s.Closing != nil {
		s.Closing()
	}
	return s.say("close")
}

// ShowConnection notes the name.
func (s *Shell) ShowConnection(name string) tea.Cmd { return s.say("show: " + name) }

// Toast notes kind and text.
func (s *Shell) Toast(kind screen.ToastKind, text string) tea.Cmd {
	word := [...]string{"ok", "info", "warn", "error"}[kind]
	return s.say(word + ": " + text)
}

// Copy notes what and the text.
func (s *Shell) Copy(what, text string, secret bool) tea.Cmd {
	if secret {
		what = "secret " + what
	}
	return s.say("copy " + what + ": " + text)
}

// PrintPlain notes the text.
func (s *Shell) PrintPlain(text string) tea.Cmd { return s.say("print: " + text) }
