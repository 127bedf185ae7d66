package action

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/oauthflow"
	"authdeck/tui/screen"
	"authdeck/tui/screen/screentest"
)

func (r *rig) footer() string { return screentest.Footer(r.screen.Keys()) }

// TestFormFooter: the footer names what enter does in the field, and the way on where it does not lead there.
func TestFormFooter(t *testing.T) {
	inBubble(t, []integrations.Action{{Name: "a", Params: []integrations.Param{
		{Name: "line", Type: "String"},
		{Name: "lines", Type: "String", Widget: "MULTI_LINE_TEXT"},
		{Name: "choice", Type: "String", Options: []any{"red", "blue"}},
		{Name: "free", Type: "String", Options: []any{"red", "blue"}, Freeform: true},
		{Name: "last", Type: "String", Widget: "MULTI_LINE_TEXT"},
	}}}, nil, func(t *testing.T, r *rig) {
		r.loop.Press("enter")
		for _, want := range []string{
			"enter next  ctrl+j run  ctrl+p presets  esc actions",
			"tab next  ctrl+j run  ctrl+p presets  ctrl+x editor  esc actions",
			"enter next  ctrl+j run  space change  ctrl+p presets  esc actions",
			"enter next  ctrl+j run  ctrl+p presets  esc actions",
			"tab next  ctrl+j run  ctrl+p presets  ctrl+x editor  esc actions",
			"enter run  space change  ctrl+p presets  esc actions",
		} {
			if got := r.footer(); got != want {
				t.Errorf("%s: %q, want %q", r.screen.form.Name(r.screen.form.Focus()), got, want)
			}
			r.loop.Press("tab")
		}
		if len(r.deck.Runs) != 0 {
			t.Error("tab ran it")
		}
	})
}

// TestTabsBothWays: ] goes on through the tabs, and [ back.
func TestTabsBothWays(t *testing.T) {
	inBubble(t, demo(), func(r *rig) { r.deck.RunFunc = answers(notes(1), 200, nil) }, func(t *testing.T, r *rig) {
		r.loop.Press("j", "enter", "enter")
		r.pass(time.Second)
		for i, step := range []struct {
			key  string
			want tab
		}{{"[", tabCompare}, {"[", tabRequests}, {"]", tabCompare}, {"]", tabResult}} {
			r.loop.Press(step.key)
			if r.screen.answer.tab != step.want {
				t.Errorf("%d: %s leads to %d, want %d", i, step.key, r.screen.answer.tab, step.want)
			}
		}
	})
}

// TestTableStays: who chose the table sees the next page, and the next run, as a table too; a part by jq is none.
func TestTableStays(t *testing.T) {
	inBubble(t, demo(), func(r *rig) { r.deck.RunFunc = answers(notes(2), 200, nil) }, func(t *testing.T, r *rig) {
		r.loop.Press("j", "enter", "enter")
		r.pass(time.Second)
		if f := r.footer(); !strings.Contains(f, "t table") {
			t.Error(f)
		}
		r.loop.Press("t", "r")
		r.pass(time.Second)
		if w := r.screen.answer.shown(); w != widget(r.screen.answer.table) || !strings.Contains(r.footer(), "t tree") {
			t.Errorf("%T, %s", w, r.footer())
		}
		r.loop.Do(r.screen.filterCmd(".notes[0].id"))
		r.loop.Settle()
		if f := r.footer(); r.screen.answer.part == nil || strings.Contains(f, "t tree") || strings.Contains(f, "t table") {
			t.Error(f)
		}
	})
}

// TestPagesSize: of several pages the size is that of all.
func TestPagesSize(t *testing.T) {
	a := &answer{res: connections.RunResult{Result: json.RawMessage(`[1,2,3]`), Pages: 2, Exchanges: make([]oauthflow.Exchange, 1)}}
	a.res.Exchanges[0].ResponseBytes = 3
	if got := a.size(); got != 7 {
		t.Errorf("%d bytes", got)
	}
}

// TestCanceledPart: what came before a run was canceled is shown as just that.
func TestCanceledPart(t *testing.T) {
	inBubble(t, demo(), func(r *rig) {
		r.deck.RunFunc = func(ctx context.Context, _ connections.RunRequest) (connections.RunResult, error) {
			<-ctx.Done()
			return connections.RunResult{Result: json.RawMessage(`"{\"drops\":[0,1"`)}, ctx.Err()
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("j", "enter", "enter", "esc")
		r.pass(time.Second)
		if f := r.frame(); !strings.Contains(f, "what had come; it may be done all the same") || !strings.Contains(f, "drops") {
			t.Error(f)
		}
	})
}

// TestBinaryKeys: bytes are saved, not copied, and the footer says so.
func TestBinaryKeys(t *testing.T) {
	inBubble(t, demo(), func(r *rig) {
		r.deck.RunFunc = func(context.Context, connections.RunRequest) (connections.RunResult, error) {
			return connections.RunResult{Result: json.RawMessage(`"(4 bytes)"`), Body: []byte("\x00\xffAB"), BodyType: "image/png", Status: 200}, nil
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("j", "enter", "enter")
		r.pass(time.Second)
		if f := r.footer(); !strings.Contains(f, "S save") || strings.Contains(f, "y copy") {
			t.Error(f)
		}
		r.loop.Press("y")
		if said := strings.Join(r.shell.Said, ";"); !strings.Contains(said, "S saves it to a file") {
			t.Error(said)
		}
	})
}

// TestCarryAll: u on the whole result says so, and lists all actions though the list was narrowed before.
func TestCarryAll(t *testing.T) {
	inBubble(t, demo(), func(r *rig) { r.deck.RunFunc = answers(json.RawMessage(`{"text":"milk"}`), 200, nil) }, func(t *testing.T, r *rig) {
		r.loop.Press("/")
		r.loop.Type("list")
		r.loop.Press("enter", "enter")
		r.pass(time.Second)
		r.loop.Press("u")
		if said := strings.Join(r.shell.Said, ";"); !strings.Contains(said, "choose the action that takes the result") {
			t.Error(said)
		}
		if n := len(r.screen.shown); n != len(demo()) || r.screen.filter.Text() != "" {
			t.Errorf("%d actions\n%s", n, r.frame())
		}
	})
}

// TestWatchShowsChanges: the run for a saved file shows what changed; one by hand shows its result.
func TestWatchShowsChanges(t *testing.T) {
	n := 0
	inBubble(t, demo(), func(r *rig) {
		r.deck.Catalogue = ofFile()
		r.deck.RunFunc = func(context.Context, connections.RunRequest) (connections.RunResult, error) {
			n++
			return connections.RunResult{Result: json.RawMessage(`{"n":` + strconv.Itoa(n) + `}`), Status: 200}, nil
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("j", "enter", "enter")
		r.pass(time.Second)
		r.loop.Press("W")
		r.deck.Saved++
		r.loop.Send(screen.SourcesSaved{})
		r.pass(time.Second)
		if f := r.frame(); !strings.Contains(f, "[Compare]") || !strings.Contains(f, "1 → 2") {
			t.Error(f)
		}
		r.loop.Press("r")
		r.pass(time.Second)
		if f := r.frame(); !strings.Contains(f, "[Result]") {
			t.Error(f)
		}
		r.deck.Catalogue[0].Mistake = "demo.yaml:3: no such key"
		r.deck.Saved++
		r.loop.Send(screen.SourcesSaved{})
		r.pass(time.Second)
		if said := strings.Join(r.shell.Said, ";"); len(r.deck.Runs) != 3 || !strings.Contains(said, "not run: demo.yaml:3: no such key") {
			t.Errorf("%d runs, said %s", len(r.deck.Runs), said)
		}
	})
}

// TestBackToTheForm: who leaves a form for the list finds what was typed; another action has a form of its own.
func TestBackToTheForm(t *testing.T) {
	inBubble(t, demo(), nil, func(t *testing.T, r *rig) {
		r.loop.Press("j", "j", "enter")
		r.loop.Type("milk")
		r.loop.Press("esc", "enter")
		if got := r.screen.form.Value("text"); got != "milk" || r.screen.pane != filling {
			t.Errorf("%q\n%s", got, r.frame())
		}
		r.loop.Press("esc", "j", "enter", "esc", "k", "enter")
		if got := r.screen.form.Value("text"); got != "" {
			t.Errorf("%q\n%s", got, r.frame())
		}
	})
}

// TestLetterSearches: a letter on a field that can only be chosen is the first of the search.
func TestLetterSearches(t *testing.T) {
	inBubble(t, board(), func(r *rig) {
		r.deck.ChoiceOf = func(_ context.Context, q connections.ChoicesRequest) (connections.Choices, error) {
			return connections.Choices{Items: []connections.Choice{{Value: q.Search, Label: "found " + q.Search}}}, nil
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("enter")
		r.loop.Type("h")
		r.pick(t)
		if got := r.screen.form.Value("board"); got != "h" {
			t.Errorf("%q\n%s", got, r.frame())
		}
	})
}

// TestShortError: in a small terminal the reason of a failure leaves room for the requests.
func TestShortError(t *testing.T) {
	long := &connections.Error{Kind: connections.KindAction, Message: strings.Repeat("the provider said a lot ", 9)}
	inBubble(t, demo(), func(r *rig) { r.deck.RunFunc = answers(json.RawMessage(`{"error":"long"}`), 500, long) }, func(t *testing.T, r *rig) {
		r.loop.Press("j", "enter", "enter")
		r.pass(time.Second)
		r.loop.Press("]")
		for _, c := range []struct {
			height int
			short  bool
		}{{11, true}, {35, false}} {
			if n := strings.Count(ansi.Strip(r.screen.View(60, c.height)), "said a lot"); n == 0 || (n <= 3) != c.short {
				t.Errorf("%d lines high: %d times\n%s", c.height, n, ansi.Strip(r.screen.View(60, c.height)))
			}
		}
	})
}
