package doc

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"authdeck/internal/safetext"
	"authdeck/tui/theme"
)

const (
	pieceBytes = 4 << 10 // a longer line is shown as several
	pieceStep  = 64      // pieces between two that are remembered
)

// Text shows plain text of any length. Lines are cut, or wrapped after w.
//
// Keys: those of a list scroll, space too; h, left and l, right scroll sideways while lines are cut; w wraps.
type Text struct {
	text  []byte
	marks []int // where each pieceStep-th piece starts
	n     int

	wrap     bool
	top, sub int // piece, and row in it while lines are wrapped
	left     int // cells that are scrolled over
	page     int
	width    int
	last     int // the last piece that was drawn
}

// NewText shows a text, which must not change afterwards.
func NewText(text []byte) *Text {
	t := &Text{text: text, wrap: true}
	for at := 0; at < len(text) || t.n == 0; t.n++ {
		if t.n%pieceStep == 0 {
			t.marks = append(t.marks, at)
		}
		_, at = pieceEnd(text, at)
	}
	return t
}

// pieceEnd is where the piece that starts at i ends, and where the next one starts.
func pieceEnd(text []byte, i int) (end, next int) {
	if i < len(text) && text[i] == '\n' {
		return i, i + 1
	}
	most := min(len(text), i+pieceBytes)
	if at := bytes.IndexByte(text[i:most], '\n'); at >= 0 {
		return i + at, i + at + 1
	}
	for most < len(text) && most > i+pieceBytes-utf8.UTFMax && !utf8.RuneStart(text[most]) {
		most--
	}
	return most, most
}

func (t *Text) piece(i int) string {
	at := t.marks[i/pieceStep]
	for range i % pieceStep {
		_, at = pieceEnd(t.text, at)
	}
	end, _ := pieceEnd(t.text, at)
	return strings.TrimSuffix(string(t.text[at:end]), "\r")
}

// rows is a piece as it is drawn.
func (t *Text) rows(i int) []string {
	line := safetext.Block(t.piece(i), 0)
	line = strings.ReplaceAll(line, "\n", " ") // a line separator of another kind
	if !t.wrap {
		return []string{line}
	}
	return strings.Split(ansi.Wrap(line, max(1, t.width), " /&?=,"), "\n")
}

// Place is "line 1-12 of 412".
func (t *Text) Place() string {
	if t.page <= 0 {
		return ""
	}
	return placed("line", t.top+1, t.last+1, t.n)
}

// Key takes a key by its name; used reports whether it was one of the text's.
func (t *Text) Key(k string) (used bool) {
	page := max(1, t.page)
	switch k {
	case "j", "down":
		t.by(1)
	case "k", "up":
		t.by(-1)
	case "g", "home":
		t.top, t.sub = 0, 0
	case "G", "end":
		t.top, t.sub = t.n, 0
	case "ctrl+d":
		t.by(max(1, page/2))
	case "ctrl+u":
		t.by(-max(1, page/2))
	case "pgdown", "space":
		t.by(page)
	case "pgup":
		t.by(-page)
	case "h", "left":
		t.left = max(0, t.left-max(1, t.width/2))
	case "l", "right":
		if !t.wrap {
			t.left = min(pieceBytes, t.left+max(1, t.width/2))
		}
	case "w":
		t.wrap, t.sub, t.left = !t.wrap, 0, 0
	default:
		return false
	}
	t.clamp()
	return true
}

// by scrolls by rows.
func (t *Text) by(rows int) {
	for ; rows > 0 && t.top < t.n; rows-- {
		if t.sub++; t.sub >= len(t.rows(t.top)) {
			t.top, t.sub = t.top+1, 0
		}
	}
	for ; rows < 0 && (t.top > 0 || t.sub > 0); rows++ {
		if t.sub--; t.sub < 0 {
			t.top--
			t.sub = len(t.rows(t.top)) - 1
		}
	}
}

// clamp keeps the page full as far as there is text.
func (t *Text) clamp() {
	t.top = min(t.top, t.n)
	if t.top < t.n {
		t.sub = max(0, min(t.sub, len(t.rows(t.top))-1))
	}
	have := -t.sub
	for i := t.top; i < t.n && have < t.page; i++ {
		have += len(t.rows(i))
	}
	if have < max(1, t.page) {
		t.by(have - max(1, t.page))
	}
}

// View draws the text.
func (t *Text) View(th *theme.Theme, width, height int) []string {
	if width <= 0 || height <= 0 {
		return pad(nil, max(0, width), height)
	}
	t.page, t.width = height, width
	t.clamp()
	t.last = t.top
	var lines []string
	for i, sub := t.top, t.sub; i < t.n && len(lines) < height; i, sub = i+1, 0 {
		t.last = i
		for _, l := range t.rows(i)[sub:] {
			if t.left > 0 {
				l = ansi.TruncateLeft(l, t.left, "")
			}
			lines = append(lines, draw(th, width, false, span{l, th.Text}))
		}
	}
	return pad(lines, width, height)
}
