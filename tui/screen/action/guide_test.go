package action

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/tui/keys"
	"authdeck/tui/screen/choose"
	"authdeck/tui/screen/screentest"
)

// TestGuideKeys: the table of keys in docs/actions.md has every key of the form, the answer and their dialogs, and no other.
func TestGuideKeys(t *testing.T) {
	const page = "../../../docs/actions.md"
	same := func(t *testing.T, place string, lists ...[]keys.Binding) {
		t.Helper()
		if diff := cmp.Diff(screentest.GuideKeys(t, page, place), screentest.AllKeys(lists...)); diff != "" {
			t.Errorf("%s: -guide +program:\n%s", place, diff)
		}
	}
	actions := []integrations.Action{{Name: "a", Params: []integrations.Param{
		{Name: "board", Label: "Board", Dictionary: "boards"},
		{Name: "text", Widget: "MULTI_LINE_TEXT"},
		{Name: "choice", Options: []any{"red", "blue"}},
	}}}
	inBubble(t, actions, func(r *rig) {
		refused := &connections.Error{Kind: connections.KindAction, MissingScopes: []string{"notes"}}
		r.deck.RunFunc = answers(notes(1), 403, refused)
	}, func(t *testing.T, r *rig) {
		r.loop.Press("enter")
		var form [][]keys.Binding
		for range r.screen.form.Len() {
			form = append(form, r.screen.Keys())
			r.loop.Press("tab")
		}
		same(t, "form", form...)
		r.loop.Press("ctrl+j")
		r.pass(time.Second)
		r.screen.answer.res.Next = "p2"
		same(t, "answer", r.screen.Keys())
		same(t, "choices", choose.New(r.env, choose.Options{TakeText: func(string) tea.Cmd { return nil }}).Keys())
		same(t, "presets", newSaved(r.screen).Keys())
	})
}
