package safetext

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// hostile are the payloads of reference/tui.md §9 and their kin; want is what a reader may see of them in one line.
var hostile = []struct{ name, in, want string }{
	{"plain", "GitHub", "GitHub"},
	{"empty", "", ""},
	{"SGR colour", "\x1b[31mred\x1b[0m", "red"},
	{"clear screen", "a\x1b[2Jb", "ab"},
	{"cursor home", "a\x1b[Hb", "ab"},
	{"OSC 52 clipboard, BEL", "a\x1b]52;c;ZXZpbA==\x07b", "ab"},
	{"OSC 52 clipboard, ST", "a\x1b]52;c;ZXZpbA==\x1b\\b", "ab"},
	{"OSC 0 title", "\x1b]0;evil\x07x", "x"},
	{"OSC 8 link", "\x1b]8;;https://evil.example\x07here\x1b]8;;\x07", "here"},
	{"DCS", "a\x1bPq#0\x1b\\b", "ab"},
	{"APC", "a\x1b_Gf=100;AAAA\x1b\\b", "ab"},
	{"PM", "a\x1b^x\x1b\\b", "ab"},
	{"SOS", "a\x1bXx\x1b\\b", "ab"},
	{"unterminated OSC keeps what follows", "a\x1b]0;rest of the frame", "a0;rest of the frame"},
	{"unterminated CSI", "a\x1b[12", "a"},
	{"CSI broken by a newline", "a\x1b[12\nb", "a b"},
	{"charset shift", "a\x1b(0b", "ab"},
	{"reset", "a\x1bcb", "ab"},
	{"lone ESC at the end", "a\x1b", "a"},
	{"BEL BS CR SO DEL NUL", "a\a\b\r\x0e\x7f\x00b", "ab"},
	{"C1 CSI as UTF-8", "a\u009b31mb", "a31mb"},
	{"C1 CSI as a byte", "a\x9b31mb", "a\ufffd31mb"},
	{"bidi override", "user\u202etxt.exe", "usertxt.exe"},
	{"bidi isolates", "a\u2066b\u2067c\u2068d\u2069e", "abcde"},
	{"direction marks", "a\u200eb\u200fc\u061cd", "abcd"},
	{"zero width", "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg", "abcdefg"},
	{"tags", "a\U000e0061\U000e007fb", "ab"},
	{"fillers", "a\u3164b\u115fc\uffa0d", "abcd"},
	{"tab and newline", "a\tb\nc\r\nd", "a b c d"},
	{"line separators", "a\u2028b\u2029c\u0085d", "a b c d"},
	{"invalid UTF-8", "a\xffb\xc3", "a\ufffdb\ufffd"},
	{"marks pile up", "a" + strings.Repeat("\u0301", 50) + "b", "a" + strings.Repeat("\u0301", maxMarks) + "b"},
	{"other scripts stay", "日本語 العربية ünï 🙂", "日本語 العربية ünï 🙂"},
	{"sequence inside a sequence", "a\x1b[\x1b[31mb", "ab"},
}

func TestN11_Line(t *testing.T) {
	for _, c := range hostile {
		t.Run(c.name, func(t *testing.T) {
			if got := Line(c.in, 0); got != c.want {
				t.Errorf("Line(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestLine_Cut(t *testing.T) {
	for _, c := range []struct {
		in    string
		cells int
		want  string
	}{
		{"abcdef", 6, "abcdef"},
		{"abcdefg", 6, "abcde…"},
		{"abcdefg", 1, "…"},
		{"日本語", 6, "日本語"},
		{"日本語", 5, "日本…"},
		{"日本語", 4, "日…"},
		{"\x1b[31m日本語\x1b[0m", 6, "日本語"},
		{"", 3, ""},
	} {
		if got := Line(c.in, c.cells); got != c.want {
			t.Errorf("Line(%q, %d) = %q, want %q", c.in, c.cells, got, c.want)
		}
	}
}

func TestBlock(t *testing.T) {
	for _, c := range []struct {
		in   string
		max  int
		want string
	}{
		{"a\n\tb\r\nc", 0, "a\n    b\nc"},
		{"a\x1b[2Jb\nc\u202e", 0, "ab\nc"},
		{"abcdef", 6, "abcdef"},
		{"abcdefg", 6, "abc…"},
		{"aßßßß", 6, "aß…"},
		{"abcdefg", 2, ""},
	} {
		if got := Block(c.in, c.max); got != c.want {
			t.Errorf("Block(%q, %d) = %q, want %q", c.in, c.max, got, c.want)
		}
	}
}

func TestWidth(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "日本": 4, "\x1b[31mab\x1b[0m": 2} {
		if got := Width(s); got != want {
			t.Errorf("Width(%q) = %d, want %d", s, got, want)
		}
	}
}

func FuzzSafeText(f *testing.F) {
	for _, c := range hostile {
		f.Add(c.in, 10)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		n = min(max(n, 0), 1000)
		line, block := Line(s, n), Block(s, n)
		for name, out := range map[string]string{"Line": line, "Block": block} {
			if !utf8.ValidString(out) {
				t.Errorf("%s(%q) is not UTF-8: %q", name, s, out)
			}
			for _, r := range out {
				if name == "Block" && r == '\n' {
					continue
				}
				if r < 0x20 || r >= 0x7f && r <= 0x9f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
					t.Errorf("%s(%q) lets %U through: %q", name, s, r, out)
				}
			}
		}
		if n > 0 && ansi.StringWidth(line) > n {
			t.Errorf("Line(%q, %d) is %d cells wide: %q", s, n, ansi.StringWidth(line), line)
		}
		if n > 0 && len(block) > n {
			t.Errorf("Block(%q, %d) has %d bytes", s, n, len(block))
		}
		if again := Line(line, n); again != line {
			t.Errorf("Line is not idempotent: %q, then %q", line, again)
		}
	})
}
