package login

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/tui/screen"
)

// ref says which try of which dialog an answer belongs to.
type ref struct {
	to  *Dialog
	gen int
}

func (d *Dialog) ref() ref { return ref{to: d, gen: d.gen} }

// The answers of the dialog's commands.
type (
	learnedMsg struct {
		ref
		info integrations.Info
	}
	startedMsg struct {
		ref
		login screen.Login
		facts facts
		keep  func() bool // takes the login over from the command that started it
		err   error
	}
	openedMsg struct {
		ref
		err error
	}
	playedMsg struct {
		ref
		err error
	}
	handedMsg struct {
		ref
		err error
	}
	doneMsg struct {
		ref
		detail connections.Detail
		err    error
	}
)

// facts are what a login says of itself once it listens, read where it was started so that Update asks nothing.
type facts struct {
	login             screen.Login
	url, redirect     string
	info              integrations.Info
	started, deadline time.Time
	warnings          []string
	why, ssh          string // why no browser is opened, and the line that forwards the port
}

// learn asks what is being connected, so that the title has its name before the login listens, and when it never does.
func (d *Dialog) learn() tea.Cmd {
	ctx, deck, r, req := d.ctx, d.env.Deck, d.ref(), d.req
	return func() tea.Msg {
		id := req.Integration
		if id == "" {
			c, err := deck.Show(ctx, req.Connection)
			if err != nil {
				return nil
			}
			id = c.Integration
		}
		v, err := deck.Integration(ctx, id)
		if err != nil {
			return nil
		}
		return learnedMsg{ref: r, info: v.Info}
	}
}

// start listens. A login that nobody takes over (the dialog closed meanwhile) is canceled with the dialog's context.
func (d *Dialog) start() tea.Cmd {
	ctx, deck, r, req := d.ctx, d.env.Deck, d.ref(), d.req
	return func() tea.Msg {
		l, err := deck.Login(ctx, req)
		if err != nil {
			return startedMsg{ref: r, err: err}
		}
		f := facts{
			login: l, url: l.URL(), redirect: l.RedirectURI(), info: l.IntegrationInfo(),
			started: l.Started(), deadline: l.Deadline(), warnings: l.Warnings(),
		}
		f.why, f.ssh = l.Headless()
		return startedMsg{ref: r, login: l, facts: f, keep: context.AfterFunc(ctx, l.Cancel)}
	}
}

// wait owns the login from here on: when it returns, nothing listens any more.
func (d *Dialog) wait(m startedMsg) tea.Cmd {
	ctx, r := d.ctx, d.ref()
	return func() tea.Msg {
		m.keep()
		detail, err := m.login.Wait(ctx)
		if err != nil {
			m.login.Cancel()
		}
		return doneMsg{ref: r, detail: detail, err: err}
	}
}

func (d *Dialog) open() tea.Cmd {
	ctx, l, r := d.ctx, d.facts.login, d.ref()
	return func() tea.Msg { return openedMsg{ref: r, err: l.OpenBrowser(ctx)} }
}

func (d *Dialog) play() tea.Cmd {
	ctx, address, r, play := d.ctx, d.facts.url, d.ref(), d.env.Play
	return func() tea.Msg { return playedMsg{ref: r, err: play(ctx, address)} }
}

func (d *Dialog) hand(address string) tea.Cmd {
	l, r := d.facts.login, d.ref()
	return func() tea.Msg { return handedMsg{ref: r, err: l.Paste(address)} }
}
