package ui

// cacheMost bounds the row cache; a screen shows far fewer.
const cacheMost = 1024

// Table is a virtual table: it draws the rows in sight only, and draws a row anew only when its key is another one. K
// holds everything that the look of a row depends on (id, version, seconds, bar cells, width, theme, selection).
type Table[K comparable] struct {
	cursor, top, page, n int
	cache                map[K]string
}

// SetLen says how many rows there are; the cursor stays in them.
func (t *Table[K]) SetLen(n int) {
	t.n = n
	t.Move(t.cursor)
}

// Len is how many rows there are.
func (t *Table[K]) Len() int { return t.n }

// Cursor is the index of the selected row, -1 if there is none.
func (t *Table[K]) Cursor() int {
	if t.n == 0 {
		return -1
	}
	return t.cursor
}

// Page is how many rows were in sight at the last View.
func (t *Table[K]) Page() int { return max(1, t.page) }

// Move puts the cursor on a row and keeps it in sight.
func (t *Table[K]) Move(to int) {
	t.cursor = max(0, min(to, t.n-1))
	t.scroll()
}

// Key moves the cursor by the keys that move in every list; used reports whether it was one of them.
func (t *Table[K]) Key(k string) (used bool) {
	to, used := Move(k, t.cursor, t.page, t.n)
	if used {
		t.Move(to)
	}
	return used
}

func (t *Table[K]) scroll() {
	if t.page <= 0 {
		return
	}
	t.top = max(0, min(t.top, t.n-t.page))
	if t.cursor < t.top {
		t.top = t.cursor
	}
	if t.cursor >= t.top+t.page {
		t.top = t.cursor - t.page + 1
	}
}

// Forget drops the row cache, for rows whose keys do not tell what they look like.
func (t *Table[K]) Forget() { t.cache = nil }

// View appends at most height rows to lines: key tells what row i looks like, draw draws it.
func (t *Table[K]) View(lines []string, height int, key func(i int, selected bool) K, draw func(i int, selected bool) string) []string {
	if height <= 0 {
		return lines
	}
	if height != t.page {
		t.page = height
		t.scroll()
	}
	if t.cache == nil || len(t.cache) > cacheMost {
		t.cache = make(map[K]string, 2*height)
	}
	for i := t.top; i < min(t.n, t.top+height); i++ {
		k := key(i, i == t.cursor)
		s, ok := t.cache[k]
		if !ok {
			s = draw(i, i == t.cursor)
			t.cache[k] = s
		}
		lines = append(lines, s)
	}
	return lines
}
