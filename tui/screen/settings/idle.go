package settings

import (
	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/tui/screen"
)

// idleMsg is the end of a write of the choice.
type idleMsg struct {
	to  *Screen
	on  bool
	err error
}

// turnIdle turns the keeping of unused refresh tokens on or off.
func (s *Screen) turnIdle() tea.Cmd {
	on := !s.idle
	return func() tea.Msg { return idleMsg{s, on, s.env.Deck.SetKeepIdle(s.ctx, on)} }
}

func (s *Screen) idleSaved(m idleMsg) tea.Cmd {
	if m.to != s {
		return nil
	}
	if m.err != nil {
		return s.env.Shell.Toast(screen.ToastError, connections.Explain(m.err).Message)
	}
	s.idle = m.on
	return s.env.Shell.Toast(screen.ToastOK, "unused refresh tokens: "+either(m.on, "kept", "left alone"))
}
