package doc

import (
	"strconv"

	"charm.land/lipgloss/v2"

	"authdeck/internal/jsondoc"
	"authdeck/internal/safetext"
	"authdeck/tui/theme"
	"authdeck/tui/ui"
)

const (
	narrowest = 3
	widest    = 36 // cells of a column
)

// Table shows a list of objects, one a row, with the keys that most of them have first. Its last line is the cell under the
// cursor.
//
// Keys: those of a list; h, left and l, right go from column to column; 0 and $ to the first and the last.
type Table struct {
	list    jsondoc.Node
	columns []jsondoc.Column
	col     int // under the cursor
	first   int // first column in sight
	scroll
}

// NewTable shows a list; ok is false if it is no list of objects.
func NewTable(list jsondoc.Node) (t *Table, ok bool) {
	columns, ok := list.Columns()
	if !ok {
		return nil, false
	}
	t = &Table{list: list, columns: columns}
	t.n = list.Len()
	return t, true
}

// Node is the value in the cell under the cursor; none if the row does not have it.
func (t *Table) Node() jsondoc.Node {
	n := t.list.Child(t.cursor)
	if n.Kind() != jsondoc.Object {
		return n
	}
	return n.Member(t.columns[t.col].Key)
}

// Row is the element under the cursor.
func (t *Table) Row() jsondoc.Node { return t.list.Child(t.cursor) }

// Path is where the cell under the cursor is, as a jq expression; of an empty one, the path of its row.
func (t *Table) Path() string {
	if n := t.Node(); n.OK() {
		return n.Path()
	}
	return t.Row().Path()
}

// Value is the value under the cursor: a string without its quotes, all else as it is written; "" if there is none.
func (t *Table) Value() string {
	if n := t.Node(); n.OK() {
		return n.Value()
	}
	return ""
}

// Place is "row 1-12 of 412".
func (t *Table) Place() string { return t.place("row") }

// Key takes a key by its name; used reports whether it was one of the table's.
func (t *Table) Key(k string) (used bool) {
	switch k {
	case "h", "left":
		t.col = max(0, t.col-1)
	case "l", "right":
		t.col = min(len(t.columns)-1, t.col+1)
	case "0":
		t.col = 0
	case "$":
		t.col = len(t.columns) - 1
	default:
		return t.key(k)
	}
	return true
}

func columnWidth(c jsondoc.Column) int {
	name := len([]rune(c.Key))
	return max(narrowest, min(widest, max(c.Width, min(name, 20))))
}

// fitColumns chooses the first column in sight so that the one under the cursor is whole, and returns one after the last.
func (t *Table) fitColumns(room int) (end int) {
	t.first = min(t.first, t.col)
	for {
		used := 0
		for end = t.first; end < len(t.columns); end++ {
			used += columnWidth(t.columns[end]) + 2
			if used-2 > room {
				break
			}
		}
		if t.col < end || t.first == t.col {
			return min(len(t.columns), end+1) // the one that is cut, too
		}
		t.first++
	}
}

// View draws the table.
func (t *Table) View(th *theme.Theme, width, height int) []string {
	if width <= 0 || height <= 0 {
		return pad(nil, max(0, width), height)
	}
	n := t.list.Len()
	digits := len(strconv.Itoa(max(0, n-1)))
	end := t.fitColumns(width - 2 - digits - 2)
	rows := height - 1
	if height > 3 {
		rows--
	}
	t.view(rows, n)
	lines := []string{t.header(th, width, digits, end)}
	for i := t.top; i < min(n, t.top+rows); i++ {
		lines = append(lines, t.drawRow(th, i, width, digits, end))
	}
	lines = pad(lines, width, rows+1)
	if len(lines) < height {
		lines = append(lines, t.foot(th, width))
	}
	return lines[:height]
}

func (t *Table) header(th *theme.Theme, width, digits, end int) string {
	mark := "  "
	if t.first > 0 {
		mark = th.Glyph.Ellipsis + " "
	}
	spans := []span{{mark + ui.Spaces(digits) + "  ", th.Header}}
	for i := t.first; i < end; i++ {
		c := t.columns[i]
		style := th.Header
		if i == t.col {
			style = th.Title
		}
		spans = append(spans, span{cell(th, safe(th, keyText(c.Key)), columnWidth(c), c.Numbers), style}, span{"  ", th.Text})
	}
	return draw(th, width, false, spans...)
}

// keyText is a key that is seen even if it is empty, and of bounded length.
func keyText(key string) string {
	if key == "" {
		return `""`
	}
	if len(key) > 200 {
		return key[:200]
	}
	return key
}

// cell is a text in exactly width cells; numbers stand on the right.
func cell(th *theme.Theme, text string, width int, right bool) string {
	n := safetext.Width(text)
	if right && n < width {
		return ui.Spaces(width-n) + text
	}
	return ui.FitTheme(th, text, width)
}

func (t *Table) drawRow(th *theme.Theme, i, width, digits, end int) string {
	selected := i == t.cursor
	number := strconv.Itoa(i)
	spans := []span{gutter(th, selected), {ui.Spaces(digits-len(number)) + number + "  ", th.Dim}}
	n := t.list.Child(i)
	if n.Kind() != jsondoc.Object {
		return draw(th, width, selected, append(spans, span{safe(th, n.Preview(width)), th.Dim})...)
	}
	cells := make(map[string]jsondoc.Node, end-t.first)
	for _, c := range t.columns[t.first:end] {
		cells[c.Key] = jsondoc.Node{}
	}
	for m := range n.Children() {
		key, _ := m.Key()
		if _, wanted := cells[key]; wanted {
			cells[key] = m
		}
	}
	for c := t.first; c < end; c++ {
		column := t.columns[c]
		w := columnWidth(column)
		text, style := ui.Spaces(w), th.Text
		if m := cells[column.Key]; m.OK() {
			text, style = cellText(th, m, w)
			text = cell(th, text, w, column.Numbers)
		}
		if selected && c == t.col {
			style = style.Underline(true)
		}
		spans = append(spans, span{text, style}, span{"  ", th.Text})
	}
	return draw(th, width, selected, spans...)
}

func cellText(th *theme.Theme, n jsondoc.Node, width int) (string, lipgloss.Style) {
	switch n.Kind() {
	case jsondoc.String:
		if raw := n.Raw(); len(raw) <= 4*widest {
			return safe(th, n.Value()), th.Text
		}
		text := n.Preview(4 * width)
		return safe(th, text[1:]), th.Text // without the first quote; the last is cut off
	case jsondoc.Null:
		return "null", th.Dim
	case jsondoc.Array, jsondoc.Object:
		return safe(th, n.Preview(2*width)), th.Dim
	default:
		return safe(th, n.Preview(2*width)), th.Info
	}
}

func (t *Table) foot(th *theme.Theme, width int) string {
	n := t.Node()
	at := n
	if !at.OK() {
		at = t.Row()
	}
	path := middle(th, safe(th, short(at.ShortPath(200))), width/2)
	spans := []span{{"  " + path, th.Dim}}
	if n.OK() {
		spans = append(spans, span{"  ", th.Text}, span{safe(th, n.Preview(2*width)), th.Text})
	} else {
		spans = append(spans, span{"  has no " + safe(th, keyText(t.columns[t.col].Key)), th.Dim})
	}
	return draw(th, width, false, spans...)
}
