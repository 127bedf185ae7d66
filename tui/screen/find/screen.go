package find

import (
	"cmp"
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

// Screen lists actions.
type Screen struct {
	env    *screen.Env
	ctx    context.Context
	cancel context.CancelFunc
	gen    int

	loaded  bool
	problem string
	all     []connections.FoundAction
	index   *connections.ActionIndex
	filter  ui.Filter
	rows    []row
	table   ui.Table[rowKey]
	count   int // of the actions among rows
}

// row is a line of the list: an action, or the name of the category that begins there.
type row struct {
	action int // place in all, -1 in a heading
	head   string
}

type rowKey struct {
	row, width, version int
	selected            bool
	gen                 int
}

type loadedMsg struct {
	to    *Screen
	gen   int
	all   []connections.FoundAction
	index *connections.ActionIndex
	err   error
}

// New returns the screen.
func New(env *screen.Env) screen.Screen {
	s := &Screen{env: env}
	s.ctx, s.cancel = context.WithCancel(env.Ctx)
	s.filter.Start()
	return s
}

// Title is the crumb.
func (s *Screen) Title() string { return "all actions" }

// TakesText reports whether letters go into the filter.
func (s *Screen) TakesText() bool { return s.filter.Typing() }

// Init reads the actions anew: connections and uses may be others.
func (s *Screen) Init() tea.Cmd { return s.load() }

// Close ends a reading under way.
func (s *Screen) Close() {
	s.gen++
	s.cancel()
}

func (s *Screen) load() tea.Cmd {
	s.gen++
	ctx, deck, gen := s.ctx, s.env.Deck, s.gen
	return func() tea.Msg {
		all, err := deck.AllActions(ctx)
		m := loadedMsg{to: s, gen: gen, all: all, err: err}
		if err == nil {
			m.index = connections.NewActionIndex(all)
		}
		return m
	}
}

// Update takes keys, pasted text, what was read, and that connections or files changed.
func (s *Screen) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case screen.StoreChanged, screen.SourcesSaved:
		if s.loaded {
			return s.load(), false
		}
	case loadedMsg:
		if m.to == s && m.gen == s.gen {
			s.take(m)
		}
		return nil, m.to == s
	case tea.PasteMsg:
		if s.filter.Typing() && s.filter.Paste(m.Content) {
			s.search()
		}
		return nil, true
	case tea.KeyPressMsg:
		return s.key(m)
	}
	return nil, false
}

func (s *Screen) take(m loadedMsg) {
	if m.err != nil {
		if !errors.Is(m.err, context.Canceled) {
			s.problem = safetext.Line(m.err.Error(), 300)
		}
		return
	}
	chosen, at := s.selected(), s.table.Cursor()
	s.loaded, s.problem, s.all, s.index = true, "", m.all, m.index
	s.search()
	if chosen == nil {
		return
	}
	for i, r := range s.rows { // the cursor stays on its action
		if r.action >= 0 && s.all[r.action].Name == chosen.Name && s.all[r.action].Integration == chosen.Integration {
			s.table.Move(i)
			return
		}
	}
	s.table.Move(at)
}

// search makes the rows of what is filtered by. Without a filter they stand below the names of their categories.
func (s *Screen) search() {
	s.gen++
	if s.index == nil {
		return
	}
	found := s.index.Search(s.filter.Text())
	s.rows, s.count = make([]row, 0, len(found)), len(found)
	group := "\x00"
	for _, i := range found {
		if c := cmp.Or(s.all[i].Category, "Other"); s.filter.Text() == "" && c != group {
			group = c
			s.rows = append(s.rows, row{-1, safetext.Line(c, 60)})
		}
		s.rows = append(s.rows, row{action: i})
	}
	s.table.Forget()
	s.table.SetLen(len(s.rows))
	s.table.Move(0)
	s.offHeading(1)
}

// offHeading moves the cursor off a heading, the way it was going.
func (s *Screen) offHeading(way int) {
	at := s.table.Cursor()
	for at >= 0 && at < len(s.rows) && s.rows[at].action < 0 {
		at += way
	}
	if at < 0 || at >= len(s.rows) {
		at = min(1, len(s.rows)-1)
	}
	if at >= 0 {
		s.table.Move(at)
	}
}

// selected is the action under the cursor, nil if there is none.
func (s *Screen) selected() *connections.FoundAction {
	at := s.table.Cursor()
	if at < 0 || at >= len(s.rows) || s.rows[at].action < 0 {
		return nil
	}
	return &s.all[s.rows[at].action]
}
