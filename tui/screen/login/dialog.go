package login

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/tui/screen"
)

// phase is how far the dialog is.
type phase int

const (
	starting phase = iota // Deck.Login has not returned yet
	waiting               // the callback server listens
	failed                // it ended without a grant; the dialog says why
	ended                 // closed
)

// browserState is what became of the browser.
type browserState int

const (
	browserOpening browserState = iota
	browserOpened
	browserNone    // there is none here: facts.why says why
	browserTrouble // it did not start: trouble says why
	browserPlaying // the demo's stand-in is at it
	browserPlayed
)

// reminder is how long the dialog waits before it says what to do about a provider's error page.
const reminder = 20 * time.Second

// Dialog is the sign-in dialog.
type Dialog struct {
	env  *screen.Env
	req  connections.LoginRequest
	then func(connections.Detail) tea.Cmd // nil: the connection is shown

	ctx    context.Context // of this try
	cancel context.CancelFunc
	gen    int // of this try; answers to an older one are dropped

	phase phase
	info  integrations.Info // zero until known
	known bool

	facts   facts
	browser browserState
	trouble string // why the browser, or its stand-in, did not do it
	paste   *pasteField
	taken   bool // the answer is here, the code is being traded
	failure failure

	now time.Time

	helping     bool // the keys are shown instead of the steps
	width, tall int  // of the last View: the width it was for, and the most lines that were inside the box since
}

// New returns the dialog for this request. The browser is the program's choice where the request has none.
func New(env *screen.Env, r connections.LoginRequest) screen.Dialog { return newDialog(env, r, nil) }

func newDialog(env *screen.Env, r connections.LoginRequest, then func(connections.Detail) tea.Cmd) *Dialog {
	if r.Browser == "" && r.Connection == "" {
		r.Browser = env.Browser
	}
	d := &Dialog{env: env, req: r, then: then, now: env.Now()}
	d.ctx, d.cancel = context.WithCancel(env.Ctx)
	return d
}

// Then is New with what is done once the connection is there, instead of showing it.
func Then(env *screen.Env, r connections.LoginRequest, then func(connections.Detail) tea.Cmd) screen.Dialog {
	return newDialog(env, r, then)
}

// Init starts the login.
func (d *Dialog) Init() tea.Cmd { return tea.Batch(d.learn(), d.start()) }

// Close ends the login if it still waits: its port is free soon after.
func (d *Dialog) Close() {
	d.phase = ended
	d.gen++
	d.cancel()
	if d.paste != nil {
		d.paste.clear()
	}
}

// Busy says why ctrl+c asks first.
func (d *Dialog) Busy() string {
	switch {
	case d.taken && d.phase == waiting:
		return "a sign-in is being completed"
	case d.phase == starting, d.phase == waiting:
		return "a sign-in is waiting"
	default:
		return ""
	}
}

// Every is one second while time is shown.
func (d *Dialog) Every() time.Duration {
	if d.phase == waiting {
		return time.Second
	}
	return 0
}

// Update takes keys and the answers of the dialog's own commands.
func (d *Dialog) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case screen.Tick:
		d.now = m.Now
	case tea.KeyPressMsg:
		return d.key(m)
	case tea.PasteMsg:
		d.pasted(m.Content)
	case learnedMsg:
		if d.mine(m.ref) && !d.known {
			d.info, d.known = m.info, true
		}
	case startedMsg:
		if d.mine(m.ref) {
			return d.started(m)
		}
	case openedMsg:
		if d.mine(m.ref) {
			d.opened(m.err)
		}
	case playedMsg:
		if d.mine(m.ref) {
			d.played(m.err)
		}
	case handedMsg:
		if d.mine(m.ref) {
			d.handed(m.err)
		}
	case doneMsg:
		if d.mine(m.ref) {
			return d.done(m)
		}
	}
	return nil
}

func (d *Dialog) mine(r ref) bool { return r.to == d && r.gen == d.gen }

func (d *Dialog) started(m startedMsg) tea.Cmd {
	d.now = d.env.Now()
	if m.err != nil {
		d.fail(m.err, 1)
		return nil
	}
	d.facts, d.phase = m.facts, waiting
	d.info, d.known = m.facts.info, true
	if m.facts.why != "" {
		d.browser = browserNone
		return d.wait(m)
	}
	d.browser = browserOpening
	return tea.Batch(d.wait(m), d.open())
}

func (d *Dialog) opened(err error) {
	switch {
	case d.browser == browserPlaying || d.browser == browserPlayed:
	case err == nil:
		d.browser, d.trouble = browserOpened, ""
	default:
		d.browser, d.trouble = browserTrouble, plain(err)
	}
}

func (d *Dialog) played(err error) {
	if err != nil {
		d.browser, d.trouble = browserTrouble, plain(err)
		return
	}
	d.browser, d.trouble, d.taken = browserPlayed, "", true
}

func (d *Dialog) handed(err error) {
	if d.paste == nil {
		return
	}
	if err != nil {
		d.paste.refused(whole(err))
		return
	}
	d.paste.clear()
	d.paste, d.taken = nil, true
}

// done closes the dialog and shows the connection, or says why there is none.
func (d *Dialog) done(m doneMsg) tea.Cmd {
	d.now = d.env.Now()
	if m.err != nil {
		d.fail(m.err, 3)
		return nil
	}
	sh := d.env.Shell
	then := d.then
	if then == nil {
		then = func(c connections.Detail) tea.Cmd { return sh.ShowConnection(c.Name) }
	}
	cmds := []tea.Cmd{sh.CloseDialog(), then(m.detail), sh.Toast(screen.ToastOK, welcome(d.req, m.detail))}
	for _, w := range m.detail.Warnings {
		cmds = append(cmds, sh.Toast(screen.ToastWarn, safe(w)))
	}
	return tea.Batch(cmds...)
}

func (d *Dialog) fail(err error, step int) {
	d.phase, d.taken, d.helping = failed, false, false
	if d.paste != nil {
		d.paste.clear()
		d.paste = nil
	}
	d.failure = failureOf(err, step)
}

// again starts a new try; what is left of the old one ends.
func (d *Dialog) again() tea.Cmd {
	d.cancel()
	d.ctx, d.cancel = context.WithCancel(d.env.Ctx)
	d.gen++
	d.phase, d.browser, d.trouble, d.taken = starting, browserOpening, "", false
	d.facts, d.failure, d.now = facts{}, failure{}, d.env.Now()
	return d.start()
}
