package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/store"
	"authdeck/tui/screen/activity"
)

// historyRest is how many times as long as reading it took the history rests before it is read again.
const historyRest = 20

// historian reads the history of all connections, only while it is shown, and not more often than it is cheap.
type historian struct {
	reading, stale bool
	loaded         bool
	took           time.Duration
}

type historyMsg struct {
	events []store.Event
	took   time.Duration
	err    error
}

// changed says that the history on disk is another one.
func (m *model) changed() tea.Cmd {
	m.history.stale = true
	return m.readHistory()
}

// readHistory reads it if it is shown and not known yet.
func (m *model) readHistory() tea.Cmd {
	h := &m.history
	if h.reading || h.loaded && !h.stale || !m.showsLog() {
		return nil
	}
	h.reading, h.stale = true, false
	ctx, deck, rest := m.env.Ctx, m.env.Deck, historyRest*h.took
	return func() tea.Msg {
		t := time.NewTimer(rest)
		defer t.Stop()
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		began := time.Now()
		events, err := deck.History(ctx, "")
		return historyMsg{events: events, took: time.Since(began), err: err}
	}
}

func (m *model) historyRead(msg historyMsg) tea.Cmd {
	h := &m.history
	h.reading, h.loaded, h.took = false, true, msg.took
	if msg.err == nil {
		m.log.SetEvents(activity.FromStore(msg.events))
	}
	return m.readHistory()
}

// showsLog reports whether the activity log is in sight.
func (m *model) showsLog() bool {
	return m.tab == tabActivity || m.tab == tabConnections && m.height >= stripFrom
}
