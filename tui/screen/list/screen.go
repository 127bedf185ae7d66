package list

import (
	"context"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/store"
	"authdeck/tui/screen"
	"authdeck/tui/screen/connection"
	"authdeck/tui/screen/detail"
	"authdeck/tui/ui"
)

// boxed is the width from which on the detail stands beside the list.
const boxed = 100

// Screen is the list of connections.
type Screen struct {
	env    *screen.Env
	add    func() tea.Cmd // opens the integrations
	ctx    context.Context
	cancel context.CancelFunc

	loaded bool
	all    []screen.Row
	hay    []string // of all: what the filter looks at, in lower case
	shown  []int    // indexes into all that the filter lets through
	counts map[connections.State]int
	due    schedule // when the clock changes states
	now    time.Time

	table  ui.Table[rowKey]
	pens   *pens
	filter ui.Filter
	pane   *detail.Pane
	inPane bool // the detail beside the list has the focus
	wide   bool // as of the last View
	wanted string

	known   map[string]connections.IntegrationView
	choice  int // of the first-run screen
	problem string
}

// New returns the tab. add opens the integrations, where a login starts.
func New(env *screen.Env, add func() tea.Cmd) *Screen {
	s := &Screen{env: env, add: add, pane: detail.NewPane(env), now: env.Now(), known: map[string]connections.IntegrationView{}}
	s.ctx, s.cancel = context.WithCancel(env.Ctx)
	return s
}

// Title is the crumb.
func (s *Screen) Title() string { return "connections" }

// Beside is the crumb of what stands beside the list.
func (s *Screen) Beside() string {
	if !s.wide || s.pane.Row().ID == "" {
		return ""
	}
	return connection.Name(s.pane.Row().Name)
}

// Count is how many are shown, with the filter that chose them.
func (s *Screen) Count() string {
	n := strconv.Itoa(len(s.shown)) + " of " + strconv.Itoa(len(s.all))
	if s.filter.Text() != "" {
		return s.filter.Shown() + "  " + n
	}
	return n
}

type integrationsMsg struct {
	to   *Screen
	list []connections.IntegrationView
	err  error
}

// Init reads the integrations, which say what can be done with a connection.
func (s *Screen) Init() tea.Cmd {
	ctx, deck := s.ctx, s.env.Deck
	return func() tea.Msg {
		list, err := deck.Integrations(ctx)
		return integrationsMsg{to: s, list: list, err: err}
	}
}

// Close ends what the screen started.
func (s *Screen) Close() {
	s.cancel()
	s.pane.Close()
}

// Every is one second while anything in sight counts down.
func (s *Screen) Every() time.Duration {
	counts := s.counts[connections.StateRevoked] < len(s.all)
	return detail.Pace(s.env, counts)
}

// Update takes rows, keys, ticks and the results of the screen's commands.
func (s *Screen) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case screen.StoreChanged:
		return s.take(m.Rows), false
	case screen.Tick:
		return s.tick(m), false
	case integrationsMsg:
		if m.to != s {
			return nil, false
		}
		if m.err == nil {
			clear(s.known)
			for _, v := range m.list {
				s.known[v.ID] = v
			}
		}
		return nil, true
	case tea.PasteMsg:
		if s.filter.Typing() && s.filter.Paste(m.Content) {
			return s.narrow(), true
		}
		return nil, true
	case tea.KeyPressMsg:
		return s.key(m)
	}
	return s.pane.Update(msg)
}

func (s *Screen) tick(m screen.Tick) tea.Cmd {
	s.now = m.Now
	cmd, _ := s.pane.Update(m)
	changed := false
	for s.due.ready(m.Now) {
		i := s.due.pop()
		s.counts[s.all[i].State]--
		s.all[i] = screen.At(s.all[i], m.Now)
		s.counts[s.all[i].State]++
		s.due.add(i, screen.NextChange(s.all[i], m.Now))
		changed = true
	}
	if !changed {
		return cmd
	}
	return tea.Batch(cmd, s.follow())
}

// take replaces the rows; the cursor stays on its connection.
func (s *Screen) take(rows []screen.Row) tea.Cmd {
	s.now = s.env.Now()
	id := s.selected().ID
	s.all, s.loaded = rows, true
	s.hay = make([]string, len(rows))
	for i, r := range rows {
		s.hay[i] = strings.ToLower(r.Name + "\n" + r.Integration + "\n" + r.Identity + "\n" + string(r.State) + "\n" + word(r.State))
	}
	s.tally()
	s.match()
	s.keep(id)
	if s.wanted != "" && s.seek(s.wanted) {
		s.wanted = ""
	}
	return s.follow()
}

func (s *Screen) tally() {
	s.counts = map[connections.State]int{}
	s.due = s.due[:0]
	for i := range s.all {
		s.counts[s.all[i].State]++
		s.due.add(i, screen.NextChange(s.all[i], s.now))
	}
}

func (s *Screen) match() {
	s.shown = s.shown[:0]
	for i := range s.all {
		if s.filter.Text() == "" || s.filter.Match(s.hay[i]) {
			s.shown = append(s.shown, i)
		}
	}
	s.table.SetLen(len(s.shown))
}

// narrow applies the filter; the cursor stays on its connection if that is still shown.
func (s *Screen) narrow() tea.Cmd {
	id := s.selected().ID
	s.match()
	s.keep(id)
	return s.follow()
}

func (s *Screen) keep(id string) {
	for i, n := range s.shown {
		if s.all[n].ID == id {
			s.table.Move(i)
			return
		}
	}
	s.table.Move(s.table.Cursor())
}

// Select puts the cursor on a connection by its name, as soon as it is there; a filter that hides it is taken off.
func (s *Screen) Select(name string) tea.Cmd {
	s.inPane = false
	if !s.seek(name) {
		s.wanted = name
		return nil
	}
	return s.follow()
}

func (s *Screen) seek(name string) bool {
	for n, r := range s.all {
		if r.Name != name {
			continue
		}
		if s.filter.Text() != "" && !s.filter.Match(s.hay[n]) {
			s.filter.Clear()
			s.match()
		}
		s.keep(r.ID)
		return true
	}
	return false
}

// selected is the row under the cursor, a zero row if there is none.
func (s *Screen) selected() screen.Row {
	i := s.table.Cursor()
	if i < 0 || i >= len(s.shown) {
		return screen.Row{}
	}
	return s.all[s.shown[i]]
}

// follow shows the row under the cursor in the detail.
func (s *Screen) follow() tea.Cmd {
	r := s.selected()
	if r.ID == "" {
		s.inPane = false
	}
	return s.pane.Show(r)
}

func (s *Screen) subject() connection.Subject {
	r := s.selected()
	sub := connection.Subject{Row: r}
	if v, ok := s.known[r.Integration]; ok {
		sub.Integration = &v
	}
	return sub
}

// word is a state in the eight cells of the list.
func word(st connections.State) string {
	switch st {
	case connections.StateRefreshing:
		return "refresh"
	case connections.StateSignIn:
		return "sign-in"
	case connections.StateOK, connections.StateExpiring, connections.StateRetrying, connections.StateExpired, connections.StateRevoked:
	}
	return safetext.Line(string(st), 8)
}

// counts that end are those of tokens with a known end.
func counting(r screen.Row) bool {
	return r.Lifetime == store.LifetimeKnown && r.State != connections.StateRevoked
}
