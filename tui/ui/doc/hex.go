package doc

import (
	"strings"

	"authdeck/tui/theme"
)

// Hex shows bytes: their offset, hexadecimal, and as ASCII. It copies none but those in sight.
//
// Keys: those of a list scroll, space too.
type Hex struct {
	data []byte
	top  int // byte
	rows int // in sight
	per  int // bytes a row
}

// NewHex shows bytes, which must not change afterwards.
func NewHex(data []byte) *Hex { return &Hex{data: data, per: 16} }

// Place is "byte 1-128 of 3000".
func (h *Hex) Place() string {
	if len(h.data) == 0 || h.rows <= 0 {
		return ""
	}
	return placed("byte", h.top+1, min(len(h.data), h.top+h.rows*h.per), len(h.data))
}

// Key takes a key by its name; used reports whether it was one of the dump's.
func (h *Hex) Key(k string) (used bool) {
	page := max(1, h.rows)
	switch k {
	case "j", "down":
		h.top += h.per
	case "k", "up":
		h.top -= h.per
	case "g", "home":
		h.top = 0
	case "G", "end":
		h.top = len(h.data)
	case "ctrl+d":
		h.top += max(1, page/2) * h.per
	case "ctrl+u":
		h.top -= max(1, page/2) * h.per
	case "pgdown", "space":
		h.top += page * h.per
	case "pgup":
		h.top -= page * h.per
	default:
		return false
	}
	h.clamp()
	return true
}

// clamp keeps the top on a row's start, and the page full as far as there are bytes.
func (h *Hex) clamp() {
	rows := (len(h.data) + h.per - 1) / h.per
	top := min(h.top/h.per, rows-max(1, h.rows))
	h.top = max(0, top) * h.per
}

// View draws the bytes: 16 a row if the width allows, else 8 or 4.
func (h *Hex) View(th *theme.Theme, width, height int) []string {
	if width <= 0 || height <= 0 {
		return pad(nil, max(0, width), height)
	}
	h.rows, h.per = height, 4
	for _, per := range []int{16, 8} {
		if width >= hexWidth(per) {
			h.per = per
			break
		}
	}
	h.clamp()
	var lines []string
	for at := h.top; at < len(h.data) && len(lines) < height; at += h.per {
		lines = append(lines, h.line(th, at, width))
	}
	return pad(lines, width, height)
}

// hexWidth is offset, gap, three cells a byte, one between two groups of eight, gap, text.
func hexWidth(per int) int { return 8 + 2 + 3*per + per/16 + 1 + per }

func (h *Hex) line(th *theme.Theme, at, width int) string {
	const digits = "0123456789abcdef"
	var offset [8]byte
	for i, n := len(offset)-1, at; i >= 0; i, n = i-1, n>>4 {
		offset[i] = digits[n&15]
	}
	var hex, text strings.Builder
	for i := range h.per {
		if i == 8 {
			hex.WriteByte(' ')
		}
		if at+i >= len(h.data) {
			hex.WriteString("   ")
			continue
		}
		c := h.data[at+i]
		hex.Write([]byte{digits[c>>4], digits[c&15], ' '})
		if c < ' ' || c > '~' {
			text.WriteString(th.Glyph.None)
		} else {
			text.WriteByte(c)
		}
	}
	return draw(th, width, false, span{string(offset[:]) + "  ", th.Dim}, span{hex.String() + " ", th.Text}, span{text.String(), th.Accent})
}
