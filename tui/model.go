package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/tui/screen"
	"authdeck/tui/screen/activity"
	"authdeck/tui/screen/catalogue"
	"authdeck/tui/screen/list"
	"authdeck/tui/screen/settings"
	"authdeck/tui/term"
	"authdeck/tui/theme"
	"authdeck/tui/ui"
)

// The tabs.
const (
	tabConnections = iota
	tabActivity
	tabIntegrations
	tabSettings
	tabCount
)

// model is the one tea.Model. Screens and dialogs are plain structs that it calls; they call it through screen.Shell.
type model struct {
	env   *screen.Env
	deck  *flights
	theme *theme.Theme
	// sources watches the files of integrations, nil: nobody does.
	sources func(ctx context.Context) (<-chan struct{}, error)

	width, height int
	blurred       bool

	list   *list.Screen
	stacks [tabCount][]screen.Screen // the root of each tab first
	tab    int
	// visited tabs had their first Init.
	visited [tabCount]bool
	// visiting says that this tab was opened by a key of the connections: back leads there.
	visiting bool
	dialogs  []screen.Dialog

	// What an Update is being delivered to, so that it closes itself and nothing else.
	inScreen screen.Screen
	inDialog screen.Dialog

	toasts  ui.Toasts
	log     activity.Log
	history historian
	crier   crier

	clock     pacemaker
	clipboard *term.Helper
	copied    int  // counts copies; a later one is cleared by its own timer
	secret    bool // a secret may still be on the clipboard

	frame tea.View
	fresh bool // frame is what View would draw
}

// newModel makes the model. ctx ends with the program.
func newModel(ctx context.Context, o Options) *model {
	m := &model{
		deck:      &flights{Deck: o.Deck},
		theme:     theme.New(theme.Options{Dark: !o.Light, Colour: o.Colour, ASCII: o.ASCII}),
		clipboard: o.Clipboard,
		sources:   o.Sources,
	}
	m.env = &screen.Env{
		Ctx: ctx, Deck: m.deck, Theme: m.theme, Shell: m, Now: o.Now, Motion: o.Motion,
		Play: o.Play, OpenPage: o.OpenPage, StoreLine: o.StoreLine, Browser: o.Browser, Rehearse: o.Rehearse, Stamp: o.Stamp, Complete: term.Complete, CheckPath: term.CheckPath,
		Notices: &screen.Notices{Kind: o.Notice, Save: m.deck.counted(o.SaveNotice)},
	}
	if o.Editor != nil {
		m.env.Edit = func(text, ext string) (tea.ExecCommand, func() string, error) {
			e, err := o.Editor(text, ext)
			if err != nil {
				return nil, nil, err
			}
			return e, e.Text, nil
		}
	}
	if o.Notice == "" {
		m.env.Notices.Kind = term.NoticeBell
	}
	m.list = list.New(m.env, m.visitIntegrations)
	m.stacks = [tabCount][]screen.Screen{
		{m.list}, {activity.New(m.env, &m.log)}, {catalogue.New(m.env)}, {settings.New(m.env)},
	}
	m.visited[tabConnections] = true
	return m
}

// Init asks for the background, reads the connections and watches the store.
func (m *model) Init() tea.Cmd {
	cmds := []tea.Cmd{m.watch(), m.watchSources(), m.top().Init()}
	if m.theme.Colour {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	return tea.Batch(cmds...)
}

// top is the screen that is shown.
func (m *model) top() screen.Screen {
	stack := m.stacks[m.tab]
	return stack[len(stack)-1]
}

// topDialog is the dialog that takes the keys, nil if there is none.
func (m *model) topDialog() screen.Dialog {
	if len(m.dialogs) == 0 {
		return nil
	}
	return m.dialogs[len(m.dialogs)-1]
}

// busy says why ctrl+c asks first, "" if it need not.
func (m *model) busy() string {
	for _, d := range m.dialogs {
		if why := d.Busy(); why != "" {
			return why
		}
	}
	return m.deck.busy()
}

// close ends all that screens and dialogs started.
func (m *model) close() {
	for _, d := range m.dialogs {
		d.Close()
	}
	for _, stack := range m.stacks {
		for _, s := range stack {
			s.Close()
		}
	}
}

// after is a command that returns a message after a while, or nothing once ctx ends.
func after(ctx context.Context, d time.Duration, msg tea.Msg) tea.Cmd {
	return func() tea.Msg {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			return msg
		}
	}
}
