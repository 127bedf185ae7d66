package tui

import (
	"slices"
	"time"

	"charm.land/lipgloss/v2"

	tea "charm.land/bubbletea/v2"

	"authdeck/internal/safetext"
	"authdeck/tui/screen"
	"authdeck/tui/screen/activity"
	"authdeck/tui/term"
	"authdeck/tui/theme"
	"authdeck/tui/ui"
)

// toastCells bounds a toast; the activity log has it too.
const toastCells = 600

// clipboardTime is how long a secret stays on the clipboard.
const clipboardTime = 60 * time.Second

// Push opens a screen over this one.
func (m *model) Push(s screen.Screen) tea.Cmd {
	m.stacks[m.tab] = append(m.stacks[m.tab], s)
	return s.Init()
}

// Pop closes the screen that asks for it, or the one that is shown. The first of a tab stays.
func (m *model) Pop() tea.Cmd {
	s := m.inScreen
	if s == nil || m.inDialog != nil {
		s = m.top()
	}
	for t, stack := range m.stacks {
		i := slices.Index(stack, s)
		if i <= 0 {
			continue
		}
		s.Close()
		m.stacks[t] = slices.Delete(slices.Clone(stack), i, i+1)
		if t == m.tab && i == len(stack)-1 {
			return tea.Batch(m.top().Init(), m.now()) // its countdowns stood still meanwhile
		}
	}
	return nil
}

// Open puts a dialog on top.
func (m *model) Open(d screen.Dialog) tea.Cmd {
	m.dialogs = append(m.dialogs, d)
	return d.Init()
}

// CloseDialog closes the dialog that asks for it, or the one on top.
func (m *model) CloseDialog() tea.Cmd {
	d := m.inDialog
	if d == nil {
		d = m.topDialog()
	}
	i := slices.Index(m.dialogs, d)
	if d == nil || i < 0 {
		return nil
	}
	d.Close()
	m.dialogs = slices.Delete(slices.Clone(m.dialogs), i, i+1)
	return nil
}

// ShowConnection goes to the connections with the cursor on one of them.
func (m *model) ShowConnection(name string) tea.Cmd {
	for _, s := range m.stacks[tabConnections][1:] {
		s.Close()
	}
	m.stacks[tabConnections] = m.stacks[tabConnections][:1]
	return tea.Batch(m.goTab(tabConnections, false), m.list.Select(name))
}

type toastOverMsg struct{ id int }

// Toast says what just happened, and writes it down.
func (m *model) Toast(kind screen.ToastKind, text string) tea.Cmd {
	text = safetext.Line(text, toastCells)
	level := activity.Info
	switch kind {
	case screen.ToastOK:
		level = activity.OK
	case screen.ToastWarn:
		level = activity.Warn
	case screen.ToastError:
		level = activity.Error
	case screen.ToastInfo:
	}
	m.log.Add(activity.Entry{Time: m.env.Now(), Level: level, Text: text})
	stays := kind == screen.ToastError
	id := m.toasts.Add(ui.Toast{Text: text, Stays: stays, Glyph: func(th *theme.Theme) (string, lipgloss.Style) { return look(th, kind) }})
	if stays {
		return nil
	}
	return after(m.env.Ctx, ui.ToastTime, toastOverMsg{id})
}

func look(th *theme.Theme, kind screen.ToastKind) (string, lipgloss.Style) {
	switch kind {
	case screen.ToastOK:
		return th.Glyph.OK, th.ToastOK
	case screen.ToastWarn:
		return th.Glyph.Warn, th.ToastWarn
	case screen.ToastError:
		return th.Glyph.Error, th.ToastError
	case screen.ToastInfo:
	}
	return th.Glyph.Info, th.ToastInfo
}

type (
	clipboardOverMsg struct{ copy int }
	helperMsg        struct {
		copy int
		err  error
	}
)

// Copy puts text on the clipboard by OSC 52, and by the desktop's helper where there is one, and says so. Whether the
// terminal took it cannot be known.
func (m *model) Copy(what, text string, secret bool) tea.Cmd {
	m.copied++
	m.secret = secret
	how := "OSC 52"
	cmds := []tea.Cmd{tea.SetClipboard(text)}
	if m.clipboard != nil {
		how += " and " + m.clipboard.Name
		cmds = append(cmds, m.byHelper(text))
	}
	said := what + " copied by " + how
	if secret {
		said += ", clears in 60 s"
		cmds = append(cmds, after(m.env.Ctx, clipboardTime, clipboardOverMsg{m.copied}))
	}
	return tea.Batch(append(cmds, m.Toast(screen.ToastOK, said))...)
}

func (m *model) byHelper(text string) tea.Cmd {
	ctx, h, n := m.env.Ctx, m.clipboard, m.copied
	return func() tea.Msg { return helperMsg{copy: n, err: h.Copy(ctx, text)} }
}

func (m *model) helperDone(msg helperMsg) tea.Cmd {
	if msg.err == nil || msg.copy != m.copied {
		return nil
	}
	return m.Toast(screen.ToastWarn, m.clipboard.Name+" did not take it; if pasting fails, the terminal did not take OSC 52 either")
}

// clipboardOver takes a secret off the clipboard, unless something else was copied since.
func (m *model) clipboardOver(msg clipboardOverMsg) tea.Cmd {
	if msg.copy != m.copied || !m.secret {
		return nil
	}
	m.secret = false
	return m.emptyClipboard()
}

func (m *model) emptyClipboard() tea.Cmd {
	cmds := []tea.Cmd{tea.SetClipboard("")}
	if m.clipboard != nil {
		cmds = append(cmds, m.byHelper(""))
	}
	return tea.Sequence(cmds...)
}

type printedMsg struct{}

// PrintPlain leaves the alternate screen, prints text on lines of its own, waits for enter and comes back.
func (m *model) PrintPlain(text string) tea.Cmd {
	page := &term.Page{Ctx: m.env.Ctx, Text: safetext.Block(text, 0)}
	return tea.Exec(page, func(error) tea.Msg { return printedMsg{} })
}
