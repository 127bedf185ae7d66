package form

import (
	"slices"
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"
)

// The bounds of a text of several lines, and how many rows it shows.
const (
	maxArea  = 256 << 10 // characters
	areaRows = 6
	leastRow = 3
)

// area is a text of several lines and the place in it where the next character goes. Prose is broken at the edge; code is
// moved sideways.
type area struct {
	field   *field
	prose   bool
	lines   [][]rune // at least one
	at, col int
	goal    int // the column that up and down keep to, -1: the present one
	size    int // characters, line breaks too
	full    bool
	top     int // the first row in sight
	left    int // of code: the first column in sight
	width   int // of the text at the last View, 0: none yet
	rows    []span
	fault   int // the line that is wrong, from 1; 0: none
}

func newArea(x *field, prose bool) *area {
	return &area{field: x, prose: prose, lines: [][]rune{nil}, goal: -1}
}

func (a *area) text() string {
	var b strings.Builder
	for i, l := range a.lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(string(l))
	}
	return b.String()
}

// value is the text as it stands, "" if it is nothing but blanks.
func (a *area) value() string {
	text := a.text()
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return text
}

func (a *area) set(text string) string {
	a.lines, a.at, a.col, a.size, a.top, a.left = [][]rune{nil}, 0, 0, 0, 0, 0
	a.insert(text)
	a.at, a.col = 0, 0
	a.touch()
	if a.full {
		return tooLong
	}
	return ""
}

const tooLong = "too long: at most 262144 characters"

// touch notes that the text is another one.
func (a *area) touch() {
	a.goal, a.rows, a.fault = -1, nil, 0
}

// insert puts text at the cursor; control characters but line breaks and tabs are left out.
func (a *area) insert(text string) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	var in []rune
	for _, r := range text {
		if r == '\n' || r == '\t' || !unicode.IsControl(r) && r != unicode.ReplacementChar {
			in = append(in, r)
		}
	}
	if a.full = a.size+len(in) > maxArea; a.full || len(in) == 0 {
		return
	}
	a.size += len(in)
	line := a.lines[a.at]
	tail := slices.Clone(line[a.col:])
	first, rest := a.at, in
	a.lines[a.at] = line[:a.col:a.col]
	var added [][]rune
	for {
		i := slices.Index(rest, '\n')
		part := rest
		if i >= 0 {
			part = rest[:i]
		}
		if len(added) == 0 {
			added = append(added, append(a.lines[first], part...)) //nolint:gocritic // the line is cut to its capacity
		} else {
			added = append(added, slices.Clone(part))
		}
		if i < 0 {
			break
		}
		rest = rest[i+1:]
	}
	last := len(added) - 1
	a.at, a.col = first+last, len(added[last])
	added[last] = append(added[last], tail...)
	a.lines = slices.Replace(a.lines, first, first+1, added...)
	a.touch()
}

// cut takes away what stands between two places.
func (a *area) cut(row, col, toRow, toCol int) {
	for i := row; i <= toRow; i++ {
		a.size -= len(a.lines[i]) + 1
	}
	joined := append(slices.Clone(a.lines[row][:col]), a.lines[toRow][toCol:]...)
	a.lines = slices.Replace(a.lines, row, toRow+1, joined)
	a.size += len(joined) + 1
	a.at, a.col, a.full = row, col, false
	a.touch()
}

func (a *area) paste(text string) bool {
	a.insert(text)
	return true
}

func (a *area) check() string {
	if a.full {
		return tooLong
	}
	return ""
}

func (a *area) leave() {}

func (a *area) key(k tea.KeyPressMsg) (used, changed bool) {
	was := a.size
	if used, moved := a.move(k.String()); used {
		return moved, false
	}
	line := a.lines[a.at]
	switch k.String() {
	case "enter", "shift+enter", "alt+enter":
		a.insert("\n" + a.indent())
	case "backspace":
		if a.col > 0 {
			a.cut(a.at, a.col-1, a.at, a.col)
		} else if a.at > 0 {
			a.cut(a.at-1, len(a.lines[a.at-1]), a.at, 0)
		}
	case "delete", "ctrl+d":
		if a.col < len(line) {
			a.cut(a.at, a.col, a.at, a.col+1)
		} else if a.at < len(a.lines)-1 {
			a.cut(a.at, a.col, a.at+1, 0)
		}
	case "ctrl+u":
		a.cut(a.at, 0, a.at, a.col)
	case "ctrl+k":
		if a.col == len(line) && a.at < len(a.lines)-1 {
			a.cut(a.at, a.col, a.at+1, 0)
		} else {
			a.cut(a.at, a.col, a.at, len(line))
		}
	case "ctrl+w":
		e := editor{runes: line, at: a.col}
		a.cut(a.at, e.wordStart(), a.at, a.col)
	default:
		if k.Text == "" {
			return false, false
		}
		a.insert(k.Text)
	}
	return true, a.size != was || a.full
}

// indent is what a new line of code begins with: the blanks of the one before, and two more behind an open bracket.
func (a *area) indent() string {
	if a.prose {
		return ""
	}
	before := a.lines[a.at][:a.col]
	n := 0
	for n < len(before) && (before[n] == ' ' || before[n] == '\t') {
		n++
	}
	deeper := ""
	if i := len(before) - 1; i >= 0 && (before[i] == '{' || before[i] == '[' || before[i] == '(') {
		deeper = "  "
	}
	return string(before[:n]) + deeper
}

// move moves the cursor; known reports whether it was a key for that, used whether there was a place to go to: up in the
// first row and down in the last one are for who wants to leave.
func (a *area) move(key string) (known, used bool) {
	line := a.lines[a.at]
	switch key {
	case "up":
		return true, a.vertical(-1)
	case "down":
		return true, a.vertical(1)
	case "pgup":
		a.vertical(-a.page())
		return true, true
	case "pgdown":
		a.vertical(a.page())
		return true, true
	case "left", "ctrl+b":
		if a.col > 0 {
			a.col--
		} else if a.at > 0 {
			a.at--
			a.col = len(a.lines[a.at])
		}
	case "right", "ctrl+f":
		if a.col < len(line) {
			a.col++
		} else if a.at < len(a.lines)-1 {
			a.at, a.col = a.at+1, 0
		}
	case "home", "ctrl+a":
		a.col = 0
	case "end", "ctrl+e":
		a.col = len(line)
	case "ctrl+home":
		a.at, a.col = 0, 0
	case "ctrl+end":
		a.at = len(a.lines) - 1
		a.col = len(a.lines[a.at])
	default:
		return false, false
	}
	a.goal = -1
	return true, true
}

func (a *area) page() int {
	if a.field.Rows > 0 {
		return a.field.Rows
	}
	return areaRows
}

// vertical goes so many rows on, as far as there are any; false if there is none in that direction.
func (a *area) vertical(by int) bool {
	rows := a.spans()
	at := a.span(rows)
	to := max(0, min(at+by, len(rows)-1))
	if to == at {
		return false
	}
	if a.goal < 0 {
		a.goal = widthOf(a.lines[a.at][rows[at].from:a.col])
	}
	r := rows[to]
	n := fitting(a.lines[r.line][r.from:r.to], a.goal)
	if n == r.to-r.from && r.to < len(a.lines[r.line]) && n > 0 {
		n-- // behind the last character is the next row already
	}
	a.at, a.col = r.line, r.from+n
	return true
}
