package screentest

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"authdeck/tui/keys"
	"authdeck/tui/theme"
)

// Size is a terminal and the room that the shell leaves a screen in it.
type Size struct {
	Name                string
	Width, Height, Body int
}

// Sizes are those of the golden frames.
func Sizes() []Size {
	return []Size{{"80x24", 80, 24, 19}, {"120x40", 120, 40, 35}, {"60x16", 60, 16, 11}}
}

// Look is a way to draw.
type Look struct {
	Name string
	theme.Options
}

// Looks are the theme with colour, without, and in ASCII.
func Looks() []Look {
	return []Look{
		{"colour", theme.Options{Dark: true, Colour: true}},
		{"plain", theme.Options{Dark: true}},
		{"ascii", theme.Options{Dark: true, ASCII: true}},
	}
}

// Check fails the test if frame is not exactly height lines of exactly width cells (height 0: any), or holds what could
// harm a terminal.
func Check(t *testing.T, frame string, width, height int) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if height > 0 && len(lines) != height {
		t.Errorf("%d lines, want %d", len(lines), height)
	}
	for i, l := range lines {
		if n := ansi.StringWidth(l); n != width {
			t.Errorf("line %d has %d cells, want %d: %q", i, n, width, l)
		}
		for _, r := range ansi.Strip(l) {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Errorf("line %d holds %U: %q", i, r, l)
			}
		}
	}
}

// Golden compares the frame, without its styles, with testdata/NAME of the test. Trailing spaces are kept out of the file.
func Golden(t *testing.T, frame string) {
	t.Helper()
	lines := strings.Split(ansi.Strip(frame), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	golden.RequireEqual(t, strings.Join(lines, "\n")+"\n")
}

// Footer is the bindings as a footer has them, for the end of a golden frame: a binding that is off in brackets.
func Footer(list []keys.Binding) string {
	var parts []string
	for _, b := range list {
		if !b.Footer {
			continue
		}
		text := b.Keys[0] + " " + b.Label
		if b.Off != "" {
			text = fmt.Sprintf("(%s: %s)", text, b.Off)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "  ")
}

// Key is the press of a key by its name: "enter", "esc", "space", "ctrl+u", "P".
func Key(name string) tea.KeyPressMsg {
	special := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown,
		"left": tea.KeyLeft, "right": tea.KeyRight, "backspace": tea.KeyBackspace, "delete": tea.KeyDelete,
		"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
	}
	k := tea.Key{}
	for {
		switch {
		case strings.HasPrefix(name, "ctrl+"):
			k.Mod |= tea.ModCtrl
			name = name[5:]
			continue
		case strings.HasPrefix(name, "shift+"):
			k.Mod |= tea.ModShift
			name = name[6:]
			continue
		}
		break
	}
	switch {
	case name == "space":
		k.Code, k.Text = tea.KeySpace, " "
	case special[name] != 0:
		k.Code = special[name]
	default:
		k.Code = []rune(name)[0]
		if k.Mod == 0 {
			k.Text = name
		}
	}
	return tea.KeyPressMsg(k)
}

// Hostile are texts that a provider may send and that must not reach a terminal as they are.
func Hostile() []string {
	return []string{
		"\x1b]52;c;aGk=\x07clip", "\x1b]0;title\x07", "\x1b[2Jclear", "\x1bPdcs\x1b\\", "\x1b_apc\x1b\\", "bell\x07", "back\b\b\b",
		"line\r\nbreak\ttab", "c1\u009b2J", "bidi\u202eevil", "zero\u200bwidth\ufeff", "bad\xff\xfeutf8", "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
		strings.Repeat("long ", 200), "日本語の名前", "e\u0301\u0301\u0301\u0301\u0301\u0301",
	}
}
