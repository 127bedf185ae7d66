package detail

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/screen/connection"
	"authdeck/tui/ui"
)

// revealTime is how long a token is shown.
const revealTime = 10 * time.Second

// settle is how long the cursor must rest on a row before its detail is read.
const settle = 40 * time.Millisecond

// The tabs.
const (
	tabOverview = iota
	tabClaims
	tabScopes
	tabHistory
	tabCount
)

var tabNames = [tabCount]string{"Overview", "Claims", "Scopes", "History"} //nolint:gochecknoglobals // constant words

// Pane is the detail of one connection at a time.
type Pane struct {
	env *screen.Env

	ctx    context.Context // of what is shown; ends with the next connection
	cancel context.CancelFunc
	gen    int

	row     screen.Row
	facts   *facts // nil until read
	problem string
	now     time.Time

	tab        int
	viewer     ui.Viewer
	revealed   bool
	revealGen  int
	inspecting bool
	inspected  *connections.Inspection
	inspectWhy string // why it could not be inspected
}

// NewPane makes an empty pane.
func NewPane(env *screen.Env) *Pane {
	p := &Pane{env: env, now: env.Now()}
	p.ctx, p.cancel = context.WithCancel(env.Ctx)
	return p
}

// Close ends what the pane started, and hides what it revealed.
func (p *Pane) Close() {
	p.gen++
	p.hide()
	p.cancel()
}

// Row is the connection that is shown.
func (p *Pane) Row() screen.Row { return p.row }

// Subject is what the keys on a connection need to know.
func (p *Pane) Subject() connection.Subject {
	s := connection.Subject{Row: p.row}
	if p.facts != nil {
		s.Integration = p.facts.integration
	}
	return s
}

// Show shows a connection; the returned command reads what the row does not have.
func (p *Pane) Show(row screen.Row) tea.Cmd {
	other := row.ID != p.row.ID
	stale := other || row.Generation != p.row.Generation || row.State != p.row.State
	p.row = row
	if !stale {
		return nil
	}
	p.gen++
	p.cancel()
	p.ctx, p.cancel = context.WithCancel(p.env.Ctx)
	p.inspected, p.inspecting, p.inspectWhy = nil, false, ""
	wait := time.Duration(0)
	if other {
		p.facts, p.problem = nil, ""
		p.hide()
		p.viewer.Reset()
		wait = settle
	}
	cmds := []tea.Cmd{p.load(wait)}
	if p.tab == tabClaims && !other {
		cmds = append(cmds, p.inspect())
	}
	return tea.Batch(cmds...)
}

// Reveal shows the tokens for ten seconds, or hides them again.
func (p *Pane) Reveal() tea.Cmd {
	if p.revealed {
		p.hide()
		return nil
	}
	p.revealed = true
	p.revealGen++
	p.setTab(tabOverview)
	r := p.ref()
	gen := p.revealGen
	ctx := p.ctx
	return func() tea.Msg {
		t := time.NewTimer(revealTime)
		defer t.Stop()
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		return hideMsg{ref: r, reveal: gen}
	}
}

func (p *Pane) hide() {
	p.revealed = false
	p.revealGen++
}

func (p *Pane) setTab(tab int) {
	if p.tab != tab {
		p.tab = tab
		p.viewer.Reset()
	}
}

// Update takes the pane's own results and ticks.
func (p *Pane) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case screen.Tick:
		p.now = m.Now
		p.row = screen.At(p.row, m.Now)
	case loadedMsg:
		if m.to != p || m.gen != p.gen {
			return nil, m.to == p
		}
		p.now = p.env.Now()
		if m.err != nil {
			p.problem = connection.Plain(m.err)
			return nil, true
		}
		p.facts, p.problem = m.facts, ""
		return nil, true
	case inspectedMsg:
		if m.to != p || m.gen != p.gen {
			return nil, m.to == p
		}
		p.inspecting = false
		if m.err != nil {
			p.inspectWhy = connection.Plain(m.err)
		} else {
			p.inspected = &m.inspection
		}
		return nil, true
	case hideMsg:
		if m.to == p && m.reveal == p.revealGen {
			p.hide()
		}
		return nil, m.to == p
	}
	return nil, false
}

// Key takes the keys of the tabs and of scrolling.
func (p *Pane) Key(k tea.KeyPressMsg) (tea.Cmd, bool) {
	switch k.String() {
	case "right", "]":
		p.setTab((p.tab + 1) % tabCount)
	case "left", "[":
		p.setTab((p.tab + tabCount - 1) % tabCount)
	default:
		return nil, p.viewer.Key(k.String())
	}
	if p.tab == tabClaims && p.inspected == nil && !p.inspecting {
		return p.inspect(), true
	}
	return nil, true
}

// Keys are those of the tabs.
func (p *Pane) Keys() []keys.Binding {
	return []keys.Binding{
		{ID: "detail.next", Keys: []string{"]", "right"}, Label: "next tab", Help: "goes to the next tab of the detail", Footer: true},
		{ID: "detail.previous", Keys: []string{"[", "left"}, Label: "tab before", Help: "goes to the tab before"},
		{ID: "detail.scroll", Keys: []string{"j", "k", "ctrl+d", "ctrl+u", "g", "G"}, Label: "scroll", Help: "scrolls"},
	}
}
