package jsondoc

import (
	"encoding/binary"
	"math/bits"
)

func isEscape(c byte) bool {
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	}
	return false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// space is the first offset from i on that is no white space.
func space(text []byte, i int) int {
	for i < len(text) {
		switch text[i] {
		case ' ':
			if i+8 <= len(text) && binary.LittleEndian.Uint64(text[i:]) == ' '*ones {
				i += 8
				continue
			}
		case '\n', '\t', '\r':
		default:
			return i
		}
		i++
	}
	return i
}

// unusual is the first offset from i on of a quote, a backslash or a control character, eight bytes at a time.
func unusual(text []byte, i int) int {
	for i+8 <= len(text) {
		x := binary.LittleEndian.Uint64(text[i:])
		q, b := x^('"'*ones), x^('\\'*ones)
		// The lowest mark is exact: a borrow only spoils bytes above it.
		hit := ((q - ones) &^ q & highs) | ((b - ones) &^ b & highs) | ((x - ' '*ones) &^ x & highs)
		if hit != 0 {
			return i + bits.TrailingZeros64(hit)/8
		}
		i += 8
	}
	for i < len(text) && text[i] >= ' ' && text[i] != '"' && text[i] != '\\' {
		i++
	}
	return i
}
