package form

import (
	"strings"
	"testing"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"authdeck/tui/theme"
)

func press(f *Form, text string) {
	for _, r := range text {
		f.Key(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

func specialKey(code rune, mod tea.KeyMod) tea.KeyPressMsg {
	return tea.KeyPressMsg{Code: code, Mod: mod}
}

// TestEditing: the keys of a line.
func TestEditing(t *testing.T) {
	tests := []struct {
		name string
		keys []tea.KeyPressMsg
		want string
	}{
		{"backspace", []tea.KeyPressMsg{specialKey(tea.KeyBackspace, 0)}, "one tw"},
		{"word", []tea.KeyPressMsg{specialKey('w', tea.ModCtrl)}, "one "},
		{"all before", []tea.KeyPressMsg{specialKey(tea.KeyLeft, 0), specialKey('u', tea.ModCtrl)}, "o"},
		{"all after", []tea.KeyPressMsg{specialKey(tea.KeyHome, 0), specialKey('k', tea.ModCtrl)}, ""},
		{"insert in the middle", []tea.KeyPressMsg{specialKey('a', tea.ModCtrl), {Code: 'X', Text: "X"}}, "Xone two"},
		{"delete", []tea.KeyPressMsg{specialKey(tea.KeyHome, 0), specialKey(tea.KeyDelete, 0)}, "ne two"},
		{"beyond the ends", []tea.KeyPressMsg{specialKey(tea.KeyRight, 0), specialKey(tea.KeyHome, 0), specialKey(tea.KeyLeft, 0), specialKey(tea.KeyBackspace, 0)}, "one two"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := New([]Field{{Name: "a", Value: "one two"}})
			f.SetFocus(0)
			for _, k := range test.keys {
				if !f.Key(k) {
					t.Errorf("%s was not taken", k)
				}
			}
			if got := string(f.fields[0].w.(*line).edit.runes); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// TestCheck: what a field refuses.
func TestCheck(t *testing.T) {
	tests := []struct {
		name  string
		field Field
		want  string
	}{
		{"required", Field{Required: true}, "needed"},
		{"spaces are nothing", Field{Required: true, Value: "  "}, "needed"},
		{"kept", Field{Required: true, Secret: true, Kept: true}, ""},
		{"number", Field{Kind: Number, Value: "1e3"}, ""},
		{"no number", Field{Kind: Number, Value: "1,5"}, "not a number"},
		{"a quoted number is none", Field{Kind: Number, Value: `"1"`}, "not a number"},
		{"JSON", Field{Kind: JSON, Value: `[1]`}, ""},
		{"no JSON", Field{Kind: JSON, Value: `[1`}, "not a JSON value, 1:3: a comma or ] is expected"},
		{"pattern", Field{Value: "git.example.org", Pattern: `[a-z.]+`}, ""},
		{"the pattern holds for the whole", Field{Value: "git.example.org/x", Pattern: `[a-z.]+|x`}, "not in the form that is expected"},
		{"a pattern that is none", Field{Value: "x", Pattern: `(`}, ""},
		{"a required choice has one", Field{Kind: Choice, Required: true, Options: []Option{{Value: "a"}}}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.field.Name = "x"
			f := New([]Field{test.field})
			if ok := f.Check("x"); ok != (test.want == "") || f.fields[0].problem != test.want {
				t.Errorf("%q, want %q", f.fields[0].problem, test.want)
			}
		})
	}
}

// TestChoice: right and left go around; one that is not required can be none.
func TestChoice(t *testing.T) {
	for _, test := range []struct {
		required bool
		want     string
	}{{true, "a b a b"}, {false, " a b  b"}} {
		f := New([]Field{{Name: "x", Kind: Choice, Required: test.required, Options: []Option{{Value: "a"}, {Value: "b"}}}})
		f.SetFocus(0)
		got := []string{f.Value("x")}
		for _, k := range []rune{tea.KeyRight, tea.KeyRight, tea.KeyRight, tea.KeyLeft} {
			f.Key(specialKey(k, 0))
			got = append(got, f.Value("x"))
		}
		if test.required {
			got = got[:4]
		}
		want := strings.Split(test.want, " ")
		if !test.required {
			want = []string{"", "a", "b", "", "b"}
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("required %v: %q, want %q", test.required, got, want)
		}
	}
}

// TestSecret: a secret is never drawn, neither while it is typed nor after.
func TestSecret(t *testing.T) {
	for _, kind := range []Kind{Text, Number, File, Lines, Code, JSON} {
		secretOf(t, kind)
	}
}

func secretOf(t *testing.T, kind Kind) {
	t.Helper()
	f := New([]Field{{Name: "s", Label: "Secret", Secret: true, Kind: kind, Language: "json"}})
	for focus := -1; focus <= 0; focus++ {
		f.SetFocus(0)
		press(f, "ŒÞØßÐ¶§")
		f.SetFocus(focus)
		lines, _ := f.View(theme.New(theme.Options{Colour: true}), 60)
		if all := ansi.Strip(strings.Join(lines, "\n")); strings.ContainsAny(all, "ŒÞØßÐ¶§") || !strings.Contains(all, "•••••••") {
			t.Errorf("focus %d:\n%s", focus, all)
		}
	}
	f.Settle("s")
	if f.Value("s") != "" || f.Touched("s") || !f.Check("s") {
		t.Errorf("after it was kept: %q", f.Value("s"))
	}
}

// TestSecretMember: neither what a folded group says of itself nor an editor of the user's own shows a secret in it.
func TestSecretMember(t *testing.T) {
	members := []Field{{Name: "key", Secret: true}}
	for _, x := range []Field{
		{Name: "x", Kind: Group, Members: members, Value: `{"key":"hunter2"}`},
		{Name: "x", Kind: List, Members: members, Value: `[{"key":"hunter2"}]`},
	} {
		f := New([]Field{x})
		for i := range f.Len() {
			f.SetFocus(f.Len() - 1 - i)
			do(f, "left")
			lines, _ := f.View(theme.New(theme.Options{}), 60)
			if all := strings.Join(lines, "\n"); strings.Contains(all, "hunter2") {
				t.Error(all)
			}
		}
		if text, _ := f.Edit("x"); text != "" || f.Value("x") == "" {
			t.Errorf("an editor gets %q", text)
		}
	}
}

// TestView: whatever is typed or pasted, each line is exactly as wide as it must be, holds nothing that a terminal obeys,
// and the cursor is in sight.
func TestView(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := New([]Field{
			{Name: "a", Label: "Label", Prefix: rapid.SampledFrom([]string{"", "https://"}).Draw(t, "prefix"), Required: true},
			{Name: "b", Label: strings.Repeat("long ", 6), Secret: true, Hint: "hint"},
			{Name: "c", Label: "Toggle", Kind: Toggle},
			{Name: "d", Label: "Choice", Kind: Choice, Options: []Option{{Value: "a", Label: "one"}}},
		})
		f.SetFocus(rapid.IntRange(-1, 3).Draw(t, "focus"))
		f.Paste(rapid.String().Draw(t, "text"))
		for range rapid.IntRange(0, 20).Draw(t, "left") {
			f.Key(specialKey(tea.KeyLeft, 0))
		}
		f.CheckAll()
		width := rapid.IntRange(20, 90).Draw(t, "width")
		lines, at := f.View(theme.New(theme.Options{ASCII: rapid.Bool().Draw(t, "ascii")}), width)
		for _, l := range lines {
			if n := ansi.StringWidth(l); n != width {
				t.Fatalf("%d cells, want %d: %q", n, width, l)
			}
			for _, r := range ansi.Strip(l) {
				if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
					t.Fatalf("%U in %q", r, l)
				}
			}
		}
		if f.Focus() >= 0 && at < 0 {
			t.Fatal("the field with the focus is not in sight")
		}
		if f.Focus() == 0 && !strings.Contains(lines[at], "\x1b[7m") {
			t.Fatalf("no cursor in %q", lines[at])
		}
	})
}

// TestHints: a hint and a problem are read to their end at every width; below a narrow column of values they begin left.
func TestHints(t *testing.T) {
	const hint = "the secret is sent with each exchange, and it is shown once only"
	for _, width := range []int{24, 40, 55, 75, 120} {
		f := New([]Field{{Name: "a", Label: "Client secret", Required: true, Hint: hint}})
		f.SetFocus(0)
		for _, want := range []string{hint, "needed"} {
			lines, at := f.View(theme.New(theme.Options{}), width)
			said := strings.Join(strings.Fields(ansi.Strip(strings.Join(lines[at+1:], " "))), " ")
			if !strings.Contains(said, want) {
				t.Errorf("in %d cells: %q", width, said)
			}
			f.CheckAll()
		}
	}
}
