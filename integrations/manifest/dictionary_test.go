package manifest

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/internal/testserver"
)

const dictionaryPage = minimal + `
api: {base_url: https://api.acme.example}
actions:
  move:
    params:
      - {name: board, required: true, uiComponent: {type: DROPDOWN}, dictionary: boards}
      - {name: notes, type: Array<String>, uiComponent: {type: DROPDOWN}, dictionary: notes, dependsOn: [board]}
      - {name: more, type: Object, schemaLoader: fields, dependsOn: [board]}
    request: {method: POST, url: /move, json: {board: "{{params.board}}", notes: "{{params.notes}}", more: "{{params.more}}"}}
dictionaries:
  boards: {request: {url: /boards, query: {q: "{{search}}", after: "{{cursor}}"}}, items: data, label: title, value: id, note: owner.name, cursor: next, scopes: [boards]}
  notes: {request: {url: "/boards/{{criteria.board}}/notes"}}
  fields: {request: {url: /fields, query: {board: "{{criteria.board}}"}}, params: fields, signin: false}
`

func runDictionary(t *testing.T, s *testserver.StandIn, name string, params map[string]any) (integrations.ActionResult, error) {
	t.Helper()
	return parse(t, s, dictionaryPage).(integrations.ActionRunner).RunAction(t.Context(), integrations.ActionRequest{
		Config: config(), Action: name, Params: params, Kept: integrations.Kept{AccessToken: secret.New("the-token")},
	})
}

func TestDictionary_AsksAndAnswers(t *testing.T) {
	for _, c := range []struct {
		name, run    string
		params       map[string]any
		answer       string
		path         string
		query        url.Values
		want, failed string
	}{
		{
			"all there is", "boards",
			map[string]any{"search": "ro", "cursor": "c1", "criteria": map[string]any{}},
			`{"data": [{"id": 7, "title": "Road", "owner": {"name": "Ada"}}, {"id": "b", "title": null}, {"title": "no value"}], "next": "c2"}`, "/boards",
			url.Values{"q": {"ro"}, "after": {"c1"}},
			`{"items":[{"label":"Road","value":7,"note":"Ada"},{"label":"b","value":"b"}],"cursor":"c2"}`, "",
		},
		{"nothing asked, the last page", "boards", nil, `{"data": [], "next": null}`, "/boards", nil, `{"items":[],"cursor":null}`, ""},
		{"empty texts are not sent", "boards", map[string]any{"search": "", "cursor": "", "criteria": ""}, `{"data": [], "next": ""}`, "/boards", nil, `{"items":[],"cursor":null}`, ""},
		{"null for a list", "boards", nil, `{"data": null}`, "/boards", nil, `{"items":[],"cursor":null}`, ""},
		{"a cursor that is a number", "boards", nil, `{"data": [], "next": 12345678901234567890}`, "/boards", nil, `{"items":[],"cursor":"12345678901234567890"}`, ""},
		{"criteria, plain items", "notes", map[string]any{"criteria": map[string]any{"board": "a b/c"}}, `["x", 2]`, "/boards/a b/c/notes", nil, `{"items":[{"label":"x","value":"x"},{"label":"2","value":2}],"cursor":null}`, ""},
		{"criteria as text", "notes", map[string]any{"criteria": `{"board": "b"}`}, `[]`, "/boards/b/notes", nil, `{"items":[],"cursor":null}`, ""},
		{"parameters", "fields", map[string]any{"criteria": map[string]any{"board": "b"}}, `{"fields": [{"name": "z", "type": "String"}, {"name": "a"}]}`, "/fields", url.Values{"board": {"b"}}, `[{"name": "z", "type": "String"}, {"name": "a"}]`, ""},
		{"no parameters", "fields", nil, `{"fields": null}`, "/fields", nil, `[]`, ""},
		{"no list", "boards", nil, `{"data": {}}`, "/boards", nil, "", `the answer has no list at "data"`},
		{"no JSON", "notes", map[string]any{"criteria": map[string]any{"board": "b"}}, `<html>`, "/boards/b/notes", nil, "", `the answer has no list at ""`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := testserver.StartProviderStandIn(t, testserver.Route{Path: "*", Answers: []testserver.Answer{{Body: c.answer}}})
			r, err := runDictionary(t, s, c.run, c.params)
			got := s.One(c.path)
			if d := got.Query; len(d)+len(c.query) > 0 {
				equal(t, "query", d, c.query)
			}
			var failed *integrations.ActionError
			if errors.As(err, &failed) != (c.failed != "") || failed != nil && failed.Message != c.failed || failed == nil && err != nil {
				t.Fatalf("%v, want %q", err, c.failed)
			}
			equal(t, "result", string(r.Result), c.want)
			equal(t, "exchanges", len(r.Exchanges), 1)
		})
	}
}

// What does not fit is named, and nothing is sent.
func TestDictionary_Refuses(t *testing.T) {
	for _, c := range []struct {
		name, run string
		params    map[string]any
		want      string
	}{
		{"unknown", "boards", map[string]any{"serch": "x"}, "unknown parameter serch; there are search, cursor, criteria"},
		{"no search in parameters", "fields", map[string]any{"search": "x"}, "unknown parameter search; there is criteria"},
		{"criteria", "boards", map[string]any{"criteria": "[1]"}, "criteria must be a JSON object"},
		{"search", "boards", map[string]any{"search": []any{}}, "search must be text"},
		{"a criterion that the address needs", "notes", nil, "board is missing"},
		{"an empty one", "notes", map[string]any{"criteria": map[string]any{"board": ""}}, "board is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := testserver.StartProviderStandIn(t)
			_, err := runDictionary(t, s, c.run, c.params)
			if !errors.Is(err, integrations.ErrBadParams) || !strings.HasSuffix(err.Error(), ": "+c.want) || len(s.Requests()) > 0 {
				t.Errorf("%v after %d requests, want %s", err, len(s.Requests()), c.want)
			}
		})
	}
}

func TestDictionary_HasNoPage(t *testing.T) {
	s := testserver.StartProviderStandIn(t)
	_, err := parse(t, s, dictionaryPage).(integrations.ActionRunner).RunAction(t.Context(), integrations.ActionRequest{Config: config(), Action: "boards", Page: "2"})
	if !errors.Is(err, integrations.ErrBadParams) || len(s.Requests()) > 0 {
		t.Error(err)
	}
}

func TestDictionary_IsHidden(t *testing.T) {
	i := parse(t, nil, dictionaryPage)
	if list := i.(integrations.ActionRunner).Actions(); len(list) != 1 || list[0].Name != "move" {
		t.Errorf("listed: %+v", list)
	}
	h := i.(integrations.Hider)
	boards, ok := h.HiddenAction("boards")
	if !ok || !boards.SignIn || len(boards.Params) != 3 || boards.Params[2].Type != "Object" || boards.Scopes[0] != "boards" {
		t.Errorf("%v, %+v", ok, boards)
	}
	fields, ok := h.HiddenAction("fields")
	if !ok || fields.SignIn || len(fields.Params) != 1 || fields.Params[0].Name != "criteria" {
		t.Errorf("%v, %+v", ok, fields)
	}
	if _, ok := h.HiddenAction("move"); ok {
		t.Error("an action is hidden")
	}
	params := i.(integrations.ActionRunner).Actions()[0].Params
	if p := params[1]; p.Dictionary != "notes" || p.DependsOn[0] != "board" || !p.Multiple || p.Type != "Array<String>" {
		t.Errorf("%+v", p)
	}
	if p := params[2]; p.Fields != "fields" || p.Multiple {
		t.Errorf("%+v", p)
	}
}

func TestDictionary_FailsAsAnActionDoes(t *testing.T) {
	s := testserver.StartProviderStandIn(t, testserver.Route{Path: "*", Answers: []testserver.Answer{{Status: 403, JSON: map[string]any{"message": "no"}}}})
	_, err := parse(t, s, dictionaryPage).(integrations.ActionRunner).RunAction(t.Context(), integrations.ActionRequest{
		Config: config(), Action: "boards", Kept: integrations.Kept{AccessToken: secret.New("the-token"), ScopesAsked: []string{"other"}},
	})
	var failed *integrations.ActionError
	if !errors.As(err, &failed) {
		t.Fatal(err)
	}
	equal(t, "error", failed, &integrations.ActionError{Status: 403, Message: "no (HTTP 403 Forbidden)", Scopes: []string{"boards"}})
	dry, err := parse(t, s, dictionaryPage).(integrations.ActionRunner).RunAction(t.Context(), integrations.ActionRequest{
		Config: config(), Action: "boards", DryRun: true, Params: map[string]any{"search": "x"},
	})
	if err != nil || len(dry.Exchanges) != 1 || dry.Exchanges[0].URL != "https://api.acme.example/boards?q=x" || len(s.Requests()) != 1 {
		t.Errorf("%+v, %v", dry, err)
	}
}

// The value of a picker goes in as it came.
func TestDictionary_ValuesAreNotChecked(t *testing.T) {
	s := testserver.StartProviderStandIn(t, testserver.Route{Path: "/move", Answers: []testserver.Answer{{JSON: 1}}})
	if _, err := runDictionary(t, s, "move", map[string]any{"board": json.Number("7"), "notes": []any{"x"}, "more": map[string]any{"any": 1}}); err != nil {
		t.Fatal(err)
	}
	equal(t, "body", s.One("/move").JSON, any(map[string]any{"board": "7", "notes": []any{"x"}, "more": map[string]any{"any": json.Number("1")}}))
}
