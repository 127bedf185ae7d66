package login

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// maxAddress bounds what is taken; no provider's redirect comes near it.
const maxAddress = 16 << 10

// pasteField takes the address the browser ended on. It holds the code, so only host and path are ever drawn.
type pasteField struct {
	text    string
	busy    bool   // handed in, no answer yet
	problem string // why the last one was refused
}

func (p *pasteField) add(s string) {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	if len(p.text)+len(s) <= maxAddress {
		p.text += s
	}
	p.problem = ""
}

// key edits: text is added at the end, backspace takes one, ctrl+u all.
func (p *pasteField) key(k tea.KeyPressMsg) {
	switch k.String() {
	case "backspace":
		_, n := utf8.DecodeLastRuneInString(p.text)
		p.text, p.problem = p.text[:len(p.text)-n], ""
	case "ctrl+u":
		p.clear()
	default:
		p.add(k.Text)
	}
}

func (p *pasteField) clear() { p.text, p.problem = "", "" }

func (p *pasteField) refused(why string) { p.busy, p.problem = false, why }

// shown is the field as it may be seen: where the address leads, and that something follows.
func (p *pasteField) shown(masked string) string {
	if p.text == "" {
		return ""
	}
	u, err := url.Parse(p.text)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return strconv.Itoa(utf8.RuneCountInString(p.text)) + " characters, no address yet"
	}
	s := safe(u.Scheme + "://" + u.Host + u.EscapedPath())
	if u.RawQuery != "" || u.Fragment != "" {
		s += "?" + strings.Repeat(masked, 3)
	}
	return s
}
