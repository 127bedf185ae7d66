package action

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/oauthflow"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

// board is an action with a dictionary, one that depends on it, and an object whose fields a loader makes.
func board() []integrations.Action {
	return []integrations.Action{{
		Name: "add-card", Label: "Add a card", SignIn: true, Sample: json.RawMessage(`{"id":"c0"}`),
		Params: []integrations.Param{
			{Name: "board", Label: "Board", Type: "String", Required: true, Dictionary: "boards", Widget: "DROPDOWN"},
			{Name: "list", Label: "List", Type: "Number", Required: true, Dictionary: "lists", Widget: "DROPDOWN", DependsOn: []string{"board"}},
			{Name: "fields", Label: "Fields", Type: "Object", Fields: "loadFields", DependsOn: []string{"board"}},
		},
	}, {Name: "close-card", Label: "Close a card", Params: []integrations.Param{{Name: "id", Label: "Card", Type: "String", Required: true}, {Name: "why", Label: "Why", Type: "String"}}}}
}

func (r *rig) frame() string { return ansi.Strip(r.screen.View(100, 24)) }

func (r *rig) dialog(t *testing.T) screen.Dialog {
	t.Helper()
	if len(r.shell.Opened) == 0 {
		t.Fatalf("no dialog\n%s", r.frame())
	}
	return r.shell.Opened[len(r.shell.Opened)-1]
}

// TestDictionary: enter looks the choices up, with the criteria of what was chosen before; a change of the parent clears the child.
func TestDictionary(t *testing.T) {
	inBubble(t, board(), func(r *rig) {
		r.deck.ChoiceOf = func(_ context.Context, q connections.ChoicesRequest) (connections.Choices, error) {
			if q.Dictionary == "boards" {
				return connections.Choices{Items: []connections.Choice{{Value: "b1", Label: "Work"}, {Value: "b2", Label: "Home"}}}, nil
			}
			return connections.Choices{Items: []connections.Choice{{Value: json.Number("7"), Label: "To do"}}}, nil
		}
		r.deck.FieldsOf = func(_ context.Context, q connections.LoadRequest) ([]integrations.Param, error) {
			return []integrations.Param{{Name: "due", Label: "Due of " + q.Criteria["board"].(string), Type: "String"}}, nil
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("enter", "tab", "enter")
		if len(r.shell.Opened) != 0 || !strings.Contains(strings.Join(r.shell.Said, ";"), "choose Board first") {
			t.Errorf("%v, %d dialogs", r.shell.Said, len(r.shell.Opened))
		}
		r.loop.Press("shift+tab", "enter")
		r.pick(t)
		if r.screen.form.Value("board") != "b1" {
			t.Fatal(r.frame())
		}
		r.loop.Press("enter", "enter")
		r.pick(t)
		want := []connections.ChoicesRequest{{Connection: "demo", Dictionary: "boards"}, {Connection: "demo", Dictionary: "lists", Criteria: map[string]any{"board": "b1"}}}
		for i := range want {
			if want[i].Criteria == nil {
				want[i].Criteria = map[string]any{}
			}
		}
		if diff := cmp.Diff(want, r.deck.Asked); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		r.loop.Press("enter")
		if f := r.frame(); !strings.Contains(f, "Due of b1") || !strings.Contains(f, "To do") {
			t.Error(f)
		}
		r.loop.Press("shift+tab", "shift+tab", "backspace")
		if r.screen.form.Value("list") != "" || !strings.Contains(strings.Join(r.shell.Said, ";"), "cleared, since it depends on what changed: list") {
			t.Errorf("%v\n%s", r.shell.Said, r.frame())
		}
	})
}

// TestSavedWhileFilling: a file that is saved while a form is filled takes nothing of it away, and the answer of a dialog still finds it.
func TestSavedWhileFilling(t *testing.T) {
	inBubble(t, board(), func(r *rig) {
		r.deck.ChoiceOf = func(context.Context, connections.ChoicesRequest) (connections.Choices, error) {
			return connections.Choices{Items: []connections.Choice{{Value: "b1", Label: "Work"}}}, nil
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("enter", "enter")
		before := r.screen.form
		r.loop.Send(screen.SourcesSaved{})
		if r.screen.form != before {
			t.Error("the form of an action that is as it was is another one")
		}
		changed := board()
		changed[0].Params[0].Label = "The board"
		r.deck.ActionSet = changed
		r.loop.Send(screen.SourcesSaved{})
		r.pick(t)
		if f := r.frame(); r.screen.form.Value("board") != "b1" || !strings.Contains(f, "The board") {
			t.Error(f)
		}
	})
}

// pick takes the first choice of the dialog that was opened.
func (r *rig) pick(t *testing.T) {
	t.Helper()
	d := r.dialog(t)
	if msg := d.Init()(); msg != nil {
		d.Update(msg)
	}
	r.loop.Do(d.Update(keyOf("enter")))
	r.loop.Settle()
}

// TestScopes: a 403 names the scope, and s asks for it in place; then the action runs once more.
func TestScopes(t *testing.T) {
	refused := answers(nil, 403, &connections.Error{Kind: connections.KindAction, Message: "refused (403)", MissingScopes: []string{"notes.write"}})
	inBubble(t, demo(), func(r *rig) { r.deck.RunFunc = refused }, func(t *testing.T, r *rig) {
		r.loop.Press("j", "enter", "enter")
		r.pass(time.Second)
		if f := r.frame(); !strings.Contains(f, "s asks for notes.write") {
			t.Error(f)
		}
		r.loop.Press("s")
		r.dialog(t)
	})
}

// TestWaiting: the time that an API asks for is on screen.
func TestWaiting(t *testing.T) {
	inBubble(t, demo(), func(r *rig) {
		r.deck.RunFunc = func(ctx context.Context, q connections.RunRequest) (connections.RunResult, error) {
			q.Progress(connections.RunProgress{Stage: connections.StageWaiting, Page: 1, Until: time.Now().Add(12 * time.Second)})
			return hangs(ctx, q)
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("j", "enter", "enter")
		r.pass(2 * time.Second)
		if f := r.frame(); !strings.Contains(f, "the API asks to wait: 10 s left") {
			t.Error(f)
		}
		r.loop.Press("esc")
	})
}

// TestRefusedByRunner: what the runner refuses stands at its field, and the form has the focus.
func TestRefusedByRunner(t *testing.T) {
	inBubble(t, demo(), func(r *rig) {
		r.deck.RunFunc = answers(nil, 0, &connections.Error{Kind: connections.KindUsage, Message: "text is too long", Fields: []connections.FieldError{{Name: "text", Rule: "is too long"}}})
	}, func(t *testing.T, r *rig) {
		r.loop.Press("j", "j", "enter")
		r.loop.Type("x")
		r.loop.Press("enter")
		r.pass(time.Second)
		if r.screen.pane != filling || !strings.Contains(r.frame(), "is too long") {
			t.Error(r.frame())
		}
	})
}

// TestPages: m asks for the page after, M for all.
func TestPages(t *testing.T) {
	inBubble(t, demo(), func(r *rig) {
		r.deck.RunFunc = func(_ context.Context, q connections.RunRequest) (connections.RunResult, error) {
			return connections.RunResult{Result: json.RawMessage(`[1]`), Status: 200, Next: "p2", Pages: 1}, nil
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("j", "enter", "enter")
		r.pass(time.Second)
		r.loop.Press("m")
		r.pass(time.Second)
		r.loop.Press("M")
		r.pass(time.Second)
		var got [][2]any
		for _, q := range r.deck.Runs {
			got = append(got, [2]any{q.Page, q.Pages})
		}
		if diff := cmp.Diff([][2]any{{"", 0}, {"p2", 0}, {"", connections.AllPages}}, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// TestCompare: a second run is compared with the first, and x with the sample.
func TestCompare(t *testing.T) {
	n := 0
	inBubble(t, demo()[:1], func(r *rig) {
		r.deck.RunFunc = func(context.Context, connections.RunRequest) (connections.RunResult, error) {
			n++
			return connections.RunResult{Result: json.RawMessage(`{"sub":"ada","n":` + string(rune('0'+n)) + `}`), Status: 200}, nil
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("enter", "enter")
		r.pass(time.Second)
		r.loop.Press("]")
		if f := r.frame(); !strings.Contains(f, "no result of a run before; x compares with the sample") {
			t.Error(f)
		}
		r.loop.Press("r")
		r.pass(time.Second)
		r.loop.Press("]")
		if f := r.frame(); !strings.Contains(f, "against the run before") || !strings.Contains(f, ".n") {
			t.Error(f)
		}
		r.loop.Press("x")
		if f := r.frame(); !strings.Contains(f, "against the sample result") || !strings.Contains(f, ".email") {
			t.Error(f)
		}
	})
}

// TestWatch: with W a saved file runs the action again, with the values it had.
func TestWatch(t *testing.T) {
	inBubble(t, demo(), func(r *rig) { r.deck.RunFunc, r.deck.Catalogue = answers(notes(1), 200, nil), ofFile() }, func(t *testing.T, r *rig) {
		r.loop.Press("j", "j", "enter")
		r.loop.Type("milk")
		r.loop.Press("enter")
		r.pass(time.Second)
		r.loop.Send(screen.SourcesSaved{})
		r.pass(time.Second)
		if len(r.deck.Runs) != 1 {
			t.Fatalf("%d runs without W", len(r.deck.Runs))
		}
		r.loop.Press("W")
		r.loop.Send(screen.SourcesSaved{}) // of another integration
		r.pass(time.Second)
		if len(r.deck.Runs) != 1 {
			t.Fatalf("%d runs after another's file was saved", len(r.deck.Runs))
		}
		r.deck.Saved++
		r.loop.Send(screen.SourcesSaved{})
		r.pass(time.Second)
		want := []sent{{"demo", "add-note", map[string]string{"text": "milk"}, false}, {"demo", "add-note", map[string]string{"text": "milk"}, false}}
		if diff := cmp.Diff(want, r.sent()); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// ofFile is the integration as it is if it comes from a file.
func ofFile() []connections.IntegrationView {
	return []connections.IntegrationView{{Info: integrations.Info{ID: "demo", Name: "Demo", Origin: "/tmp/demo.yaml"}}}
}

// TestWatchNothing: what is built in has no file to wait for, and the key says so.
func TestWatchNothing(t *testing.T) {
	inBubble(t, demo(), func(r *rig) { r.deck.RunFunc = answers(notes(1), 200, nil) }, func(t *testing.T, r *rig) {
		r.loop.Press("enter", "enter")
		r.pass(time.Second)
		r.loop.Press("W")
		if said := strings.Join(r.shell.Said, ";"); !strings.Contains(said, "watch: it has no file here") || r.screen.watching {
			t.Error(said)
		}
	})
}

// TestSavedMeanwhile: what is saved during a run counts after it, and a file that cannot be used is said and forgets no form.
func TestSavedMeanwhile(t *testing.T) {
	inBubble(t, demo(), func(r *rig) { r.deck.RunFunc, r.deck.Catalogue = answers(notes(1), 200, nil), ofFile() }, func(t *testing.T, r *rig) {
		r.loop.Press("j", "j", "enter")
		r.loop.Type("milk")
		r.loop.Press("enter")
		r.pass(time.Second)
		r.loop.Press("W", "r")
		r.deck.Saved++
		r.loop.Send(screen.SourcesSaved{})
		r.pass(2 * time.Second)
		if len(r.deck.Runs) != 3 {
			t.Errorf("%d runs", len(r.deck.Runs))
		}
		r.deck.Saved++
		r.deck.ActionsErr = &connections.Error{Kind: connections.KindConfiguration, Message: "line 3: unknown key"}
		r.loop.Send(screen.SourcesSaved{})
		r.pass(time.Second)
		if said := strings.Join(r.shell.Said, ";"); !strings.Contains(said, "line 3: unknown key") || r.screen.form.Value("text") != "milk" || len(r.deck.Runs) != 3 {
			t.Errorf("%s, %d runs\n%s", said, len(r.deck.Runs), r.frame())
		}
		r.deck.Saved++
		r.deck.ActionsErr = nil
		r.loop.Send(screen.SourcesSaved{})
		r.pass(time.Second)
		if len(r.deck.Runs) != 4 {
			t.Errorf("%d runs after it was mended", len(r.deck.Runs))
		}
	})
}

// TestSampleLoader: x asks for a sample that the action's code makes, with what it depends on, and only when it is pressed.
func TestSampleLoader(t *testing.T) {
	actions := []integrations.Action{{
		Name: "get", Label: "Get", SampleFrom: "sampleOf", SampleNeeds: []string{"id"}, Params: []integrations.Param{{Name: "id", Label: "Id", Type: "Number"}},
	}}
	var asked []connections.LoadRequest
	inBubble(t, actions, func(r *rig) {
		r.deck.RunFunc = answers(json.RawMessage(`{"id":7,"colour":"red"}`), 200, nil)
		r.deck.SampleOf = func(_ context.Context, q connections.LoadRequest) (json.RawMessage, error) {
			asked = append(asked, q)
			return json.RawMessage(`{"id":7,"colour":"blue"}`), nil
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("enter", "7", "enter")
		r.pass(time.Second)
		r.loop.Press("]", "]")
		if f := r.frame(); len(asked) != 0 || !strings.Contains(f, "x asks for the sample result") {
			t.Fatal(len(asked), f)
		}
		r.loop.Press("x")
		want := []connections.LoadRequest{{Connection: "demo", Loader: "sampleOf", Criteria: map[string]any{"id": json.Number("7")}}}
		if diff := cmp.Diff(want, asked); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if f := r.frame(); !strings.Contains(f, "against the sample result") || !strings.Contains(f, "blue") {
			t.Error(f)
		}
	})
}

// TestCarry: u takes a value to another action's form: members by their names, anything else into the first required parameter.
func TestCarry(t *testing.T) {
	inBubble(t, board(), func(r *rig) {
		r.deck.RunFunc = func(context.Context, connections.RunRequest) (connections.RunResult, error) {
			return connections.RunResult{Result: json.RawMessage(`{"id":"c7","other":1}`), Status: 200}, nil
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("j", "enter")
		r.loop.Type("x")
		r.loop.Press("tab", "enter")
		r.pass(time.Second)
		r.loop.Press("u", "j", "enter")
		if got := r.screen.form.Value("id"); got != "c7" {
			t.Errorf("%q\n%s", got, r.frame())
		}
	})
	for _, c := range []struct{ result, want string }{{`"c9"`, "c9"}, {`12345678901234567890`, "12345678901234567890"}, {`["a"]`, `["a"]`}} {
		if got := carry(board()[1], json.RawMessage(c.result)); got["id"] != c.want {
			t.Errorf("%s: %v", c.result, got)
		}
	}
}

// TestFilter: the list is narrowed while one types, and the cursor stays on its action when the filter goes.
func TestFilter(t *testing.T) {
	inBubble(t, demo(), nil, func(t *testing.T, r *rig) {
		r.loop.Press("/")
		r.loop.Type("add")
		if f := r.frame(); !strings.Contains(f, "1 of 4") || strings.Contains(f, "Who am I") {
			t.Error(f)
		}
		r.loop.Press("esc", "enter")
		if r.screen.picked.Name != "add-note" {
			t.Error(r.frame())
		}
	})
}

// TestLastUsed: what was used last comes first, and the cursor stays on its action when the list is read anew.
func TestLastUsed(t *testing.T) {
	inBubble(t, demo(), func(r *rig) {
		r.deck.Used = map[string]time.Time{"add-note": time.Unix(20, 0), "search": time.Unix(30, 0)}
	}, func(t *testing.T, r *rig) {
		var got []string
		for _, a := range r.screen.actions {
			got = append(got, a.Name)
		}
		if diff := cmp.Diff([]string{"search", "add-note", "me", "list-notes"}, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		r.loop.Press("j")
		r.deck.Used["me"] = time.Unix(40, 0)
		r.loop.Send(screen.SourcesSaved{})
		if a, _ := r.screen.selected(); a.Name != "add-note" || r.screen.actions[0].Name != "me" {
			t.Errorf("the cursor is on %s\n%s", a.Name, r.frame())
		}
	})
}

// TestReveal: a secret of a request is in sight for ten seconds after v, and never before.
func TestReveal(t *testing.T) {
	inBubble(t, demo(), func(r *rig) { r.deck.RunFunc = answers(notes(1), 200, nil) }, func(t *testing.T, r *rig) {
		r.loop.Press("j", "enter", "enter")
		r.pass(time.Second)
		r.loop.Press("]", "v")
		if f := r.frame(); !strings.Contains(f, "secrets are in sight for 10 s") || r.screen.Every() == 0 {
			t.Error(f)
		}
		r.pass(11 * time.Second)
		if f := r.frame(); strings.Contains(f, "in sight") || r.screen.Every() != 0 {
			t.Error(f)
		}
	})
}

// TestSaved: presets and past runs fill the form; s keeps what stands there, without the dry run.
func TestSaved(t *testing.T) {
	inBubble(t, demo(), func(r *rig) {
		r.deck.Kept = []connections.Preset{{Name: "milk", Texts: map[string]string{"text": "buy milk"}}}
		r.deck.Past = []connections.PastRun{{ID: "1", Time: time.Now(), Texts: map[string]string{"text": "buy bread"}, Status: 201}}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("j", "j", "enter", "ctrl+p")
		d := r.dialog(t)
		r.loop.Update = nil
		d.Update(d.Init()())
		if f := ansi.Strip(d.View(80, 24)); !strings.Contains(f, "preset  milk") || !strings.Contains(f, "text=buy bread") {
			t.Error(f)
		}
		d.Update(keyOf("down"))
		d.Update(keyOf("enter"))
		if got := r.screen.form.Value("text"); got != "buy bread" {
			t.Errorf("%q", got)
		}
		d.Update(keyOf("s"))
		p, ok := r.dialog(t).(*ui.Prompt)
		if !ok {
			t.Fatal("no question for a name")
		}
		runAll(p.Do("again"))
		if diff := cmp.Diff(map[string]string{"text": "buy bread"}, r.deck.Kept[1].Texts); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// TestSaveFile: the result goes into a file of its own, never over one that is there.
func TestSaveFile(t *testing.T) {
	dir := t.TempDir()
	inBubble(t, demo(), func(r *rig) { r.deck.RunFunc = answers(json.RawMessage(`{"id":3}`), 200, nil) }, func(t *testing.T, r *rig) {
		r.loop.Press("j", "enter", "enter")
		r.pass(time.Second)
		path := filepath.Join(dir, "out.json")
		for _, want := range []string{"saved 8 B", "not saved: there is such a file already"} {
			note, ok := r.screen.saveCmd(path)().(screen.Note)
			if !ok || !strings.HasPrefix(note.Text, want) {
				t.Errorf("%+v, want %q", note, want)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != `{"id":3}` {
			t.Errorf("%q %v", got, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info.Mode(), err)
		}
		t.Setenv("HOME", dir)
		t.Setenv("USERPROFILE", dir)
		r.screen.saveCmd(filepath.FromSlash("~/home.json"))()
		if _, err := os.Stat(filepath.Join(dir, "home.json")); err != nil {
			t.Error(err)
		}
	})
}

// TestBinary: a binary answer is shown as hex, and what a provider answered an error with is shown too.
func TestBinary(t *testing.T) {
	for name, c := range map[string]struct {
		res  connections.RunResult
		err  error
		want string
	}{
		"hex":   {connections.RunResult{Result: json.RawMessage(`"(4 bytes)"`), Body: []byte("\x00\xffAB"), BodyType: "image/png", Status: 200}, nil, "00 ff 41 42"},
		"error": {connections.RunResult{Status: 500, Exchanges: []oauthflow.Exchange{{Status: 500, ResponseBody: `{"why":"broken"}`, ResponseHeader: http.Header{}}}}, &connections.Error{Message: "500"}, `why: "broken"`},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, demo(), func(r *rig) {
				r.deck.RunFunc = func(context.Context, connections.RunRequest) (connections.RunResult, error) { return c.res, c.err }
			}, func(t *testing.T, r *rig) {
				r.loop.Press("j", "enter", "enter")
				r.pass(time.Second)
				if f := r.frame(); !strings.Contains(f, c.want) {
					t.Error(f)
				}
			})
		})
	}
}

// TestJQ: an expression shows a part of the result, an empty one the whole again.
func TestJQ(t *testing.T) {
	inBubble(t, demo(), func(r *rig) { r.deck.RunFunc = answers(notes(3), 200, nil) }, func(t *testing.T, r *rig) {
		r.loop.Press("j", "enter", "enter")
		r.pass(time.Second)
		r.loop.Press("f")
		p, ok := r.dialog(t).(*ui.Prompt)
		if !ok {
			t.Fatal("no question")
		}
		if cmd := p.Do(".notes["); cmd != nil || !strings.Contains(ansi.Strip(p.View(80, 24)), "column") {
			t.Error(ansi.Strip(p.View(80, 24)))
		}
		r.loop.Do(p.Do(".notes | length"))
		r.loop.Settle()
		if f := r.frame(); !strings.Contains(f, "jq .notes | length") || !strings.Contains(f, "3") {
			t.Error(f)
		}
		p.Do("")
		if f := r.frame(); !strings.Contains(f, "notes: [3]") {
			t.Error(f)
		}
	})
}

// TestForgetRuns: X forgets the past runs, and says so where there are none.
func TestForgetRuns(t *testing.T) {
	inBubble(t, demo(), func(r *rig) {
		r.deck.Past = []connections.PastRun{{ID: "1", Action: "me", Status: 200, Time: time.Now()}}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("enter", "ctrl+p")
		d := r.dialog(t)
		tell := func(cmd tea.Cmd) {
			for cmd != nil {
				cmd = d.Update(cmd())
			}
		}
		tell(d.Init())
		tell(d.Update(keyOf("X")))
		if r.deck.Past != nil || !strings.Contains(ansi.Strip(d.View(100, 24)), "nothing was run yet") {
			t.Errorf("%v\n%s", r.deck.Past, ansi.Strip(d.View(100, 24)))
		}
		d.Update(keyOf("X"))
		if said := strings.Join(r.shell.Said, ";"); !strings.Contains(said, "forget runs: there are none") {
			t.Error(said)
		}
	})
}

// TestEnterInText: where enter is a new line, no binding says that it runs or goes on, and the footer has the key that runs.
func TestEnterInText(t *testing.T) {
	actions := []integrations.Action{{Name: "note", Label: "Note", Params: []integrations.Param{{Name: "text", Label: "Text", Type: "String", Widget: "MULTI_LINE_TEXT"}}}}
	inBubble(t, actions, nil, func(t *testing.T, r *rig) {
		r.loop.Press("enter", "a", "enter", "b")
		if got := r.screen.form.Value("text"); got != "a\nb" {
			t.Errorf("%q", got)
		}
		runs := false
		for _, b := range r.screen.Keys() {
			if slices.Contains(b.Keys, "enter") {
				t.Errorf("enter is said to be %q", b.Label)
			}
			runs = runs || b.ID == idRunAny && b.Footer
		}
		if !runs {
			t.Error("the footer does not say how to run it")
		}
	})
}

// TestDeafRun: esc ends a run, and leads away from one that does not hear of it.
func TestDeafRun(t *testing.T) {
	inBubble(t, demo(), func(r *rig) {
		r.deck.RunFunc = func(context.Context, connections.RunRequest) (connections.RunResult, error) {
			time.Sleep(time.Hour)
			return connections.RunResult{}, nil
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("enter", "enter", "esc")
		if r.unused != 0 {
			t.Fatal("esc was not taken")
		}
		r.loop.Press("esc")
		if r.unused != 1 {
			t.Error("the second esc does not go back")
		}
	})
}

// TestCopyBounds: what is too long for a terminal is not sent through it.
func TestCopyBounds(t *testing.T) {
	long := json.RawMessage(`{"a":"` + strings.Repeat("x", mostCopied) + `","b":"short"}`)
	inBubble(t, demo(), func(r *rig) { r.deck.RunFunc = answers(long, 200, nil) }, func(t *testing.T, r *rig) {
		r.loop.Press("enter", "enter")
		r.pass(time.Second)
		r.loop.Press("y")
		if said := strings.Join(r.shell.Said, ";"); !strings.Contains(said, "more than 1 MB is not copied") || strings.Contains(said, "copy ") {
			t.Errorf("%.200s", said)
		}
		r.loop.Press("j", "j", "y")
		if said := strings.Join(r.shell.Said, ";"); !strings.Contains(said, "copy value of .b: short") {
			t.Errorf("%.200s\n%s", said, r.frame())
		}
	})
}
