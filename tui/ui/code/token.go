package code

import (
	"strings"
	"unicode/utf8"
)

// Kind is what a token is.
type Kind uint8

// The kinds.
const (
	Space       Kind = iota
	Name             // a string with a colon behind it in the same line
	String           // any other string
	Number           //
	Literal          // true, false, null
	Punctuation      // { } [ ] , :
	Error            // what JSON does not have, and a string without its end
)

// Token is a part of a line, by the offsets of its first byte and of the byte behind it.
type Token struct {
	Kind     Kind
	From, To int
}

// Tokens cuts one line of a JSON text into its parts, all of it in order. A line stands for itself, since no token of JSON
// goes on in the next line: a viewer colours the lines in sight only. It never fails.
func Tokens(line string) []Token {
	var list []Token
	for i := 0; i < len(line); {
		kind, n := next(line[i:])
		list = append(list, Token{Kind: kind, From: i, To: i + n})
		i += n
	}
	for i := range list {
		if list[i].Kind == String && named(line, list[i+1:]) {
			list[i].Kind = Name
		}
	}
	return list
}

// named: the next token that is no blank is a colon.
func named(line string, rest []Token) bool {
	for _, t := range rest {
		if t.Kind != Space {
			return line[t.From:t.To] == ":"
		}
	}
	return false
}

func next(s string) (Kind, int) {
	switch c := s[0]; {
	case blank(c):
		return Space, span(s, blank)
	case strings.IndexByte("{}[],:", c) >= 0:
		return Punctuation, 1
	case c == '"':
		n, ok := quoted(s)
		if !ok {
			return Error, n
		}
		return String, n
	case word(c):
		n := span(s, word)
		return wordKind(s[:n]), n
	}
	_, n := utf8.DecodeRuneInString(s)
	return Error, n
}

func wordKind(w string) Kind {
	switch {
	case w == "true" || w == "false" || w == "null":
		return Literal
	case isNumber(w):
		return Number
	}
	return Error
}

// quoted is the length of the string at the start of s; ok is false if it has no end, or holds what must be escaped.
func quoted(s string) (n int, ok bool) {
	ok = true
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return i + 1, ok
		case s[i] < 0x20:
			ok = false
		case s[i] == '\\':
			size := escape(s[i:])
			ok = ok && size > 0
			i += max(1, size-1)
		}
	}
	return len(s), false
}

// escape is the length of the escape at the start of s, 0 if it is none of JSON's.
func escape(s string) int {
	if len(s) < 2 {
		return 0
	}
	if strings.IndexByte(`"\/bfnrt`, s[1]) >= 0 {
		return 2
	}
	if s[1] != 'u' || len(s) < 6 {
		return 0
	}
	for _, c := range []byte(s[2:6]) {
		if !hex(c) {
			return 0
		}
	}
	return 6
}

// isNumber: a number of RFC 8259 §6.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	switch n := span(s, digit); {
	case n == 0, n > 1 && s[0] == '0':
		return false
	default:
		s = s[n:]
	}
	if strings.HasPrefix(s, ".") {
		n := span(s[1:], digit)
		if n == 0 {
			return false
		}
		s = s[1+n:]
	}
	if s == "" {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	s = s[1:]
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	return s != "" && span(s, digit) == len(s)
}

func span(s string, in func(byte) bool) int {
	for i := range len(s) {
		if !in(s[i]) {
			return i
		}
	}
	return len(s)
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
func digit(c byte) bool { return c >= '0' && c <= '9' }
func hex(c byte) bool   { return digit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// word: what numbers and literals are made of, so that a wrong one is one error and not several.
func word(c byte) bool {
	return digit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '+' || c == '.' || c == '_' || c == '$'
}
