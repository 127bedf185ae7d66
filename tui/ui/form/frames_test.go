package form

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"authdeck/tui/theme"
)

const lorem = "Dear all,\nthe meeting of Thursday is moved to Friday, since the room is taken.\n\n日本語の名前もここに書けます\nBye"

var countries = options("Argentina", "Brazil", "Chile", "Germany", "India", "Japan", "Niger", "Nigeria", "Norway")

func boards() []Field {
	return []Field{
		{Name: "board", Label: "Board", Kind: Pick, Required: true},
		{Name: "list", Label: "List", Kind: Pick, DependsOn: []string{"board"}, Required: true},
		{Name: "notify", Label: "Notify its members", Kind: Check, DependsOn: []string{"board"}},
	}
}

func filter() Field {
	return Field{Name: "filter", Label: "Filter", Kind: Group, Hint: "which messages", Members: []Field{
		{Name: "from", Label: "From", Required: true},
		{Name: "size", Label: "Size", Kind: Number, Min: "0"},
		{Name: "range", Label: "Range", Kind: Group, Members: []Field{{Name: "after", Label: "After", Kind: Date}, {Name: "before", Label: "Before", Kind: Date}}},
		{Name: "unread", Label: "Unread", Kind: Check},
	}}
}

func people() Field {
	return Field{Name: "to", Label: "To", Kind: List, Required: true, Value: `[{"name":"Ada","mail":"ada@example.com"},{"name":"Bo"}]`, Members: []Field{
		{Name: "name", Label: "Name", Required: true}, {Name: "mail", Label: "Mail"},
	}}
}

type state struct {
	name   string
	fields []Field
	keys   []string
	then   func(*Form)
}

func states() []state {
	area := Field{Name: "x", Label: "Message", Kind: Lines, Required: true, Hint: "what the mail says"}
	long := area
	long.Value = lorem
	object := Field{Name: "x", Label: "Filter", Kind: JSON, Hint: "a JSON object"}
	script := Field{Name: "x", Label: "Script", Kind: Code, Language: "JavaScript", Value: "function f(a) {\n  return a.map(x => x * 2).filter(x => x > 10)\n}"}
	number := Field{Name: "x", Label: "Limit", Kind: Number, Min: "5", Max: "100", Step: "5", Hint: "how many at most"}
	country := Field{Name: "x", Label: "Country", Kind: Choice, Options: countries, Hint: "where it is sent to"}
	free := country
	free.Freeform = true
	tags := Field{Name: "x", Label: "Countries", Kind: Multi, Options: countries}
	own := tags
	own.Freeform = true
	day := Field{Name: "x", Label: "Due", Kind: Date}
	moment := Field{Name: "x", Label: "Starts at", Kind: DateTime, Required: true, Hint: "in your own time zone"}
	return []state{
		{"text", []Field{{Name: "x", Label: "Query", Required: true, Hint: "what to look for"}}, []string{"'is:unread"}, nil},
		{"text-needed", []Field{{Name: "x", Label: "Query", Required: true}}, nil, func(f *Form) { f.CheckAll() }},
		{"text-outside", []Field{{Name: "x", Label: "Query"}, {Name: "y", Label: "Other"}}, nil, func(f *Form) { f.Problem("x", "the provider does not know this operator"); f.SetFocus(1) }},
		{"text-long-label", []Field{{Name: "x", Label: "The address to which answers are sent", Hint: "empty: the sender's"}, {Name: "y", Label: "返信先のメールアドレス", Required: true}}, nil, nil},
		{"text-cjk", []Field{{Name: "x", Label: "返信先のメールアドレス", Required: true, Value: "日本語の名前もここに書けます"}}, []string{"end"}, nil},
		{"lines-empty", []Field{area, {Name: "y", Label: "Other"}}, nil, nil},
		{"lines", []Field{long}, nil, nil},
		{"lines-end", []Field{long}, []string{"ctrl+end", "', and so on"}, nil},
		{"lines-left", []Field{long, {Name: "y", Label: "Other"}}, []string{"tab"}, nil},
		{"lines-needed", []Field{area}, nil, func(f *Form) { f.CheckAll() }},
		{"code", []Field{script}, nil, nil},
		{"code-sideways", []Field{script}, []string{"down", "end"}, nil},
		{"json-empty", []Field{object}, nil, nil},
		{"json", []Field{object}, []string{"'{", "enter", "'\"labels\": [\"a\", 1, true],", "enter", "'\"from\": {}", "enter", "'}"}, nil},
		{"json-wrong", []Field{object}, []string{"'{", "enter", "'\"a\": 1", "enter", "'\"b\": nul", "enter", "'}"}, func(f *Form) { f.CheckAll() }},
		{"json-left", []Field{object, {Name: "y", Label: "Other"}}, []string{"'[1, 2", "tab"}, nil},
		{"number", []Field{number}, []string{"+", "+"}, nil},
		{"number-wrong", []Field{number, {Name: "y", Label: "Other"}}, []string{"'12", "tab"}, nil},
		{"toggle", []Field{{Name: "x", Label: "Send it at once", Kind: Toggle, Hint: "no draft is made"}}, []string{"space"}, nil},
		{"check", []Field{
			{Name: "x", Label: "Unread", Kind: Check},
			{Name: "y", Label: "Starred", Kind: Check, Value: "false"},
			{Name: "z", Label: "Has attachments that are large", Kind: Check, Value: "true", Required: true},
		}, []string{"tab", "tab"}, nil},
		{"choice-few", []Field{{Name: "x", Label: "Sort by", Kind: Choice, Options: options("Date", "Sender", "The subject without its prefixes")}}, []string{"left"}, nil},
		{"choice-many", []Field{country}, []string{"right", "right"}, nil},
		{"choice-open", []Field{country, {Name: "y", Label: "Other"}}, []string{"space", "down", "down"}, nil},
		{"choice-filter", []Field{country}, []string{"'ni", "down"}, nil},
		{"choice-no-match", []Field{country}, []string{"'xyz"}, nil},
		{"free-typed", []Field{free}, []string{"'ni"}, nil},
		{"free-picked", []Field{free}, []string{"'ni", "down", "enter"}, nil},
		{"free-name", []Field{{Name: "x", Label: "Language", Kind: Choice, Freeform: true, Options: []Option{{Value: "de", Label: "German"}, {Value: "en", Label: "English"}}, Value: "de"}}, nil, nil},
		{"multi", []Field{tags}, []string{"space", "space", "down", "space", "enter"}, nil},
		{"multi-open", []Field{tags}, []string{"space", "space", "down", "down", "space"}, nil},
		{"multi-add", []Field{own}, []string{"'Peru"}, nil},
		{"multi-tags", []Field{{Name: "x", Label: "Tags", Kind: Multi, Freeform: true, Hint: "any words"}}, []string{"'red", "enter", "'dark blue", "enter"}, nil},
		{"date-empty", []Field{day}, nil, nil},
		{"date", []Field{day}, []string{"'2026-11-25", "up"}, nil},
		{"date-wrong", []Field{day, {Name: "y", Label: "Other"}}, []string{"'2026-02-30", "tab"}, nil},
		{"date-calendar", []Field{day, {Name: "y", Label: "Other"}}, []string{"ctrl+o", "up"}, nil},
		{"datetime", []Field{moment, {Name: "y", Label: "Other"}}, []string{"'2026-11-25 14:30"}, nil},
		{"datetime-left", []Field{moment, {Name: "y", Label: "Other"}}, []string{"'2026-11-25 14:30", "tab"}, nil},
		{"file", []Field{{Name: "x", Label: "File", Kind: File}}, []string{"'/tmp/r", "ctrl+o", "down"}, nil},
		{"file-missing", []Field{{Name: "x", Label: "File", Kind: File}, {Name: "y", Label: "Other"}}, []string{"'/tmp/gone", "tab"}, nil},
		{"pick-waits", boards(), []string{"tab"}, nil},
		{"pick-waits-needed", boards(), nil, func(f *Form) { f.CheckAll(); f.SetFocus(1) }},
		{"pick", boards(), nil, func(f *Form) { f.SetPicked("board", Option{Value: "b_17", Label: "Roadmap"}); f.SetFocus(1) }},
		{"pick-own-text", []Field{{Name: "x", Label: "Channel", Kind: Pick, Freeform: true}}, nil, func(f *Form) { f.SetPicked("x", Option{Value: "C024BE", Label: "general"}) }},
		{"pick-several", []Field{{Name: "x", Label: "Labels", Kind: Pick, Multiple: true}}, nil, func(f *Form) {
			f.SetPicked("x", Option{Value: "1", Label: "bug"})
			f.SetPicked("x", Option{Value: "2", Label: "needs a decision"})
			f.SetPicked("x", Option{Value: "3", Label: "later"})
		}},
		{"group", []Field{filter()}, []string{"tab", "'ada", "tab", "tab", "tab", "tab", "tab", "space"}, nil},
		{"group-folded", []Field{filter(), {Name: "y", Label: "Other"}}, []string{"tab", "'ada", "shift+tab", "space"}, nil},
		{"group-wrong", []Field{filter()}, []string{"tab", "tab", "'-5", "tab", "tab"}, func(f *Form) { f.CheckAll() }},
		{"group-unknown", []Field{{Name: "x", Label: "Fields", Kind: Group, Value: `{"a":1}`}}, nil, nil},
		{"group-fallback", []Field{{Name: "x", Label: "Fields", Kind: Group, Value: `{"a":1}`}}, nil, func(f *Form) { f.SetMembers("x", nil) }},
		{"list", []Field{people(), {Name: "y", Label: "Other"}}, []string{"tab", "J"}, nil},
		{"list-folded", []Field{people()}, []string{"tab", "space", "tab", "d"}, nil},
		{"list-empty", []Field{{Name: "to", Label: "Recipients of the message", Kind: List, Required: true, Members: []Field{{Name: "name", Label: "Name"}}}}, nil, func(f *Form) { f.CheckAll() }},
		{"secret", []Field{{Name: "x", Label: "Client secret", Secret: true, Required: true}, {Name: "y", Label: "Kept", Secret: true, Kept: true}}, []string{"'hunter2"}, nil},
	}
}

// TestFrames compares every widget in every state, at both widths and in ASCII, and holds each line against the invariants.
func TestFrames(t *testing.T) {
	for _, st := range states() {
		t.Run(st.name, func(t *testing.T) {
			var all strings.Builder
			for _, width := range []int{28, 60} {
				var plain string
				for _, look := range []theme.Options{{}, {Colour: true, Dark: true}, {ASCII: true}} {
					f := NewIn(world(), st.fields)
					f.SetFocus(0)
					do(f, st.keys...)
					if st.then != nil {
						st.then(f)
					}
					lines, _ := f.View(theme.New(look), width)
					holds(t, lines, width, look)
					frame := ansi.Strip(strings.Join(lines, "|\n")) + "|\n"
					switch {
					case look.ASCII && width == 28:
						fmt.Fprintf(&all, "%d ASCII\n%s", width, frame)
					case look.Colour && frame != plain:
						t.Errorf("in %d cells colour changes the text:\n%s\nwithout:\n%s", width, frame, plain)
					case !look.Colour && !look.ASCII:
						plain = frame
						fmt.Fprintf(&all, "%d\n%s", width, frame)
					}
				}
			}
			golden.RequireEqual(t, all.String())
		})
	}
}

// holds: each line is exactly as wide as it must be and holds nothing that a terminal obeys; ASCII draws ASCII itself.
func holds(t testing.TB, lines []string, width int, look theme.Options) {
	t.Helper()
	for _, l := range lines {
		if n := ansi.StringWidth(l); n != width {
			t.Fatalf("%d cells, want %d: %q", n, width, l)
		}
		for _, r := range ansi.Strip(l) {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Fatalf("%U in %q", r, l)
			}
			if look.ASCII && strings.ContainsRune("▸█░·✓✕•─…›–╭╮╰╯│", r) {
				t.Fatalf("%q in ASCII: %q", r, l)
			}
		}
		if !look.Colour && (strings.Contains(l, "\x1b[38;") || strings.Contains(l, "\x1b[48;")) {
			t.Fatalf("a colour in %q", l)
		}
	}
}
