package form

import (
	"strings"
	"testing"
)

// TestGroups: the keys of groups and lists, and what they make of the value.
func TestGroups(t *testing.T) {
	for _, test := range []struct {
		name string
		x    Field
		keys []string
		want string
		at   string // the name of the field with the focus then
	}{
		{"members in their JSON types", Field{Kind: Group, Members: []Field{
			{Name: "s"},
			{Name: "n", Kind: Number},
			{Name: "t", Kind: Toggle},
			{Name: "c", Kind: Check},
			{Name: "j", Kind: JSON},
			{Name: "o", Kind: Choice, Options: []Option{{Value: "1", Label: "One", JSON: "1"}}},
			{Name: "d", Kind: Date},
		}}, []string{"tab", "'1", "tab", "'1", "tab", "space", "tab", "n", "tab", "'[1]", "tab", "right", "tab", "'2026-11-25"}, `{"s":"1","n":1,"t":true,"c":false,"j":[1],"o":1,"d":"2026-11-25"}`, "x.d"},
		{"what has no value is left out", Field{Kind: Group, Members: []Field{{Name: "a"}, {Name: "b"}, {Name: "t", Kind: Toggle}}}, []string{"tab", "tab", "'x"}, `{"b":"x"}`, "x.b"},
		{"nothing is nothing", Field{Kind: Group, Members: []Field{{Name: "a"}, {Name: "t", Kind: Toggle}}}, nil, "", "x"},
		{"a wrong number is text", Field{Kind: Group, Members: []Field{{Name: "a", Kind: Number}}}, []string{"tab", "'1x"}, `{"a":"1x"}`, "x.a"},
		{"names that JSON must quote", Field{Kind: Group, Members: []Field{{Name: `a"<b`}}}, []string{"tab", "'<"}, `{"a\"<b":"<"}`, `x.a"<b`},
		{"folded members are passed", Field{Kind: Group, Members: []Field{{Name: "a"}}}, []string{"space", "tab"}, "", "y"},
		{"an element is added at the end", people(), []string{"a"}, `[{"name":"Ada","mail":"ada@example.com"},{"name":"Bo"},{}]`, "x"},
		{"or behind another", people(), []string{"tab", "a"}, `[{"name":"Ada","mail":"ada@example.com"},{},{"name":"Bo"}]`, "x.0"},
		{"and filled", people(), []string{"tab", "a", "tab", "tab", "tab", "tab", "'Cy"}, `[{"name":"Ada","mail":"ada@example.com"},{"name":"Cy"},{"name":"Bo"}]`, "x.1.name"},
		{"removed", people(), []string{"tab", "d", "d"}, `[{"name":"Bo"}]`, "x.0"},
		{"not without asking", people(), []string{"tab", "d", "tab", "shift+tab", "d"}, `[{"name":"Ada","mail":"ada@example.com"},{"name":"Bo"}]`, "x.0"},
		{"an empty one at once", people(), []string{"a", "tab", "tab", "tab", "tab", "tab", "tab", "tab", "d"}, `[{"name":"Ada","mail":"ada@example.com"},{"name":"Bo"}]`, "y"},
		{"the last removed", people(), []string{"tab", "d", "d", "d", "d"}, "", "y"},
		{"moved down", people(), []string{"tab", "J"}, `[{"name":"Bo"},{"name":"Ada","mail":"ada@example.com"}]`, "x.1"},
		{"and up again", people(), []string{"tab", "J", "ctrl+up"}, `[{"name":"Ada","mail":"ada@example.com"},{"name":"Bo"}]`, "x.0"},
		{"the first does not move up", people(), []string{"tab", "K"}, `[{"name":"Ada","mail":"ada@example.com"},{"name":"Bo"}]`, "x.0"},
		{"adding unfolds", people(), []string{"space", "a", "tab"}, `[{"name":"Ada","mail":"ada@example.com"},{"name":"Bo"},{}]`, "x.0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.x.Name = "x"
			f := New([]Field{test.x, {Name: "y"}})
			f.SetFocus(0)
			do(f, test.keys...)
			if got := f.Value("x"); got != test.want {
				t.Errorf("%s\nwant %s", got, test.want)
			}
			if got := f.Name(f.Focus()); got != test.at {
				t.Errorf("the focus is on %s, want %s", got, test.at)
			}
		})
	}
}

// TestNeededMembers: those of a group that is not needed are needed once it has a value; those of an element always.
func TestNeededMembers(t *testing.T) {
	members := []Field{{Name: "a", Required: true}, {Name: "b"}}
	for _, test := range []struct {
		name  string
		x     Field
		value string
		bad   string
	}{
		{"group without a value", Field{Kind: Group, Members: members}, "", ""},
		{"group with one", Field{Kind: Group, Members: members}, `{"b":"x"}`, "x.a"},
		{"needed group", Field{Kind: Group, Members: members, Required: true}, "", "x"},
		{"empty element", Field{Kind: List, Members: members}, `[{"a":"1"},{}]`, "x.1.a"},
		{"needed list", Field{Kind: List, Members: members, Required: true}, "", "x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.x.Name = "x"
			f := New([]Field{test.x})
			f.SetValues(map[string]string{"x": test.value})
			f.find("x").folded = true
			f.flatten()
			bad := ""
			if !f.CheckAll() {
				bad = f.Name(f.Focus())
			}
			if bad != test.bad {
				t.Errorf("wrong is %q, want %q", bad, test.bad)
			}
		})
	}
}

// TestMembersLoaded: the value that was there before its members were known goes to them, and is not lost if it cannot.
func TestMembersLoaded(t *testing.T) {
	members := []Field{{Name: "a", Kind: Number}, {Name: "b"}}
	for _, test := range []struct {
		name, value string
		kind        Kind
		members     []Field
		want        string
		then        Kind
		len         int
	}{
		{"an object", `{"a":1}`, Group, members, `{"a":1}`, Group, 3},
		{"no value", "", Group, members, "", Group, 3},
		{"a list", `[{"a":1},{}]`, List, members, `[{"a":1},{}]`, List, 7},
		{"none can be known", `{"a":1}`, Group, nil, "{\n  \"a\": 1\n}", JSON, 1},
		{"a value of another shape", `{"z":1}`, Group, members, "{\n  \"z\": 1\n}", JSON, 1},
		{"no fields at all", "", Group, []Field{}, "", Group, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := New([]Field{{Name: "x", Kind: test.kind, Value: test.value}})
			f.SetFocus(0)
			if f.Value("x") != test.value {
				t.Errorf("before: %s", f.Value("x"))
			}
			f.SetMembers("x", test.members)
			if got := f.Value("x"); got != test.want || f.Kind(0) != test.then || f.Len() != test.len || !f.Check("x") {
				t.Errorf("%s, kind %d, %d fields; want %s, %d, %d", got, f.Kind(0), f.Len(), test.want, test.then, test.len)
			}
		})
	}
}

// TestMembersLoadedAgain: when what a Group depends on changes, its members are forgotten, even if they could not be known.
func TestMembersLoadedAgain(t *testing.T) {
	for _, members := range [][]Field{{{Name: "a"}}, nil} {
		f := New([]Field{{Name: "of", Kind: Pick}, {Name: "x", Kind: List, DependsOn: []string{"of"}}})
		f.SetPicked("of", Option{Value: "1", Label: ""})
		if f.Cleared() != nil {
			t.Error("cleared before anything was loaded")
		}
		f.SetMembers("x", members)
		f.SetPicked("of", Option{Value: "2", Label: ""})
		if got := strings.Join(f.Cleared(), " "); got != "x" || f.Kind(1) != List || f.Value("x") != "" {
			t.Errorf("cleared %q, kind %d, value %q", got, f.Kind(1), f.Value("x"))
		}
		f.SetMembers("x", []Field{{Name: "b"}})
		if f.SetText("x", `[{"b":"1"}]`); f.Len() != 4 {
			t.Errorf("%d fields, want 4", f.Len())
		}
	}
}

// TestPicked: names stand beside values, several are added and taken away, and values keep their JSON type.
func TestPicked(t *testing.T) {
	f := New([]Field{{Name: "g", Kind: Group, Members: []Field{{Name: "one", Kind: Pick}, {Name: "more", Kind: Pick, Multiple: true}}}})
	f.SetPicked("g.one", Option{Value: "7", JSON: "7", Label: "Seven\x1b[31m"})
	f.SetPicked("g.more", Option{Value: "a", Label: "A"})
	f.SetPicked("g.more", Option{Value: "2", JSON: "2"})
	f.SetPicked("g.more", Option{Value: "a", Label: "A"})
	if got := f.Value("g"); got != `{"one":7,"more":[2]}` {
		t.Error(got)
	}
	if name := f.find("g.one").w.(*pick).name; strings.Contains(name, "\x1b") {
		t.Errorf("the name is %q", name)
	}
	f.SetValues(map[string]string{"g": `{"one":7}`})
	if got := f.Value("g"); got != `{"one":7}` {
		t.Error(got)
	}
	f.SetText("g.one", "8")
	if got := f.Value("g.one"); got != "8" || f.find("g.one").w.(*pick).name != "" {
		t.Errorf("%q is still called %q", got, f.find("g.one").w.(*pick).name)
	}
}
