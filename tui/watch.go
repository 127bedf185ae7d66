package tui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/tui/screen"
	"authdeck/tui/screen/connection"
)

// quiet is how long changes of the store are gathered before the rows are read anew.
const quiet = 50 * time.Millisecond

// watchingMsg says that the store is watched from now on.
type watchingMsg struct {
	changes <-chan struct{}
	err     error
}

// rowsMsg are the connections after one or many changes.
type rowsMsg struct {
	changes <-chan struct{}
	rows    []screen.Row
	err     error
}

func (m *model) watch() tea.Cmd {
	ctx, deck := m.env.Ctx, m.env.Deck
	return func() tea.Msg {
		changes, err := deck.Changes(ctx)
		return watchingMsg{changes: changes, err: err}
	}
}

// watching reads the rows once, now that no later change can be missed.
func (m *model) watching(msg watchingMsg) tea.Cmd {
	ctx, deck := m.env.Ctx, m.env.Deck
	read := func() tea.Msg {
		rows, err := deck.List(ctx)
		return rowsMsg{changes: msg.changes, rows: rows, err: err}
	}
	if msg.err != nil {
		return tea.Batch(read, m.Toast(screen.ToastError, "changes of other processes are not seen: "+connection.Plain(msg.err)))
	}
	return read
}

// next waits for a change, gathers what follows shortly after, and reads all rows in one go.
func next(ctx context.Context, deck screen.Deck, changes <-chan struct{}) tea.Cmd {
	if changes == nil {
		return nil
	}
	return func() tea.Msg {
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-changes:
			if !ok {
				return nil
			}
		}
		t := time.NewTimer(quiet)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case _, ok := <-changes:
				if ok {
					continue
				}
				changes = nil
			case <-t.C:
				rows, err := deck.List(ctx)
				return rowsMsg{changes: changes, rows: rows, err: err}
			}
		}
	}
}

func (m *model) rows(msg rowsMsg) tea.Cmd {
	again := next(m.env.Ctx, m.env.Deck, msg.changes)
	if msg.err != nil {
		if m.env.Ctx.Err() != nil {
			return nil
		}
		return tea.Batch(again, m.Toast(screen.ToastError, connection.Plain(msg.err)))
	}
	return tea.Batch(again, m.tellRows(msg.rows), m.notice(msg.rows), m.changed())
}

// tellRows tells those who show connections: the first tab, and the one in sight. The others read anew when they are shown.
func (m *model) tellRows(rows []screen.Row) tea.Cmd {
	msg := screen.StoreChanged{Rows: rows}
	var cmds []tea.Cmd
	for _, d := range slices.Clone(m.dialogs) {
		cmds = append(cmds, m.toDialog(d, msg))
	}
	for t, stack := range m.stacks {
		if t != tabConnections && t != m.tab {
			continue
		}
		for _, s := range slices.Clone(stack) {
			cmd, _ := m.toScreen(s, msg)
			cmds = append(cmds, cmd)
		}
	}
	return tea.Batch(cmds...)
}
