package list

import (
	"strconv"
	"strings"

	"authdeck/connections"
)

// order is how the header counts the states.
var order = []connections.State{ //nolint:gochecknoglobals // constant words
	connections.StateOK, connections.StateExpiring, connections.StateRefreshing, connections.StateRetrying, connections.StateExpired,
	connections.StateSignIn, connections.StateRevoked,
}

// Summary counts the states for the header, each with glyph and word; counts of zero are left out.
func (s *Screen) Summary() string { return s.summary(true) }

// SummaryShort is Summary without the words.
func (s *Screen) SummaryShort() string { return s.summary(false) }

func (s *Screen) summary(words bool) string {
	th := s.env.Theme
	if s.loaded && len(s.all) == 0 {
		return th.Dim.Render("no connections")
	}
	var parts []string
	for _, st := range order {
		n := s.counts[st]
		if n == 0 {
			continue
		}
		text := strconv.Itoa(n)
		if words {
			text += " " + word(st)
		}
		parts = append(parts, th.State(string(st)).Render(th.Glyph.States[string(st)])+" "+text)
	}
	return strings.Join(parts, "  ")
}
