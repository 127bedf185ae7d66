package manifest

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/internal/testserver"
	"authdeck/oauthflow"
)

const actionPage = minimal + `
inputs: {tenant: {default: blue, pattern: '[a-z]+'}, apikey: {secret: true, required: false}}
api:
  base_url: https://api.acme.example/v1
  hosts: [api.acme.example, "https://files.acme.example/"]
  token: {header: X-Acme-Token, scheme: Acme}
  headers: {X-Tenant: "{{tenant}}", X-Key: "{{apikey}}"}
  params: {format: json}
actions:
  add:
    label: Add
    description: Adds one
    category: Notes
    destructive: true
    params:
      - {name: board, type: String, required: true}
      - {name: text, label: Text, type: String, required: true, uiComponent: {type: MULTI_LINE_TEXT}}
      - {name: pinned, type: Boolean, defaultValue: false}
      - {name: count, type: Number}
      - {name: tags, type: Array<String>}
      - {name: meta, type: Object}
      - {name: due, type: Date}
      - {name: colour, type: String, options: {values: [red, {label: Blue, value: blue}]}}
      - {name: rank, type: Number, options: {values: [1, 2]}}
      - {name: size, type: Number, uiComponent: {type: NUMERIC_STEPPER, min: 0.1, max: 2.5, step: 0.2}}
      - {name: kinds, uiComponent: {type: MULTI_SELECT_DROPDOWN}, options: {values: [a, b]}}
      - {name: odds, type: Array<Number>, uiComponent: {min: 1, step: 2}}
      - {name: shade, options: {values: [dark]}, freeform: true}
      - {name: page, uiComponent: {type: CODE_EDITOR, language: html}}
    request:
      method: POST
      url: "/boards/{{params.board}}/notes"
      query: {n: "{{params.count}}"}
      headers: {X-By: "{{identity.name}}"}
      json: {text: "{{params.text}}", pinned: "{{params.pinned}}", count: "{{params.count}}", tags: "{{params.tags}}", meta: "{{params.meta}}", v: 2, due: "{{params.due}}"}
    response: {root: data, ok_when: {path: ok, is: true}, error: {code: code, text: message}}
  get:
    request: {url: /get}
  form:
    params: [{name: a, type: String}]
    request: {method: PUT, url: "https://files.acme.example/f", form: {a: "{{params.a}}", b: 1}}
  text:
    request: {method: POST, url: /text, text: "hello {{tenant}}"}
  elsewhere:
    params: [{name: where, type: String}]
    request: {url: "https://{{params.where}}/steal"}
  open:
    signin: false
    request: {url: /open, auth: none}
`

func run(t *testing.T, s *testserver.StandIn, action string, params map[string]any) (integrations.ActionResult, error) {
	t.Helper()
	return parse(t, s, actionPage).(integrations.ActionRunner).RunAction(t.Context(), integrations.ActionRequest{
		Config: config(), Action: action, Params: params,
		Kept: integrations.Kept{AccessToken: secret.New("the-token"), Identity: integrations.Identity{Name: "ada"}},
	})
}

func TestActionRequest(t *testing.T) {
	s := testserver.StartProviderStandIn(t, testserver.Route{Path: "/v1/boards/*", Answers: []testserver.Answer{
		{JSON: map[string]any{"ok": true, "data": map[string]any{"id": 12345678901234567, "text": "hi"}}},
	}})
	r, err := run(t, s, "add", map[string]any{"board": "a/b", "text": "x \"y\" <z>", "count": "3", "tags": []any{"t"}, "meta": `{"k": [1]}`, "due": "2026-11-25", "colour": "blue", "rank": json.Number("2")})
	if err != nil {
		t.Fatal(err)
	}
	got := s.Requests()[0]
	equal(t, "request", asRequest(got), sent{
		Method: "POST", Address: "https://api.acme.example/v1/boards/a/b/notes", Accept: "application/json", Type: "application/json",
		Query: url.Values{"format": {"json"}, "n": {"3"}},
		JSON: map[string]any{
			"text": "x \"y\" <z>", "pinned": false, "count": json.Number("3"), "tags": []any{"t"}, "meta": map[string]any{"k": []any{json.Number("1")}},
			"v": json.Number("2"), "due": "2026-11-25",
		},
	})
	for name, want := range map[string]string{"X-Acme-Token": "Acme the-token", "X-Tenant": "blue", "X-By": "ada", "X-Key": ""} {
		if v := got.Header.Get(name); v != want {
			t.Errorf("header %s is %q, want %q", name, v, want)
		}
	}
	equal(t, "result", string(r.Result), `{"id":12345678901234567,"text":"hi"}`)
	if len(r.Exchanges) != 1 || r.Exchanges[0].Status != 200 || strings.Contains(r.Exchanges[0].RequestHeader.Get("X-Acme-Token"), "the-token") {
		t.Errorf("exchanges: %+v", r.Exchanges)
	}
	if !strings.Contains(r.Exchanges[0].URL, "/boards/a%2Fb/notes") {
		t.Errorf("the value was not encoded in the path: %s", r.Exchanges[0].URL)
	}
}

// TestActionParameters: each mistake names its parameter, and nothing is sent.
func TestActionParameters(t *testing.T) {
	full := map[string]any{"board": "b", "text": "t"}
	tests := []struct {
		name string
		more map[string]any
		want string
	}{
		{"missing", map[string]any{"text": nil}, "text is missing"},
		{"empty is missing", map[string]any{"text": ""}, "text is missing"},
		{"unknown, near", map[string]any{"pined": true}, "unknown parameter pined; did you mean pinned?"},
		{"unknown", map[string]any{"zzzzzz": 1}, "unknown parameter zzzzzz; there are board, text, pinned, count, tags, meta, due, colour, rank, size, kinds, odds, shade, page"},
		{"no number", map[string]any{"count": "three"}, "count must be a number"},
		{"truth is no number", map[string]any{"count": true}, "count must be a number"},
		{"no truth", map[string]any{"pinned": "yes"}, "pinned must be true or false"},
		{"no object", map[string]any{"meta": "[1]"}, "meta must be a JSON object"},
		{"no array", map[string]any{"tags": "[1"}, "tags must be a JSON array"},
		{"no date", map[string]any{"due": "tomorrow"}, "due must be a date such as 2026-11-25"},
		{"no text", map[string]any{"text": []any{1}}, "text must be text"},
		{"no choice", map[string]any{"colour": "green"}, "colour can be red or blue"},
		{"below min", map[string]any{"size": 0}, "size must be at least 0.1"},
		{"above max", map[string]any{"size": "2.6"}, "size must be at most 2.5"},
		{"between two steps", map[string]any{"size": json.Number("0.4")}, "size must go in steps of 0.2 from 0.1"},
		{"very large", map[string]any{"size": json.Number("1e300")}, "size must be at most 2.5"},
		{"very small", map[string]any{"size": json.Number("1e-999999999")}, "size must be at least 0.1"},
		{"one of a list below min", map[string]any{"odds": []any{1, -1}}, "odds must be at least 1"},
		{"one of a list between two steps", map[string]any{"odds": "[3, 4]"}, "odds must go in steps of 2 from 1"},
		{"several choices, one of them none", map[string]any{"kinds": []any{"a", "c"}}, "kinds can be a or b"},
		{"no choice of numbers", map[string]any{"rank": 3}, "rank can be 1 or 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := testserver.StartProviderStandIn(t)
			params := map[string]any{}
			for k, v := range full {
				params[k] = v
			}
			for k, v := range tt.more {
				params[k] = v
			}
			_, err := run(t, s, "add", params)
			if !errors.Is(err, integrations.ErrBadParams) || !strings.HasSuffix(err.Error(), ": "+tt.want) {
				t.Errorf("%v, want ErrBadParams: %s", err, tt.want)
			}
			if n := len(s.Requests()); n > 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
	_, err := run(t, testserver.StartProviderStandIn(t), "got", nil)
	if !errors.Is(err, integrations.ErrUnknownAction) || !strings.Contains(err.Error(), "did you mean get?") {
		t.Errorf("%v, want ErrUnknownAction and the nearest", err)
	}
}

// TestActionAnswers: what counts as a result, and what as an error.
func TestActionAnswers(t *testing.T) {
	tests := []struct {
		name, action string
		answer       testserver.Answer
		result       string
		want         *integrations.ActionError
	}{
		{"JSON", "get", testserver.Answer{JSON: []int{1}}, `[1]`, nil},
		{"JSON as text", "get", testserver.Answer{Body: ` {"a": 1}`, Header: map[string]string{"Content-Type": "text/plain"}}, `{"a": 1}`, nil},
		{"text", "get", testserver.Answer{Body: "all is well\n", Header: map[string]string{"Content-Type": "text/plain"}}, `"all is well\n"`, nil},
		{"form-like text stays text", "get", testserver.Answer{Body: "a=b", Header: map[string]string{"Content-Type": "text/plain"}}, `"a=b"`, nil},
		{"nothing", "get", testserver.Answer{Status: 204}, `null`, nil},
		{"bytes", "get", testserver.Answer{Body: "\xff\xfe\x00", Header: map[string]string{"Content-Type": "image/png"}}, `"(3 bytes of image/png)"`, nil},
		{"401", "get", testserver.Answer{Status: 401, JSON: map[string]any{"error": "invalid_token"}}, "", &integrations.ActionError{Status: 401, Message: "invalid_token (HTTP 401 Unauthorized)", Unauthorized: true}},
		{"429", "get", testserver.Answer{Status: 429, Header: map[string]string{"Retry-After": "9"}}, "", &integrations.ActionError{Status: 429, Message: "HTTP 429 Too Many Requests", RetryAfter: 9 * time.Second}},
		{"words of an error", "get", testserver.Answer{Status: 422, JSON: map[string]any{"errors": []any{map[string]any{"message": "too \x1b[1mlong: the-token"}}}}, "", &integrations.ActionError{Status: 422, Message: "too long: ••• (HTTP 422 Unprocessable Entity)"}},
		{"a page", "get", testserver.Answer{Status: 500, Body: "<html>"}, "", &integrations.ActionError{Status: 500, Message: "HTTP 500 Internal Server Error"}},
		{"error inside 200", "add", testserver.Answer{JSON: map[string]any{"ok": false, "code": "E7", "message": "no such board"}}, "", &integrations.ActionError{Status: 200, Message: "E7 no such board (HTTP 200 OK)"}},
		{"no root in a good answer", "add", testserver.Answer{JSON: map[string]any{"ok": true}}, `{"ok":true}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := testserver.StartProviderStandIn(t, testserver.Route{Path: "*", Answers: []testserver.Answer{tt.answer}})
			params := map[string]any{}
			if tt.action == "add" {
				params = map[string]any{"board": "b", "text": "t"}
			}
			r, err := run(t, s, tt.action, params)
			var failed *integrations.ActionError
			if errors.As(err, &failed) != (tt.want != nil) || err != nil && tt.want == nil {
				t.Fatalf("%v, want %v", err, tt.want)
			}
			equal(t, "error", failed, tt.want)
			equal(t, "result", string(r.Result), tt.result)
			if len(r.Exchanges) != 1 {
				t.Errorf("%d exchanges, want 1 in any case", len(r.Exchanges))
			}
		})
	}
}

// TestB6_TokenStaysInItsHosts: api.hosts is the fence.
func TestB6_TokenStaysInItsHosts(t *testing.T) {
	for _, host := range []string{"evil.example", "api.acme.example.evil.example", "api.acme.example:8443"} {
		s := testserver.StartProviderStandIn(t)
		if _, err := run(t, s, "elsewhere", map[string]any{"where": host}); !errors.Is(err, errWrongHost) || len(s.Requests()) > 0 {
			t.Errorf("%s: %v, %d requests; want none", host, err, len(s.Requests()))
		}
	}
	s := testserver.StartProviderStandIn(t, testserver.Route{Path: "/f", Answers: []testserver.Answer{{JSON: 1}}})
	if _, err := run(t, s, "form", map[string]any{"a": "x y"}); err != nil {
		t.Fatal(err)
	}
	equal(t, "form request", asRequest(s.One("/f")), sent{
		Method: "PUT", Address: "https://files.acme.example/f", Accept: "application/json", Type: "application/x-www-form-urlencoded",
		Query: url.Values{"format": {"json"}}, Form: url.Values{"a": {"x y"}, "b": {"1"}},
	})
}

func TestActionBodies(t *testing.T) {
	s := testserver.StartProviderStandIn(t,
		testserver.Route{Path: "/v1/text", Answers: []testserver.Answer{{JSON: 1}}}, testserver.Route{Path: "/v1/open", Answers: []testserver.Answer{{JSON: 1}}})
	if _, err := run(t, s, "text", nil); err != nil {
		t.Fatal(err)
	}
	if got := s.One("/v1/text"); got.Body != "hello blue" || got.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%q as %s", got.Body, got.Header.Get("Content-Type"))
	}
	if _, err := run(t, s, "open", nil); err != nil {
		t.Fatal(err)
	}
	if got := s.One("/v1/open").Header.Get("X-Acme-Token"); got != "" {
		t.Errorf("an action without authentication sent %q", got)
	}
}

// TestActionDryRun: the request as it would be, masked, and none sent.
func TestActionDryRun(t *testing.T) {
	s := testserver.StartProviderStandIn(t)
	r, err := parse(t, s, actionPage).(integrations.ActionRunner).RunAction(t.Context(), integrations.ActionRequest{
		Config: config(), Action: "get", DryRun: true, Kept: integrations.Kept{AccessToken: secret.New("the-token")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Exchanges) != 1 || r.Exchanges[0].Status != 0 || r.Exchanges[0].URL != "https://api.acme.example/v1/get?format=json" || len(s.Requests()) > 0 {
		t.Errorf("%+v, %d requests", r.Exchanges, len(s.Requests()))
	}
	if h := r.Exchanges[0].RequestHeader; strings.Contains(h.Get("X-Acme-Token"), "the-token") || h.Get("X-Acme-Token") == "" {
		t.Errorf("header %v", h)
	}
}

// TestActionUnreachable: no answer is an error of the call, with its exchange.
func TestActionUnreachable(t *testing.T) {
	c := &oauthflow.Caller{HTTP: &http.Client{Transport: refusing{}}}
	i, err := Parse(c, Page{Name: "x.yaml", YAML: []byte(actionPage)})
	if err != nil {
		t.Fatal(err)
	}
	r, err := i.(integrations.ActionRunner).RunAction(t.Context(), integrations.ActionRequest{Config: config(), Action: "get"})
	var e *oauthflow.Error
	if !errors.As(err, &e) || e.Class != oauthflow.ClassTransient || len(r.Exchanges) != 1 {
		t.Errorf("%v, %d exchanges", err, len(r.Exchanges))
	}
}

type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("refused") }

func TestActionsAreDescribed(t *testing.T) {
	list := parse(t, nil, actionPage).(integrations.ActionRunner).Actions()
	var names []string
	for _, a := range list {
		names = append(names, a.Name)
	}
	equal(t, "order of the page", names, []string{"add", "get", "form", "text", "elsewhere", "open"})
	add := list[0]
	if add.Label != "Add" || !add.Destructive || !add.SignIn || list[5].SignIn || len(add.Params) != 14 || list[1].Label != "get" {
		t.Errorf("%+v", add)
	}
	equal(t, "a parameter", add.Params[1], integrations.Param{Name: "text", Label: "Text", Type: "String", Required: true, Widget: "MULTI_LINE_TEXT"})
	equal(t, "a default", add.Params[2].Default, any(false))
	equal(t, "a number", add.Params[9], integrations.Param{Name: "size", Label: "size", Type: "Number", Widget: "NUMERIC_STEPPER", Min: "0.1", Max: "2.5", Step: "0.2"})
	if p := add.Params[10]; p.Type != "Array<String>" || !p.Multiple || add.Params[4].Multiple || add.Params[12].Multiple {
		t.Errorf("several choices: %+v", p)
	}
	if !add.Params[12].Freeform || add.Params[13].Language != "html" {
		t.Errorf("%+v, %+v", add.Params[12], add.Params[13])
	}
}

// TestActionLimitsAreKept: what min, max, step and choices let through goes out.
func TestActionLimitsAreKept(t *testing.T) {
	for name, more := range map[string]map[string]any{
		"least": {"size": json.Number("0.1")}, "greatest": {"size": "2.5"}, "three steps of 0.2": {"size": 0.7}, "exponent": {"size": json.Number("5e-1")},
		"a list": {"odds": "[1, 3.0, 5]"}, "no list": {"odds": []any{}}, "several": {"kinds": []any{"b", "a"}}, "another shade": {"shade": "light"},
	} {
		s := testserver.StartProviderStandIn(t, testserver.Route{Path: "*", Answers: []testserver.Answer{{JSON: map[string]any{"ok": true}}}})
		more["board"], more["text"] = "b", "t"
		if _, err := run(t, s, "add", more); err != nil || len(s.Requests()) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestActionTextsOfLists: what a person typed for an array.
func TestActionTextsOfLists(t *testing.T) {
	params := map[string]integrations.Param{}
	for _, p := range parse(t, nil, actionPage).(integrations.ActionRunner).Actions()[0].Params {
		params[p.Name] = p
	}
	for _, c := range []struct {
		param, text string
		want        any
		ok          bool
	}{
		{"tags", "", nil, true},
		{"tags", " a, b\nc ,", []any{"a", "b", "c"}, true},
		{"tags", `["a, b", "c"]`, []any{"a, b", "c"}, true},
		{"tags", "[a", nil, false},
		{"odds", "1, 3", []any{json.Number("1"), json.Number("3")}, true},
		{"odds", "1, x", nil, false},
		{"kinds", "b", []any{"b"}, true},
	} {
		v, ok := params[c.param].Text(c.text)
		if ok != c.ok {
			t.Errorf("%s %q: %v", c.param, c.text, ok)
		}
		if c.ok {
			equal(t, c.param+" "+c.text, v, c.want)
		}
	}
}

// TestActionErrorScopes is RFC 6750 §3.1 and what stands in for it.
func TestActionErrorScopes(t *testing.T) {
	page := minimal + "api: {base_url: https://api.acme.example}\nactions: {a: {request: {url: /a}, scopes: [read, write]}}\n"
	challenge := map[string]string{"WWW-Authenticate": `Bearer error="insufficient_scope", scope="admin audit"`}
	for _, c := range []struct {
		name   string
		answer testserver.Answer
		kept   integrations.Kept
		want   []string
	}{
		{"named", testserver.Answer{Status: 403, Header: challenge}, integrations.Kept{ScopesGranted: []string{"read"}}, []string{"admin", "audit"}},
		{"not named", testserver.Answer{Status: 403}, integrations.Kept{ScopesGranted: []string{"read"}}, []string{"write"}},
		{"not named, nothing granted", testserver.Answer{Status: 403}, integrations.Kept{ScopesGranted: []string{}}, []string{"read", "write"}},
		{"granted what was asked for", testserver.Answer{Status: 403}, integrations.Kept{ScopesAsked: []string{"write"}}, []string{"read"}},
		{"nobody knows", testserver.Answer{Status: 403}, integrations.Kept{}, nil},
		{"all of them granted", testserver.Answer{Status: 403}, integrations.Kept{ScopesGranted: []string{"read", "write"}}, nil},
		{"no scopes at all", testserver.Answer{Status: 403, Header: map[string]string{"WWW-Authenticate": "Bearer error=insufficient_scope, scope=\"caf\xc3\xa9 \\\"\""}}, integrations.Kept{ScopesGranted: []string{"read", "write"}}, nil},
		{"another status", testserver.Answer{Status: 404, Header: challenge}, integrations.Kept{ScopesGranted: []string{}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := testserver.StartProviderStandIn(t, testserver.Route{Path: "/a", Answers: []testserver.Answer{c.answer}})
			c.kept.AccessToken = secret.New("the-token")
			_, err := parse(t, s, page).(integrations.ActionRunner).RunAction(t.Context(), integrations.ActionRequest{Config: config(), Action: "a", Kept: c.kept})
			var failed *integrations.ActionError
			if !errors.As(err, &failed) {
				t.Fatal(err)
			}
			equal(t, "scopes", failed.Scopes, c.want)
		})
	}
}
