package action

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/tui/screen"
	"authdeck/tui/ui/form"
)

// pane is what has the focus.
type pane int

const (
	picking  pane = iota // the list of actions
	filling              // the form of the picked one
	response             // the answer
)

// Screen runs the actions of one connection.
type Screen struct {
	env  *screen.Env
	conn string

	ctx    context.Context
	cancel context.CancelFunc
	gen    int

	loaded  bool
	problem string
	missing string // the integration of the connection, where it does not exist any more
	actions []integrations.Action
	cursor  int
	pane    pane
	picked  int // index of the action whose form is open
	form    *form.Form

	running bool
	stop    context.CancelFunc // of the run
	started time.Time
	now     time.Time
	dry     bool // the run asks for the requests only
	answer  *answer
	tab     int  // of the answer: body, requests
	beside  bool // the last View had room for two panes
	body    viewer
	reqs    viewer
}

// New returns the screen for a connection, by its name.
func New(env *screen.Env, connection string) screen.Screen {
	s := &Screen{env: env, conn: connection, now: env.Now()}
	s.ctx, s.cancel = context.WithCancel(env.Ctx)
	return s
}

// Title is the crumb. It names the connection, since the list may stand before it as well as the detail.
func (s *Screen) Title() string { return "actions of " + safe(s.conn) }

// TakesText reports whether letters go to the form: the shell's own keys do nothing then.
func (s *Screen) TakesText() bool { return s.loaded && s.pane == filling && !s.running }

// Init reads the actions, once.
func (s *Screen) Init() tea.Cmd {
	if s.loaded {
		return nil
	}
	return s.load()
}

// Close ends the screen's commands, a run too.
func (s *Screen) Close() {
	s.gen++
	s.cancel()
}

// Every is fast while a run's time is shown.
func (s *Screen) Every() time.Duration {
	switch {
	case !s.running:
		return 0
	case s.env.Motion:
		return 200 * time.Millisecond
	default:
		return time.Second
	}
}

// Update takes keys, pasted text and the answers of the screen's own commands.
func (s *Screen) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case screen.Tick:
		s.now = m.Now
		return nil, false
	case tea.KeyPressMsg:
		return s.key(m)
	case tea.PasteMsg:
		if s.pane == filling && !s.running {
			s.form.Paste(m.Content)
		}
		return nil, true
	case loadedMsg:
		if m.to == s && m.gen == s.gen {
			s.take(m)
		}
		return nil, m.to == s
	case ranMsg:
		if m.to == s && m.gen == s.gen {
			s.ran(m.answer)
		}
		return nil, m.to == s
	}
	return nil, false
}

func (s *Screen) take(m loadedMsg) {
	if m.err != nil {
		s.problem, s.missing = plain(m.err), m.missing
		return
	}
	s.loaded, s.problem, s.actions = true, "", m.actions
}

func (s *Screen) ran(a *answer) {
	s.running, s.answer, s.tab, s.pane = false, a, 0, response
	s.body.set(a.body)
	s.reqs.set(a.requests)
	s.stop()
}

// open opens the form of the action under the cursor, on its first field.
func (s *Screen) open() {
	if s.cursor >= len(s.actions) {
		return
	}
	s.picked, s.pane, s.answer = s.cursor, filling, nil
	s.form = form.New(fields(s.actions[s.picked]))
	s.form.SetFocus(0)
}

// run checks the form and starts the action.
func (s *Screen) run() tea.Cmd {
	if s.running || !s.form.CheckAll() {
		s.pane = filling
		return nil
	}
	a := s.actions[s.picked]
	s.gen++
	s.running, s.answer, s.pane = true, nil, response
	s.started = s.env.Now()
	s.now = s.started
	s.dry = s.form.Value(dryRun) == "true"
	ctx, stop := context.WithCancel(s.ctx)
	s.stop = stop
	values, texts := params(a, s.form)
	return s.runCmd(ctx, connections.RunRequest{Connection: s.conn, Action: a.Name, Params: values, Texts: texts, DryRun: s.dry})
}

// halt ends a run that is under way; its answer says so.
func (s *Screen) halt() { s.stop() }

func safe(s string) string { return safetext.Line(s, 200) }
