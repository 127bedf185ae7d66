package engine

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// units are the UTF-16 code units of a script's text, lone surrogates included.
func units(v goja.Value) []uint16 {
	s, ok := v.(goja.String)
	if !ok {
		s, ok = v.ToString().(goja.String)
		if !ok {
			return nil
		}
	}
	out := make([]uint16, s.Length())
	for i := range out {
		out[i] = s.CharAt(i)
	}
	return out
}

// encodeText is Buffer.from(text, encoding).
func (e *Engine) encodeText(call goja.FunctionCall) goja.Value {
	text := call.Argument(0)
	switch call.Argument(1).String() {
	case "latin1", "ascii":
		u := units(text)
		b := make([]byte, len(u))
		for i, c := range u {
			b[i] = byte(c)
		}
		return e.buffer(b)
	case "utf16le":
		var b []byte
		for _, c := range units(text) {
			b = append(b, byte(c), byte(c>>8))
		}
		return e.buffer(b)
	case "hex":
		return e.buffer(fromHex(text.String()))
	case "base64", "base64url":
		return e.buffer(fromBase64(text.String()))
	}
	return e.buffer([]byte(string(utf16.Decode(units(text)))))
}

// fromHex reads pairs of digits up to the first that is none, as Node does.
func fromHex(text string) []byte {
	n := 0
	for n+1 < len(text) && isHex(text[n]) && isHex(text[n+1]) {
		n += 2
	}
	b, err := hex.DecodeString(text[:n])
	if err != nil {
		return nil
	}
	return b
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// fromBase64 reads both alphabets, skips what belongs to neither, and ends at the first =.
func fromBase64(text string) []byte {
	clean := make([]byte, 0, len(text))
	for i := range len(text) {
		switch c := text[i]; {
		case c == '=':
			text = ""
		case c == '-':
			clean = append(clean, '+')
		case c == '_':
			clean = append(clean, '/')
		case c == '+', c == '/', c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			clean = append(clean, c)
		}
		if text == "" {
			break
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
	n, err := base64.RawStdEncoding.Decode(out, clean)
	if err != nil {
		return out[:n]
	}
	return out[:n]
}

// decodeBytes is buffer.toString(encoding).
func (e *Engine) decodeBytes(call goja.FunctionCall) goja.Value {
	b := e.bytes(call, 0)
	switch call.Argument(3).String() {
	case "latin1":
		return e.text16(b, 0xff)
	case "ascii":
		return e.text16(b, 0x7f)
	case "utf16le":
		u := make([]uint16, len(b)/2)
		for i := range u {
			u[i] = uint16(b[2*i]) | uint16(b[2*i+1])<<8
		}
		return goja.StringFromUTF16(u)
	case "hex":
		return e.vm.ToValue(hex.EncodeToString(b))
	case "base64":
		return e.vm.ToValue(base64.StdEncoding.EncodeToString(b))
	case "base64url":
		return e.vm.ToValue(base64.RawURLEncoding.EncodeToString(b))
	}
	return e.vm.ToValue(fromUTF8(b))
}

func (e *Engine) text16(b []byte, mask uint16) goja.Value {
	u := make([]uint16, len(b))
	for i, c := range b {
		u[i] = uint16(c) & mask
	}
	return goja.StringFromUTF16(u)
}

// fromUTF8 replaces each maximal part of a broken sequence by one U+FFFD, as the WHATWG decoder does; Go would replace each byte.
func fromUTF8(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var out []byte
	for len(b) > 0 {
		if r, n := utf8.DecodeRune(b); r != utf8.RuneError || n > 1 {
			out = append(out, b[:n]...)
			b = b[n:]
			continue
		}
		out = append(out, "\ufffd"...)
		b = b[broken(b):]
	}
	return string(out)
}

// broken is the length of the maximal part of a sequence that begins b and is no character.
func broken(b []byte) int {
	need, low, high := 0, byte(0x80), byte(0xbf)
	switch c := b[0]; {
	case c >= 0xc2 && c <= 0xdf:
		need = 1
	case c >= 0xe0 && c <= 0xef:
		need = 2
		switch c {
		case 0xe0:
			low = 0xa0
		case 0xed:
			high = 0x9f
		}
	case c >= 0xf0 && c <= 0xf4:
		need = 3
		switch c {
		case 0xf0:
			low = 0x90
		case 0xf4:
			high = 0x8f
		}
	default:
		return 1
	}
	n := 1
	for n <= need && n < len(b) && b[n] >= low && b[n] <= high {
		n++
		low, high = 0x80, 0xbf
	}
	return n
}

func (e *Engine) compareBytes(call goja.FunctionCall) goja.Value {
	return e.vm.ToValue(bytes.Compare(e.bytes(call, 0), e.bytes(call, 3)))
}
