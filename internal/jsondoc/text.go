package jsondoc

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decode is the string that starts at i, as encoding/json has it: what is no character is U+FFFD.
func (d *Doc) decode(i int) string {
	raw := d.text[i+1 : stringEnd(d.text, i)-1]
	return unescape(raw)
}

func unescape(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return valid(raw)
	}
	var b strings.Builder
	b.Grow(len(raw))
	for len(raw) > 0 {
		at := bytes.IndexByte(raw, '\\')
		if at < 0 {
			at = len(raw)
		}
		b.WriteString(valid(raw[:at]))
		raw = raw[at:]
		if len(raw) < 2 {
			break
		}
		if raw[1] != 'u' || len(raw) < 6 {
			b.WriteByte(escaped(raw[1]))
			raw = raw[2:]
			continue
		}
		r := hex4(raw[2:6])
		raw = raw[6:]
		if utf16.IsSurrogate(r) {
			pair := rune(utf8.RuneError)
			if len(raw) >= 6 && raw[0] == '\\' && raw[1] == 'u' {
				pair = utf16.DecodeRune(r, hex4(raw[2:6]))
			}
			if r = pair; r != utf8.RuneError {
				raw = raw[6:]
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// valid replaces each byte that is no UTF-8 by U+FFFD.
func valid(raw []byte) string {
	if utf8.Valid(raw) {
		return string(raw)
	}
	return string([]rune(string(raw)))
}

func escaped(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

func hex4(raw []byte) rune {
	n, err := strconv.ParseUint(string(raw), 16, 32)
	if err != nil {
		return utf8.RuneError
	}
	return rune(n)
}

// quote is s as a JSON string that reads well: only quotes, backslashes and controls are escaped.
func quote(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ' || r >= 0x7f && r < 0xa0:
			b.WriteString(`\u00`)
			b.WriteByte("0123456789abcdef"[r>>4])
			b.WriteByte("0123456789abcdef"[r&15])
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}

// Preview is the value in one line of about most bytes: a scalar as JSON, a container with its first children. What is cut
// ends in "…". What is cut is not read, but for the end of a long string.
func (n Node) Preview(most int) string {
	var b strings.Builder
	n.preview(&b, most, 2)
	return b.String()
}

func (n Node) preview(b *strings.Builder, most, depth int) {
	if !n.Container() {
		n.scalar(b, most-b.Len())
		return
	}
	left, right := "[", "]"
	if n.Kind() == Object {
		left, right = "{", "}"
	}
	b.WriteString(left)
	c := n.d.walk(n.at)
	for first := true; ; first = false {
		child, ok := c.peek()
		if !ok {
			break
		}
		if !first {
			b.WriteString(", ")
		}
		if depth == 0 || b.Len() >= most {
			b.WriteString("…")
			break
		}
		if child.key != 0 {
			label(b, child)
			b.WriteString(": ")
		}
		child.preview(b, most, depth-1)
		c.skip(child)
	}
	b.WriteString(right)
}

// label is a key without quotes, if it needs none.
func label(b *strings.Builder, n Node) {
	key, cut := n.d.head(int(n.key-1), 60)
	if !cut && name(key) {
		b.WriteString(key)
		return
	}
	quote(b, key)
	if cut {
		b.WriteString("…")
	}
}

// scalar writes a value of at most about most bytes.
func (n Node) scalar(b *strings.Builder, most int) {
	most = max(most, 8)
	at := int(n.at)
	if n.d.text[at] != '"' {
		raw := n.d.text[at:scalarEnd(n.d.text, at)]
		if len(raw) > most {
			b.Write(raw[:most])
			b.WriteString("…")
			return
		}
		b.Write(raw)
		return
	}
	text, cut := n.d.head(at, most)
	quote(b, text)
	if cut {
		b.WriteString("…")
	}
}

// head is the first most bytes or a few more of the string that starts at i, unescaped; it does not read the rest.
func (d *Doc) head(i, most int) (text string, cut bool) {
	from := i + 1
	limit := min(len(d.text), from+most+16)
	for i = from; ; i += 2 {
		i = unusual(d.text[:limit], i)
		if i >= limit || d.text[i] == '"' || i-from > most {
			break
		}
	}
	if i < limit && d.text[i] == '"' && i-from <= most {
		return unescape(d.text[from:i]), false
	}
	end := from
	for end-from < most {
		switch {
		case d.text[end] != '\\':
			end++
		case d.text[end+1] == 'u':
			end += 6
		default:
			end += 2
		}
	}
	for range utf8.UTFMax - 1 { // the rest of the last character
		if utf8.RuneStart(d.text[end]) {
			break
		}
		end++
	}
	return unescape(d.text[from:end]), d.text[end] != '"'
}

// name reports whether a key can stand in a jq path as it is.
func name(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || !isDigit(c)) {
			return false
		}
	}
	return s != ""
}

func writeInt(b *strings.Builder, n int) {
	var room [20]byte
	b.Write(strconv.AppendInt(room[:0], int64(n), 10))
}
