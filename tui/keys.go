package tui

import (
	tea "charm.land/bubbletea/v2"

	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/screen/find"
	"authdeck/tui/term"
	"authdeck/tui/ui"
)

// The stable names of the shell's own bindings.
const (
	idHelp    = "shell.help"
	idBack    = "shell.back"
	idQuit    = "shell.quit"
	idEnd     = "shell.end"
	idTabs    = "shell.tabs"
	idSuspend = "shell.suspend"
	idDismiss = "shell.dismiss"
	idFind    = "shell.actions"
)

// shellKeys are the bindings that hold on every screen.
func (m *model) shellKeys() []keys.Binding {
	quit := "quit"
	if m.canBack() {
		quit = "back"
	}
	_, finding := m.top().(*find.Screen)
	return []keys.Binding{
		{ID: idFind, Keys: []string{"A"}, Label: "all actions", Help: "finds an action of any integration, and runs it", Footer: !finding, Common: true},
		{ID: idHelp, Keys: []string{"?", "f1"}, Label: "help", Help: "shows the keys of this screen", Footer: true, Common: true},
		{ID: idQuit, Keys: []string{"q"}, Label: quit, Help: "goes back; on the first screen of a tab it quits", Footer: true, Common: true},
		{ID: idBack, Keys: []string{"esc"}, Label: "back", Help: "dismisses an error, then goes back; never quits", Common: true},
		{ID: idTabs, Keys: []string{"1", "2", "3", "4"}, Label: "tabs", Help: "go to connections, activity, integrations, settings", Common: true},
		{ID: idEnd, Keys: []string{"ctrl+c"}, Label: "end", Help: "quits; asks while a sign-in or a change is under way", Common: true},
		{ID: idSuspend, Keys: []string{"ctrl+z"}, Label: "suspend", Help: "suspends, until the shell's fg", Common: true},
	}
}

// typingKeys are the shell's bindings while letters go into a field: those that the footer shows.
func typingKeys() []keys.Binding {
	return []keys.Binding{{ID: idHelp, Keys: []string{"f1"}, Label: "help", Help: "shows the keys of this screen", Footer: true, Common: true}}
}

// key gives a key to whom it belongs: the dialog on top, the screen, the shell.
func (m *model) key(k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "ctrl+c":
		return m.end()
	case "ctrl+z":
		return suspend
	}
	if m.tooSmall() {
		if k.String() == "q" && m.busy() == "" {
			return m.quit()
		}
		return nil
	}
	if d := m.topDialog(); d != nil {
		return m.toDialog(d, k)
	}
	switch k.String() {
	case "f1": // the one key for it where letters go into a field
		return m.Open(newHelp(m))
	case "esc":
		if u, ok := m.top().(screen.Urgent); (!ok || !u.Urgent()) && m.toasts.Dismiss() {
			return nil
		}
	}
	if cmd, handled := m.toScreen(m.top(), k); handled {
		return cmd
	}
	switch k.String() {
	case "?":
		return m.Open(newHelp(m))
	case "A":
		if k.IsRepeat {
			return nil
		}
		return m.Push(find.New(m.env))
	case "esc":
		return m.back()
	case "q":
		switch {
		case k.IsRepeat:
			return nil
		case m.canBack():
			return m.back()
		}
		return m.end()
	case "1", "2", "3", "4":
		return m.goTab(int(k.String()[0]-'1'), false)
	}
	return nil
}

func suspend() tea.Msg {
	term.Suspend()
	return nil
}

// canBack reports whether back leads anywhere.
func (m *model) canBack() bool { return len(m.stacks[m.tab]) > 1 || m.visiting }

func (m *model) back() tea.Cmd {
	switch {
	case len(m.stacks[m.tab]) > 1:
		return m.Pop()
	case m.tab != tabConnections:
		return m.goTab(tabConnections, false)
	}
	return nil
}

// goTab shows a tab; visiting says that back leads to the connections.
func (m *model) goTab(tab int, visiting bool) tea.Cmd {
	m.visiting = visiting
	if m.tab == tab && m.visited[tab] {
		return nil
	}
	m.tab, m.visited[tab] = tab, true
	return tea.Batch(m.top().Init(), m.readHistory())
}

// visitIntegrations is what "new" does.
func (m *model) visitIntegrations() tea.Cmd { return m.goTab(tabIntegrations, true) }

// end quits, and asks first while something is under way.
func (m *model) end() tea.Cmd {
	why := m.busy()
	if why == "" {
		return m.quit()
	}
	if d, ok := m.topDialog().(*ui.Confirm); ok && d.Title == quitTitle {
		return nil
	}
	return m.Open(&ui.Confirm{
		Theme: m.theme, Title: quitTitle, Key: "y", Verb: "quit", Do: m.quit, Leave: m.CloseDialog,
		Lines: []string{why + ". It ends with the program; nothing that is stored is lost."},
	})
}

const quitTitle = "Quit now?"

// quit takes a secret off the clipboard first.
func (m *model) quit() tea.Cmd {
	if m.secret {
		return tea.Sequence(m.emptyClipboard(), tea.Quit)
	}
	return tea.Quit
}
