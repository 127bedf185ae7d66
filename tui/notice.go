package tui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/internal/safetext"
	"authdeck/store"
	"authdeck/tui/screen"
)

// noticeGap is between two calls of the user: what happens meanwhile is told as one.
const noticeGap = 5 * time.Second

// crier calls the user when a connection's trouble begins or passes, whichever process met it: it compares the rows.
type crier struct {
	known   bool                     // the first rows are what is, and no news
	trouble map[string]store.Trouble // by id, of the last rows
	waiting []news
	last    time.Time // of the last call
	timer   bool      // one is under way
}

// news is one thing to be called for.
type news struct{ name, event, reason string }

type noticeMsg struct{}

// notice looks for news in newer rows.
func (m *model) notice(rows []screen.Row) tea.Cmd {
	c := &m.crier
	now := make(map[string]store.Trouble, len(rows))
	for _, r := range rows {
		was, there := c.trouble[r.ID]
		now[r.ID] = r.Health.Trouble
		if event := newsOf(was, r.Health.Trouble); c.known && there && event != "" {
			c.waiting = append(c.waiting, news{r.Name, event, r.Reason})
		}
	}
	c.trouble, c.known = now, true
	return m.cry()
}

// newsOf is one failing an outage, and one recovered.
func newsOf(was, is store.Trouble) string {
	switch {
	case was == is:
		return ""
	case is == store.TroubleDead:
		return "sign-in needed"
	case is == store.TroubleConfiguration:
		return "settings refused"
	case is == store.TroubleTransient:
		return "failing"
	case is == store.TroubleNone && was == store.TroubleTransient:
		return "recovered"
	}
	return ""
}

// cry calls now, or once the gap is over.
func (m *model) cry() tea.Cmd {
	c := &m.crier
	if len(c.waiting) == 0 || c.timer {
		return nil
	}
	if rest := noticeGap - m.env.Now().Sub(c.last); !c.last.IsZero() && rest > 0 && rest <= noticeGap {
		c.timer = true
		return after(m.env.Ctx, rest, noticeMsg{})
	}
	text := newsText(c.waiting)
	c.waiting, c.last = nil, m.env.Now()
	sequence := m.env.Notices.Kind.Sequence("authdeck", text)
	if sequence == "" {
		return nil
	}
	return tea.Raw(sequence)
}

func (m *model) noticeDue() tea.Cmd {
	m.crier.timer = false
	return m.cry()
}

// newsText is one line: "work: sign-in needed: invalid_grant", or the numbers.
func newsText(list []news) string {
	if len(list) == 1 {
		n := list[0]
		text := safetext.Line(n.name, 40) + ": " + n.event
		if n.reason != "" && n.event != "recovered" {
			text += ": " + safetext.Line(n.reason, 120)
		}
		return text
	}
	count := map[string]int{}
	var order []string
	for _, n := range list {
		if count[n.event] == 0 {
			order = append(order, n.event)
		}
		count[n.event]++
	}
	parts := make([]string, 0, len(order))
	for _, event := range order {
		parts = append(parts, fmt.Sprintf("%d %s", count[event], event))
	}
	return fmt.Sprintf("%d connections: %s", len(list), strings.Join(parts, ", "))
}
