package connections_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
)

// answering is a bench whose hidden action "d" answers this, and what it was called with.
func answering(t *testing.T, answer string) (*bench, *[]integrations.ActionRequest) {
	t.Helper()
	var calls []integrations.ActionRequest
	c := &calling{hidden: []integrations.Action{{Name: "d", SignIn: true}}}
	b := callBench(t, c, func(r integrations.ActionRequest) (integrations.ActionResult, error) {
		calls = append(calls, r)
		if r.Kept.AccessToken.Reveal() == "access-0" {
			return integrations.ActionResult{Exchanges: exchange("GET", 401)}, &integrations.ActionError{Status: 401, Message: "no", Unauthorized: true}
		}
		return integrations.ActionResult{Result: json.RawMessage(answer), Exchanges: exchange("GET", 200)}, nil
	})
	return b, &calls
}

// TestChoices: what dictionaries answer, whatever its shape.
func TestChoices(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, answer string
		want         connections.Choices
		kind         connections.Kind
	}{
		{"items", `{"items":[{"label":"A","value":"a","note":"n"}],"cursor":"c2"}`, connections.Choices{Items: []connections.Choice{{"a", "A", "n"}}, Cursor: "c2"}, ""},
		{"values keep their type", `{"items":[{"label":"A","value":12345678901234567890},{"value":true},{"value":{"a":1},"label":"O"}]}`, connections.Choices{Items: []connections.Choice{
			{json.Number("12345678901234567890"), "A", ""}, {true, "true", ""}, {map[string]any{"a": json.Number("1")}, "O", ""},
		}}, ""},
		{"an array alone", `["x",2,null]`, connections.Choices{Items: []connections.Choice{{"x", "x", ""}, {json.Number("2"), "2", ""}}}, ""},
		{"id and name", `[{"id":7,"name":"Seven","description":"d"}]`, connections.Choices{Items: []connections.Choice{{json.Number("7"), "Seven", "d"}}}, ""},
		{"a label alone", `[{"label":"x"},{},{"other":1}]`, connections.Choices{Items: []connections.Choice{{"x", "x", ""}}}, ""},
		{"texts are safe", `[{"value":"\u001b[31mred","label":"a\nb\u001b]0;t\u0007"}]`, connections.Choices{Items: []connections.Choice{{"\x1b[31mred", "a b", ""}}}, ""},
		{"none", `{"items":[],"cursor":null}`, connections.Choices{}, ""},
		{"nothing", `null`, connections.Choices{}, ""},
		{"no result", ``, connections.Choices{}, ""},
		{"an object without items", `{"data":[1]}`, connections.Choices{}, connections.KindAction},
		{"a text", `"oops"`, connections.Choices{}, connections.KindAction},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, _ := answering(t, c.answer)
			b.put("work", 0, time.Hour)
			got, err := b.Choices(t.Context(), connections.ChoicesRequest{Connection: "work", Dictionary: "d"})
			if diff := cmp.Diff(c.want, got); diff != "" || kindOf(t, err) != c.kind {
				t.Error(err, diff)
			}
		})
	}
}

// TestChoices_Call: what a dictionary is called with, one refresh and one replay, and no line of history nor of past runs.
func TestChoices_Call(t *testing.T) {
	t.Parallel()
	b, calls := answering(t, `{"items":["a"],"cursor":{"page":2}}`)
	conn := b.put("work", 0, time.Hour)
	first, err := b.Choices(t.Context(), connections.ChoicesRequest{Connection: "work", Dictionary: "d"})
	if err != nil || first.Cursor == "" {
		t.Fatalf("%+v %v", first, err)
	}
	if _, err := b.Choices(t.Context(), connections.ChoicesRequest{
		Connection: "work", Dictionary: "d", Search: "mi", Cursor: first.Cursor, Criteria: map[string]any{"board": "b1"},
	}); err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	for _, r := range *calls {
		got = append(got, r.Params)
	}
	want := []map[string]any{{}, {}, {"search": "mi", "cursor": map[string]any{"page": json.Number("2")}, "criteria": map[string]any{"board": "b1"}}}
	if diff := cmp.Diff(want, got); diff != "" || b.p.requests() != 1 {
		t.Errorf("%d refreshes\n%s", b.p.requests(), diff)
	}
	for _, e := range b.events(conn.ID) {
		if strings.HasPrefix(e, "action") {
			t.Errorf("the history has %q", e)
		}
	}
	if runs, err := b.PastRuns(t.Context(), "example", "d"); err != nil || len(runs) > 0 {
		t.Errorf("%v %v", runs, err)
	}
	if _, err := b.Choices(t.Context(), connections.ChoicesRequest{Connection: "work", Dictionary: "lost"}); kindOf(t, err) != connections.KindNotFound {
		t.Errorf("%v", err)
	}
}

// TestFields: what schema loaders answer.
func TestFields(t *testing.T) {
	t.Parallel()
	whole := `[{"type":"Number","label":"Size\u001b[1m","name":"size","required":true,"defaultValue":3,"dictionary":"sizes","dependsOn":["kind",1],
	 "uiComponent":{"type":"DROPDOWN","min":1,"max":"9","step":0.5,"language":"json","options":{"values":["a",{"label":"B","value":2}],"multiple":true}},"schemaLoader":"more","freeform":true},
	 {"name":"plain"},{"label":"no name"},"odd",null,{"name":"plain"}]`
	for _, c := range []struct {
		name, answer string
		want         []integrations.Param
		kind         connections.Kind
	}{
		{"a whole one, odd ones left out", whole, []integrations.Param{
			{
				Name: "size", Label: "Size", Type: "Number", Required: true, Default: json.Number("3"), Dictionary: "sizes", DependsOn: []string{"kind"},
				Widget: "DROPDOWN", Min: "1", Max: "9", Step: "0.5", Language: "json", Multiple: true, Freeform: true, Fields: "more",
				Options: []any{"a", map[string]any{"label": "B", "value": json.Number("2")}},
			},
			{Name: "plain", Label: "plain", Type: "String"},
		}, ""},
		{"none", `[]`, nil, ""},
		{"null", `null`, nil, ""},
		{"no result", ``, nil, ""},
		{"JSON Schema is none of it", `{"properties":{}}`, nil, connections.KindAction},
		{"a text", `"x"`, nil, connections.KindAction},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, calls := answering(t, c.answer)
			b.put("work", 0, time.Hour)
			got, err := b.Fields(t.Context(), connections.LoadRequest{Connection: "work", Loader: "d", Criteria: map[string]any{"kind": "x"}})
			if diff := cmp.Diff(c.want, got); diff != "" || kindOf(t, err) != c.kind {
				t.Error(err, diff)
			}
			if diff := cmp.Diff(map[string]any{"criteria": map[string]any{"kind": "x"}}, (*calls)[0].Params); diff != "" {
				t.Error(diff)
			}
		})
	}
	b, _ := answering(t, `{"id":1}`)
	b.put("work", 0, time.Hour)
	if got, err := b.Sample(t.Context(), connections.LoadRequest{Connection: "work", Loader: "d"}); err != nil || string(got) != `{"id":1}` {
		t.Errorf("%s %v", got, err)
	}
	// The integration has the last word on what a text of such a field becomes.
	reads := func(p integrations.Param) integrations.Param { p.Label = "read " + p.Name; return p }
	b = callBench(t, &calling{hidden: []integrations.Action{{Name: "d", SignIn: true, Reads: reads}}}, func(integrations.ActionRequest) (integrations.ActionResult, error) {
		return integrations.ActionResult{Result: json.RawMessage(`[{"name":"x"}]`), Exchanges: exchange("GET", 200)}, nil
	})
	b.put("work", 0, time.Hour)
	got, err := b.Fields(t.Context(), connections.LoadRequest{Connection: "work", Loader: "d"})
	if err != nil || len(got) != 1 || got[0].Label != "read x" {
		t.Errorf("%+v %v", got, err)
	}
}

// TestLoaded_OfMuch: what a form cannot show is cut or refused before it takes the memory.
func TestLoaded_OfMuch(t *testing.T) {
	t.Parallel()
	many := func(n int, item string) string { return "[" + strings.Repeat(item+",", n-1) + item + "]" }
	var fields []string
	for i := range 1001 {
		fields = append(fields, `{"name":"f`+strconv.Itoa(i)+`"}`)
	}
	for _, c := range []struct {
		name, answer    string
		choices, fields int // -1: refused
	}{
		{"choices", many(20_001, `"a"`), 20_000, -1},
		{"fields", "[" + strings.Join(fields[:1000], ",") + "]", 1000, 1000},
		{"more fields", "[" + strings.Join(fields, ",") + "]", 1001, -1},
		{"bytes", many(1, `"`+strings.Repeat("a", 8<<20)+`"`), -1, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, _ := answering(t, c.answer)
			b.put("work", 0, time.Hour)
			choices, err := b.Choices(t.Context(), connections.ChoicesRequest{Connection: "work", Dictionary: "d"})
			if (err == nil) != (c.choices >= 0) || len(choices.Items) != max(0, c.choices) {
				t.Errorf("%d choices, %v", len(choices.Items), err)
			}
			list, err := b.Fields(t.Context(), connections.LoadRequest{Connection: "work", Loader: "d"})
			if (err == nil) != (c.fields >= 0) || len(list) != max(0, c.fields) {
				t.Errorf("%d fields, %v", len(list), err)
			}
		})
	}
}
