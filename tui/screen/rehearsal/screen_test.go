package rehearsal

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/tui/screen"
	"authdeck/tui/screen/screentest"
	"authdeck/tui/theme"
)

// two is a rehearsal of two situations, with what a service may try to say.
func two() screen.Rehearsal {
	return screen.Rehearsal{Situations: []screen.RehearsedSituation{
		{
			Name: "plain", About: "tokens live an hour", SignIn: "fresh", Refresh: "refreshed", Then: "ok", SignedIn: true, Works: true,
			Facts: []screen.RehearsedFact{{Name: "account", Text: "ada@example.com"}, {Name: "executeCallback", Text: "POST acme.example/token → 200"}},
		},
		{
			Name: "rotating", About: "each refresh brings a new refresh token", SignIn: "fresh", Refresh: "refreshed, then sign in needed", Then: "sign in needed",
			SignedIn: true, Faults: 1,
			Facts: []screen.RehearsedFact{{Name: "fault", Text: "the service drops the new refresh token of a refresh: the next refresh is refused", Bad: true}},
		},
	}}
}

type rig struct {
	screen *Screen
	loop   *screentest.Loop
	plays  atomic.Int32
}

func inBubble(t *testing.T, look theme.Options, answer func(n int) (screen.Rehearsal, error), test func(*testing.T, *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r := &rig{}
		env := &screen.Env{
			Ctx: ctx, Shell: &screentest.Shell{}, Now: time.Now, Theme: theme.New(look),
			Rehearse: func(ctx context.Context, id string) (screen.Rehearsal, error) {
				if id != "acme" {
					return screen.Rehearsal{}, errors.New("another integration")
				}
				n := int(r.plays.Add(1))
				select {
				case <-ctx.Done():
					return screen.Rehearsal{}, ctx.Err()
				case <-time.After(time.Second):
				}
				return answer(n)
			},
		}
		s, ok := New(env, "acme", "Acme\x1b[31m billing").(*Screen)
		if !ok {
			t.Fatal("New returns another type")
		}
		r.screen = s
		r.loop = &screentest.Loop{Update: func(m tea.Msg) tea.Cmd {
			cmd, _ := s.Update(m)
			return cmd
		}}
		r.loop.Do(s.Init())
		test(t, r)
		s.Close()
		cancel()
		r.loop.Wait()
	})
}

// settle lets what is being played come to its end.
func (r *rig) settle() {
	time.Sleep(2 * time.Second)
	r.loop.Settle()
}

func always(int) (screen.Rehearsal, error) { return two(), nil }

func TestFrames(t *testing.T) {
	for _, look := range screentest.Looks() {
		for _, size := range screentest.Sizes() {
			t.Run(look.Name+"/"+size.Name, func(t *testing.T) {
				inBubble(t, look.Options, always, func(t *testing.T, r *rig) {
					screentest.Check(t, r.screen.View(size.Width, size.Body), size.Width, size.Body)
					r.settle()
					r.loop.Press("j")
					frame := r.screen.View(size.Width, size.Body)
					screentest.Check(t, frame, size.Width, size.Body)
					screentest.Golden(t, frame+"\n"+screentest.Footer(r.screen.Keys()))
				})
			})
		}
	}
}

// TestPlaysAgain: by key, and when a file was saved; the answer of an earlier play is dropped.
func TestPlaysAgain(t *testing.T) {
	answer := func(n int) (screen.Rehearsal, error) {
		r := two()
		r.Situations[0].Refresh = []string{"", "first", "second", "third"}[n]
		return r, nil
	}
	inBubble(t, theme.Options{Dark: true}, answer, func(t *testing.T, r *rig) {
		if frame := r.screen.View(80, 19); !strings.Contains(frame, "playing") {
			t.Errorf("%s", frame)
		}
		r.loop.Press("r")
		r.loop.Send(screen.SourcesSaved{})
		r.settle()
		if frame := r.screen.View(80, 19); r.plays.Load() != 3 || !strings.Contains(frame, "third") {
			t.Errorf("%d plays\n%s", r.plays.Load(), frame)
		}
	})
}

// TestProblem: what was played before stays in sight beside a failure.
func TestProblem(t *testing.T) {
	answer := func(n int) (screen.Rehearsal, error) {
		if n == 2 {
			return screen.Rehearsal{}, errors.New("src/index.js:7: Unexpected token\x1b[2J")
		}
		return two(), nil
	}
	inBubble(t, theme.Options{Dark: true}, answer, func(t *testing.T, r *rig) {
		r.settle()
		r.loop.Press("r")
		r.settle()
		frame := r.screen.View(80, 19)
		screentest.Check(t, frame, 80, 19)
		if !strings.Contains(frame, "src/index.js:7: Unexpected token") || !strings.Contains(frame, "rotating") {
			t.Errorf("%s", frame)
		}
	})
}
