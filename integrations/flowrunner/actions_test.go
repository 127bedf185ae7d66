package flowrunner

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner/annotation"
	"authdeck/internal/secret"
)

func configOf(pairs ...string) integrations.Config {
	cfg := integrations.Config{}
	for i := 0; i+1 < len(pairs); i += 2 {
		cfg[pairs[i]] = secret.New(pairs[i+1])
	}
	return cfg
}

// one is a service of one text, with its provider.
func one(t testing.TB, text string, provider http.Handler) *Service {
	t.Helper()
	r := newRig(t, map[string]string{"one": text})
	s, err := r.h.Open(t.Context(), r.dir+"/one")
	if err != nil {
		t.Fatal(err)
	}
	return s.Played(provider)
}

// TestFromText is the table of reference/flowrunner.md §4: what a person typed, by the declared type.
func TestFromText(t *testing.T) {
	for _, c := range []struct {
		name, def, text, want string // want "-": absent, "!": refused
	}{
		{"String as it is", `{"type":"String"}`, `{"a":1}`, `"{\"a\":1}"`},
		{"type in lower case", `{"type":"string"}`, `12`, `"12"`},
		{"no type", `{}`, `12`, `"12"`},
		{"String with a date picker", `{"type":"String","uiComponent":{"type":"DATE_PICKER"}}`, `2026-01-15`, `"2026-01-15"`},
		{"String with a date-time picker", `{"type":"String","uiComponent":{"type":"DATE_TIME_PICKER"}}`, `2026-01-15T10:30:00+02:00`, `"2026-01-15T08:30:00.000Z"`},
		{"String with a picker, other words", `{"type":"String","uiComponent":{"type":"DATE_PICKER"}}`, `tomorrow`, `"tomorrow"`},
		{"Number", `{"type":"Number"}`, `12.50`, `12.50`},
		{"Number that is none", `{"type":"Number"}`, `twelve`, `!`},
		{"Number with a date picker", `{"type":"Number","uiComponent":{"type":"DATE_PICKER"}}`, `1970-01-02`, `86400000`},
		{"Boolean", `{"type":"Boolean"}`, `true`, `true`},
		{"Boolean that is none", `{"type":"Boolean"}`, `yes`, `!`},
		{"Date", `{"type":"Date"}`, `1970-01-02`, `86400000`},
		{"Date in milliseconds", `{"type":"Date"}`, `5`, `5`},
		{"Array as JSON", `{"type":"Array<String>"}`, `["a,b",1]`, `["a,b",1]`},
		{"Array of lines and commas", `{"type":"Array.<String>"}`, "a, b\nc", `["a","b","c"]`},
		{"Array of numbers", `{"type":"Number[]"}`, "1,2", `[1,2]`},
		{"Array of what are none", `{"type":"Array<Number>"}`, "1,x", `!`},
		{"Array of objects, one", `{"type":"Array<Object>"}`, `{"a":1}`, `[{"a":1}]`},
		{"Array of objects that are none", `{"type":"Array<Object>"}`, `a`, `!`},
		{"Object", `{"type":"Object"}`, `{"a":[1]}`, `{"a":[1]}`},
		{"Object that is none", `{"type":"Object"}`, `{a`, `!`},
		{"any as JSON", `{"type":"any"}`, `3`, `3`},
		{"any as text", `{"type":"*"}`, `three`, `"three"`},
		{"a typedef", `{"type":"Address"}`, `{"zip":1}`, `{"zip":1}`},
		{"a broken type takes JSON", `{"type":"Array.<Object"}`, `[{"a":1}]`, `[{"a":1}]`},
		{"a broken type takes text", `{"type":"Numeric"}`, `abc`, `"abc"`},
		{"FilesUploadOptions", `{"type":"FilesUploadOptions"}`, `{"scope":"FLOW"}`, `{"scope":"FLOW"}`},
		{"empty is absent", `{"type":"Number"}`, ``, `-`},
		{"a choice is handed over as its value", `{"type":"String","uiComponent":{"type":"DROPDOWN","options":{"values":[{"label":"High","value":3}]}}}`, `High`, `3`},
		{"a choice by its value", `{"type":"Number","uiComponent":{"type":"DROPDOWN","options":{"values":[{"label":"High","value":3}]}}}`, `3`, `3`},
		{"a plain choice", `{"type":"String","uiComponent":{"type":"DROPDOWN","options":{"values":["Open","Closed"]}}}`, `Open`, `"Open"`},
		{"several choices", `{"type":"String","uiComponent":{"type":"DROPDOWN","options":{"multiple":true,"values":["a","b"]}}}`, `a,b`, `["a","b"]`},
		{"several choices on a list", `{"type":"Array<String>","uiComponent":{"type":"MULTI_SELECT_DROPDOWN","options":{"values":[{"label":"A","value":1},{"label":"B","value":2}]}}}`, `A,B`, `[1,2]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			def := c.def
			if def = strings.Replace(def, "{", `{"name":"p",`, 1); def == `{"name":"p",}` {
				def = `{"name":"p"}`
			}
			p := paramDef(t, def)
			v, ok := fromText(p, c.text)
			raw, err := json.Marshal(v)
			got := string(raw)
			switch {
			case !ok:
				got = "!"
			case v == nil:
				got = "-"
			}
			if err != nil || got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// paramDef is one as the annotation reader reads it.
func paramDef(t *testing.T, def string) annotation.Param {
	t.Helper()
	s := one(t, "class S { /** @operationName X\n * @paramDef "+def+"\n */ async x() {} }\nFlowrunner.ServerCode.addService(S, [])", http.NotFoundHandler())
	m, ok := s.method("x")
	if !ok || len(m.Params) != 1 {
		t.Fatalf("%+v", m)
	}
	return m.Params[0]
}

const actionsText = `
class S {
  constructor(config) { this.made = 0 }
  /** @operationName Echo
   * @paramDef {"type":"String","name":"first","defaultValue":"never injected"}
   * @paramDef {"type":"any","name":"second","required":true}
   * @paramDef {"type":"Number","name":"third"}
   */
  async echo(a, b, c = 'js default') { this.made++; return { args: [a, b, c], n: arguments.length, undef: a === undefined, made: this.made, keys: Object.keys(this.request.headers).sort() } }
  /** @registerAs DICTIONARY */
  async getThings(payload) { const { search, cursor, criteria } = payload; return { items: [{ label: 'L', value: { id: 7 } }], cursor: cursor === undefined ? 'next' : null, got: { search, cursor, criteria } } }
  /** @registerAs PARAM_SCHEMA_DEFINITION */
  async getFields({ criteria }) { return [{ name: criteria.kind || 'none', type: 'String' }] }
  /** @registerAs SAMPLE_RESULT_LOADER */
  async getSample({ criteria }) { return criteria }
  /** @registerAs SYSTEM
   * @operationName Not offered */
  async hidden() { return 1 }
  /** @operationName Private
   * @private */
  async internal() { return 1 }
  /** @operationName Fetch */
  async fetchIt() { console.log('before', 'secret-token-value'); return await Flowrunner.Request.get('https://api.example/x').set({ Authorization: 'Bearer ' + this.request.headers['oauth-access-token'] }) }
  /** @operationName Write */
  async writeIt() { await Flowrunner.Request.post('https://api.example/ok').send({}); return await Flowrunner.Request.get('https://api.example/x') }
  /** @operationName Throws */
  async throwsIt() { const e = new Error('no luck today'); e.code = 77; throw e }
  /** @operationName Odd */
  async odd() { return { d: new Date(0), u: undefined, b: Buffer.from('hi'), n: NaN } }
  /** @operationName Nothing */
  async nothing() {}
  /** @operationName Slow
   * @executionTimeoutInSeconds 1 */
  async slow() { await new Promise(r => setTimeout(r, 60000)) }
}
Flowrunner.ServerCode.addService(S, [])`

// TestRunAction: arguments by position, dictionaries and loaders by one object, results as JSON makes them.
func TestRunAction(t *testing.T) {
	s := one(t, actionsText, http.NotFoundHandler())
	for _, c := range []struct {
		name, action, params, want string
	}{
		{"in the order of the paramDefs; null stays null", "echo", `{"second":null,"third":3}`, `{"args":[null,null,3],"n":3,"undef":true,"made":1,"keys":[]}`},
		{"JSON goes in as it is; JavaScript's own defaults apply", "echo", `{"first":{"x":1},"second":"2"}`, `{"args":[{"x":1},"2","js default"],"n":3,"undef":false,"made":1,"keys":[]}`},
		{"a dictionary: criteria is always an object", "getThings", `{}`, `{"items":[{"label":"L","value":{"id":7}}],"cursor":"next","got":{"criteria":{}}}`},
		{"a dictionary by members", "getThings", `{"search":"a","cursor":"c","criteria":{"k":1}}`, `{"items":[{"label":"L","value":{"id":7}}],"cursor":null,"got":{"search":"a","cursor":"c","criteria":{"k":1}}}`},
		{"a dictionary by payload", "getThings", `{"payload":{"search":"a"}}`, `{"items":[{"label":"L","value":{"id":7}}],"cursor":"next","got":{"search":"a","criteria":{}}}`},
		{"a schema loader", "getFields", `{"criteria":{"kind":"zip"}}`, `[{"name":"zip","type":"String"}]`},
		{"a sample loader", "getSample", `{"criteria":{"a":1}}`, `{"a":1}`},
		{"dates, buffers, NaN", "odd", `{}`, `{"d":"1970-01-01T00:00:00.000Z","b":{"type":"Buffer","data":[104,105]},"n":null}`},
		{"undefined is null", "nothing", `{}`, `null`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var params map[string]any
			if err := json.Unmarshal([]byte(c.params), &params); err != nil {
				t.Fatal(err)
			}
			got, err := s.RunAction(t.Context(), integrations.ActionRequest{Action: c.action, Params: params})
			if err != nil || string(got.Result) != c.want {
				t.Errorf("%v\n got %s\nwant %s", err, got.Result, c.want)
			}
		})
	}
	for name, c := range map[string]struct {
		action, params string
		want           error
	}{
		"a required parameter":          {"echo", `{}`, integrations.ErrBadParams},
		"an unknown parameter":          {"echo", `{"second":1,"fourth":1}`, integrations.ErrBadParams},
		"criteria that is no object":    {"getThings", `{"criteria":1}`, integrations.ErrBadParams},
		"an action that is not there":   {"nope", `{}`, integrations.ErrUnknownAction},
		"a SYSTEM method is no action":  {"hidden", `{}`, integrations.ErrUnknownAction},
		"a private method is no action": {"internal", `{}`, integrations.ErrUnknownAction},
	} {
		t.Run(name, func(t *testing.T) {
			var params map[string]any
			if err := json.Unmarshal([]byte(c.params), &params); err != nil {
				t.Fatal(err)
			}
			if _, err := s.RunAction(t.Context(), integrations.ActionRequest{Action: c.action, Params: params}); !errors.Is(err, c.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestRunAction_Failures: what a failed run tells, and when it may be made again (§3.5).
func TestRunAction_Failures(t *testing.T) {
	for _, c := range []struct {
		name, action string
		status       int
		want         integrations.ActionError
	}{
		{"a 401 to a GET may be made again", "fetchIt", 401, integrations.ActionError{Status: 401, Message: "refused", Unauthorized: true}},
		{"a 401 after a POST that worked may not", "writeIt", 401, integrations.ActionError{Status: 401, Message: "refused"}},
		{"a 403", "fetchIt", 403, integrations.ActionError{Status: 403, Message: "refused"}},
		{"the service's own words", "throwsIt", 0, integrations.ActionError{Message: "no luck today"}},
		{"its time is over", "slow", 0, integrations.ActionError{Message: "Task execution is aborted due to timeout"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := one(t, actionsText, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/ok" {
					return
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(`{"message":"refused"}`))
			}))
			kept := integrations.Kept{AccessToken: secret.New("secret-token-value")}
			got, err := s.RunAction(t.Context(), integrations.ActionRequest{Action: c.action, Kept: kept})
			var e *integrations.ActionError
			if !errors.As(err, &e) {
				t.Fatalf("%v", err)
			}
			if diff := cmp.Diff(c.want, *e); diff != "" {
				t.Error(diff)
			}
			for _, line := range got.Console {
				if strings.Contains(line, "secret-token-value") {
					t.Errorf("a token is printed: %s", line)
				}
			}
			if c.action == "fetchIt" && (len(got.Console) != 1 || !strings.HasPrefix(got.Console[0], "log: before ")) {
				t.Errorf("%q", got.Console)
			}
		})
	}
}

// TestRunAction_DryRun: the first request is shown, with its secrets masked, and not sent.
func TestRunAction_DryRun(t *testing.T) {
	s := one(t, actionsText, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }))
	got, err := s.RunAction(t.Context(), integrations.ActionRequest{Action: "writeIt", DryRun: true, Kept: integrations.Kept{AccessToken: secret.New("secret-token-value")}})
	if err != nil || len(got.Exchanges) != 1 || got.Exchanges[0].Method != "POST" || got.Exchanges[0].URL != "https://api.example/ok" || got.Exchanges[0].Status != 0 {
		t.Errorf("%+v %v", got.Exchanges, err)
	}
}

// TestActions: what is listed, with the words for people.
func TestActions(t *testing.T) {
	s := one(t, actionsText, http.NotFoundHandler())
	var names []string
	for _, a := range s.Actions() {
		names = append(names, a.Name+" ("+a.Label+", "+a.Category+")")
	}
	want := []string{"echo (Echo, Other)", "fetchIt (Fetch, Other)", "writeIt (Write, Other)", "throwsIt (Throws, Other)", "odd (Odd, Other)", "nothing (Nothing, Other)", "slow (Slow, Other)"}
	if diff := cmp.Diff(want, names); diff != "" || s.ActionCount() != len(want) {
		t.Error(diff)
	}
	if _, ok := s.HiddenAction("getThings"); !ok {
		t.Error("a dictionary is run by name")
	}
	for _, name := range []string{"hidden", "internal", "echo", "toString"} {
		if _, ok := s.HiddenAction(name); ok {
			t.Errorf("%s is offered", name)
		}
	}
}

// TestFileParam: a file of the user reaches a service by an address that this program alone answers; a provider cannot read
// it, which is said.
func TestFileParam(t *testing.T) {
	r := newRig(t, map[string]string{"one": `
class S {
  /** @operationName In
   * @paramDef {"type":"String","name":"file","uiComponent":{"type":"FILE_SELECTOR"}} */
  async in(file) { return [new URL(file).protocol, (await Flowrunner.Request.get(file).setEncoding(null)).toString()] }
  /** @operationName Forward
   * @paramDef {"type":"String","name":"file","uiComponent":{"type":"FILE_SELECTOR"}} */
  async forward(file) { return await Flowrunner.Request.post('https://api.example/import').send({ url: file }) }
}
Flowrunner.ServerCode.addService(S, [])`})
	r.h.o.Files = t.TempDir()
	mine := filepath.Join(t.TempDir(), "mine.txt")
	if err := os.WriteFile(mine, []byte("my own"), 0o600); err != nil {
		t.Fatal(err)
	}
	opened, err := r.h.Open(t.Context(), r.dir+"/one")
	if err != nil {
		t.Fatal(err)
	}
	s := opened.Played(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) }))
	text := s.Actions()[0].Params[0].Text
	for given, want := range map[string]bool{"https://a.example/x.txt": true, mine: true, mine + ".not": false, t.TempDir(): false} {
		if _, ok := text(given); ok != want {
			t.Errorf("%s: %v", given, ok)
		}
	}
	file, _ := text(mine)
	got, err := s.RunAction(t.Context(), integrations.ActionRequest{Action: "in", Params: map[string]any{"file": file}})
	if err != nil || string(got.Result) != `["https:","my own"]` {
		t.Errorf("%s %v", got.Result, err)
	}
	got, err = s.RunAction(t.Context(), integrations.ActionRequest{Action: "forward", Params: map[string]any{"file": file}})
	if err != nil || len(got.Console) != 1 || !strings.Contains(got.Console[0], "api.example names a file of this computer") {
		t.Errorf("%q %v", got.Console, err)
	}
}

// TestUpload: a file that the service hands over lies in a folder of ours, and the result names it as a file.
func TestUpload(t *testing.T) {
	r := newRig(t, map[string]string{"one": `
class S {
  /** @operationName Up */
  async up() {
    const { url } = await this.flowrunner.Files.uploadFile(Buffer.from('00ff41', 'hex'), { filename: '../../evil name.txt', generateUrl: true, overwrite: true })
    const back = await Flowrunner.Request.get(url).setEncoding(null)
    return { url, back: back.toString('hex') }
  }
}
Flowrunner.ServerCode.addService(S, [])`})
	r.h.o.Files = t.TempDir()
	s, err := r.h.Open(t.Context(), r.dir+"/one")
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.RunAction(t.Context(), integrations.ActionRequest{Action: "up"})
	if err != nil {
		t.Fatal(err)
	}
	var out struct{ URL, Back string }
	if err := json.Unmarshal(got.Result, &out); err != nil || out.Back != "00ff41" {
		t.Fatalf("%s %v", got.Result, err)
	}
	played, err := s.Played(http.NotFoundHandler()).RunAction(t.Context(), integrations.ActionRequest{Action: "up"})
	if kept, globErr := filepath.Glob(r.h.o.Files + "/*"); err != nil || globErr != nil || len(kept) != 1 || !strings.Contains(string(played.Result), `"back":"00ff41"`) {
		t.Errorf("a played call leaves nothing: %v %s %v", err, played.Result, kept)
	}
	u, err := url.Parse(out.URL)
	if err != nil || u.Scheme != "file" || !strings.HasPrefix(u.Path, r.h.o.Files+"/") || !strings.HasSuffix(u.Path, "/evil name.txt") {
		t.Fatalf("%s", out.URL)
	}
	if body, err := os.ReadFile(u.Path); err != nil || string(body) != "\x00\xffA" {
		t.Errorf("%q %v", body, err)
	}
}
