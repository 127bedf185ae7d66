package find

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/screen/screentest"
	"authdeck/tui/theme"
)

func actions() []connections.FoundAction {
	a := func(integration, category, name, label, about string, params ...integrations.Param) connections.FoundAction {
		return connections.FoundAction{
			Action:      integrations.Action{Name: name, Label: label, Category: category, Description: about, Params: params},
			Integration: strings.ToLower(integration), IntegrationName: integration, Icon: integrations.Icon{Glyph: "◆", ASCII: "A"}, NeedsSignIn: true, Configured: true,
		}
	}
	list := []connections.FoundAction{
		a("Acme", "Notes", "add-note", "Add a note", "Adds one note to the account.", integrations.Param{Name: "text", Label: "Text", Required: true}),
		a("Acme", "Notes", "list-notes", "List notes", "Lists the notes of the account."),
		a("Harbour", "Files", "upload", "Upload a file", "Puts a file into a folder."),
		a("Keys", "Other", "show", "Show", "Shows what the key is for."),
		a("Bare", "", "ping", "Ping", ""),
	}
	list[0].Connections, list[1].Connections = []string{"acme-ada", "acme-work"}, []string{"acme-ada", "acme-work"}
	list[2].Configured = false
	list[3].NeedsSignIn = false
	list[4].Connections = []string{"bare-ada"}
	return list
}

type rig struct {
	t      *testing.T
	s      *Screen
	shell  *screentest.Shell
	loop   *screentest.Loop
	unused int
}

func inBubble(t *testing.T, look theme.Options, list []connections.FoundAction, test func(*rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r := &rig{t: t, shell: &screentest.Shell{}}
		env := &screen.Env{Ctx: ctx, Shell: r.shell, Now: time.Now, Theme: theme.New(look), Deck: &screentest.Deck{Found: list}}
		s, ok := New(env).(*Screen)
		if !ok {
			t.Fatal("New returns another type")
		}
		r.s = s
		r.loop = &screentest.Loop{Update: func(m tea.Msg) tea.Cmd {
			cmd, handled := s.Update(m)
			if _, key := m.(tea.KeyPressMsg); key && !handled {
				r.unused++
			}
			return cmd
		}}
		r.loop.Do(s.Init())
		r.loop.Settle()
		test(r)
		s.Close()
		cancel()
		r.loop.Wait()
	})
}

// TestOpen: enter leads to the form on the connection there is, to a choice among several, through a sign-in or a set-up where there is
// none, and straight to it where none is needed.
func TestOpen(t *testing.T) {
	for typed, want := range map[string]string{
		"ping": "push: actions of bare-ada", "show": "push: actions of keys", "add note": "open", "upload": "push: set up harbour",
	} {
		t.Run(typed, func(t *testing.T) {
			inBubble(t, theme.Options{}, actions(), func(r *rig) {
				r.loop.Type(typed)
				r.loop.Press("enter")
				if len(r.shell.Said) != 1 || r.shell.Said[0] != want {
					t.Errorf("%q, want %q\n%s", r.shell.Said, want, r.s.View(80, 19))
				}
			})
		})
	}
	inBubble(t, theme.Options{}, actions(), func(r *rig) {
		r.loop.Type("add note")
		r.loop.Press("enter")
		d := r.shell.Opened[0]
		d.Update(screentest.Key("j"))
		d.Update(screentest.Key("enter"))
		if got := r.shell.Said[len(r.shell.Said)-1]; got != "push: actions of acme-work" {
			r.t.Errorf("%q", r.shell.Said)
		}
		d.Update(screentest.Key("L"))
		if len(r.shell.Opened) != 2 {
			r.t.Error("L opens no sign-in")
		}
	})
}

// TestHeadings: the cursor never stands on one, in both directions.
func TestHeadings(t *testing.T) {
	inBubble(t, theme.Options{}, actions(), func(r *rig) {
		r.loop.Press("tab")
		for _, k := range []string{"j", "j", "j", "j", "j", "j", "k", "k", "k", "k", "k", "k", "G", "g", "ctrl+d", "ctrl+u"} {
			r.loop.Press(k)
			if r.s.selected() == nil {
				t.Fatalf("%s: no action is chosen\n%s", k, r.s.View(80, 19))
			}
		}
	})
}

// TestKeysLeft: the shell's own keys work once the filter's line is left; esc clears, then goes back.
func TestKeysLeft(t *testing.T) {
	inBubble(t, theme.Options{}, actions(), func(r *rig) {
		r.loop.Type("q1")
		if r.unused != 0 || r.s.filter.Text() != "q1" {
			t.Errorf("%d keys left, filter %q", r.unused, r.s.filter.Text())
		}
		r.loop.Press("esc")
		if r.s.filter.Typing() || r.s.filter.Text() != "" {
			t.Error("esc does not clear")
		}
		r.loop.Press("esc", "q", "?")
		if r.unused != 3 {
			t.Errorf("%d keys left to the shell", r.unused)
		}
	})
}

// TestFrames: every size and look.
func TestFrames(t *testing.T) {
	states := map[string]struct {
		list []connections.FoundAction
		keys func(*rig)
	}{
		"all":     {actions(), nil},
		"found":   {actions(), func(r *rig) { r.loop.Type("note") }},
		"nothing": {actions(), func(r *rig) { r.loop.Type("zzz") }},
		"empty":   {nil, nil},
	}
	for name, st := range states {
		for _, size := range screentest.Sizes() {
			for _, look := range screentest.Looks() {
				t.Run(fmt.Sprintf("%s/%s-%s", name, size.Name, look.Name), func(t *testing.T) {
					inBubble(t, look.Options, st.list, func(r *rig) {
						if st.keys != nil {
							st.keys(r)
						}
						frame := r.s.View(size.Width, size.Body)
						screentest.Check(t, frame, size.Width, size.Body)
						if look.Name == "plain" || look.ASCII && size.Name == "80x24" {
							screentest.Golden(t, frame+"\n"+screentest.Footer(r.s.Keys()))
						}
					})
				})
			}
		}
	}
	for i, text := range screentest.Hostile() {
		t.Run(fmt.Sprint("hostile", i), func(t *testing.T) {
			f := connections.FoundAction{
				Action:      integrations.Action{Name: text, Label: text, Category: text, Description: text, Params: []integrations.Param{{Name: text, Label: text}}},
				Integration: text, IntegrationName: text, Icon: integrations.Icon{Glyph: text, ASCII: text}, Connections: []string{text}, NeedsSignIn: true,
			}
			inBubble(t, theme.Options{Colour: true}, []connections.FoundAction{f}, func(r *rig) {
				screentest.Check(t, r.s.View(80, 19), 80, 19)
				r.loop.Press("tab", "j")
				screentest.Check(t, ansi.Strip(r.s.View(60, 11)), 60, 11)
			})
		})
	}
}

// TestBackAgain: who comes back from an action goes on in the list, and A leads to the filter's line.
func TestBackAgain(t *testing.T) {
	inBubble(t, theme.Options{}, actions(), func(r *rig) {
		r.loop.Type("upload")
		r.loop.Press("enter")
		if r.s.filter.Typing() || r.s.filter.Text() != "upload" {
			t.Errorf("typing %v, filter %q", r.s.filter.Typing(), r.s.filter.Text())
		}
		r.loop.Press("A")
		if !r.s.filter.Typing() || r.s.filter.Text() != "upload" {
			t.Errorf("typing %v, filter %q", r.s.filter.Typing(), r.s.filter.Text())
		}
	})
}

// TestLongAbout: parameters that do not fit beside a short description go on in the line below.
func TestLongAbout(t *testing.T) {
	var many []integrations.Param
	for i := range 20 {
		many = append(many, integrations.Param{Name: fmt.Sprint("parameter", i)})
	}
	list := actions()[:1]
	list[0].Params = many
	inBubble(t, theme.Options{}, list, func(r *rig) {
		f := ansi.Strip(r.s.View(80, 19))
		if !strings.Contains(f, "takes parameter0") || !strings.Contains(f, "parameter9") || !strings.Contains(f, "…") {
			t.Error(f)
		}
		screentest.Check(t, f, 80, 19)
	})
}

// TestGuideKeys: the table of keys in docs/actions.md has every key of the screen but those that move, and no other.
func TestGuideKeys(t *testing.T) {
	inBubble(t, theme.Options{}, actions(), func(r *rig) {
		lists := [][]keys.Binding{r.s.Keys()}
		r.loop.Press("tab")
		lists = append(lists, r.s.Keys())
		for i, list := range lists {
			lists[i] = slices.DeleteFunc(list, func(b keys.Binding) bool { return b.ID == idMove })
		}
		want, got := screentest.GuideKeys(t, "../../../docs/actions.md", "finding"), screentest.AllKeys(lists...)
		if !slices.Equal(want, got) {
			t.Errorf("the guide has %q, the program %q", want, got)
		}
	})
}
