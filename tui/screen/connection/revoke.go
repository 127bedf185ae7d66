package connection

import (
	"context"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

// revokeDialog asks before a grant is ended, and names what may end with it.
type revokeDialog struct {
	*ui.Confirm
	env    *screen.Env
	ctx    context.Context
	cancel context.CancelFunc
	s      Subject
}

type siblingsMsg struct {
	to    *revokeDialog
	names []string
	err   error
}

type revokedMsg struct {
	to  *revokeDialog
	rev connections.Revocation
	err error
}

func newRevoke(env *screen.Env, s Subject) screen.Dialog {
	d := &revokeDialog{env: env, s: s}
	d.ctx, d.cancel = context.WithCancel(env.Ctx)
	d.Confirm = &ui.Confirm{
		Theme: env.Theme, Title: "Revoke " + Name(s.Row.Name) + "?", Key: "y", Verb: "revoke",
		Do: d.revoke, Leave: env.Shell.CloseDialog,
	}
	d.say(nil, "looking for others of this account "+env.Theme.Glyph.Ellipsis)
	return d
}

func (d *revokeDialog) say(siblings []string, note string) {
	who := ""
	if d.s.Row.Identity != "" {
		who = " of " + Name(d.s.Row.Identity)
	}
	lines := []string{
		"The provider is asked to end this grant" + who + ": the refresh token first, then the access token; then it is asked whether they are dead.",
		"", "It cannot be undone. A new sign-in makes a new grant.", "",
	}
	switch {
	case note != "":
		lines = append(lines, note)
	case len(siblings) > 0:
		safe := make([]string, len(siblings))
		for i, n := range siblings {
			safe[i] = Name(n)
		}
		lines = append(lines, d.env.Theme.Warn.Render(d.env.Theme.Glyph.Warn)+" The same account is connected as "+strings.Join(safe, ", ")+
			" too; some providers end those with it.")
	default:
		lines = append(lines, "No other connection here is of the same account.")
	}
	d.Lines = lines
}

func (d *revokeDialog) Init() tea.Cmd {
	ctx, deck, id := d.ctx, d.env.Deck, d.s.Row.ID
	return func() tea.Msg {
		names, err := deck.Siblings(ctx, id)
		return siblingsMsg{to: d, names: names, err: err}
	}
}

func (d *revokeDialog) Close() { d.cancel() }

func (d *revokeDialog) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case siblingsMsg:
		if m.to == d {
			note := ""
			if m.err != nil {
				note = "Others of this account could not be looked up: " + Plain(m.err)
			}
			d.say(m.names, note)
		}
		return nil
	case revokedMsg:
		if m.to != d {
			return nil
		}
		d.Working = ""
		return tea.Batch(d.env.Shell.CloseDialog(), d.result(m))
	}
	return d.Confirm.Update(msg)
}

// revoke runs to its end even if the dialog is gone: the program's context ends it, not the dialog's.
func (d *revokeDialog) revoke() tea.Cmd {
	d.Working = "a revocation is under way"
	ctx, deck, id := d.env.Ctx, d.env.Deck, d.s.Row.ID
	return func() tea.Msg {
		rev, err := deck.Revoke(ctx, id)
		return revokedMsg{to: d, rev: rev, err: err}
	}
}

func (d *revokeDialog) result(m revokedMsg) tea.Cmd {
	sh, name := d.env.Shell, Name(d.s.Row.Name)
	if m.err != nil {
		if errors.Is(m.err, context.Canceled) {
			return nil
		}
		if m.rev.Connection.State == connections.StateRevoked { // half of it is confirmed: the error says which
			return sh.Toast(screen.ToastError, name+": "+Plain(m.err))
		}
		return sh.Toast(screen.ToastError, name+" not revoked: "+Plain(m.err))
	}
	text := name + " revoked: " + m.rev.Words()
	if m.rev.Hint != "" {
		return sh.Toast(screen.ToastWarn, text+"; "+Name(m.rev.Hint))
	}
	return sh.Toast(screen.ToastOK, text)
}
