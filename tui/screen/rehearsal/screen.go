package rehearsal

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"authdeck/internal/safetext"
	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

// boxed is the width from which on the screen has a frame.
const boxed = 100

// Screen is one rehearsal.
type Screen struct {
	env      *screen.Env
	ctx      context.Context
	cancel   context.CancelFunc
	id, name string
	gen      int // of the last start

	playing bool
	stop    context.CancelFunc // of the play that is under way
	problem string
	played  *screen.Rehearsal
	table   ui.Table[int]
	top     int // first line of the detail in sight
	lines   int // of the detail
	room    int // for it, at the last View
}

// New returns the screen of an integration's rehearsal.
func New(env *screen.Env, id, name string) screen.Screen {
	s := &Screen{env: env, id: id, name: safetext.Line(name, 60)}
	s.ctx, s.cancel = context.WithCancel(env.Ctx)
	return s
}

type playedMsg struct {
	to     *Screen
	gen    int
	result screen.Rehearsal
	err    error
}

// Title is the crumb.
func (s *Screen) Title() string { return "rehearse " + s.name }

// Init plays it.
func (s *Screen) Init() tea.Cmd { return s.play() }

// Close ends it.
func (s *Screen) Close() {
	s.gen++
	s.cancel()
}

func (s *Screen) play() tea.Cmd {
	s.gen++
	s.playing = true
	if s.stop != nil {
		s.stop() // its result would be dropped
	}
	ctx, cancel := context.WithCancel(s.ctx)
	s.stop = cancel
	rehearse, to, gen, id := s.env.Rehearse, s, s.gen, s.id
	return func() tea.Msg {
		r, err := rehearse(ctx, id)
		return playedMsg{to, gen, r, err}
	}
}

// Update takes keys, the end of a rehearsal, and that a file was saved.
func (s *Screen) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case screen.SourcesSaved:
		return s.play(), false
	case playedMsg:
		if m.to != s || m.gen != s.gen {
			return nil, m.to == s
		}
		s.playing, s.problem = false, ""
		switch {
		case errors.Is(m.err, context.Canceled):
		case m.err != nil:
			s.problem = safetext.Line(m.err.Error(), 300)
		default:
			s.played = &m.result
			s.table.SetLen(len(m.result.Situations))
		}
		return nil, true
	case tea.KeyPressMsg:
		return s.key(m)
	}
	return nil, false
}

func (s *Screen) key(k tea.KeyPressMsg) (tea.Cmd, bool) {
	switch k.String() {
	case "r":
		return s.play(), true
	case "ctrl+d", "pgdown":
		s.top = max(0, min(s.top+s.room/2, s.lines-s.room))
		return nil, true
	case "ctrl+u", "pgup":
		s.top = max(0, s.top-s.room/2)
		return nil, true
	}
	if s.table.Key(k.String()) {
		s.top = 0
		return nil, true
	}
	return nil, false
}

// Keys are the bindings in force now.
func (s *Screen) Keys() []keys.Binding {
	return []keys.Binding{
		{ID: "rehearsal.again", Keys: []string{"r"}, Label: "play again", Help: "plays all situations again; a saved file does too", Footer: true},
		{ID: "rehearsal.move", Keys: []string{"j", "k"}, Label: "situation", Help: "goes to another situation", Footer: true},
		{ID: "rehearsal.scroll", Keys: []string{"ctrl+d", "ctrl+u"}, Label: "scroll", Help: "scrolls what the situation led to", Footer: true},
	}
}
