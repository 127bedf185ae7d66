package code

// Match finds the bracket that belongs to the one at offset at of a JSON text, -1 if there is none or no bracket stands
// there. Brackets in strings do not count.
func Match(text string, at int) int {
	if at < 0 || at >= len(text) || !bracket(text[at]) {
		return -1
	}
	var open []int
	for i := 0; i < len(text); i++ {
		switch b := text[i]; b {
		case '"':
			n, _ := quoted(lineOf(text[i:]))
			if at > i && at < i+n {
				return -1
			}
			i += n - 1
		case '{', '[':
			open = append(open, i)
		case '}', ']':
			if len(open) == 0 {
				return -1
			}
			from := open[len(open)-1]
			open = open[:len(open)-1]
			if text[from]+2 != b {
				return -1
			}
			switch at {
			case from:
				return i
			case i:
				return from
			}
		}
	}
	return -1
}

func bracket(b byte) bool { return b == '{' || b == '}' || b == '[' || b == ']' }

func lineOf(s string) string { return s[:span(s, func(b byte) bool { return b != '\n' })] }
