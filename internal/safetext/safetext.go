package safetext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// ellipsis ends a cut text; one cell wide.
const ellipsis = "…"

// maxMarks is how many combining marks may sit on one base character, so that a name cannot grow over its neighbours.
const maxMarks = 4

// Line returns s as one harmless line of at most cells terminal cells (0 = no limit): escape sequences stripped, C0, C1,
// DEL, bidi controls and zero-width characters dropped, tab and newline turned into a space, invalid UTF-8 into U+FFFD.
// A cut text ends in "…". Line of a Line's result is that result.
func Line(s string, cells int) string {
	if !plain(s) {
		s = clean(s, func(b *strings.Builder, _ rune) { b.WriteByte(' ') })
	}
	if cells > 0 && (len(s) > cells || !plain(s)) {
		s = ansi.Truncate(s, cells, ellipsis)
	}
	return s
}

// Block is Line for text of several lines: newlines stay, a tab becomes four spaces, no limit of width, at most max bytes
// (0 = no limit). A cut text ends in "…", which counts.
func Block(s string, max int) string {
	if !plain(s) {
		s = clean(s, func(b *strings.Builder, r rune) {
			if r == '\t' {
				b.WriteString("    ")
				return
			}
			b.WriteByte('\n')
		})
	}
	if max <= 0 || len(s) <= max {
		return s
	}
	end, tail := max-len(ellipsis), ellipsis
	if end < 0 {
		end, tail = 0, ""
	}
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + tail
}

// Width is how many terminal cells s takes; s is a result of Line, or styled text.
func Width(s string) int {
	if plain(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// plain reports whether s is printable ASCII, which is as it should be.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// clean drops what must not reach a terminal; space writes what stands for a tab or a line break.
func clean(s string, space func(*strings.Builder, rune)) string {
	// First valid UTF-8, so that a stray C1 byte is one bad character and not the start of a sequence; a CR LF is one break.
	s = strings.ToValidUTF8(s, string(utf8.RuneError))
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if strings.ContainsRune(s, 0x1b) {
		s = strip(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	marks := 0
	for _, r := range s {
		switch {
		case r == '\t' || r == '\n' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			space(&b, r)
			marks = 0
		case invisible(r):
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks <= maxMarks {
				b.WriteRune(r)
			}
		default:
			b.WriteRune(r)
			marks = 0
		}
	}
	return b.String()
}

// invisible reports whether r is a control, steers direction, or takes no cell while not being a mark on another
// character. U+0600–0605 and their like are of the same category but drawn.
func invisible(r rune) bool {
	switch r {
	case '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u3164', '\uffa0':
		return true
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}
