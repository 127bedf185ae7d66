package annotation

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

func folder(files ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		m[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return m
}

func read(t *testing.T, files ...string) Service {
	t.Helper()
	s, err := Read(folder(files...))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// service wraps the members of a class into an entry.
func service(comment, members string) []string {
	return []string{Entry, comment + "\nclass Harbour {\n" + members + "\n}\nFlowrunner.ServerCode.addService(Harbour, [])\n"}
}

// TestBelongs is §2.1: which comment belongs to a method.
func TestBelongs(t *testing.T) {
	for name, c := range map[string]struct {
		members string
		want    bool
	}{
		"directly before":             {"/** @operationName Berth */\nasync berth() {}", true},
		"a line comment between":      {"/** @operationName Berth */\n// eslint-disable-next-line\nberth() {}", true},
		"a line comment on the line":  {"/** @operationName Berth */ // later\nberth() {}", true},
		"two line comments":           {"/** @operationName Berth */\n// one\n// two\nberth() {}", true},
		"blank lines between":         {"/** @operationName Berth */\n\n\nberth() {}", true},
		"an ordinary block comment":   {"/* @operationName Berth */\nberth() {}", false},
		"another comment between":     {"/** @operationName Berth */\n/* x */\nberth() {}", false},
		"code between":                {"/** @operationName Berth */\nx = 1\nberth() {}", false},
		"a private method":            {"/** @operationName Berth */\n#berth() {}", false},
		"a computed name":             {"/** @operationName Berth */\n['berth']() {}", false},
		"a quoted name":               {"/** @operationName Berth */\n'berth'() {}", false},
		"an accessor":                 {"/** @operationName Berth */\nget berth() { return 1 }", false},
		"an empty comment":            {"/***/\nberth() {}", true},
		"async generator-less method": {"/** @operationName Berth */\nasync berth(a, b = 1) { return a }", true},
		"static":                      {"/** @operationName Berth */\nstatic berth() {}", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := read(t, service("", c.members)...)
			got := len(s.Methods) == 1 && s.Methods[0].Name == "berth"
			if got != c.want {
				t.Errorf("methods %+v, want it there: %v", s.Methods, c.want)
			}
		})
	}
}

// TestTags is §2.1 and §2.3: how tags are read.
func TestTags(t *testing.T) {
	s := read(t, service("", `
  /**
   * Text before the first tag is ignored.
   * @operationName Find Ships
   * @operationName Not This One
   * @category Ships
   * @description Finds ships
   *   of one harbour.
   *
   * Second paragraph.
   * @route GET /ships
   * @appearanceColor #102030 #405060
   * @executionTimeoutInSeconds 120
   * @requiredOauth2Scopes ships.read, berths.read | berths.write
   * @paramDef {"type":"String","name":"harbour","label":"Harbour","required":true,"dictionary":"harbours"}
   * @paramDef {"type":"Number","name":"limit","default":20,"uiComponent":{"type":"NUMERIC_STEPPER","min":1,"max":100}}
   * @paramDef {"type":"String","name":"state","dependsOn":["harbour"],
   *   "uiComponent":{"type":"dropdown","options":{"values":["At sea",{"label":"Moored","value":"m"},3],"multiselect":true}}} and more words
   * @sampleResult {"id":1} // the smallest
   * @sampleResultLoader {"methodName":"sample","dependsOn":["harbour"]}
   * @unknownTag whatever
   * @returns {Array<Ship>}
   */
  async findShips(harbour, limit, state) {}

  /**
   * @operationName
   */
  unnamed() {}

  /**
   * @registerAs DICTIONARY of harbours
   * @operationName Harbours
   */
  harbours(payload) {}

  /**
   * @operationName Inner
   * @private
   */
  inner() {}
`)...)
	if len(s.Methods) != 4 {
		t.Fatalf("%d methods", len(s.Methods))
	}
	m := s.Methods[0]
	one, hundred := 1.0, 100.0
	want := Method{
		Name: "findShips", Operation: "Find Ships", Named: true, Category: "Ships",
		Description: "Finds ships of one harbour.\n\nSecond paragraph.", Route: "GET /ships", Timeout: 120,
		Colours: []string{"#102030", "#405060"}, Scopes: [][]string{{"ships.read"}, {"berths.read", "berths.write"}},
		Params: []Param{
			{Name: "harbour", Type: "String", Label: "Harbour", Required: true, Dictionary: "harbours"},
			{Name: "limit", Type: "Number", Default: 20.0, Component: &Component{Type: "NUMERIC_STEPPER", Min: &one, Max: &hundred}},
			{Name: "state", Type: "String", DependsOn: []string{"harbour"}, Component: &Component{Type: "DROPDOWN", Options: ComponentOptions{
				Values:   []Choice{{"At sea", "At sea"}, {"Moored", "m"}, {"3", 3.0}},
				Multiple: true,
			}}},
		},
		Sample:     json.RawMessage(`{"id":1}`),
		SampleFrom: &Loader{Method: "sample", DependsOn: []string{"harbour"}},
		File:       Entry, Line: m.Line,
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got  %+v\nwant %+v", m, want)
	}
	if m.Line != 26 { // that of `async findShips`
		t.Errorf("line %d", m.Line)
	}
	var actions []string
	for _, m := range s.Methods {
		if m.Action() {
			actions = append(actions, m.Name)
		}
	}
	if !reflect.DeepEqual(actions, []string{"findShips", "unnamed"}) {
		t.Errorf("actions %v", actions)
	}
	if s.Methods[2].Kind != Dictionary {
		t.Errorf("kind %q", s.Methods[2].Kind)
	}
}

// TestDropped is §2.1: what is no JSON or has no name is dropped and told with its line, since positions shift.
func TestDropped(t *testing.T) {
	s := read(t, service("", `
  /**
   * @operationName Berth
   * @paramDef {"type":"String","name":"first"}
   * @paramDef {"type":"String" "name":"second"}
   * @paramDef {"type":"String","label":"third"}
   * @paramDef {"type":"String","name":"fourth"}
   * @executionTimeoutInSeconds soon
   */
  berth() {}`)...)
	if n := len(s.Methods[0].Params); n != 2 || s.Methods[0].Params[1].Name != "fourth" {
		t.Errorf("params %+v", s.Methods[0].Params)
	}
	var lines []int
	for _, p := range s.Problems {
		if p.File != Entry || !p.Error {
			t.Errorf("problem %+v", p)
		}
		lines = append(lines, p.Line)
	}
	if !reflect.DeepEqual(lines, []int{7, 8, 10}) {
		t.Errorf("lines %v", lines)
	}
}

// TestClass is §1.2 and §2.2: which class is the service, and what its comment says.
func TestClass(t *testing.T) {
	comment := "/**\n * @integrationName Harbour Master\n * @integrationIcon /icon.svg\n * @requireOAuth\n */\n"
	method := "/** @operationName Berth */\nberth() {}"
	for name, files := range map[string][]string{
		"declared and registered":    {Entry, comment + "class Harbour {" + method + "}\nFlowrunner.ServerCode.addService(Harbour, [])"},
		"by the old name":            {Entry, comment + "class Harbour {" + method + "}\nBackendless.ServerCode.addService(Harbour)"},
		"a constant":                 {Entry, comment + "const Harbour = class {" + method + "}\nFlowrunner.ServerCode.addService(Harbour, [])"},
		"in another file":            {Entry, "const Harbour = require('./harbour')\nFlowrunner.ServerCode.addService(Harbour, [])", "src/harbour.js", comment + "class Harbour {" + method + "}\nmodule.exports = Harbour"},
		"exported, in a folder":      {Entry, "const { Harbour } = require(\"./lib\")\nFlowrunner.ServerCode.addService(Harbour)", "src/lib/index.js", comment + "class Harbour {" + method + "}\nmodule.exports = { Harbour }"},
		"under another name":         {Entry, "const Service = require('./harbour.js')\nFlowrunner.ServerCode.addService(Service)", "src/harbour.js", comment + "class Harbour {" + method + "}\nmodule.exports = Harbour"},
		"the last call wins":         {Entry, "class Old { /** @operationName Old */\nold() {} }\n" + comment + "class Harbour {" + method + "}\nFlowrunner.ServerCode.addService(Old)\nFlowrunner.ServerCode.addService(Harbour)"},
		"the mark of sign-in astray": {Entry, strings.Replace(comment, " * @requireOAuth\n", "", 1) + "class Harbour {" + method + "}\n/*\n * @requireOAuth\n */\nFlowrunner.ServerCode.addService(Harbour)"},
	} {
		t.Run(name, func(t *testing.T) {
			s := read(t, files...)
			if s.Name != "Harbour Master" || s.Icon != "/icon.svg" || !s.RequireOAuth || len(s.Methods) != 1 || s.Methods[0].Name != "berth" {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestRefused: what is not a service, with the reason.
func TestRefused(t *testing.T) {
	if _, err := Read(folder("index.js", "")); !errors.Is(err, ErrNoService) {
		t.Errorf("no entry: %v", err)
	}
	if _, err := Read(folder(Entry, "class Harbour {}")); !errors.Is(err, ErrNoService) {
		t.Errorf("nothing registered: %v", err)
	}
	var syntax *SyntaxError
	if _, err := Read(folder(Entry, "const x = 1\nclass {")); !errors.As(err, &syntax) || syntax.Line != 2 || syntax.File != Entry {
		t.Errorf("syntax: %v", err)
	}
	if _, err := Read(folder(Entry, "require('./broken')", "src/broken.js", "let 1")); !errors.As(err, &syntax) || syntax.File != "src/broken.js" {
		t.Errorf("syntax of another file: %v", err)
	}
	outside := folder("service/"+Entry, "require('../../secret')\nclass H {}\nFlowrunner.ServerCode.addService(H)", "secret.js", "let 1")
	sub, err := outside.Sub("service")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Read(sub); err != nil || len(s.Files) != 1 {
		t.Errorf("a file outside of the folder: %v %v", s.Files, err)
	}
}

// TestItems is §1.3: config items that are literals are read from the text; others are known once the code ran.
func TestItems(t *testing.T) {
	const types = "const { TYPES } = Flowrunner.ServerCode.ConfigItems\nconst HINT = 'from ' + 'the console'\n"
	for name, c := range map[string]struct {
		items string
		want  []Item
		known bool
	}{
		"literals": {
			`[{ name: 'clientId', displayName: "Client ID", type: Flowrunner.ServerCode.ConfigItems.TYPES.STRING, required: true, shared: true, hint: HINT },
			  { name: 'environment', type: TYPES.STRING, options: ['live', 'test'], defaultValue: 'live' }, { name: ` + "`key`" + `, type: TYPES.TEXT, required: !1 }]`,
			[]Item{
				{Name: "clientId", DisplayName: "Client ID", Type: "STRING", Required: true, Shared: true, Hint: "from the console"},
				{Name: "environment", Type: "CHOICE", Options: []string{"live", "test"}, Default: "live"},
				{Name: "key", Type: "TEXT"},
			},
			true,
		},
		"none":          {"[]", []Item{}, true},
		"made by code":  {"makeItems()", []Item{}, false},
		"spread":        {"[...BASE, { name: 'x' }]", []Item{}, false},
		"without names": {"[{ type: 'STRING' }]", []Item{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := read(t, Entry, types+"class H {}\nFlowrunner.ServerCode.addService(H, "+c.items+")")
			if !reflect.DeepEqual(s.Items, c.want) || s.ItemsKnown != c.known {
				t.Errorf("got %+v (known %v)", s.Items, s.ItemsKnown)
			}
		})
	}
	if s := read(t, Entry, "class H {}\nFlowrunner.ServerCode.addService(H)"); !s.ItemsKnown || len(s.Items) != 0 {
		t.Errorf("no second argument: %+v", s)
	}
}

// TestTypedef is §2.5.
func TestTypedef(t *testing.T) {
	s := read(t, Entry, `
/**
 * @typedef {Object} Ship
 * @property {String} name The name
 * @property {Array<{a: Number}>} [cargo] what it carries
 * @property {String} [flag=none]
 * @property {Number} berth.depth
 * @property {Number} [crew[].age]
 */
class H {}
/** @typedef Crew
 * @paramDef {"name":"captain","type":"String","required":true}
 */
Flowrunner.ServerCode.addService(H)`)
	ship := s.Types["Ship"]
	want := []Member{
		{Name: "name", Type: "String", Description: "The name"},
		{Name: "cargo", Type: "Array<{a: Number}>", Description: "what it carries", Optional: true},
		{Name: "flag", Type: "String", Optional: true},
		{Name: "berth.depth", Type: "Number"},
		{Name: "crew[].age", Type: "Number", Optional: true},
	}
	if !reflect.DeepEqual(ship.Members, want) {
		t.Errorf("got %+v", ship.Members)
	}
	if crew := s.Types["Crew"]; len(crew.Members) != 1 || crew.Members[0].Name != "captain" || crew.Members[0].Optional {
		t.Errorf("crew %+v", crew)
	}
}

func FuzzAnnotations(f *testing.F) {
	f.Add(" * @operationName X\n * @paramDef {\"name\":\"a\"}\n")
	f.Add("@paramDef [{]}{\"\\")
	f.Add("@property {a{b} [x[].y=1] z")
	f.Fuzz(func(t *testing.T, body string) {
		tags := tagsOf(body, 1)
		r := &reading{}
		m := r.method("m", tags, "f", 1)
		for _, p := range m.Params {
			if p.Name == "" {
				t.Error("a parameter without a name was kept")
			}
		}
		if m.Sample != nil && !json.Valid(m.Sample) {
			t.Errorf("a sample that is no JSON: %q", m.Sample)
		}
		if d, ok := r.typedef(tags, "f"); ok && d.Name == "" {
			t.Error("a type without a name was kept")
		}
		last := 0
		for _, tag := range tags {
			if tag.line < last || tag.name == "" && !strings.Contains(body, "@") {
				t.Errorf("tag %+v", tag)
			}
			last = tag.line
		}
	})
}
