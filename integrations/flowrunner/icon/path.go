package icon

import (
	"strconv"
	"strings"
)

// arguments is how many numbers a set of each path command has; its letter in lower case.
var arguments = map[byte]int{'m': 2, 'l': 2, 'h': 1, 'v': 1, 'c': 6, 's': 4, 'q': 4, 't': 2, 'a': 7, 'z': 0}

// points writes the numbers of a path (d) or of a list of points anew, one command a set: the library knows neither flags
// without blanks around them nor several arcs behind one letter. What follows the first mistake is left out, as SVG wants it.
func points(attr, v string) string {
	l := lexer{rest: v}
	var out strings.Builder
	if attr != "d" {
		for {
			x, okX := l.number()
			y, okY := l.number()
			if !okX || !okY {
				return out.String()
			}
			out.WriteString(x + " " + y + " ")
		}
	}
	for {
		command, ok := l.letter()
		if !ok {
			return out.String()
		}
		n, known := arguments[command|0x20]
		if !known || out.Len() == 0 && command|0x20 != 'm' {
			return out.String()
		}
		if n == 0 {
			out.WriteByte(command)
			continue
		}
		for set := 0; set == 0 || l.more(); set++ {
			args, ok := l.set(command, n)
			if !ok {
				return out.String()
			}
			if set == 1 && command|0x20 == 'm' {
				command-- // further points of a move are lines: m → l, M → L
			}
			write(&out, command, args)
		}
	}
}

// write writes one set; an arc without a radius is a line.
func write(out *strings.Builder, command byte, args []string) {
	if command|0x20 == 'a' && (args[0] == "0" || args[1] == "0") {
		command, args = command-'a'+'l', args[5:]
	}
	out.WriteByte(command)
	out.WriteString(strings.Join(args, " "))
}

// lexer takes numbers and letters off a text.
type lexer struct{ rest string }

func (l *lexer) blanks() { l.rest = strings.TrimLeft(l.rest, " ,\t\r\n\f") }

func (l *lexer) letter() (byte, bool) {
	l.blanks()
	if l.rest == "" {
		return 0, false
	}
	c := l.rest[0]
	l.rest = l.rest[1:]
	return c, true
}

// more reports whether another number comes.
func (l *lexer) more() bool {
	l.blanks()
	return l.rest != "" && strings.IndexByte("+-.0123456789", l.rest[0]) >= 0
}

func (l *lexer) set(command byte, n int) ([]string, bool) {
	args := make([]string, n)
	for i := range args {
		ok := false
		if command|0x20 == 'a' && (i == 3 || i == 4) {
			args[i], ok = l.flag()
		} else {
			args[i], ok = l.number()
		}
		if !ok {
			return nil, false
		}
	}
	return args, true
}

func (l *lexer) flag() (string, bool) {
	c, ok := l.letter()
	return string(c), ok && (c == '0' || c == '1')
}

func (l *lexer) number() (string, bool) {
	l.blanks()
	n := 0
	digits := func() (any bool) {
		for n < len(l.rest) && l.rest[n] >= '0' && l.rest[n] <= '9' {
			n, any = n+1, true
		}
		return any
	}
	at := func(set string) bool { return n < len(l.rest) && strings.IndexByte(set, l.rest[n]) >= 0 }
	if at("+-") {
		n++
	}
	some := digits()
	if at(".") {
		n++
		some = digits() || some
	}
	if !some {
		return "", false
	}
	if at("eE") {
		before := n
		n++
		if at("+-") {
			n++
		}
		if !digits() {
			n = before
		}
	}
	f, err := strconv.ParseFloat(l.rest[:n], 64)
	l.rest = l.rest[n:]
	if err != nil || !(f >= -mostCoordinate && f <= mostCoordinate) {
		return "", false
	}
	return strconv.FormatFloat(f, 'f', -1, 64), true
}
