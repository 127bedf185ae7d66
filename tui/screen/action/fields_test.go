package action

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/tui/ui/form"
)

// TestWidgets: the rows of reference/flowrunner.md §2.4 and §2.5, and of reference/manifests.md §5.9.
func TestWidgets(t *testing.T) {
	options := []any{"a", "b"}
	member := []integrations.Param{{Name: "m", Type: "String"}}
	for _, row := range []struct {
		name string
		p    integrations.Param
		want form.Kind
	}{
		{"nothing said", integrations.Param{Type: "String"}, form.Text},
		{"SINGLE_LINE_TEXT", integrations.Param{Type: "String", Widget: "SINGLE_LINE_TEXT"}, form.Text},
		{"MULTI_LINE_TEXT", integrations.Param{Type: "String", Widget: "MULTI_LINE_TEXT"}, form.Lines},
		{"MULTI_LINE_TEXT on an Object is JSON", integrations.Param{Type: "Object", Widget: "MULTI_LINE_TEXT"}, form.JSON},
		{"MULTI_LINE_TEXT on a list of texts", integrations.Param{Type: "Array<String>", Widget: "MULTI_LINE_TEXT"}, form.Lines},
		{"MULTI_LINE_TEXT on a list of objects is JSON", integrations.Param{Type: "Array.<Object>", Widget: "MULTI_LINE_TEXT"}, form.JSON},
		{"NUMERIC", integrations.Param{Type: "Number", Widget: "NUMERIC"}, form.Number},
		{"NUMERIC on a broken type", integrations.Param{Type: "Numeric", Widget: "NUMERIC"}, form.Number},
		{"NUMERIC_STEPPER on text", integrations.Param{Type: "String", Widget: "NUMERIC_STEPPER"}, form.Number},
		{"TOGGLE", integrations.Param{Type: "Boolean", Widget: "TOGGLE"}, form.Check},
		{"TOGGLE with a default", integrations.Param{Type: "Boolean", Widget: "TOGGLE", Default: false}, form.Toggle},
		{"required CHECKBOX", integrations.Param{Type: "Boolean", Widget: "CHECKBOX", Required: true}, form.Toggle},
		{"TOGGLE on another type", integrations.Param{Type: "any", Widget: "TOGGLE"}, form.Check},
		{"CHECKBOX whose default is no box", integrations.Param{Type: "String", Widget: "CHECKBOX", Default: "yes"}, form.Text},
		{"DROPDOWN", integrations.Param{Type: "String", Widget: "DROPDOWN", Options: options}, form.Choice},
		{"DROPDOWN on an array", integrations.Param{Type: "Array<String>", Widget: "DROPDOWN", Options: options}, form.Multi},
		{"DROPDOWN of several", integrations.Param{Type: "String", Widget: "DROPDOWN", Options: options, Multiple: true}, form.Multi},
		{"DROPDOWN without values", integrations.Param{Type: "String", Widget: "DROPDOWN"}, form.Text},
		{"DROPDOWN of a dictionary", integrations.Param{Type: "String", Widget: "DROPDOWN", Dictionary: "d"}, form.Pick},
		{"MULTI_SELECT_DROPDOWN", integrations.Param{Type: "String", Widget: "MULTI_SELECT_DROPDOWN", Options: options}, form.Multi},
		{"DATE_PICKER", integrations.Param{Type: "String", Widget: "DATE_PICKER"}, form.Date},
		{"DATE", integrations.Param{Type: "Number", Widget: "DATE"}, form.Date},
		{"DATE_TIME_PICKER", integrations.Param{Type: "String", Widget: "DATE_TIME_PICKER"}, form.DateTime},
		{"DATE_PICKER on a list", integrations.Param{Type: "Array<Date>", Widget: "DATE_PICKER"}, form.JSON},
		{"FILE_SELECTOR", integrations.Param{Type: "String", Widget: "FILE_SELECTOR"}, form.File},
		{"CODE_EDITOR", integrations.Param{Type: "String", Widget: "CODE_EDITOR", Language: "javascript"}, form.Code},
		{"CODE_EDITOR for JSON", integrations.Param{Type: "String", Widget: "CODE_EDITOR", Language: "json"}, form.JSON},
		{"CODE_EDITOR on a typedef", integrations.Param{Type: "Contact", Widget: "CODE_EDITOR", Members: member}, form.JSON},
		{"Date", integrations.Param{Type: "Date"}, form.DateTime},
		{"any", integrations.Param{Type: "any"}, form.Text},
		{"unknown type", integrations.Param{Type: "Whatever"}, form.Text},
		{"Object", integrations.Param{Type: "Object"}, form.JSON},
		{"Object with a loader", integrations.Param{Type: "Object", Fields: "load"}, form.Group},
		{"freeform Object: any keys", integrations.Param{Type: "Object", Freeform: true, Members: member}, form.JSON},
		{"typedef", integrations.Param{Type: "Contact", Members: member}, form.Group},
		{"list of a typedef", integrations.Param{Type: "Contact[]", Members: member}, form.List},
		{"Array<Object> with a loader", integrations.Param{Type: "Array<Object>", Fields: "load"}, form.List},
		{"Array<Object>", integrations.Param{Type: "Array<Object>"}, form.JSON},
		{"Array<Number>", integrations.Param{Type: "Array<Number>"}, form.JSON},
		{"FilesUploadOptions", integrations.Param{Type: "FilesUploadOptions", Members: member}, form.Group},
	} {
		row.p.Name = "p"
		if got := fieldOf(row.p); got.Kind != row.want {
			t.Errorf("%s: %v, want %v", row.name, got.Kind, row.want)
		}
	}
}

// millis is what a service's Date is made of.
func millis(text string) (any, bool) {
	at, ok := integrations.DateOf(text)
	return json.Number(time.UnixMilli(at.UnixMilli()).UTC().Format("20060102")), ok
}

// TestHanded: members become values as parameters do, and a rule that one of them breaks stands at it.
func TestHanded(t *testing.T) {
	visit := integrations.Action{Name: "visit", Label: "Visit", Params: []integrations.Param{{
		Name: "people", Label: "People", Type: "Array<Person>", Members: []integrations.Param{
			{Name: "name", Type: "String"},
			{Name: "tags", Type: "Array<String>"},
			{Name: "born", Type: "Date", Text: millis},
			{Name: "home", Type: "Place", Members: []integrations.Param{{Name: "rooms", Type: "Array<Number>", Widget: "MULTI_LINE_TEXT"}}},
		},
	}}}
	for _, test := range []struct{ name, people, want, problem string }{
		{
			"by their types", `[{"name":"7","tags":"a\nb, c","born":"2026-11-25T10:00:00Z","home":{"rooms":"1\n2"}}]`,
			`[{"born":20261125,"home":{"rooms":[1,2]},"name":"7","tags":["a","b","c"]}]`, "",
		},
		{"a broken rule", `[{"name":"x"},{"home":{"rooms":"one"}}]`, "", "must be a list of numbers"},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, []integrations.Action{visit}, func(r *rig) { r.deck.RunFunc = answers(nil, 200, nil) }, func(t *testing.T, r *rig) {
				r.loop.Press("enter")
				r.screen.fill(map[string]any{"people": json.RawMessage(test.people)}, nil)
				r.loop.Press("ctrl+j")
				r.pass(time.Second)
				if test.want == "" {
					if len(r.deck.Runs) != 0 || r.screen.form.Name(r.screen.form.Focus()) != "people.1.home.rooms" {
						t.Errorf("%d runs, the focus is on %s\n%s", len(r.deck.Runs), r.screen.form.Name(r.screen.form.Focus()), r.frame())
					}
					return
				}
				if len(r.deck.Runs) != 1 || r.deck.Runs[0].Texts["people"] != test.want {
					t.Errorf("%v\n%s", r.deck.Runs, r.frame())
				}
			})
		})
	}
}

// TestPickedType: what a dictionary gives goes out in its JSON type, from a past run as well; what is typed is text.
func TestPickedType(t *testing.T) {
	actions := []integrations.Action{{Name: "open", Label: "Open", Params: []integrations.Param{{Name: "id", Label: "Id", Type: "String", Dictionary: "ids"}}}}
	inBubble(t, actions, func(r *rig) {
		r.deck.RunFunc = answers(nil, 200, nil)
		r.deck.ChoiceOf = func(context.Context, connections.ChoicesRequest) (connections.Choices, error) {
			return connections.Choices{Items: []connections.Choice{{Value: json.Number("7"), Label: "Seven"}}}, nil
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("enter", "enter")
		r.pick(t)
		r.loop.Press("ctrl+j")
		r.pass(time.Second)
		r.screen.fill(map[string]any{"id": json.Number("8")}, nil)
		r.loop.Press("ctrl+j")
		r.pass(time.Second)
		r.loop.Press("e", "9", "ctrl+j")
		r.pass(time.Second)
		var got []any
		for _, q := range r.deck.Runs {
			got = append(got, q.Params["id"], q.Texts["id"])
		}
		if diff := cmp.Diff([]any{json.Number("7"), "", json.Number("8"), "", nil, "89"}, got); diff != "" {
			t.Errorf("-want +got:\n%s\n%s", diff, r.frame())
		}
	})
}

// TestHangingDisk: a disk that does not answer keeps no key waiting.
func TestHangingDisk(t *testing.T) {
	actions := []integrations.Action{{Name: "upload", Label: "Upload", Params: []integrations.Param{
		{Name: "file", Label: "File", Type: "String", Widget: "FILE_SELECTOR"}, {Name: "note", Label: "Note", Type: "String"},
	}}}
	var disk chan struct{}
	inBubble(t, actions, func(r *rig) {
		r.deck.RunFunc = answers(nil, 200, nil)
		r.env.CheckPath = func(string) string { <-disk; return "there is no such file" }
		r.env.Complete = func(string) []string { <-disk; return []string{"/gone.txt"} }
	}, func(t *testing.T, r *rig) {
		disk = make(chan struct{}) // one of the bubble
		r.loop.Press("enter", "/", "ctrl+o", "g", "tab", "x")
		if got := r.screen.form.Values(); got["file"] != "/g" || got["note"] != "x" {
			t.Fatalf("%v", got)
		}
		close(disk)
		r.loop.Settle()
		if f := r.frame(); !strings.Contains(f, "there is no such file") {
			t.Error(f)
		}
	})
}

// TestStaleFields: the fields that were asked for one action do not come into the form of another.
func TestStaleFields(t *testing.T) {
	object := []integrations.Param{{Name: "fields", Label: "Fields", Type: "Object", Fields: "load"}}
	actions := []integrations.Action{{Name: "a", Label: "A", Params: object}, {Name: "b", Label: "B", Params: object}}
	asked := 0
	inBubble(t, actions, func(r *rig) {
		r.deck.FieldsOf = func(context.Context, connections.LoadRequest) ([]integrations.Param, error) {
			asked++
			name := "first"
			if asked == 1 {
				time.Sleep(time.Minute)
			} else {
				name = "second"
				time.Sleep(time.Hour)
			}
			return []integrations.Param{{Name: name, Label: name, Type: "String"}}, nil
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("enter", "esc", "j", "enter")
		r.pass(2 * time.Minute)
		if f := r.frame(); strings.Contains(f, "first") {
			t.Error(f)
		}
		r.pass(time.Hour)
		if f := r.frame(); !strings.Contains(f, "second") {
			t.Error(f)
		}
	})
}

// TestNestedLoader: a group in a group has a loader, too, which gets what stands beside it.
func TestNestedLoader(t *testing.T) {
	actions := []integrations.Action{{Name: "a", Label: "A", Params: []integrations.Param{{Name: "card", Label: "Card", Type: "Card", Members: []integrations.Param{
		{Name: "board", Label: "Board", Type: "String"},
		{Name: "fields", Label: "Fields", Type: "Object", Fields: "load", DependsOn: []string{"board"}},
	}}}}}
	inBubble(t, actions, func(r *rig) {
		r.deck.RunFunc = answers(nil, 200, nil)
		r.deck.FieldsOf = func(_ context.Context, q connections.LoadRequest) ([]integrations.Param, error) {
			return []integrations.Param{{Name: "labels", Label: "Labels of " + q.Criteria["board"].(string), Type: "Array<String>"}}, nil
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("enter", "tab", "b", "tab")
		if f := r.frame(); !strings.Contains(f, "Labels of b") {
			t.Fatal(f)
		}
		r.loop.Press("tab", "x", "ctrl+j")
		r.pass(time.Second)
		if got := r.deck.Runs[0].Texts["card"]; got != `{"board":"b","fields":{"labels":["x"]}}` {
			t.Error(got)
		}
	})
}

// TestFailedLoader: where the fields cannot be loaded one types JSON, which asks nobody; coming back asks again.
func TestFailedLoader(t *testing.T) {
	actions := []integrations.Action{{Name: "a", Label: "A", Params: []integrations.Param{
		{Name: "fields", Label: "Fields", Type: "Object", Fields: "load"}, {Name: "note", Label: "Note", Type: "String"},
	}}}
	asked := 0
	inBubble(t, actions, func(r *rig) {
		r.deck.FieldsOf = func(context.Context, connections.LoadRequest) ([]integrations.Param, error) {
			asked++
			return nil, &connections.Error{Kind: connections.KindAction, Message: "no fields today"}
		}
	}, func(t *testing.T, r *rig) {
		r.loop.Press("enter")
		if f := r.frame(); !strings.Contains(f, "no fields today") {
			t.Fatal(f)
		}
		r.loop.Press("{", "}")
		if got := r.screen.form.Value("fields"); asked != 1 || got != "{}" {
			t.Errorf("asked %d times, %q stands there", asked, got)
		}
		r.loop.Press("tab", "shift+tab")
		if got := r.screen.form.Value("fields"); asked != 2 || got != "{}" {
			t.Errorf("asked %d times, %q stands there", asked, got)
		}
	})
}

// TestTypedInDialog: a text that is taken as it is becomes what the parameter wants, unlike a choice, which has its type.
func TestTypedInDialog(t *testing.T) {
	actions := []integrations.Action{{Name: "open", Label: "Open", Params: []integrations.Param{{Name: "id", Label: "Id", Type: "Number", Dictionary: "ids"}}}}
	inBubble(t, actions, func(r *rig) { r.deck.RunFunc = answers(nil, 200, nil) }, func(t *testing.T, r *rig) {
		r.loop.Press("enter", "enter")
		d := r.dialog(t)
		d.Update(keyOf("7"))
		r.loop.Do(d.Update(keyOf("ctrl+j")))
		r.loop.Settle()
		r.loop.Press("ctrl+j")
		r.pass(time.Second)
		if len(r.deck.Runs) != 1 || r.deck.Runs[0].Texts["id"] != "7" || r.deck.Runs[0].Params["id"] != nil {
			t.Errorf("%+v\n%s", r.deck.Runs, r.frame())
		}
	})
}
