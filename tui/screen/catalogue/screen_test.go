package catalogue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/tui/screen"
	"authdeck/tui/screen/screentest"
	"authdeck/tui/theme"
)

type rig struct {
	env    *screen.Env
	deck   *screentest.Deck
	shell  *screentest.Shell
	screen *Screen
	loop   *screentest.Loop
	unused int
}

func inBubble(t *testing.T, list []connections.IntegrationView, prepare func(*rig), test func(*testing.T, *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r := &rig{shell: &screentest.Shell{}}
		r.deck = &screentest.Deck{Catalogue: list, Redirects: screentest.Redirects()}
		r.env = &screen.Env{
			Ctx: ctx, Deck: r.deck, Shell: r.shell, Now: time.Now, Motion: true, Theme: theme.New(theme.Options{Dark: true}),
			OpenPage: func(context.Context, string) error { return nil },
		}
		if prepare != nil {
			prepare(r)
		}
		s, ok := New(r.env).(*Screen)
		if !ok {
			t.Fatal("New returns another type")
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
		for _, d := range r.shell.Opened {
			d.Close()
		}
		cancel()
		r.loop.Wait()
	})
}

// some is a catalogue of every kind, ordered by name as the registry orders it.
func some() []connections.IntegrationView {
	google, gitlab, github, demo := screentest.Google(), screentest.GitLab(), screentest.GitHub(), screentest.Demo()
	google.Configured, google.Connections = true, 2
	demo.Connections = 1
	acme := connections.IntegrationView{Info: integrations.Info{
		ID: "acme", Name: "Acme billing", Kind: integrations.KindManifest, Origin: "~/.config/authdeck/integrations/acme.yaml",
		Broken: "acme.yaml:12: unknown key autorize, did you mean authorize?",
	}}
	mcp := connections.IntegrationView{Info: integrations.Info{
		ID: "mcp", Name: "Example MCP", Kind: integrations.KindDiscovered, Origin: "https://mcp.example.com",
		Icon: integrations.Icon{Glyph: "◇", ASCII: "M"}, PKCE: "S256", Auth: "none", Refresh: "unknown",
		Scopes: integrations.Scopes{Never: true}, RevokeNone: "the server has no such endpoint",
	}, Actions: -1, Configured: true}
	return []connections.IntegrationView{acme, demo, mcp, github, gitlab, google}
}

// many is a long one.
func many(n int) []connections.IntegrationView {
	var out []connections.IntegrationView
	for i := range n {
		v := screentest.GitLab()
		v.ID, v.Name = fmt.Sprintf("s%03d", i), fmt.Sprintf("Service %03d", i)
		out = append(out, v)
	}
	return out
}

func rows(names ...string) []screen.Row {
	var out []screen.Row
	for _, n := range names {
		r := screen.Row{}
		r.Name, r.Integration = n, strings.SplitN(n, "-", 2)[0]
		out = append(out, r)
	}
	return out
}

var states = []struct {
	name string
	list []connections.IntegrationView
	then func(*rig)
}{
	{"broken", some(), nil},
	{"demo", some(), func(r *rig) { r.loop.Press("j") }},
	{"discovered", some(), func(r *rig) { r.loop.Press("j", "j") }},
	{"unconfigured", some(), func(r *rig) { r.loop.Press("G", "k") }},
	{"configured", some(), func(r *rig) { r.loop.Press("G") }},
	{"typing", some(), func(r *rig) { r.loop.Press("/"); r.loop.Type("git") }},
	{"filtered", some(), func(r *rig) { r.loop.Press("/"); r.loop.Type("git"); r.loop.Press("enter") }},
	{"no-match", some(), func(r *rig) { r.loop.Press("/"); r.loop.Type("zzz"); r.loop.Press("enter") }},
	{"long", many(131), func(r *rig) { r.loop.Press("G", "ctrl+u", "k") }},
	{"empty", nil, nil},
}

// TestFrames compares the tab at every size, and in ASCII, and holds each frame against the invariants.
func TestFrames(t *testing.T) {
	for _, st := range states {
		for _, size := range screentest.Sizes() {
			for _, look := range screentest.Looks() {
				t.Run(fmt.Sprintf("%s/%s-%s", st.name, size.Name, look.Name), func(t *testing.T) {
					var frame, footer string
					inBubble(t, st.list, func(r *rig) {
						r.env.Theme = theme.New(look.Options)
						r.deck.Rows = rows("google-work", "google-ads", "demo")
					}, func(_ *testing.T, r *rig) {
						r.screen.View(size.Width, size.Body)
						if st.then != nil {
							st.then(r)
						}
						frame, footer = r.screen.View(size.Width, size.Body), screentest.Footer(r.screen.Keys())
					})
					screentest.Check(t, frame, size.Width, size.Body)
					plain := ansi.Strip(frame)
					if look.ASCII && strings.IndexFunc(plain, func(c rune) bool { return c > 0x7e }) >= 0 {
						t.Errorf("not ASCII:\n%s", plain)
					}
					if look.Name == "plain" || look.ASCII && size.Name == "80x24" {
						screentest.Golden(t, frame+"\n"+footer)
					}
				})
			}
		}
	}
}

// TestUpdate: what the keys do.
func TestUpdate(t *testing.T) {
	tests := []struct {
		name  string
		keys  []string
		said  []string
		check func(*testing.T, *rig)
	}{
		{name: "enter on a ready one is the Login button", keys: []string{"G", "enter"}, said: []string{"open"}},
		{name: "enter on one that needs nothing too", keys: []string{"j", "enter"}, said: []string{"open"}},
		{name: "enter on an unconfigured one is the set-up", keys: []string{"G", "k", "enter"}, said: []string{"push: set up gitlab"}},
		{
			name: "enter on a broken one says why", keys: []string{"enter"},
			said: []string{"warn: log in: it cannot be used: acme.yaml:12: unknown key autorize, did you mean authorize?"},
		},
		{
			name: "c copies the exact redirect address", keys: []string{"G", "k", "c"},
			said: []string{"copy redirect address: http://127.0.0.1:53682/callback"},
		},
		{name: "s is the set-up of a configured one", keys: []string{"G", "s"}, said: []string{"push: set up google"}},
		{name: "a runs the actions of its one connection", keys: []string{"j", "a"}, said: []string{"push: actions of demo"}},
		{name: "a with two connections says where to choose", keys: []string{"G", "a"}, said: []string{"warn: actions: 2 connections: choose one in Connections"}},
		{name: "a without one says how to make it", keys: []string{"G", "k", "a"}, said: []string{"warn: actions: no connection yet: enter makes one"}},
		{name: "r is nothing where nobody rehearses", keys: []string{"r"}, check: func(t *testing.T, r *rig) {
			if r.unused != 1 {
				t.Error("taken")
			}
		}},
		{name: "+ says where it is done", keys: []string{"+"}, said: []string{"info: in a shell: authdeck integrations add FILE|FOLDER|URL"}},
		{
			name: "esc clears the filter first, then it is the shell's", keys: []string{"/", "g", "i", "t", "enter", "esc", "esc"},
			check: func(t *testing.T, r *rig) {
				if r.screen.filter != "" || r.unused != 1 || r.screen.Count() != "6 of 6" {
					t.Errorf("filter %q, %d unused, %s", r.screen.filter, r.unused, r.screen.Count())
				}
			},
		},
		{
			name: "letters filter at once, q and j are text there", keys: []string{"/", "j", "q", "backspace", "backspace", "h", "u", "b"},
			check: func(t *testing.T, r *rig) {
				if r.screen.selectedID() != "github" || r.screen.Count() != "1 of 6" || r.unused != 0 {
					t.Errorf("%q, %s", r.screen.selectedID(), r.screen.Count())
				}
			},
		},
		{
			name: "the cursor stays on its integration while the filter changes", keys: []string{"G", "k", "/", "g", "enter", "esc"},
			check: func(t *testing.T, r *rig) {
				if r.screen.selectedID() != "gitlab" {
					t.Errorf("%q", r.screen.selectedID())
				}
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, some(), func(r *rig) { r.deck.Rows = rows("google-work", "google-ads", "demo") }, func(t *testing.T, r *rig) {
				r.screen.View(80, 19)
				r.loop.Press(test.keys...)
				if diff := cmp.Diff(test.said, r.shell.Said); diff != "" {
					t.Errorf("the shell was asked (-want +got):\n%s", diff)
				}
				if test.check != nil {
					test.check(t, r)
				}
			})
		})
	}
}

// TestReload: a change in the store reads the list anew, and the cursor stays where it was; what could be read is shown
// beside what could not.
// TestService: a FlowRunner service is rehearsed by r; a mistake of its author stands first, beside the version in force.
func TestService(t *testing.T) {
	svc := connections.IntegrationView{Info: integrations.Info{
		ID: "acme", Name: "Acme", Kind: integrations.KindFlowRunner, Origin: "~/services/acme", PKCE: "by the service", Auth: "by the service",
		Refresh: "by the service", Mistake: "src/index.js:7: Unexpected token }", OwnClient: true, Inputs: screentest.Google().Inputs,
	}}
	unknown := connections.IntegrationView{Info: integrations.Info{ID: "made", Name: "Made", Kind: integrations.KindFlowRunner, ItemsUnknown: true}}
	rehearse := func(r *rig) {
		r.env.Rehearse = func(context.Context, string) (screen.Rehearsal, error) { return screen.Rehearsal{}, nil }
	}
	keyed := connections.IntegrationView{Info: integrations.Info{ID: "keyed", Name: "Keyed", Kind: integrations.KindFlowRunner, NoSignIn: true}, Configured: true, Actions: 2}
	inBubble(t, []connections.IntegrationView{keyed}, nil, func(t *testing.T, r *rig) {
		for _, width := range []int{80, 120} {
			if frame := ansi.Strip(r.screen.View(width, 19)); strings.Contains(frame, "callback") || !strings.Contains(frame, "needs no sign-in") {
				t.Errorf("%d wide:\n%s", width, frame)
			}
		}
		r.loop.Press("enter", "a")
		if diff := cmp.Diff([]string{"warn: log in: it needs no sign-in: a runs its actions", "push: actions of keyed"}, r.shell.Said); diff != "" {
			t.Error(diff)
		}
	})
	inBubble(t, []connections.IntegrationView{svc, unknown}, rehearse, func(t *testing.T, r *rig) {
		for _, width := range []int{80, 120} {
			frame := ansi.Strip(r.screen.View(width, 19))
			if !strings.Contains(frame, "Unexpected token }") || !strings.Contains(frame, "the last good version") || !strings.Contains(frame, "mistake") || !strings.Contains(frame, " ? ") {
				t.Errorf("%d wide:\n%s", width, frame)
			}
		}
		r.loop.Press("r")
		if diff := cmp.Diff([]string{"push: rehearse Acme"}, r.shell.Said); diff != "" {
			t.Error(diff)
		}
	})
}

func TestReload(t *testing.T) {
	inBubble(t, some(), nil, func(t *testing.T, r *rig) {
		r.loop.Press("G")
		r.deck.Catalogue = append(many(3), some()...)
		r.deck.ListErr = errors.New("read the folder: permission denied")
		r.loop.Send(screen.StoreChanged{})
		if r.screen.selectedID() != "google" {
			t.Errorf("the cursor is on %q", r.screen.selectedID())
		}
		if frame := r.screen.View(80, 19); !strings.Contains(frame, "permission denied") || !strings.Contains(frame, "Google") {
			t.Error(frame)
		}
	})
}

// TestStale: answers of an older load, or to another screen, change nothing.
func TestStale(t *testing.T) {
	inBubble(t, some(), nil, func(t *testing.T, r *rig) {
		old := r.screen.ref()
		r.loop.Send(screen.StoreChanged{})
		r.loop.Send(loadedMsg{ref: old})
		r.loop.Send(loadedMsg{ref: ref{to: &Screen{}, gen: r.screen.gen}})
		if got := r.screen.Count(); got != "6 of 6" {
			t.Error(got)
		}
	})
}

// TestScroll: the cursor is on screen wherever it goes.
func TestScroll(t *testing.T) {
	inBubble(t, many(131), nil, func(t *testing.T, r *rig) {
		for _, height := range []int{19, 11, 35, 4, 2} {
			for _, k := range []string{"G", "g", "ctrl+d", "ctrl+d", "j", "ctrl+u", "k", "G", "k"} {
				r.screen.View(80, height)
				r.loop.Press(k)
				if frame := r.screen.View(80, height); !strings.Contains(frame, "▸") && height > 2 {
					t.Errorf("after %s at height %d the cursor is not seen:\n%s", k, height, frame)
				}
			}
		}
	})
}

// TestHostile: whatever an integration says, a frame stays a frame.
func TestHostile(t *testing.T) {
	for i, text := range screentest.Hostile() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			v := screentest.GitLab()
			v.Name, v.Origin, v.Facts, v.Console, v.ClientType, v.Auth, v.Refresh, v.PKCE = text, text, text, text, text, text, text, text
			v.Icon = integrations.Icon{Glyph: text, ASCII: text, Colour: text}
			v.Notes, v.Scopes.Default, v.Lifetime.Access, v.Setup = []string{text}, []string{text}, text, []string{text}
			ready, broken := v, v
			ready.ID, ready.Configured, ready.Kind = "b", true, integrations.Kind(text)
			broken.ID, broken.Broken = "c", text
			inBubble(t, []connections.IntegrationView{v, ready, broken}, func(r *rig) {
				r.deck.Rows = rows("b-" + text)
				r.env.Theme = theme.New(theme.Options{Colour: true})
			}, func(t *testing.T, r *rig) {
				for range 3 {
					for _, size := range screentest.Sizes() {
						screentest.Check(t, r.screen.View(size.Width, size.Body), size.Width, size.Body)
					}
					r.loop.Press("j")
				}
				r.loop.Press("/")
				r.loop.Send(tea.PasteMsg{Content: text})
				screentest.Check(t, r.screen.View(80, 19), 80, 19)
			})
		})
	}
}
