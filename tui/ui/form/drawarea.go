package form

import (
	"strconv"
	"strings"

	"authdeck/tui/theme"
	"authdeck/tui/ui/code"
)

// colours is whether the text is JSON, which is drawn with colours.
func (a *area) colours() bool {
	l := a.field.Language
	if a.field.Secret {
		return false
	}
	return a.field.Kind == JSON || l == "json" || l == "JSON"
}

// row is the first line and how many more there are, or, while one writes, where the cursor is.
func (a *area) row(p pen) string {
	th := p.th
	if p.on {
		at := strconv.Itoa(a.at+1) + ":" + strconv.Itoa(a.col+1)
		if a.field.Language != "" {
			at = short(th, a.field.Language, max(0, p.width-len(at)-2)) + "  " + at
		}
		return th.Dim.Render(at)
	}
	if a.field.Kept && a.size == 0 {
		return th.Dim.Render(kept(p.width))
	}
	more, first := "", 0
	if n := len(a.lines) - 1; n > 0 {
		more = " +" + strconv.Itoa(n)
	}
	for first < len(a.lines)-1 && len(a.lines[first]) == 0 {
		first++
	}
	e := editor{runes: a.lines[first]}
	if a.field.Kind == JSON {
		e.runes, more = a.joined(p.width+1), ""
	}
	return e.draw(pen{th: th, width: p.width - len(more)}, a.field.Secret) + th.Dim.Render(more)
}

// joined is the beginning of the text in one line, n characters at least if it has so many.
func (a *area) joined(n int) []rune {
	var runes []rune
	for _, l := range a.lines {
		part := strings.TrimSpace(string(l))
		if part != "" && len(runes) > 0 {
			runes = append(runes, ' ')
		}
		if runes = append(runes, []rune(part)...); len(runes) > n {
			break
		}
	}
	return runes
}

func (a *area) keys() string { return "tab goes on" }

func (a *area) below(p pen) []string {
	th := p.th
	gutter, width := 0, p.width-5 // two blanks, the bar with a blank behind it, and room for the cursor at the end of a row
	if !a.prose {
		gutter = max(2, len(strconv.Itoa(len(a.lines))))
		width = p.width - gutter - 5
	}
	width = max(1, width)
	a.show(width, a.page()) // breaks the lines
	want := max(leastRow, min(a.page(), len(a.spans())))
	rows, at := a.show(width, want)
	match := a.match()
	bar := th.Border.Render(th.Glyph.Box[5])
	var lines []string
	for i := a.top; i < a.top+want; i++ {
		if i >= len(rows) {
			lines = append(lines, "  "+a.margin(th, gutter, -1)+bar)
			continue
		}
		r := rows[i]
		cursor, other := -1, -1
		if i == at {
			cursor = a.col
		}
		if match.line == r.line {
			other = match.col
		}
		mark := "  "
		if r.line+1 == a.fault {
			mark = th.Danger.Render(th.Glyph.Error) + " "
		}
		lines = append(lines, mark+a.margin(th, gutter, r.line)+bar+" "+a.drawRow(th, r, width, cursor, other))
	}
	if n := len(rows); n > want {
		place := strconv.Itoa(a.top+1) + "-" + strconv.Itoa(a.top+want) + " of " + strconv.Itoa(n)
		lines = append(lines, "  "+a.margin(th, gutter, -1)+"  "+th.Dim.Render(place))
	}
	return lines
}

// margin is what stands before the bar: the number of the line, if it is code.
func (a *area) margin(th *theme.Theme, gutter, line int) string {
	if a.prose {
		return ""
	}
	if line < 0 {
		return strings.Repeat(" ", gutter+1)
	}
	no := strconv.Itoa(line + 1)
	return th.Dim.Render(strings.Repeat(" ", max(0, gutter-len(no)))+no) + " "
}

// place is a line and a column of the text.
type place struct{ line, col int }

// match is the bracket that belongs to the one under the cursor, or before it.
func (a *area) match() place {
	if a.size > 64<<10 || !a.colours() {
		return place{-1, -1}
	}
	at := a.offset()
	text := a.text()
	other := code.Match(text, at)
	if other < 0 {
		other = code.Match(text, at-1)
	}
	if other < 0 {
		return place{-1, -1}
	}
	line := strings.Count(text[:other], "\n")
	return place{line, len([]rune(text[strings.LastIndexByte(text[:other], '\n')+1 : other]))}
}

// offset is the byte of the text that the cursor is on.
func (a *area) offset() int {
	n := 0
	for _, l := range a.lines[:a.at] {
		n += len(string(l)) + 1
	}
	return n + len(string(a.lines[a.at][:a.col]))
}

// drawRow draws one row; cursor and other are columns of its line, -1 for none.
func (a *area) drawRow(th *theme.Theme, r span, width, cursor, other int) string {
	l := a.lines[r.line]
	from := r.from
	if !a.prose {
		from = min(len(l), a.left)
	}
	part := l[from:min(r.to, from+width+1)]
	n := fitting(part, width)
	cells := append(cellsOf(th, part, a.field.Secret), " ")
	if cursor >= from {
		n = max(n, min(cursor-from, len(part))+1) // the cursor has a cell of its own behind the text
	}
	if n < len(part) && !a.prose && cursor != from+n-1 && n > 0 { // it goes on
		for n > 1 && widthOf(part[:n]) > width-1 && cursor != from+n-1 {
			n--
		}
		cells = append(cells[:n:n], th.Glyph.Ellipsis)
		n++
	}
	kinds := a.kinds(r.line, from, len(part))
	var b strings.Builder
	for i := 0; i < n; {
		kind, special := code.Space, i+from == cursor || i+from == other
		if i < len(kinds) {
			kind = kinds[i]
		}
		end := i + 1
		for !special && end < n && end+from != cursor && end+from != other && (end >= len(kinds) || kinds[end] == kind) {
			end++
		}
		style := code.Style(th, kind)
		switch i + from {
		case cursor:
			style = th.Text.Reverse(true)
		case other:
			style = style.Bold(true).Underline(true)
		}
		b.WriteString(style.Render(strings.Join(cells[i:end], "")))
		i = end
	}
	return b.String()
}

// kinds are the tokens that the characters from a column on belong to.
func (a *area) kinds(line, from, n int) []code.Kind {
	if !a.colours() || len(a.lines[line]) > 4096 {
		return nil
	}
	text := string(a.lines[line])
	kinds := make([]code.Kind, 0, len(text))
	for _, t := range code.Tokens(text) {
		for range text[t.From:t.To] {
			kinds = append(kinds, t.Kind)
		}
	}
	if from+n > len(kinds) {
		return nil
	}
	return kinds[from : from+n]
}
