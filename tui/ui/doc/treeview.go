package doc

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"authdeck/internal/jsondoc"
	"authdeck/internal/safetext"
	"authdeck/tui/theme"
	"authdeck/tui/ui"
)

// View draws the tree.
func (t *Tree) View(th *theme.Theme, width, height int) []string {
	if width <= 0 || height <= 0 {
		return pad(nil, max(0, width), height)
	}
	rows := height
	if height > 3 {
		rows--
	}
	t.view(rows, t.count())
	var below []string
	if t.whole {
		below = t.below(th, width, rows/2)
	}
	t.fit(len(below))
	var lines []string
	for i := t.top; i < t.n && len(lines) < rows; i++ {
		r := t.row(i)
		lines = append(lines, drawRow(th, r, width, i == t.cursor))
		if i == t.cursor {
			lines = append(lines, below...)
		}
	}
	lines = pad(lines, width, rows)
	if rows < height {
		lines = append(lines, t.foot(th, width))
	}
	return lines
}

func (t *Tree) foot(th *theme.Theme, width int) string {
	if line, ok := t.finder.foot(th, width); ok {
		return line
	}
	note := t.note
	if note != "" {
		note = "   " + note
	}
	return draw(th, width, false, span{"  ", th.Text}, span{middle(th, safe(th, t.shownPath()), width-2-len(note)), th.Dim}, span{note, th.Warn})
}

// shownPath is the path under the cursor, without the middle of a very long one. It is made once for a row.
func (t *Tree) shownPath() string {
	if n := t.Node(); t.pathOf != n {
		t.pathOf, t.path = n, short(n.ShortPath(200))
	}
	return t.path
}

// short takes the middle out of a path that is longer than any screen.
func short(path string) string {
	const most = 1 << 10
	if len(path) <= 4*most {
		return path
	}
	return path[:most] + "…" + path[len(path)-most:]
}

// drawRow draws one value.
func drawRow(th *theme.Theme, r row, width int, selected bool) string {
	spans := []span{gutter(th, selected)}
	indent := 2 * r.depth
	if most := max(8, width/2-8); indent > most {
		mark := strconv.Itoa(r.depth) + th.Glyph.Arrow
		spans = append(spans, span{mark + strings.Repeat(" ", max(0, most-len([]rune(mark)))), th.Dim})
	} else {
		spans = append(spans, span{strings.Repeat(" ", indent), th.Text})
	}
	fold := "  "
	if r.node.Container() && !r.node.Empty() {
		if fold = "+ "; r.open != nil {
			fold = "- "
		}
	}
	spans = append(spans, span{fold, th.Dim})
	switch key, ok := label(r.node); {
	case r.in == nil:
	case ok:
		spans = append(spans, span{safe(th, key), th.Accent}, span{": ", th.Dim})
	default:
		spans = append(spans, span{key + " ", th.Dim})
	}
	return draw(th, width, selected, append(spans, value(th, r, width)...)...)
}

// label is a member's key, quoted if it would not be seen otherwise, or an element's place; member tells which.
func label(n jsondoc.Node) (text string, member bool) {
	if !n.Keyed() {
		return "[" + strconv.Itoa(n.Index()) + "]", false
	}
	key, cut := n.KeyHead(200)
	if strings.TrimSpace(key) != key || key == "" || strings.Contains(key, ":") {
		key = strconv.Quote(key)
	}
	if cut {
		key += "…"
	}
	return key, true
}

func value(th *theme.Theme, r row, width int) []span {
	n := r.node
	switch n.Kind() {
	case jsondoc.Object, jsondoc.Array:
		if n.Empty() {
			return []span{{n.Preview(8), th.Dim}}
		}
		size := "[" + strconv.Itoa(n.Len()) + "]"
		if n.Kind() == jsondoc.Object {
			size = "{" + strconv.Itoa(n.Len()) + "}"
		}
		switch preview := safe(th, n.Preview(max(20, width))); {
		case r.open != nil:
			return []span{{size, th.Info}}
		case n.Kind() == jsondoc.Object:
			return []span{{preview, th.Dim}} // its keys say more than their number
		default:
			return []span{{size, th.Info}, {" " + preview, th.Dim}}
		}
	case jsondoc.String:
		return []span{{safe(th, n.Preview(4*width)), th.Text}}
	default:
		return []span{{safe(th, n.Preview(4*width)), th.Info}}
	}
}

// below is the whole value under the cursor, wrapped, if it does not fit into its row.
func (t *Tree) below(th *theme.Theme, width, most int) []string {
	r := t.row(t.cursor)
	if r.node.Container() || most < 1 {
		return nil
	}
	text, long := r.node.Head(mostValue)
	cut := ""
	if long {
		cut = th.Glyph.Ellipsis + " of " + ui.Size(int64(len(r.node.Raw())))
	}
	indent := min(6+2*r.depth, width/3)
	lines := strings.Split(ansi.Wrap(safetext.Block(text, 0), max(8, width-indent-1), " /&?=,"), "\n")
	if len(lines) == 1 && cut == "" && safetext.Width(lines[0]) < width/2 {
		return nil
	}
	if len(lines) > most {
		cut = th.Glyph.Ellipsis + " of " + ui.Size(int64(len(r.node.Raw())))
		lines = lines[:most-1]
	}
	if cut != "" {
		lines = append(lines, cut)
	}
	out := make([]string, 0, len(lines))
	for _, l := range lines {
		out = append(out, draw(th, width, false, span{strings.Repeat(" ", indent), th.Text}, span{l, th.Text}))
	}
	return out
}
