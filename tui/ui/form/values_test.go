package form

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"authdeck/tui/theme"
)

// chain is a form in which notes depend on a list, which depends on a board.
func chain() *Form {
	f := New([]Field{
		{Name: "board", Label: "Board", Kind: Pick},
		{Name: "list", Label: "List", Kind: Pick, DependsOn: []string{"board"}},
		{Name: "note", Label: "Note", Kind: Choice, Options: options("A", "B"), DependsOn: []string{"list"}, Required: true},
		{Name: "all", Kind: Toggle, DependsOn: []string{"board"}},
		{Name: "other", Value: "stays", DependsOn: []string{"nobody"}},
	})
	f.SetValues(map[string]string{"board": "b", "list": "l", "note": "a"})
	return f
}

// TestDepends: what depends on a changed field loses its value, and what depends on that; a preset changes nothing else.
func TestDepends(t *testing.T) {
	for _, test := range []struct {
		name    string
		change  func(*Form)
		cleared string
		values  map[string]string
	}{
		{"a preset clears nothing", func(*Form) {}, "", map[string]string{"board": "b", "list": "l", "note": "a", "other": "stays"}},
		{"the first", func(f *Form) { f.SetPicked("board", Option{Value: "b2", Label: ""}) }, "list note", map[string]string{"board": "b2", "other": "stays"}},
		{"the same value again", func(f *Form) { f.SetPicked("board", Option{Value: "b", Label: "Board"}) }, "", map[string]string{"board": "b", "list": "l", "note": "a", "other": "stays"}},
		{"one in the middle", func(f *Form) { f.SetPicked("list", Option{Value: "l2", Label: ""}) }, "note", map[string]string{"board": "b", "list": "l2", "other": "stays"}},
		{"a key", func(f *Form) { f.SetFocus(1); do(f, "backspace") }, "note", map[string]string{"board": "b", "other": "stays"}},
		{"text of an editor", func(f *Form) { f.SetText("board", "b3\n") }, "list note", map[string]string{"board": "b3", "other": "stays"}},
		{"a toggle that is on", func(f *Form) { f.SetFocus(3); do(f, "space"); f.SetPicked("board", Option{Value: "b4", Label: ""}) }, "list note all", map[string]string{"board": "b4", "all": "false", "other": "stays"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := chain()
			test.change(f)
			if got := strings.Join(f.Cleared(), " "); got != test.cleared {
				t.Errorf("cleared %q, want %q", got, test.cleared)
			}
			if again := f.Cleared(); again != nil {
				t.Errorf("it says so again: %q", again)
			}
			if got := f.Values(); !maps.Equal(got, test.values) {
				t.Errorf("%v, want %v", got, test.values)
			}
		})
	}
}

// TestWaits: until the parents have values a field takes none and says what it waits for.
func TestWaits(t *testing.T) {
	f := New([]Field{
		{Name: "a", Label: "Account"},
		{Name: "b", Label: "Board"},
		{Name: "x", DependsOn: []string{"a", "b"}, Required: true},
		{Name: "g", Kind: Group, Members: []Field{{Name: "a", Label: "Inner"}, {Name: "y", DependsOn: []string{"a", "b"}}}},
	})
	f.FocusOn("x")
	do(f, "'text")
	if f.Value("x") != "" || strings.Join(f.Waits("x"), ",") != "Account,Board" {
		t.Errorf("%q, waits for %q", f.Value("x"), f.Waits("x"))
	}
	if f.Check("x"); f.find("x").problem != "choose Account, Board first" {
		t.Errorf("it says %q", f.find("x").problem)
	}
	if got := strings.Join(f.Waits("g.y"), ","); got != "Inner,Board" {
		t.Errorf("a member waits for %q, want the one beside it first", got)
	}
	f.SetValues(map[string]string{"a": "1", "b": "2"})
	do(f, "'text")
	if f.Value("x") != "text" || f.Waits("x") != nil || !f.Check("x") {
		t.Errorf("%q, waits for %q", f.Value("x"), f.Waits("x"))
	}
}

// TestValues: what was put there comes back in another form of the same fields.
func TestValues(t *testing.T) {
	values := map[string]string{
		"afirst": "x", "first": "one", "ay": "y", "bx": " Dear\n\nall", "cx": "f()\n", "dx": "[1]", "ex": "15", "fx": "true", "gx": "date", "hx": "chile", "ix": "Atlantis",
		"jx": `["brazil","japan"]`, "kx": `["red","dark blue"]`, "lx": "2026-11-25", "mx": "2026-11-25T14:30:00+01:00", "nx": "/tmp/words.txt",
		"ofilter": `{"from":"ada","size":3,"range":{"after":"2026-01-31"},"unread":false}`, "pto": `[{"name":"Ada"},{"name":"Bo","mail":"b"}]`,
		"qx": "C1", "rx": `["a",2]`, "board": "b", "list": "l", "late": "norway", "notify": "true", "unknown": `[{"a":1}]`,
	}
	f := NewIn(world(), everything())
	if got := f.SetValues(values); strings.Join(got, ",") != "afirst" {
		t.Errorf("unknown are %q", got)
	}
	delete(values, "afirst")
	got := f.Values()
	for name, want := range values {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	if !f.CheckAll() {
		x := f.focused()
		if x.path != "nx" {
			t.Errorf("%s: %s", x.path, x.problem)
		}
	}
	if f.Cleared() != nil {
		t.Error("filling it cleared fields")
	}
	again := NewIn(world(), everything())
	again.SetValues(got)
	if !maps.Equal(again.Values(), got) {
		t.Errorf("%v, want %v", again.Values(), got)
	}
}

// TestRefusedValues: a value that does not go with its field leaves it as it was, and the field says so.
func TestRefusedValues(t *testing.T) {
	members := []Field{{Name: "a", Kind: Number}, {Name: "b"}}
	for _, test := range []struct {
		name        string
		field       Field
		text        string
		want, plain string
	}{
		{"no choice", Field{Kind: Choice, Options: countries, Value: "chile"}, "Mars", "chile", "not one of the choices"},
		{"one of several", Field{Kind: Multi, Options: countries, Value: `["chile"]`}, `["brazil","mars"]`, `["chile"]`, "not one of the choices: mars"},
		{"neither true nor false", Field{Kind: Check}, "yes", "", "neither true nor false"},
		{"a toggle", Field{Kind: Toggle, Value: "true"}, "1", "true", "neither true nor false"},
		{"an object that is none", Field{Kind: Group, Members: members, Value: `{"a":1}`}, "{", `{"a":1}`, "1:2: a name in quotes or } is expected"},
		{"an array for an object", Field{Kind: Group, Members: members, Value: `{"a":1}`}, "[]", `{"a":1}`, "not an object"},
		{"a member too many", Field{Kind: Group, Members: members}, `{"a":1,"c":2}`, `{"a":1}`, "has no member c"},
		{"an object for a list", Field{Kind: List, Members: members}, `{"a":1}`, "", "not a list of objects"},
		{"too many elements", Field{Kind: List, Members: members}, "[" + strings.Repeat("{},", 500) + "{}]", "", "more than 500 elements"},
		{"text too long", Field{Kind: Lines}, strings.Repeat("x", maxArea+1), "", tooLong},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.field.Name = "x"
			f := New([]Field{test.field})
			if f.SetText("x", test.text) {
				t.Error("it was taken")
			}
			if f.Value("x") != test.want || f.fields[0].problem != test.plain {
				t.Errorf("%q, %q; want %q, %q", f.Value("x"), f.fields[0].problem, test.want, test.plain)
			}
		})
	}
	if New(nil).SetText("x", "a") {
		t.Error("a field that is not there took a text")
	}
}

// TestEdit: what an editor of the user's own gets, and what is taken of what it wrote.
func TestEdit(t *testing.T) {
	for _, test := range []struct {
		name      string
		field     Field
		text, ext string
		back      string
		want      string
	}{
		{"a line", Field{Value: "a b"}, "a b", ".txt", "a\nc\n", "a c"},
		{"lines", Field{Kind: Lines, Value: "a\nb"}, "a\nb", ".txt", "c\nd\n", "c\nd"},
		{"lines with an end", Field{Kind: Lines, Value: "a\n"}, "a\n", ".txt", "c\n", "c\n"},
		{"code", Field{Kind: Code, Language: "Python", Value: "x"}, "x", ".py", "y\r\n", "y"},
		{"code of no language", Field{Kind: Code, Value: "x"}, "x", ".js", "y", "y"},
		{"code of another language", Field{Kind: Code, Language: "APL", Value: "x"}, "x", ".txt", "y", "y"},
		{"JSON", Field{Kind: JSON, Value: `{"a":1}`}, `{"a":1}`, ".json", "[\n1]\n", "[\n1]"},
		{"a group", Field{Kind: Group, Members: []Field{{Name: "a"}}, Value: `{"a":"1"}`}, "{\n  \"a\": \"1\"\n}", ".json", `{"a": "2"}`, `{"a":"2"}`},
		{"several", Field{Kind: Multi, Options: countries, Value: `["chile"]`}, "[\n  \"chile\"\n]", ".json", `["Brazil"]`, `["brazil"]`},
		{"a moment", Field{Kind: DateTime, Value: "2026-11-25T14:30:00Z"}, "2026-11-25 14:30", ".txt", "2026-11-26 10:00", "2026-11-26T10:00:00Z"},
		{"a secret stays", Field{Secret: true, Value: "hunter2"}, "", ".txt", "other", "other"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.field.Name = "x"
			f := New([]Field{test.field})
			if text, ext := f.Edit("x"); text != test.text || ext != test.ext {
				t.Errorf("%q in a file %q, want %q in %q", text, ext, test.text, test.ext)
			}
			if !f.SetText("x", test.back) || f.Value("x") != test.want || !f.Touched("x") {
				t.Errorf("%q, want %q; it says %q", f.Value("x"), test.want, f.fields[0].problem)
			}
		})
	}
}

// TestProblemStays: what the provider said stays until the value is another one, also when the field is left.
func TestProblemStays(t *testing.T) {
	f := New([]Field{{Name: "x"}, {Name: "y"}})
	f.SetFocus(0)
	do(f, "'a")
	f.Problem("x", "taken already")
	f.SetFocus(1)
	if f.fields[0].problem != "taken already" {
		t.Errorf("after leaving: %q", f.fields[0].problem)
	}
	f.SetFocus(0)
	do(f, "'b")
	if f.fields[0].problem != "" {
		t.Errorf("after a change: %q", f.fields[0].problem)
	}
}

// TestRest: while the focus is elsewhere there is no cursor and nothing is checked; then all is as before.
func TestRest(t *testing.T) {
	th := theme.New(theme.Options{})
	f := New([]Field{{Name: "x", Label: "X", Kind: Number, Hint: "hint"}})
	f.SetFocus(0)
	do(f, "'abc")
	before, _ := f.View(th, 40)
	f.Rest(true)
	resting, at := f.View(th, 40)
	window, _, _ := f.Window(th, 40, 1)
	if len(resting) != 1 || at != 0 || strings.Contains(resting[0], "\x1b[7m") || window[0] != resting[0] || f.Focus() != 0 || f.fields[0].problem != "" {
		t.Errorf("%q, %q, focus %d, %q", resting, window, f.Focus(), f.fields[0].problem)
	}
	f.Rest(false)
	if after, _ := f.View(th, 40); !slices.Equal(before, after) {
		t.Errorf("%q, want %q", after, before)
	}
}

// TestWindow: the field with the focus is whole in sight wherever it is, the window moves no more than it must, and the
// counts say what is not in sight.
func TestWindow(t *testing.T) {
	var fields []Field
	for i := range 30 {
		fields = append(fields, Field{Name: string(rune('a' + i)), Label: "Field " + string(rune('A'+i)), Hint: "one\ntwo"})
	}
	fields[20].Kind = Lines
	th := theme.New(theme.Options{})
	f := New(fields)
	order := slices.Concat(rangeOf(0, 29), rangeOf(29, 0), []int{15, 3, 29, 0})
	for _, at := range order {
		f.SetFocus(at)
		for range 2 {
			all, from := f.View(th, 40)
			lines, above, below := f.Window(th, 40, 10)
			whole := all[from : from+len(all)-29]
			if !strings.Contains(strings.Join(lines, "\n"), strings.Join(whole, "\n")) {
				t.Fatalf("field %d is not whole in sight:\n%s", at, strings.Join(lines, "\n"))
			}
			if above+below < 19 || above+below > 28 || above > at || below > 29-at {
				t.Fatalf("field %d: %d above, %d below", at, above, below)
			}
		}
	}
	f.SetFocus(5)
	f.Window(th, 40, 10)
	before := f.top
	f.SetFocus(4)
	if f.Window(th, 40, 10); f.top != before {
		t.Error("the window moved though the field was in sight")
	}
	f.SetFocus(29)
	if lines, _, below := f.Window(th, 40, 10); below != 0 || strings.TrimSpace(lines[9]) == "" {
		t.Errorf("room is left below the last field:\n%s", strings.Join(lines, "\n"))
	}
	if lines, above, below := f.Window(th, 40, 100); above+below != 0 || len(lines) != 100 {
		t.Errorf("all of it has room: %d lines, %d above, %d below", len(lines), above, below)
	}
}

func rangeOf(from, to int) (list []int) {
	step := 1
	if to < from {
		step = -1
	}
	for i := from; i != to+step; i += step {
		list = append(list, i)
	}
	return list
}
