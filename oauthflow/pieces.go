package oauthflow

import (
	"slices"
	"strings"

	"authdeck/internal/secret"
)

// piece is a part of a text that was sent: one that may be shown, or a secret as it stands there. The text of a secret that
// is known only masked is "".
type piece struct {
	text   string
	secret bool
}

// pieces cuts a text where its masked form has the mask. ok is false if the one was not made of the other by masking alone.
func pieces(masked, plain string) (list []piece, ok bool) {
	parts := strings.Split(masked, secret.Mask)
	rest, found := strings.CutPrefix(plain, parts[0])
	if !found {
		return nil, false
	}
	list = append(list, piece{text: parts[0]})
	for i, p := range parts[1:] {
		at := strings.Index(rest, p)
		if i == len(parts)-2 {
			if !strings.HasSuffix(rest, p) {
				return nil, false
			}
			at = len(rest) - len(p)
		}
		if at < 0 {
			return nil, false
		}
		if p == "" && i < len(parts)-2 {
			continue // two masks in a row are one secret
		}
		list = append(list, piece{rest[:at], true}, piece{text: p})
		rest = rest[at+len(p):]
	}
	if len(parts) == 1 && rest != "" {
		return nil, false
	}
	return full(list), true
}

// full drops what is empty.
func full(list []piece) []piece {
	return slices.DeleteFunc(list, func(p piece) bool { return p.text == "" })
}

// maskedPieces cuts a text of which only the masked form is known.
func maskedPieces(masked string) []piece {
	var list []piece
	for i, p := range strings.Split(masked, secret.Mask) {
		if i > 0 {
			list = append(list, piece{secret: true})
		}
		if p != "" {
			list = append(list, piece{text: p})
		}
	}
	return list
}

// pairs cuts fields joined by &, as they stand in a query or a form. What cannot be cut finer is a secret as a whole value.
func pairs(masked, plain string) []piece {
	if list, ok := pieces(masked, plain); ok {
		return list
	}
	m, p := strings.Split(masked, "&"), strings.Split(plain, "&")
	if len(m) != len(p) {
		return []piece{{plain, true}}
	}
	var list []piece
	for i := range p {
		if i > 0 {
			list = append(list, piece{text: "&"})
		}
		one, ok := pieces(m[i], p[i])
		if name, value, cut := strings.Cut(p[i], "="); !ok && cut {
			one = full([]piece{{text: name + "="}, {value, true}})
		} else if !ok {
			one = []piece{{p[i], true}}
		}
		list = append(list, one...)
	}
	return list
}

// urlPieces cuts an address.
func (m masker) urlPieces(address string) []piece {
	masked := secret.RedactURL(m.mask(address))
	if list, ok := pieces(masked, address); ok {
		return list
	}
	base, query, _ := strings.Cut(address, "?")
	maskedBase, maskedQuery, _ := strings.Cut(masked, "?")
	list, ok := pieces(maskedBase, base)
	if !ok {
		return []piece{{address, true}}
	}
	return append(append(list, piece{text: "?"}), pairs(maskedQuery, query)...)
}

// headerPieces cuts a header's value.
func (m masker) headerPieces(name, value string) []piece {
	masked := secret.RedactHeader(map[string][]string{name: {m.mask(value)}})[name][0]
	if scheme, rest, _ := strings.Cut(m.mask(value), " "); masked == secret.Mask && rest == secret.Mask && word.MatchString(scheme) {
		masked = m.mask(value) // "Acme •••", of which the name of the header hides more than need be
	}
	if list, ok := pieces(masked, value); ok {
		return list
	}
	return []piece{{value, true}}
}

// bodyPieces cuts a body that is text.
func (m masker) bodyPieces(kind, body string) []piece {
	masked := m.mask(secret.RedactBody(kind, []byte(m.mask(body)), 0))
	if list, ok := pieces(masked, body); ok {
		return list
	}
	if list, ok := tokenPieces(masked, body); ok {
		return list
	}
	if strings.HasPrefix(strings.ToLower(kind), "application/x-www-form-urlencoded") {
		return pairs(masked, body)
	}
	return []piece{{body, true}}
}

// tokenPieces cuts JSON by its tokens: the masked form has the same ones, in another spelling.
func tokenPieces(masked, plain string) ([]piece, bool) {
	m, _ := tokens(masked)
	p, blanks := tokens(plain)
	if len(m) != len(p) {
		return nil, false
	}
	list := []piece{{text: blanks[0]}}
	for i, t := range p {
		switch {
		case !strings.Contains(m[i], secret.Mask):
			list = append(list, piece{text: t})
		case len(t) >= 2 && t[0] == '"':
			list = append(list, piece{text: `"`}, piece{t[1 : len(t)-1], true}, piece{text: `"`})
		default:
			list = append(list, piece{t, true})
		}
		list = append(list, piece{text: blanks[i+1]})
	}
	return full(list), true
}

// tokens are those of JSON, and the blanks before, between and behind them.
func tokens(text string) (list, blanks []string) {
	at := 0
	blank := func() {
		begin := at
		for at < len(text) && strings.IndexByte(" \t\r\n", text[at]) >= 0 {
			at++
		}
		blanks = append(blanks, text[begin:at])
	}
	for blank(); at < len(text); blank() {
		begin := at
		switch c := text[at]; {
		case c == '"':
			for at++; at < len(text) && text[at] != '"'; at++ {
				if text[at] == '\\' {
					at++
				}
			}
			at = min(at+1, len(text))
		case strings.IndexByte("{}[],:", c) >= 0:
			at++
		default:
			for at < len(text) && strings.IndexByte("{}[],:\" \t\r\n", text[at]) < 0 {
				at++
			}
		}
		list = append(list, text[begin:at])
	}
	return list, blanks
}

// sure makes secrets of pieces in which one still stands.
func (m masker) sure(list []piece) []piece {
	for i, p := range list {
		if !p.secret && m.mask(p.text) != p.text {
			list[i].secret = true
		}
	}
	return list
}
