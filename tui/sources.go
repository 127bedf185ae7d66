package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"authdeck/tui/screen"
)

// savedMsg says that files of integrations were saved; changes tells of the next time.
type savedMsg struct{ changes <-chan struct{} }

// watchSources begins to look at the files of integrations.
func (m *model) watchSources() tea.Cmd {
	if m.sources == nil {
		return nil
	}
	ctx, watch := m.env.Ctx, m.sources
	return func() tea.Msg {
		changes, err := watch(ctx)
		if err != nil {
			return nil // they are read anew whenever the tab is shown
		}
		return nextSaved(ctx, changes)
	}
}

func nextSaved(ctx context.Context, changes <-chan struct{}) tea.Msg {
	select {
	case <-ctx.Done():
	case _, ok := <-changes:
		if ok {
			return savedMsg{changes: changes}
		}
	}
	return nil
}

// saved reads everything anew that shows integrations.
func (m *model) saved(msg savedMsg) tea.Cmd {
	ctx, deck := m.env.Ctx, m.env.Deck
	return tea.Batch(
		m.deliver(screen.SourcesSaved{}),
		func() tea.Msg { return nextSaved(ctx, msg.changes) },
		func() tea.Msg {
			rows, err := deck.List(ctx)
			return rowsMsg{rows: rows, err: err}
		},
	)
}
