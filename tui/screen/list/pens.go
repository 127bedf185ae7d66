package list

import (
	"charm.land/lipgloss/v2"

	"authdeck/connections"
	"authdeck/tui/theme"
)

// pens are what rows are drawn with.
type pens struct {
	version              int
	row, selected        penSet
	cursor, cursorInPane theme.Pen
}

type penSet struct {
	text, name, dim, empty theme.Pen
	state                  map[connections.State]theme.Pen
}

// pensOf makes them anew if the theme changed.
func (s *Screen) pensOf() *pens {
	th := s.env.Theme
	if s.pens != nil && s.pens.version == th.Version {
		return s.pens
	}
	set := func(on func(lipgloss.Style) lipgloss.Style, name lipgloss.Style) penSet {
		p := penSet{
			text: theme.PenOf(on(th.Text)), name: theme.PenOf(name), dim: theme.PenOf(on(th.Dim)), empty: theme.PenOf(on(th.BarEmpty)),
			state: map[connections.State]theme.Pen{},
		}
		for _, st := range order {
			p.state[st] = theme.PenOf(on(th.State(string(st))))
		}
		return p
	}
	s.pens = &pens{
		version: th.Version,
		row:     set(func(x lipgloss.Style) lipgloss.Style { return x }, th.Text), selected: set(th.On, th.Selected),
		cursor: theme.PenOf(th.On(th.Accent)), cursorInPane: theme.PenOf(th.On(th.Dim)),
	}
	return s.pens
}
