package doc

import "strconv"

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
	page := max(1, s.page)
	switch k {
	case "j", "down":
		s.move(s.cursor + 1)
	case "k", "up":
		s.move(s.cursor - 1)
	case "g", "home":
		s.move(0)
	case "G", "end":
		s.move(s.n - 1)
	case "ctrl+d":
		s.move(s.cursor + max(1, page/2))
	case "ctrl+u":
		s.move(s.cursor - max(1, page/2))
	case "pgdown":
		s.move(s.cursor + page)
	case "pgup":
		s.move(s.cursor - page)
	default:
		return false
	}
	return true
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
