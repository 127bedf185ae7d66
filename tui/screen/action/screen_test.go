package action

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
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

// TestQuick: an action of one text parameter is enter, text, enter.
func TestQuick(t *testing.T) {
	inBubble(t, demo(), func(r *rig) { r.deck.RunFunc = answers(json.RawMessage(`{"id":3}`), 201, nil) }, func(t *testing.T, r *rig) {
		r.loop.Press("j", "j", "enter")
		r.loop.Type("buy milk")
		r.loop.Press("enter")
		r.pass(time.Second)
		want := []sent{{"demo", "add-note", map[string]string{"text": "buy milk"}, false}}
		if diff := cmp.Diff(want, r.sent()); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if frame := r.screen.View(80, 19); !strings.Contains(frame, "201 Created  184 ms") {
			t.Error(frame)
		}
	})
}

// TestParams: each kind of parameter arrives in its type; what was left empty is left out.
func TestParams(t *testing.T) {
	tests := []struct {
		name string
		keys func(*rig)
		want map[string]string
		dry  bool
	}{
		{
			name: "the least",
			keys: func(r *rig) { r.loop.Type("x"); r.loop.Press("ctrl+enter") },
			want: map[string]string{"query": "x", "limit": "25"},
		},
		{
			name: "all",
			keys: func(r *rig) {
				r.loop.Type("x y")
				r.loop.Press("enter", "ctrl+u", "7", "enter", "space", "enter", "right", "right", "enter")
				r.loop.Type(`{"a":1}`)
				r.loop.Press("tab")
				r.loop.Type("red, blue")
				r.loop.Press("ctrl+enter")
			},
			want: map[string]string{"query": "x y", "limit": "7", "unread": "true", "sort": "from", "filter": `{"a":1}`, "tags": "red, blue"},
		},
		{
			name: "dry run",
			keys: func(r *rig) {
				r.loop.Type("x")
				r.loop.Press("up", "shift+tab")
				r.screen.form.SetFocus(6)
				r.loop.Press("space", "enter")
			},
			want: map[string]string{"query": "x", "limit": "25"}, dry: true,
		},
		{
			name: "pasted text is no key",
			keys: func(r *rig) { r.loop.Send(tea.PasteMsg{Content: "a\r\n"}); r.loop.Press("ctrl+enter") },
			want: map[string]string{"query": "a", "limit": "25"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, demo(), nil, func(t *testing.T, r *rig) {
				r.loop.Press("G", "enter")
				test.keys(r)
				if len(r.deck.Runs) != 1 {
					t.Fatalf("%d runs\n%s", len(r.deck.Runs), r.screen.View(120, 35))
				}
				if diff := cmp.Diff([]sent{{"demo", "search", test.want, test.dry}}, r.sent()); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		})
	}
}

// TestRefused: nothing runs while a field is wrong, and the first wrong one has the focus.
func TestRefused(t *testing.T) {
	for _, test := range []struct {
		name  string
		keys  func(*rig)
		focus int
		says  string
	}{
		{"missing", func(*rig) {}, 0, "needed"},
		{"no number", func(r *rig) { r.loop.Press("x", "down", "a") }, 1, "not a number"},
		{"no JSON", func(r *rig) { r.loop.Press("x", "down", "down", "down", "down", "{") }, 4, "not a JSON value"},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, demo(), nil, func(t *testing.T, r *rig) {
				r.loop.Press("G", "enter")
				test.keys(r)
				r.loop.Press("ctrl+enter")
				if frame := r.screen.View(120, 35); len(r.deck.Runs) != 0 || r.screen.form.Focus() != test.focus || !strings.Contains(frame, test.says) {
					t.Errorf("%d runs, focus %d\n%s", len(r.deck.Runs), r.screen.form.Focus(), frame)
				}
			})
		})
	}
}

// TestKeys: the ways through the panes.
func TestKeys(t *testing.T) {
	inBubble(t, demo(), func(r *rig) { r.deck.RunFunc = answers(notes(20), 200, nil) }, func(t *testing.T, r *rig) {
		at := func(want pane) {
			t.Helper()
			if r.screen.pane != want {
				t.Fatalf("pane %d, want %d", r.screen.pane, want)
			}
		}
		r.loop.Press("j", "enter")
		at(filling)
		r.loop.Press("esc")
		at(picking)
		held := screentest.Key("enter")
		held.IsRepeat = true
		r.loop.Send(held)
		at(picking)
		r.loop.Press("enter", "enter")
		at(response)
		if r.screen.Every() == 0 || !r.screen.Urgent() {
			t.Error("no tick while it runs, or esc is not its own")
		}
		r.pass(time.Second)
		if r.screen.Every() != 0 {
			t.Error("ticks while nothing runs")
		}
		r.loop.Press("y")
		if n := len(r.shell.Said); n != 1 || !strings.HasPrefix(r.shell.Said[0], "copy value of .") {
			t.Errorf("said %.80q", r.shell.Said)
		}
		r.screen.View(80, 19)
		r.loop.Press("G")
		if frame := r.screen.View(80, 19); !strings.Contains(frame, "of 22") {
			t.Error(frame)
		}
		r.loop.Press("r")
		if len(r.deck.Runs) != 2 {
			t.Errorf("%d runs", len(r.deck.Runs))
		}
		r.pass(time.Second)
		r.loop.Press("esc")
		at(filling)
		r.loop.Press("esc")
		at(picking)
		r.loop.Press("esc", "q")
		if r.unused != 2 {
			t.Errorf("%d keys left to the shell", r.unused)
		}
	})
}

// TestCancel: esc ends the run's context, and a late answer of an older run changes nothing.
func TestCancel(t *testing.T) {
	inBubble(t, demo(), func(r *rig) { r.deck.RunFunc = hangs }, func(t *testing.T, r *rig) {
		r.loop.Press("enter", "enter")
		old := r.screen.ref()
		r.pass(1200 * time.Millisecond)
		if frame := r.screen.View(80, 19); !strings.Contains(frame, "running 1.2 s") {
			t.Error(frame)
		}
		r.loop.Press("esc")
		if r.screen.running || !r.screen.answer.canceled {
			t.Fatalf("running %v", r.screen.running)
		}
		r.loop.Press("r")
		r.loop.Send(ranMsg{ref: old, answer: &answer{}})
		if !r.screen.running {
			t.Error("a stale answer was taken")
		}
		r.loop.Press("esc")
	})
}

// TestLoadFails: why there are no actions is on screen.
func TestLoadFails(t *testing.T) {
	inBubble(t, nil, nil, func(t *testing.T, r *rig) {
		r.screen.loaded = false
		r.loop.Send(loadedMsg{ref: r.screen.ref(), err: errors.New("no connection demo")})
		if frame := r.screen.View(80, 19); !strings.Contains(frame, "no connection demo") {
			t.Error(frame)
		}
	})
}

// gone is a deck whose connection is of an integration that does not exist any more.
type gone struct{ *screentest.Deck }

func (gone) Actions(context.Context, string) ([]integrations.Action, error) {
	return nil, &connections.Error{Kind: connections.KindNotFound, Message: "there is no integration \"acme\"", Err: integrations.ErrNotFound}
}

// TestMissing: where the integration of the connection is gone, the screen says which, and what to do at every size. A
// connection that is gone too is not taken for one.
func TestMissing(t *testing.T) {
	for _, there := range []bool{true, false} {
		inBubble(t, nil, func(r *rig) {
			if there {
				var row screen.Row
				row.Name, row.Integration = "demo", "acme"
				r.deck.Rows = []screen.Row{row}
			}
			r.env.Deck = gone{r.deck}
		}, func(t *testing.T, r *rig) {
			for _, size := range screentest.Sizes() {
				frame := r.screen.View(size.Width, size.Body)
				screentest.Check(t, frame, size.Width, size.Body)
				said := strings.Join(strings.Fields(ansi.Strip(frame)), " ")
				for _, want := range []string{"acme of demo does not exist here", "authdeck integrations add", "d removes the connection"} {
					if strings.Contains(said, want) != there {
						t.Errorf("there %v: %q\n%s", there, want, frame)
					}
				}
				if !strings.Contains(said, "acme") {
					t.Error(frame)
				}
			}
			r.loop.Press("esc")
			if r.unused != 1 {
				t.Error("esc does not go back")
			}
		})
	}
}

// TestHostile: whatever an action or a provider says, a frame stays a frame.
func TestHostile(t *testing.T) {
	for i, text := range screentest.Hostile() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			raw, err := json.Marshal(map[string]any{"k" + text: text, "n": []string{text}})
			if err != nil {
				t.Fatal(err)
			}
			actions := []integrations.Action{{
				Name: text, Label: text, Description: text, Sample: raw,
				Params: []integrations.Param{
					{Name: "a", Label: text, Description: text, Type: text, Default: text},
					{Name: "b", Label: text, Type: "String", Options: []any{text, map[string]any{"value": text, "label": text}}, Required: true},
				},
			}}
			for _, result := range []json.RawMessage{raw, json.RawMessage(text)} {
				inBubble(t, actions, func(r *rig) {
					r.env.Theme = theme.New(theme.Options{Colour: true})
					r.deck.RunFunc = answers(result, 500, &connections.Error{Kind: connections.KindAction, Message: text, Hint: text})
				}, func(t *testing.T, r *rig) {
					check := func() {
						t.Helper()
						for _, size := range screentest.Sizes() {
							screentest.Check(t, r.screen.View(size.Width, size.Body), size.Width, size.Body)
						}
					}
					check()
					r.loop.Press("enter")
					r.loop.Send(tea.PasteMsg{Content: text})
					check()
					r.loop.Press("down")
					check()
					r.loop.Press("ctrl+enter")
					r.pass(time.Second)
					check()
					r.loop.Press("w", "h")
					check()
				})
			}
		})
	}
}
