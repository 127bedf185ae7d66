package jsondoc

import (
	"bytes"
	"fmt"
)

const (
	leastBig = 2 << 10  // bytes from which on a container is remembered
	mostBigs = 1 << 18  // remembered containers; with more, only longer ones are
	syncStep = 64 << 10 // bytes between places where a search can begin
)

// big is a remembered container. All are in the order of their starts; end is 0 while it is open.
type big struct{ start, end, count uint32 }

// level is a container around the place that is looked at.
type level struct {
	big    int    // its index in bigs
	child  uint32 // where its present child starts, its key included
	hinted bool
}

// scanner validates a text in one pass.
type scanner struct {
	text  []byte
	i     int
	root  int
	open  []level // the containers around i
	bigs  []big
	hints map[uint32][]hint
	least int
	syncs []uint32 // starts of values or keys, at most one in each syncStep bytes
	next  int      // the least offset of the next sync
}

func (s *scanner) fail(what string, args ...any) error {
	if s.i >= len(s.text) {
		what, args = "the text ends too early", nil
	}
	before := s.text[:min(s.i, len(s.text))]
	return &SyntaxError{
		Offset: len(before), Line: 1 + bytes.Count(before, []byte{'\n'}), Column: len(before) - bytes.LastIndexByte(before, '\n'),
		What: fmt.Sprintf(what, args...),
	}
}

// here names the byte at i for a message.
func (s *scanner) here() string {
	if c := s.text[s.i]; c >= 0x20 && c < 0x7f {
		return "'" + string(rune(c)) + "'"
	}
	return fmt.Sprintf("byte 0x%02x", s.text[s.i])
}

func (s *scanner) document() error {
	s.i = space(s.text, s.i)
	s.root = s.i
	for {
		// A value starts here.
		if s.i >= len(s.text) {
			return s.fail("")
		}
		s.sync()
		switch c := s.text[s.i]; c {
		case '{', '[':
			if len(s.open) == MaxDepth {
				return s.fail("more than %d containers within each other", MaxDepth)
			}
			s.push()
			s.i = space(s.text, s.i+1)
			s.open[len(s.open)-1].child = uint32(s.i)
			if s.i < len(s.text) && s.text[s.i] == c+2 {
				s.i++
				s.pop()
				break
			}
			if c == '{' {
				if err := s.key(); err != nil {
					return err
				}
			}
			continue
		case '"':
			if err := s.str(); err != nil {
				return err
			}
		case 't', 'f', 'n':
			if err := s.word(); err != nil {
				return err
			}
		default:
			if err := s.number(); err != nil {
				return err
			}
		}
		more, err := s.after()
		if err != nil || !more {
			return err
		}
	}
}

// after reads what follows a value: ends of containers, then a comma and perhaps a key. more is false at the end of the text.
func (s *scanner) after() (more bool, err error) {
	for {
		s.i = space(s.text, s.i)
		if len(s.open) == 0 {
			if s.i < len(s.text) {
				return false, s.fail("%s after the value", s.here())
			}
			return false, nil
		}
		if s.i >= len(s.text) {
			return false, s.fail("")
		}
		in := &s.open[len(s.open)-1]
		b := &s.bigs[in.big]
		kind := s.text[b.start]
		switch c := s.text[s.i]; c {
		case ',':
			b.count++
			s.i = space(s.text, s.i+1)
			in.child = uint32(s.i)
			if kind == '{' {
				return true, s.key()
			}
			return true, nil
		case kind + 2:
			b.count++
			s.i++
			s.pop()
		default:
			return false, s.fail("%s instead of ',' or '%c'", s.here(), kind+2)
		}
	}
}

func (s *scanner) push() {
	s.open = append(s.open, level{big: len(s.bigs)})
	s.bigs = append(s.bigs, big{start: uint32(s.i)})
	if len(s.bigs) > mostBigs {
		s.thin()
	}
}

// pop ends the innermost container. A short one is forgotten; it is the last, since what is in it is shorter.
func (s *scanner) pop() {
	in := s.open[len(s.open)-1]
	s.open = s.open[:len(s.open)-1]
	if start := s.bigs[in.big].start; s.i-int(start) < s.least {
		s.bigs = s.bigs[:in.big]
		if in.hinted {
			delete(s.hints, start)
		}
		return
	}
	s.bigs[in.big].end = uint32(s.i)
}

// thin forgets the shorter half of what is remembered, so that the memory for it is bounded for every text.
func (s *scanner) thin() {
	for len(s.bigs) > mostBigs/2 {
		s.least *= 2
		kept, depth := s.bigs[:0], 0
		for _, b := range s.bigs {
			if b.end == 0 {
				s.open[depth].big = len(kept)
				depth++
			} else if int(b.end-b.start) < s.least {
				delete(s.hints, b.start)
				continue
			}
			kept = append(kept, b)
		}
		s.bigs = kept
	}
}

// sync notes i as a place where a token starts, now and then, and which children of the containers around it are there.
func (s *scanner) sync() {
	if s.i < s.next {
		return
	}
	s.syncs = append(s.syncs, uint32(s.i))
	s.next = s.i + syncStep
	for k := range min(len(s.open), hintDepth) {
		in := &s.open[k]
		b := s.bigs[in.big]
		list := s.hints[b.start]
		if b.count == 0 || len(list) > 0 && list[len(list)-1].i == b.count {
			continue
		}
		in.hinted = true
		s.hints[b.start] = append(list, hint{b.count, in.child})
	}
}

func (s *scanner) key() error {
	if s.i >= len(s.text) || s.text[s.i] != '"' {
		if s.i < len(s.text) {
			return s.fail("%s instead of a key", s.here())
		}
		return s.fail("")
	}
	s.sync()
	if err := s.str(); err != nil {
		return err
	}
	s.i = space(s.text, s.i)
	if s.i >= len(s.text) || s.text[s.i] != ':' {
		if s.i < len(s.text) {
			return s.fail("%s instead of ':'", s.here())
		}
		return s.fail("")
	}
	s.i = space(s.text, s.i+1)
	return nil
}

func (s *scanner) str() error {
	s.i++
	for {
		s.i = unusual(s.text, s.i)
		if s.i >= len(s.text) {
			return s.fail("")
		}
		switch s.text[s.i] {
		case '"':
			s.i++
			return nil
		case '\\':
			s.i++
			if s.i >= len(s.text) {
				return s.fail("")
			}
			c := s.text[s.i]
			if c == 'u' {
				for range 4 {
					s.i++
					if s.i >= len(s.text) || !isHex(s.text[s.i]) {
						return s.fail("\\u needs four hexadecimal digits")
					}
				}
			} else if !isEscape(c) {
				return s.fail("\\ before %s in a string", s.here())
			}
			s.i++
		default:
			return s.fail("%s in a string", s.here())
		}
	}
}

func (s *scanner) word() error {
	w := "null"
	switch s.text[s.i] {
	case 't':
		w = "true"
	case 'f':
		w = "false"
	}
	for j := range len(w) {
		if s.i >= len(s.text) || s.text[s.i] != w[j] {
			if s.i < len(s.text) {
				return s.fail("%s instead of %s", s.here(), w)
			}
			return s.fail("")
		}
		s.i++
	}
	return nil
}

func (s *scanner) number() error {
	if s.text[s.i] == '-' {
		s.i++
	}
	switch {
	case s.i >= len(s.text):
		return s.fail("")
	case s.text[s.i] == '0':
		s.i++
	case !isDigit(s.text[s.i]):
		return s.fail("%s instead of a value", s.here())
	default:
		s.digits()
	}
	if s.i < len(s.text) && s.text[s.i] == '.' {
		s.i++
		if !s.digits() {
			return s.fail("a number needs a digit after its point")
		}
	}
	if s.i < len(s.text) && s.text[s.i]|0x20 == 'e' {
		s.i++
		if s.i < len(s.text) && (s.text[s.i] == '+' || s.text[s.i] == '-') {
			s.i++
		}
		if !s.digits() {
			return s.fail("a number needs a digit in its exponent")
		}
	}
	return nil
}

func (s *scanner) digits() bool {
	from := s.i
	for s.i < len(s.text) && isDigit(s.text[s.i]) {
		s.i++
	}
	return s.i > from
}
