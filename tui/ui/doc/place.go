package doc

import (
	"strconv"

	"authdeck/tui/ui"
)

// scroll is a cursor in rows of which page are in sight.
type scroll struct {
	cursor, top, page, n int
}

// move puts the cursor on a row and keeps it in sight.
func (s *scroll) move(to int) {
	s.cursor = max(0, min(to, s.n-1))
	s.fit(0)
}

// fit keeps the cursor in sight, with extra lines below it.
func (s *scroll) fit(extra int) {
	if s.page <= 0 {
		return
	}
	s.top = max(0, min(s.top, s.n+extra-s.page))
	if s.cursor+extra >= s.top+s.page {
		s.top = s.cursor + extra - s.page + 1
	}
	if s.cursor < s.top {
		s.top = s.cursor
	}
}

// key moves by the keys that move in every list.
func (s *scroll) key(k string) (used bool) {
	to, used := ui.Move(k, s.cursor, s.page, s.n)
	if used {
		s.move(to)
	}
	return used
}

// view sets how many rows are in sight.
func (s *scroll) view(page, n int) {
	s.page, s.n = page, n
	s.cursor = max(0, min(s.cursor, n-1))
	s.fit(0)
}

// place is "line 1-12 of 412", "" if there are no rows.
func (s *scroll) place(what string) string {
	if s.n == 0 || s.page <= 0 {
		return ""
	}
	return placed(what, s.top+1, min(s.n, s.top+s.page), s.n)
}

func placed(what string, from, to, of int) string {
	return what + " " + strconv.Itoa(from) + "-" + strconv.Itoa(to) + " of " + strconv.Itoa(of)
}
