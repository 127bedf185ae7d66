package connection

import (
	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

// removeDialog asks before a connection is forgotten here.
type removeDialog struct {
	*ui.Confirm
	env *screen.Env
	row screen.Row
}

type removedMsg struct {
	to  *removeDialog
	err error
}

func newRemove(env *screen.Env, row screen.Row) screen.Dialog {
	d := &removeDialog{env: env, row: row}
	lines := []string{
		"Forgets this connection here: its tokens, its state and its history. The provider is not told: the grant lives on there until it ends or is revoked.",
		"", "It cannot be undone.",
	}
	if row.State != connections.StateRevoked {
		lines = append(lines, "", "R revokes at the provider instead.")
	}
	d.Confirm = &ui.Confirm{
		Theme: env.Theme, Title: "Remove " + Name(row.Name) + " here?", Key: "y", Verb: "remove", Lines: lines,
		Do: d.remove, Leave: env.Shell.CloseDialog,
	}
	return d
}

func (d *removeDialog) remove() tea.Cmd {
	d.Working = "a removal is under way"
	ctx, deck, id := d.env.Ctx, d.env.Deck, d.row.ID
	return func() tea.Msg { return removedMsg{to: d, err: deck.Remove(ctx, id)} }
}

func (d *removeDialog) Update(msg tea.Msg) tea.Cmd {
	m, ok := msg.(removedMsg)
	if !ok {
		return d.Confirm.Update(msg)
	}
	if m.to != d {
		return nil
	}
	d.Working = ""
	sh := d.env.Shell
	if m.err != nil {
		return tea.Batch(sh.CloseDialog(), sh.Toast(screen.ToastError, Name(d.row.Name)+" not removed: "+Plain(m.err)))
	}
	return tea.Batch(sh.CloseDialog(), sh.Toast(screen.ToastOK, Name(d.row.Name)+" removed here, the provider was not told"))
}
