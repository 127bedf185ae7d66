package form

// span is a row of a text of several lines: a part of one of them.
type span struct{ line, from, to int }

// spans are the rows: the lines of code, or those of prose broken at blanks to the width of the last View.
func (a *area) spans() []span {
	if a.rows != nil {
		return a.rows
	}
	rows := make([]span, 0, len(a.lines))
	for i, l := range a.lines {
		if !a.prose || a.width <= 0 {
			rows = append(rows, span{line: i, to: len(l)})
			continue
		}
		from := 0
		for {
			n := breakAt(l[from:], a.width)
			rows = append(rows, span{line: i, from: from, to: from + n})
			if from += n; from >= len(l) {
				break
			}
		}
	}
	a.rows = rows
	return rows
}

// breakAt is how many characters make a row: up to behind the last blank that leaves room, all of them if they have it.
func breakAt(l []rune, width int) int {
	cells, blank := 0, 0
	for i, r := range l {
		if cells += runeWidth(r); cells > width {
			if blank > 0 {
				return blank
			}
			return max(1, i)
		}
		if r == ' ' {
			blank = i + 1
		}
	}
	return len(l)
}

// span is the row that the cursor is in.
func (a *area) span(rows []span) int {
	at := 0
	for i, r := range rows {
		if r.line > a.at || r.line == a.at && r.from > a.col {
			break
		}
		at = i
	}
	return at
}

// show sets the width and moves what is in sight to the cursor; n rows are in sight.
func (a *area) show(width, n int) (rows []span, at int) {
	if a.width != width {
		a.width = width
		if a.prose {
			a.rows = nil
		}
	}
	rows = a.spans()
	at = a.span(rows)
	a.top = max(0, min(a.top, at, len(rows)-n))
	a.top = max(a.top, at-n+1)
	if a.prose {
		a.left = 0
		return rows, at
	}
	a.left = min(a.left, a.col)
	line, under := a.lines[a.at], 1
	if a.col < len(line) {
		under = runeWidth(line[a.col])
	}
	a.left = max(a.left, a.col-width)
	for a.left < a.col && widthOf(line[a.left:a.col])+under > width {
		a.left++
	}
	return rows, at
}
