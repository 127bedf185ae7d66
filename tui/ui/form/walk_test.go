package form

import (
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"authdeck/tui/theme"
)

// everything is a form with a field of every kind.
func everything() []Field {
	list := []Field{{Name: "first", Label: "First", Required: true}}
	for i, st := range []string{"text-long-label", "lines", "code", "json", "number", "toggle", "choice-few", "choice-many", "free-typed", "multi", "multi-tags", "date", "datetime", "file", "group", "list", "pick-own-text", "pick-several"} {
		for _, s := range states() {
			if s.name != st {
				continue
			}
			for _, x := range s.fields {
				x.Name = string(rune('a'+i)) + x.Name
				list = append(list, x)
			}
		}
	}
	list = append(list, boards()...)
	return append(list, Field{Name: "unknown", Kind: List}, Field{Name: "late", Kind: Choice, Options: countries, DependsOn: []string{"first", "board"}})
}

// TestAnyKeys: whatever is pressed, pasted or put into the fields, nothing panics, each line of each view is as wide as it
// must be, the field with the focus is in the window, and values that are JSON are JSON.
func TestAnyKeys(t *testing.T) {
	names := []string{
		"enter", "esc", "tab", "shift+tab", "up", "down", "left", "right", "backspace", "delete", "home", "end", "pgup", "pgdown", "space",
		"ctrl+a", "ctrl+e", "ctrl+u", "ctrl+k", "ctrl+w", "ctrl+o", "alt+down", "ctrl+up", "ctrl+down", "ctrl+home", "ctrl+end", "ctrl+n",
		"a", "d", "J", "K", "+", "-", "{", "}", "\"", ",", ":", "1", "9", "e", "é", "日", "t", "y", "n", "[", "]", "/",
	}
	texts := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"2026-02-29", "1e999999999", "-", `[{"name":"x"},{}]`, `{"from":"a","range":{"after":"2026-01-31"}}`, "a\r\nb\tc\u202e", "[]", "{", "\x1b[31mred\x1b]52;c;aGk=\x07"}))
	rapid.Check(t, func(t *rapid.T) {
		f := NewIn(world(), everything())
		look := theme.Options{ASCII: rapid.Bool().Draw(t, "ascii")}
		th := theme.New(look)
		f.SetFocus(rapid.IntRange(0, f.Len()-1).Draw(t, "focus"))
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 11).Draw(t, "what") {
			case 0:
				f.SetFocus(rapid.IntRange(-1, f.Len()).Draw(t, "to"))
			case 1:
				f.Paste(texts.Draw(t, "pasted"))
			case 2:
				f.SetText(f.Name(rapid.IntRange(0, f.Len()-1).Draw(t, "field")), texts.Draw(t, "text"))
			case 3:
				f.SetPicked("board", Option{Value: texts.Draw(t, "value"), Label: texts.Draw(t, "label")})
			case 4:
				f.CheckAll()
				f.Rest(rapid.Bool().Draw(t, "resting"))
			default:
				do(f, rapid.SampledFrom(names).Draw(t, "key"))
			}
			width, height := rapid.IntRange(16, 90).Draw(t, "width"), rapid.IntRange(1, 30).Draw(t, "height")
			lines, at := f.View(th, width)
			walked(t, lines, width)
			part, above, below := f.Window(th, width, height)
			walked(t, part, width)
			if len(part) != height || above < 0 || below < 0 {
				t.Fatalf("%d lines, want %d; %d above, %d below", len(part), height, above, below)
			}
			if at >= 0 && !contains(part, lines[at]) {
				t.Fatalf("the field with the focus is not in the window of %d lines", height)
			}
		}
	})
}

func walked(t *rapid.T, lines []string, width int) {
	for _, l := range lines {
		if n := ansi.StringWidth(l); n != width {
			t.Fatalf("%d cells, want %d: %q", n, width, l)
		}
		for _, r := range ansi.Strip(l) {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e {
				t.Fatalf("%U in %q", r, l)
			}
		}
	}
}

func contains(lines []string, line string) bool {
	for _, l := range lines {
		if l == line {
			return true
		}
	}
	return false
}
