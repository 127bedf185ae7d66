package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"authdeck/tui/screen"
)

// Update takes every message. What changes nothing that can be seen leaves the last frame as it is.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd, seen := m.update(msg)
	if seen {
		m.fresh = false
	}
	return m, tea.Batch(cmd, m.keepTime())
}

// update reports in seen whether the frame may be another one now.
func (m *model) update(msg tea.Msg) (cmd tea.Cmd, seen bool) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		return m.readHistory(), true
	case tea.BackgroundColorMsg:
		m.theme.SetDark(msg.IsDark())
		return nil, true
	case tea.ColorProfileMsg:
		m.theme.SetRich(msg.Profile >= colorprofile.ANSI256)
		return m.deliver(msg), true
	case tea.FocusMsg:
		m.blurred = false
		return m.now(), true
	case tea.BlurMsg:
		m.blurred = true
		return nil, false
	case tea.ResumeMsg:
		return m.now(), true
	case tea.KeyPressMsg:
		return m.key(msg), true
	case tea.PasteMsg:
		return m.paste(msg), true
	case tickMsg:
		return m.tick(msg)
	case toastOverMsg:
		return nil, m.toasts.Expire(msg.id)
	case clipboardOverMsg:
		return m.clipboardOver(msg), false
	case helperMsg:
		return m.helperDone(msg), true
	case screen.Note:
		return m.Toast(msg.Kind, msg.Text), true
	case watchingMsg:
		return m.watching(msg), true
	case savedMsg:
		return m.saved(msg), false
	case rowsMsg:
		return m.rows(msg), true
	case noticeMsg:
		return m.noticeDue(), false
	case historyMsg:
		return m.historyRead(msg), true
	case keeperOverMsg:
		return m.Toast(screen.ToastError, "the keeper ended, nothing is refreshed in the background: "+msg.why), true
	case tea.KeyboardEnhancementsMsg:
		m.env.CtrlEnter = msg.SupportsKeyDisambiguation()
		return nil, true
	case tea.KeyReleaseMsg, tea.EnvMsg, tea.ModeReportMsg, tea.CapabilityMsg, tea.RawMsg:
		return nil, false
	}
	return m.deliver(msg), true
}

// deliver gives a message to every screen and dialog; each knows its own.
func (m *model) deliver(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	for _, d := range slices.Clone(m.dialogs) {
		cmds = append(cmds, m.toDialog(d, msg))
	}
	for _, stack := range m.stacks {
		for _, s := range slices.Clone(stack) {
			cmd, _ := m.toScreen(s, msg)
			cmds = append(cmds, cmd)
		}
	}
	return tea.Batch(cmds...)
}

func (m *model) toDialog(d screen.Dialog, msg tea.Msg) tea.Cmd {
	before := m.inDialog
	m.inDialog = d
	cmd := d.Update(msg)
	m.inDialog = before
	return cmd
}

func (m *model) toScreen(s screen.Screen, msg tea.Msg) (tea.Cmd, bool) {
	before := m.inScreen
	m.inScreen = s
	cmd, handled := s.Update(msg)
	m.inScreen = before
	return cmd, handled
}

// paste goes into a field, never to the keys.
func (m *model) paste(msg tea.PasteMsg) tea.Cmd {
	if d := m.topDialog(); d != nil {
		return m.toDialog(d, msg)
	}
	cmd, _ := m.toScreen(m.top(), msg)
	return cmd
}
