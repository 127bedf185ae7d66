package action

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"authdeck/connections"
	"authdeck/tui/screen/screentest"
	"authdeck/tui/theme"
)

var states = []struct {
	name string
	run  func(context.Context, connections.RunRequest) (connections.RunResult, error)
	then func(*rig)
}{
	{"pick", nil, nil},
	{"pick-params", nil, func(r *rig) { r.loop.Press("G") }},
	{"form-one", nil, func(r *rig) { r.loop.Press("j", "j", "enter"); r.loop.Type("buy milk") }},
	{"form-none", nil, func(r *rig) { r.loop.Press("enter") }},
	{"form-many", nil, func(r *rig) {
		r.loop.Press("G", "enter")
		r.loop.Type("is:unread")
		r.loop.Press("down", "down", "down")
	}},
	{"form-missing", nil, func(r *rig) { r.loop.Press("j", "j", "enter", "enter") }},
	{"running", hangs, func(r *rig) { r.loop.Press("enter", "enter"); r.pass(1200 * time.Millisecond) }},
	{"canceled", hangs, func(r *rig) { r.loop.Press("enter", "enter"); r.pass(1200 * time.Millisecond); r.loop.Press("esc") }},
	{"result", answers(notes(20), 200, nil), func(r *rig) { r.loop.Press("j", "enter", "enter"); r.pass(time.Second) }},
	{"result-wrapped", answers(notes(20), 200, nil), func(r *rig) { r.loop.Press("j", "enter", "enter"); r.pass(time.Second); r.loop.Press("w") }},
	{"result-scrolled", answers(notes(20), 200, nil), func(r *rig) {
		r.loop.Press("j", "enter", "enter")
		r.pass(time.Second)
		r.screen.View(80, 19)
		r.loop.Press("ctrl+d", "j")
	}},
	{"result-requests", answers(notes(20), 200, nil), func(r *rig) { r.loop.Press("j", "enter", "enter"); r.pass(time.Second); r.loop.Press("h") }},
	{"error", answers(json.RawMessage(`{"error":"forbidden","needs":"notes"}`), 403, &connections.Error{
		Kind: connections.KindAction, Message: "the provider answered 403: the token lacks the scope notes", Hint: "s asks for the missing scopes",
	}), func(r *rig) { r.loop.Press("j", "enter", "enter"); r.pass(time.Second) }},
	{"unreachable", func(context.Context, connections.RunRequest) (connections.RunResult, error) {
		return connections.RunResult{Duration: 3 * time.Second}, &connections.Error{Kind: connections.KindTransient, Message: "api.example.com did not answer", Hint: "nothing was lost; try again"}
	}, func(r *rig) { r.loop.Press("j", "enter", "enter"); r.pass(time.Second) }},
}

// TestFrames compares the screen at every size, and in ASCII, and holds each frame against the invariants.
func TestFrames(t *testing.T) {
	for _, st := range states {
		for _, size := range screentest.Sizes() {
			for _, look := range screentest.Looks() {
				t.Run(fmt.Sprintf("%s/%s-%s", st.name, size.Name, look.Name), func(t *testing.T) {
					var frame, footer string
					inBubble(t, demo(), func(r *rig) {
						r.env.Theme = theme.New(look.Options)
						r.deck.RunFunc = st.run
					}, func(_ *testing.T, r *rig) {
						if st.then != nil {
							st.then(r)
						}
						frame, footer = r.screen.View(size.Width, size.Body), screentest.Footer(r.screen.Keys())
					})
					screentest.Check(t, frame, size.Width, size.Body)
					plain := strings.ReplaceAll(ansi.Strip(frame), "•••", "")
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
