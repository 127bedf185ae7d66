package ui

// Move is where a list of n rows goes by the keys that move in every list: from at, with page rows in sight. used reports whether it was one
// of them; to may lie outside of the list.
func Move(k string, at, page, n int) (to int, used bool) {
	page = max(1, page)
	switch k {
	case "j", "down":
		return at + 1, true
	case "k", "up":
		return at - 1, true
	case "g", "home":
		return 0, true
	case "G", "end":
		return n - 1, true
	case "ctrl+d":
		return at + max(1, page/2), true
	case "ctrl+u":
		return at - max(1, page/2), true
	case "pgdown":
		return at + page, true
	case "pgup":
		return at - page, true
	}
	return at, false
}
