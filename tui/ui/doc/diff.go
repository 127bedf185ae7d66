package doc

import (
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"authdeck/internal/jsondoc"
	"authdeck/tui/theme"
)

// Diff shows the changes between two documents, one a line; an unfolded one shows its values in full length. Its first
// line counts them.
//
// Keys: those of a list; enter, space, l, right unfold, h, left, enter, space fold; * unfolds all, - folds all.
type Diff struct {
	changes jsondoc.Changes
	open    map[int]bool
	scroll
	heights []int // rows of each change, 1 if it is folded; for width
	width   int
	topRow  int // first row in sight
}

// NewDiff shows changes.
func NewDiff(c jsondoc.Changes) *Diff {
	d := &Diff{changes: c, open: map[int]bool{}}
	d.n = len(c.List)
	return d
}

// Empty reports that nothing changed.
func (d *Diff) Empty() bool { return len(d.changes.List) == 0 && !d.changes.Cut }

// Path is that of the change under the cursor, "" if there is none.
func (d *Diff) Path() string {
	if d.n == 0 {
		return ""
	}
	return d.changes.List[d.cursor].Path
}

// Place is "change 3 of 12".
func (d *Diff) Place() string {
	if d.n == 0 {
		return ""
	}
	return "change " + strconv.Itoa(d.cursor+1) + " of " + strconv.Itoa(d.n)
}

// Key takes a key by its name; used reports whether it was one of the list's.
func (d *Diff) Key(k string) (used bool) {
	switch k {
	case "enter", "space":
		d.unfold(!d.open[d.cursor])
	case "l", "right":
		d.unfold(true)
	case "h", "left":
		d.unfold(false)
	case "*", "=":
		for i := range d.n {
			d.open[i] = true
		}
		d.heights = nil
	case "-":
		clear(d.open)
		d.heights = nil
	default:
		return d.key(k)
	}
	return true
}

func (d *Diff) unfold(on bool) {
	if on {
		d.open[d.cursor] = true
	} else {
		delete(d.open, d.cursor)
	}
	d.heights = nil
}

// View draws the changes.
func (d *Diff) View(th *theme.Theme, width, height int) []string {
	if width <= 0 || height <= 0 {
		return pad(nil, max(0, width), height)
	}
	lines := []string{d.counts(th, width)}
	rows := height - 1
	d.page, d.n = rows, len(d.changes.List)
	d.measure(th, width)
	d.follow(rows)
	at := 0
	for i := 0; i < d.n && len(lines) < height; i++ {
		if h := d.heights[i]; at+h <= d.topRow {
			at += h
			continue
		}
		for j, l := range d.lines(th, i, width) {
			if at+j >= d.topRow {
				lines = append(lines, l)
			}
		}
		at += d.heights[i]
	}
	return pad(lines, width, height)
}

func (d *Diff) measure(th *theme.Theme, width int) {
	if d.heights != nil && d.width == width {
		return
	}
	d.width, d.heights = width, make([]int, d.n)
	for i := range d.heights {
		d.heights[i] = 1
		if d.open[i] {
			d.heights[i] = len(d.lines(th, i, width))
		}
	}
}

// follow keeps the change under the cursor in sight, its first line before the others.
func (d *Diff) follow(rows int) {
	start, all := 0, 0
	for i, h := range d.heights {
		if i < d.cursor {
			start += h
		}
		all += h
	}
	if d.n == 0 || rows <= 0 {
		d.topRow = 0
		return
	}
	if end := start + d.heights[d.cursor]; end > d.topRow+rows {
		d.topRow = end - rows
	}
	d.topRow = max(0, min(d.topRow, start, all-rows))
}

func (d *Diff) counts(th *theme.Theme, width int) string {
	if d.Empty() {
		return draw(th, width, false, span{"  " + th.Glyph.OK + " nothing changed", th.OK})
	}
	var n [4]int
	for _, c := range d.changes.List {
		n[c.Kind]++
	}
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{n[jsondoc.Changed], "changed"}, {n[jsondoc.Added], "added"}, {n[jsondoc.Removed], "removed"}, {n[jsondoc.Reordered], "reordered"}} {
		if p.n > 0 {
			parts = append(parts, strconv.Itoa(p.n)+" "+p.what)
		}
	}
	spans := []span{{"  " + strings.Join(parts, ", "), th.Bold}}
	if d.changes.Cut {
		spans = append(spans, span{"  and perhaps more: too long to compare all", th.Warn})
	}
	return draw(th, width, false, spans...)
}

// mark is the sign and the style of a kind of change.
func mark(th *theme.Theme, k jsondoc.ChangeKind) (string, lipgloss.Style) {
	switch k {
	case jsondoc.Added:
		return "+ ", th.OK
	case jsondoc.Removed:
		return "- ", th.Danger
	default:
		return "~ ", th.Warn
	}
}

func (d *Diff) lines(th *theme.Theme, i, width int) []string {
	c, selected := d.changes.List[i], i == d.cursor
	sign, style := mark(th, c.Kind)
	path, was, is := safe(th, short(c.Path)), safe(th, c.Old), safe(th, c.New)
	spans := []span{gutter(th, selected), {sign, style}}
	if d.open[i] {
		out := []string{draw(th, width, selected, append(spans, span{middle(th, path, width-4), th.Accent})...)}
		out = append(out, wrapped(th, "- ", was, th.Danger, width)...)
		return append(out, wrapped(th, "+ ", is, th.OK, width)...)
	}
	spans = append(spans, span{middle(th, path, max(12, width/2-4)), th.Accent}, span{"  ", th.Text})
	room := max(8, width-4-min(len([]rune(path)), max(12, width/2-4))-2)
	switch c.Kind {
	case jsondoc.Added:
		spans = append(spans, span{is, th.Text})
	case jsondoc.Removed:
		spans = append(spans, span{was, th.Dim})
	case jsondoc.Reordered:
		spans = append(spans, span{"in another order", th.Text})
	default:
		// Both ends of the arrow are to be seen.
		if n := len([]rune(was)); n+4+len([]rune(is)) > room && n > (room-4)/2 {
			was = ansi.Truncate(was, max(3, max((room-4)/2, room-4-len([]rune(is)))), th.Glyph.Ellipsis)
		}
		spans = append(spans, span{was, th.Dim}, span{" " + arrow(th) + " ", th.Dim}, span{is, th.Text})
	}
	return []string{draw(th, width, selected, spans...)}
}

func wrapped(th *theme.Theme, sign, text string, style lipgloss.Style, width int) []string {
	if text == "" {
		return nil
	}
	var out []string
	for _, l := range strings.Split(ansi.Wrap(text, max(4, width-7), " /&?=,"), "\n") {
		out = append(out, draw(th, width, false, span{"    ", th.Text}, span{sign, style}, span{l, th.Text}))
		sign = "  "
	}
	return out
}
