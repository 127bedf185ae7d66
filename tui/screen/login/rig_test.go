package login

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/tui/screen"
	"authdeck/tui/screen/screentest"
	"authdeck/tui/theme"
)

// rig is a dialog over a deck, a login and a shell of the test's making.
type rig struct {
	t      *testing.T
	env    *screen.Env
	deck   *screentest.Deck
	login  *screentest.Login
	shell  *screentest.Shell
	dialog *Dialog
	loop   *screentest.Loop
	req    connections.LoginRequest
}

// inBubble runs a test in virtual time over a dialog that signs in to an integration. prepare may change everything
// before the dialog starts.
func inBubble(t *testing.T, v connections.IntegrationView, prepare func(*rig), test func(*rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r := &rig{t: t, shell: &screentest.Shell{}, login: screentest.NewLogin(v.Info, time.Now())}
		r.deck = &screentest.Deck{Catalogue: []connections.IntegrationView{v}, Redirects: screentest.Redirects()}
		r.deck.LoginFunc = func(context.Context, connections.LoginRequest) (screen.Login, error) { return r.login, nil }
		r.env = &screen.Env{
			Ctx: ctx, Deck: r.deck, Shell: r.shell, Now: time.Now, Motion: true,
			Theme: theme.New(theme.Options{Dark: true}),
		}
		r.req = connections.LoginRequest{Integration: v.ID}
		if prepare != nil {
			prepare(r)
		}
		r.open(r.req)
		test(r)
		cancel()
		r.loop.Wait()
	})
}

func (r *rig) open(req connections.LoginRequest) {
	d, ok := New(r.env, req).(*Dialog)
	if !ok {
		r.t.Fatal("New returns another type")
	}
	r.dialog = d
	r.shell.Closing = d.Close
	r.loop = &screentest.Loop{Update: func(m tea.Msg) tea.Cmd { return d.Update(m) }}
	r.loop.Do(d.Init())
	r.loop.Settle()
}

// pass lets time go by, with the shell's ticks.
func (r *rig) pass(d time.Duration) {
	end := time.Now().Add(d)
	for time.Now().Before(end) {
		step := min(time.Second, time.Until(end))
		time.Sleep(step)
		r.loop.Settle()
		if every := r.dialog.Every(); every > 0 {
			r.loop.Send(screen.Tick{Now: time.Now()})
		}
	}
}

func connected(name, identity string, warnings ...string) connections.Detail {
	d := connections.Detail{Warnings: warnings}
	d.Name, d.Identity = name, identity
	return d
}

func colourTheme() *theme.Theme { return theme.New(theme.Options{Dark: true, Colour: true}) }
