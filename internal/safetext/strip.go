package safetext

import "strings"

// strip removes ECMA-48 escape sequences with their parameters and payloads, so that no "[31m" or clipboard payload is
// left as text. One that never ends loses its introducer only: it shall not swallow the rest of a message. Whatever is
// missed here is harmless, since clean drops every control character that is left.
func strip(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for {
		i := strings.IndexByte(s, 0x1b)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i:]
		s = s[sequence(s):]
	}
}

// sequence returns the length of the escape sequence at the start of s, which begins with ESC; at least 1.
func sequence(s string) int {
	if len(s) < 2 {
		return 1
	}
	switch c := s[1]; {
	case c == '[': // CSI: parameters, intermediates, one final byte
		return final(s, 2, 0x40, 0x7e)
	case c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_': // OSC, DCS, SOS, PM, APC: up to ST (or BEL)
		return payload(s)
	case c >= 0x20 && c <= 0x2f: // intermediates, one final byte
		return final(s, 2, 0x30, 0x7e)
	case c >= 0x30 && c <= 0x7e:
		return 2
	}
	return 1
}

// final returns the length up to the first byte between lo and hi from offset i on; only bytes 0x20–0x3f may come before.
func final(s string, i int, lo, hi byte) int {
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c >= lo && c <= hi:
			return i + 1
		case c < 0x20 || c > 0x3f:
			return i // broken off: what stands here is text, or the next sequence
		}
	}
	return i
}

// payload returns the length of a control string; 2 if it never ends.
func payload(s string) int {
	for i := 2; i < len(s); i++ {
		switch {
		case s[i] == 0x07 && s[1] == ']':
			return i + 1
		case s[i] == 0x1b && i+1 < len(s) && s[i+1] == '\\':
			return i + 2
		case strings.HasPrefix(s[i:], "\u009c"):
			return i + len("\u009c")
		case s[i] == 0x18 || s[i] == 0x1a: // CAN and SUB end any sequence
			return i + 1
		}
	}
	return 2
}
