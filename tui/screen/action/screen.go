package action

import (
	"context"
	"encoding/json"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
	"authdeck/tui/ui/form"
)

// pane is what has the focus.
type pane int

const (
	picking  pane = iota // the list of actions
	filling              // the form of the picked one
	response             // the answer
)

// Screen runs the actions of one connection, or of an integration that needs none.
type Screen struct {
	env  *screen.Env
	conn string

	ctx    context.Context
	cancel context.CancelFunc
	gen    int // of the run, or of the reading of the actions

	loaded      bool
	problem     string
	missing     string // the integration of the connection, where it does not exist any more
	integration string // id
	actions     []integrations.Action
	shown       []int // of actions, by the filter
	filter      ui.Filter
	cursor      int    // in shown
	want        string // the action to open once the actions are read
	pane        pane
	picked      integrations.Action // whose form is open
	shape       string              // of it, as it was listed
	form        *form.Form
	members     map[string]string // by the name of a group: the criteria its fields were last asked with
	unloaded    string            // the group whose fields could not be loaded, while it has the focus
	carried     json.RawMessage   // a result that the next action's parameters are to be filled with

	running  bool
	halted   bool
	stop     context.CancelFunc // of the run
	progress connections.RunProgress
	started  time.Time
	now      time.Time
	answer   *answer
	beside   bool   // the last View had room for two panes
	watching bool   // run again when files are saved
	again    bool   // run as soon as the actions are read anew
	late     bool   // files were saved during a run
	stamp    string // of the integration's files, "" if it has none
	bySave   bool   // the run under way is for a saved file
	asTable  bool   // lists are shown as tables
	stamps   int    // how often it was asked for
	reading  bool   // the actions are being read anew
	unusable bool   // the saved file cannot be used: there is nothing to run
}

// New returns the screen for a connection, by its name, or for an integration that needs none, by its id.
func New(env *screen.Env, on string) screen.Screen { return At(env, on, "") }

// At is New with the form of an action open.
func At(env *screen.Env, on, action string) screen.Screen {
	s := &Screen{env: env, conn: on, want: action, now: env.Now()}
	s.ctx, s.cancel = context.WithCancel(env.Ctx)
	return s
}

// Title is the crumb. It names the connection, since the list may stand before it as well as the detail.
func (s *Screen) Title() string { return "actions of " + safe(s.conn) }

// TakesText reports whether letters go to the form, the filter or a search: the shell's own keys do nothing then.
func (s *Screen) TakesText() bool {
	switch {
	case !s.loaded || s.running:
		return false
	case s.pane == filling:
		return true
	case s.pane == picking:
		return s.filter.Typing()
	}
	return s.answer != nil && s.answer.typing()
}

// Urgent reports whether esc ends a run now.
func (s *Screen) Urgent() bool { return s.running }

// Init reads the actions, once.
func (s *Screen) Init() tea.Cmd {
	if s.loaded {
		return nil
	}
	return tea.Batch(s.load(), s.stampCmd(true))
}

// Close ends the screen's commands, a run too.
func (s *Screen) Close() {
	s.gen++
	s.cancel()
}

// Every is fast while a run's time is shown, and slow while secrets are.
func (s *Screen) Every() time.Duration {
	switch {
	case s.running && s.env.Motion:
		return 200 * time.Millisecond
	case s.running, s.answer != nil && !s.answer.revealed.IsZero():
		return time.Second
	}
	return 0
}

// Update takes keys, pasted text and the answers of the screen's own commands.
func (s *Screen) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case screen.Tick:
		s.now = m.Now
		if s.answer != nil {
			s.answer.hideAfter(m.Now)
		}
		return nil, false
	case screen.SourcesSaved:
		return s.saved(), false
	case tea.KeyPressMsg:
		return s.key(m)
	case tea.PasteMsg:
		return s.paste(m.Content), true
	case ofScreen:
		if m.screen() != s {
			return nil, false
		}
		return s.told(m), true
	}
	return nil, false
}

// told takes the answer of one of the screen's own commands.
func (s *Screen) told(msg ofScreen) tea.Cmd {
	switch m := msg.(type) {
	case loadedMsg:
		if m.gen == s.gen {
			return s.take(m)
		}
	case progressMsg:
		if m.gen == s.gen && s.running {
			s.progress = m.progress
			return m.next
		}
	case ranMsg:
		if m.gen == s.gen {
			return s.ran(m.answer)
		}
	case fieldsMsg:
		s.takeMembers(m)
	case pathMsg:
		if m.of == s.form {
			s.form.Take(m.answer)
			return s.changed()
		}
	case editedMsg:
		return s.edited(m)
	case filteredMsg:
		if s.answer != nil && s.answer == m.of {
			s.answer.filtered(m)
		}
	case sampleMsg:
		if s.answer != nil && s.answer == m.of {
			return s.takeSample(m)
		}
	case stampMsg:
		return s.stamped(m)
	case workMsg:
		return s.work()
	}
	return nil
}

func (s *Screen) paste(text string) tea.Cmd {
	switch {
	case !s.loaded || s.running:
	case s.pane == filling:
		s.form.Paste(text)
		return s.changed()
	case s.pane == picking && s.filter.Typing():
		if s.filter.Paste(text) {
			s.narrow()
		}
	case s.pane == response && s.answer != nil:
		s.answer.paste(text)
	}
	return nil
}

func (s *Screen) take(m loadedMsg) tea.Cmd {
	s.reading = false
	if m.err != nil {
		s.again = false
		if s.loaded {
			s.unusable = true
			return s.env.Shell.Toast(screen.ToastError, "the saved file cannot be used: "+plain(m.err))
		}
		s.problem, s.missing = plain(m.err), m.missing
		return nil
	}
	on, _ := s.selected()
	s.loaded, s.problem, s.actions, s.integration, s.shown = true, "", m.actions, m.integration, nil
	s.narrow()
	for i, n := range s.shown {
		if s.actions[n].Name == on.Name {
			s.cursor = i
		}
	}
	if s.want != "" {
		name := s.want
		s.want = ""
		return s.openNamed(name)
	}
	return s.reopen()
}

// narrow makes the list of what the filter leaves; the cursor stays on its action if it can.
func (s *Screen) narrow() {
	on := -1
	if s.cursor < len(s.shown) {
		on = s.shown[s.cursor]
	}
	s.shown, s.cursor = nil, 0
	for i, a := range s.actions {
		if !s.filter.Match(lower(a.Label + " " + a.Name + " " + a.Category + " " + a.Description)) {
			continue
		}
		if i == on {
			s.cursor = len(s.shown)
		}
		s.shown = append(s.shown, i)
	}
}

func safe(s string) string { return safetext.Line(s, 200) }
