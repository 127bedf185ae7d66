package setup

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

// rig is the set-up of one integration over a deck and a shell of the test's making.
type rig struct {
	env    *screen.Env
	deck   *screentest.Deck
	shell  *screentest.Shell
	screen *Screen
	loop   *screentest.Loop
	then   func() tea.Cmd
	again  Step
	why    string
	opened []string // pages
	unused int      // keys that the screen left to the shell
}

func inBubble(t *testing.T, v connections.IntegrationView, prepare func(*rig), test func(*testing.T, *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r := &rig{shell: &screentest.Shell{}}
		r.deck = &screentest.Deck{Catalogue: []connections.IntegrationView{v}, Redirects: screentest.Redirects()}
		r.env = &screen.Env{
			Ctx: ctx, Deck: r.deck, Shell: r.shell, Now: time.Now, Motion: true, Theme: theme.New(theme.Options{Dark: true}),
			OpenPage: func(_ context.Context, address string) error {
				r.opened = append(r.opened, address)
				return nil
			},
		}
		r.then = func() tea.Cmd { return r.shell.Toast(screen.ToastInfo, "then") }
		if prepare != nil {
			prepare(r)
		}
		s, ok := At(r.env, v.ID, r.again, r.why, r.then).(*Screen)
		if !ok {
			t.Fatal("At returns another type")
		}
		r.screen = s
		r.loop = &screentest.Loop{Update: func(m tea.Msg) tea.Cmd {
			cmd, handled := s.Update(m)
			if _, key := m.(tea.KeyPressMsg); key && !handled {
				r.unused++
			}
			return cmd
		}}
		r.loop.Do(s.Init())
		r.loop.Settle()
		test(t, r)
		s.Close()
		cancel()
		r.loop.Wait()
	})
}
