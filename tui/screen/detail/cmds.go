package detail

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/store"
)

// ref says to which pane, and to which of its connections, an answer belongs.
type ref struct {
	to  *Pane
	gen int
}

// facts are what is read of a connection beside its row.
type facts struct {
	detail      connections.Detail
	history     []store.Event                // oldest first
	integration *connections.IntegrationView // nil if it is gone
}

// The answers of the pane's commands.
type (
	loadedMsg struct {
		ref
		facts *facts
		err   error
	}
	inspectedMsg struct {
		ref
		inspection connections.Inspection
		err        error
	}
	hideMsg struct {
		ref
		reveal int
	}
)

func (p *Pane) ref() ref { return ref{to: p, gen: p.gen} }

// load reads the connection, its history and its integration, after a rest.
func (p *Pane) load(wait time.Duration) tea.Cmd {
	ctx, deck, r, row := p.ctx, p.env.Deck, p.ref(), p.row
	return func() tea.Msg {
		if wait > 0 {
			t := time.NewTimer(wait)
			defer t.Stop()
			select {
			case <-ctx.Done():
				return nil
			case <-t.C:
			}
		}
		d, err := deck.Show(ctx, row.ID)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return loadedMsg{ref: r, err: err}
		}
		f := &facts{detail: d}
		if f.history, err = deck.History(ctx, row.ID); err != nil {
			return loadedMsg{ref: r, err: err}
		}
		if v, err := deck.Integration(ctx, row.Integration); err == nil {
			f.integration = &v
		}
		return loadedMsg{ref: r, facts: f}
	}
}

// inspect asks what the tokens say, and the provider of them.
func (p *Pane) inspect() tea.Cmd {
	if p.row.ID == "" {
		return nil
	}
	p.inspecting, p.inspectWhy = true, ""
	ctx, deck, r, id := p.ctx, p.env.Deck, p.ref(), p.row.ID
	return func() tea.Msg {
		i, err := deck.Inspect(ctx, id)
		if ctx.Err() != nil {
			return nil
		}
		return inspectedMsg{ref: r, inspection: i, err: err}
	}
}
