package detail

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/store"
	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/screen/connection"
	"authdeck/tui/ui"
)

// boxed is the width from which on screens have frames.
const boxed = 100

// Screen is the detail as a screen of its own, where there is no room beside the list.
type Screen struct {
	env    *screen.Env
	pane   *Pane
	row    screen.Row
	reveal bool
	gone   bool
}

// New returns the detail of a connection; reveal shows its tokens at once, for ten seconds.
func New(env *screen.Env, row screen.Row, reveal bool) screen.Screen {
	return &Screen{env: env, pane: NewPane(env), row: row, reveal: reveal}
}

// Title is the crumb.
func (s *Screen) Title() string { return connection.Name(s.row.Name) }

// Count names the connection and its age beside the tabs, where there is no frame that could.
func (s *Screen) Count() string {
	_, age := s.pane.Heading()
	return ui.Join(s.Title(), age)
}

// Init reads the connection.
func (s *Screen) Init() tea.Cmd {
	cmd := s.pane.Show(s.row)
	if s.reveal {
		s.reveal = false
		return tea.Batch(cmd, s.pane.Reveal())
	}
	return cmd
}

// Close ends what the screen started.
func (s *Screen) Close() { s.pane.Close() }

// Every is one second while a countdown is shown.
func (s *Screen) Every() time.Duration { return Pace(s.env, s.row.Lifetime == store.LifetimeKnown) }

// Pace is how often a countdown moves: each second, or each minute where motion is not wanted.
func Pace(env *screen.Env, counts bool) time.Duration {
	switch {
	case !counts:
		return 0
	case env.Motion:
		return time.Second
	}
	return time.Minute
}

// Update takes keys, results and changes of the store.
func (s *Screen) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case screen.StoreChanged:
		return s.follow(m.Rows), false
	case tea.KeyPressMsg:
		return s.key(m)
	}
	return s.pane.Update(msg)
}

// follow takes the connection's new row; one that is gone closes the screen.
func (s *Screen) follow(rows []screen.Row) tea.Cmd {
	for _, r := range rows {
		if r.ID == s.row.ID {
			s.row = r
			return s.pane.Show(r)
		}
	}
	if s.gone {
		return nil
	}
	s.gone = true
	return s.env.Shell.Pop()
}

func (s *Screen) key(k tea.KeyPressMsg) (tea.Cmd, bool) {
	if cmd, used := s.pane.Key(k); used {
		return cmd, true
	}
	b, ok := keys.Find(s.Keys(), k)
	switch {
	case !ok:
		return nil, false
	case b.Off != "":
		return s.env.Shell.Toast(screen.ToastWarn, b.Label+": "+b.Off), true
	case b.ID == connection.IDReveal:
		return s.pane.Reveal(), true
	}
	return connection.Do(s.env, b.ID, s.pane.Subject()), true
}

// Keys are those of the tabs and those on a connection.
func (s *Screen) Keys() []keys.Binding {
	return append(s.pane.Keys(), connection.Keys(s.pane.Subject(), true)...)
}

// View draws the detail.
func (s *Screen) View(width, height int) string {
	if width < boxed {
		return ui.Screenful(s.pane.Lines(width, height), width, height)
	}
	title, right := s.pane.Heading()
	return ui.Screenful(ui.Box(s.env.Theme, title, right, s.pane.Lines(width-2, height-2), width, height), width, height)
}
