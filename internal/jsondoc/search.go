package jsondoc

import (
	"bytes"
	"context"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Search looks for a text in keys and scalar values, forwards or backwards from one place, in steps of bounded work, and
// once around the document. It does not tell upper from lower case unless the text has upper case in it.
type Search struct {
	d     *Doc
	want  string
	fold  bool
	back  bool
	start int // where it began: a match there is the last that is found
	seg   int // the segment that is looked through next
	left  int // segments still to be looked through
}

// Search begins after (backwards: before) an offset; -1 begins at the start (backwards: the end).
func (d *Doc) Search(text string, after int, backwards bool) *Search {
	s := &Search{d: d, want: text, back: backwards, start: after, left: len(d.syncs) + 1}
	if s.fold = strings.IndexFunc(text, unicode.IsUpper) < 0; s.fold {
		s.want = strings.ToLower(text)
	}
	if backwards && after < 0 {
		s.start = len(d.text)
	}
	s.seg = max(0, sort.Search(len(d.syncs), func(i int) bool { return int(d.syncs[i]) > s.start })-1)
	return s
}

// Step looks through about most bytes, but whole keys and values. found is the next match; done reports that the whole document was looked through
// and there is none, or that ctx ended.
func (s *Search) Step(ctx context.Context, most int) (found Node, done bool) {
	if s.want == "" {
		return Node{}, true
	}
	for looked := 0; s.left > 0 && looked < most; {
		if ctx.Err() != nil {
			return Node{}, true
		}
		n, bytes := s.segment()
		if n.OK() {
			return n, true
		}
		looked += bytes
	}
	return Node{}, s.left <= 0
}

// segment looks through one segment and goes on to the next. The first is looked through twice: from the start on, and in
// whole at the end.
func (s *Search) segment() (found Node, looked int) {
	d, n := s.d, len(s.d.syncs)
	from, to := int(d.syncs[s.seg]), len(d.text)
	if s.seg+1 < n {
		to = int(d.syncs[s.seg+1])
	}
	first := s.left == n+1
	s.left--
	if s.back {
		s.seg = (s.seg + n - 1) % n
	} else {
		s.seg = (s.seg + 1) % n
	}
	var best Node
	d.tokens(from, to, func(at, value int) bool {
		switch {
		case first && (!s.back && value <= s.start || s.back && value >= s.start):
			return true
		case best.OK() && int(best.at) == value || !s.matches(at):
			return true
		}
		best = Node{d: d, at: uint32(value)}
		return s.back
	})
	if !best.OK() {
		return best, to - from
	}
	chain := d.Chain(int(best.at))
	return chain[len(chain)-1], to - from
}

// tokens calls each with every key and scalar that starts between two offsets, of which from is the start of a token; value
// is where the value starts that a token belongs to. It stops when each says so.
func (d *Doc) tokens(from, to int, each func(at, value int) bool) {
	for i := from; i < to; {
		switch c := d.text[i]; c {
		case '{', '}', '[', ']', ',', ':':
			i++
			continue
		case ' ', '\n', '\r', '\t':
			i = space(d.text, i)
			continue
		case '"':
			end := stringEnd(d.text, i)
			after := space(d.text, end)
			if after < len(d.text) && d.text[after] == ':' {
				if !each(i, space(d.text, after+1)) {
					return
				}
			} else if !each(i, i) {
				return
			}
			i = end
		default:
			if !each(i, i) {
				return
			}
			i = scalarEnd(d.text, i)
		}
	}
}

// matches reports whether the token at an offset holds what is looked for.
func (s *Search) matches(at int) bool {
	text := s.d.text
	if text[at] != '"' {
		return contains(text[at:scalarEnd(text, at)], s.want, s.fold)
	}
	raw := text[at+1 : stringEnd(text, at)-1]
	if bytes.IndexByte(raw, '\\') >= 0 {
		raw = []byte(unescape(raw))
	}
	return contains(raw, s.want, s.fold)
}

// contains reports whether hay holds want, which is in lower case if case does not count.
func contains(hay []byte, want string, fold bool) bool {
	if len(hay) < len(want) && !fold {
		return false
	}
	if !fold {
		return bytes.Contains(hay, []byte(want))
	}
	first := want[0]
	if ascii(want) {
		other := first
		if first >= 'a' && first <= 'z' {
			other = first - 0x20
		}
		for i := 0; i+len(want) <= len(hay); i++ {
			if (hay[i] == first || hay[i] == other) && equalFold(hay[i:i+len(want)], want) {
				return true
			}
		}
		return false
	}
	return strings.Contains(strings.ToLower(string(hay)), want)
}

func equalFold(hay []byte, want string) bool {
	for i, c := range hay {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != want[i] {
			return false
		}
	}
	return true
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
