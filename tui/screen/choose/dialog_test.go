package choose

import (
	"context"
	"encoding/json"
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
	"authdeck/tui/screen"
	"authdeck/tui/screen/screentest"
	"authdeck/tui/theme"
)

type rig struct {
	t     *testing.T
	d     *Dialog
	shell *screentest.Shell
	loop  *screentest.Loop
	asked []string // search|cursor
	taken []connections.Choice
	page  func(search, cursor string) (connections.Choices, error)
	slow  time.Duration
}

func inBubble(t *testing.T, o Options, prepare func(*rig), test func(*rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r := &rig{t: t, shell: &screentest.Shell{}}
		if prepare != nil {
			prepare(r)
		}
		env := &screen.Env{Ctx: ctx, Shell: r.shell, Now: time.Now, Theme: theme.New(theme.Options{Dark: true})}
		o.Load = func(ctx context.Context, search, cursor string) (connections.Choices, error) {
			r.asked = append(r.asked, search+"|"+cursor)
			select {
			case <-time.After(r.slow):
			case <-ctx.Done():
				return connections.Choices{}, ctx.Err()
			}
			return r.page(search, cursor)
		}
		o.Take = func(c connections.Choice) tea.Cmd {
			r.taken = append(r.taken, c)
			return nil
		}
		r.d = New(env, o)
		r.loop = &screentest.Loop{Update: r.d.Update}
		r.loop.Do(r.d.Init())
		r.wait(r.slow)
		test(r)
		r.d.Close()
		cancel()
		r.loop.Wait()
	})
}

// wait lets time go by.
func (r *rig) wait(d time.Duration) {
	time.Sleep(d)
	r.loop.Settle()
}

func (r *rig) frame() string { return ansi.Strip(r.d.View(80, 24)) }

// boards answers with what begins with the search, three a page.
func boards(search, cursor string) (connections.Choices, error) {
	var all []connections.Choice
	for i := range 8 {
		c := connections.Choice{Value: json.Number(fmt.Sprint(100 + i)), Label: fmt.Sprintf("board %d", i), Note: "of ada"}
		if strings.HasPrefix(c.Label, search) {
			all = append(all, c)
		}
	}
	from := 0
	if cursor != "" {
		from = int(cursor[0] - '0')
	}
	to := min(from+3, len(all))
	out := connections.Choices{Items: all[from:to]}
	if to < len(all) {
		out.Cursor = fmt.Sprint(to)
	}
	return out, nil
}

// TestTyping asks once the typing pauses, not at each letter, and drops what is not wanted any more.
func TestTyping(t *testing.T) {
	inBubble(t, Options{Title: "Board"}, func(r *rig) { r.page = boards }, func(r *rig) {
		r.loop.Type("board")
		r.wait(quiet - time.Millisecond)
		r.loop.Type(" 3")
		r.wait(quiet)
		if diff := cmp.Diff([]string{"|", "board 3|"}, r.asked); diff != "" {
			r.t.Errorf("-want +got:\n%s", diff)
		}
		r.loop.Press("enter")
		if len(r.taken) != 1 || r.taken[0].Value != json.Number("103") {
			r.t.Errorf("%+v\n%s", r.taken, r.frame())
		}
	})
}

// TestLate: an answer to an older question changes nothing, and nothing is picked while another list than what was typed is shown.
func TestLate(t *testing.T) {
	inBubble(t, Options{Title: "Board"}, func(r *rig) { r.page, r.slow = boards, time.Second }, func(r *rig) {
		r.loop.Type("x")
		r.wait(quiet)
		r.loop.Type("y")
		r.loop.Press("enter")
		r.wait(time.Second)
		if len(r.d.items) != 3 || len(r.taken) != 0 {
			r.t.Errorf("%d items, %v taken", len(r.d.items), r.taken)
		}
		r.wait(time.Second)
		if f := r.frame(); !strings.Contains(f, "nothing matches") {
			r.t.Error(f)
		}
	})
}

// TestPages: the end of the list asks for the page after it, until there is none; a cursor that stays where it is ends it.
func TestPages(t *testing.T) {
	inBubble(t, Options{Title: "Board"}, func(r *rig) { r.page = boards }, func(r *rig) {
		for range 12 {
			r.loop.Press("down")
		}
		if diff := cmp.Diff([]string{"|", "|3", "|6"}, r.asked); diff != "" || len(r.d.items) != 8 {
			r.t.Errorf("%d items, -want +got:\n%s", len(r.d.items), diff)
		}
	})
	inBubble(t, Options{Title: "Board"}, func(r *rig) {
		r.page = func(string, string) (connections.Choices, error) {
			return connections.Choices{Items: []connections.Choice{{Value: "a"}}, Cursor: "same"}, nil
		}
	}, func(r *rig) {
		for range 5 {
			r.loop.Press("down")
		}
		if len(r.asked) > 3 {
			r.t.Errorf("asked %v", r.asked)
		}
	})
}

// TestFreeform: text of one's own is taken where that is allowed, and nowhere else.
func TestFreeform(t *testing.T) {
	for _, free := range []bool{true, false} {
		o, texts, want := Options{Title: "Board"}, []string(nil), []string(nil)
		if free {
			o.TakeText = func(text string) tea.Cmd {
				texts = append(texts, text)
				return nil
			}
			want = []string{"mine"}
		}
		inBubble(t, o, func(r *rig) { r.page = boards }, func(r *rig) {
			r.loop.Type("mine")
			r.wait(quiet)
			r.loop.Press("enter")
			if diff := cmp.Diff(want, texts); diff != "" || r.taken != nil {
				r.t.Errorf("free %v: %v, -want +got:\n%s", free, r.taken, diff)
			}
		})
	}
}

// TestTrouble: why nothing came is said, and ctrl+r asks again.
func TestTrouble(t *testing.T) {
	broken := true
	inBubble(t, Options{Title: "Board"}, func(r *rig) {
		r.page = func(search, cursor string) (connections.Choices, error) {
			if broken {
				return connections.Choices{}, &connections.Error{Message: "api.example.com did not answer", Hint: "try again", Err: errors.New("x")}
			}
			return boards(search, cursor)
		}
	}, func(r *rig) {
		if f := r.frame(); !strings.Contains(f, "did not answer") || !strings.Contains(f, "ctrl+r again") {
			r.t.Error(f)
		}
		broken = false
		r.loop.Press("ctrl+r")
		if f := r.frame(); !strings.Contains(f, "board 0") {
			r.t.Error(f)
		}
	})
}

// TestFrames draws the dialog in each look, also with hostile texts.
func TestFrames(t *testing.T) {
	for _, look := range screentest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			inBubble(t, Options{Title: "Board", TakeText: func(string) tea.Cmd { return nil }}, func(r *rig) { r.page = boards }, func(r *rig) {
				r.d.env.Theme = theme.New(look.Options)
				r.loop.Press("down")
				frame := r.d.View(80, 24)
				screentest.Check(t, frame, 72, 0)
				screentest.Golden(t, frame)
				for _, text := range screentest.Hostile() {
					r.d.items = []connections.Choice{{Value: text, Label: text, Note: text}}
					r.d.table.Forget()
					r.d.table.SetLen(1)
					screentest.Check(t, r.d.View(60, 16), 56, 0)
				}
			})
		})
	}
}
