package jsondoc

import "sort"

// What is here walks a text that is known to be valid, by offsets.

// stringEnd is the offset after the string that starts at i.
func stringEnd(text []byte, i int) int {
	i++
	for {
		i = unusual(text, i)
		if text[i] == '"' {
			return i + 1
		}
		i += 2 // a backslash and what it escapes; of \u the digits follow as plain bytes
	}
}

// scalarEnd is the offset after the number or word that starts at i.
func scalarEnd(text []byte, i int) int {
	for i < len(text) {
		switch text[i] {
		case ',', ']', '}', ' ', '\n', '\r', '\t', ':':
			return i
		}
		i++
	}
	return i
}

// big finds a remembered container; ok is false if it is a short one.
func (d *Doc) big(at uint32) (b big, ok bool) {
	i := sort.Search(len(d.bigs), func(i int) bool { return d.bigs[i].start >= at })
	if i < len(d.bigs) && d.bigs[i].start == at {
		return d.bigs[i], true
	}
	return big{}, false
}

// end is the offset after the value that starts at i.
func (d *Doc) end(i int) int {
	switch d.text[i] {
	case '"':
		return stringEnd(d.text, i)
	case '{', '[':
		if b, ok := d.big(uint32(i)); ok {
			return int(b.end)
		}
		return d.walked(i)
	}
	return scalarEnd(d.text, i)
}

// walked is end of a container that is not remembered.
func (d *Doc) walked(i int) int {
	depth := 0
	for {
		switch d.text[i] {
		case '"':
			i = stringEnd(d.text, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth == 0 {
				return i + 1
			}
		}
		i++
	}
}

// cursor walks the children of one container, in their order.
type cursor struct {
	d      *Doc
	object bool
	at     int // where the next child starts, or the end
	i      uint32
}

func (d *Doc) walk(container uint32) cursor {
	return cursor{d: d, object: d.text[container] == '{', at: space(d.text, int(container)+1)}
}

// peek is the child that comes next; ok is false after the last. It does not look for the child's end.
func (c *cursor) peek() (n Node, ok bool) {
	if t := c.d.text[c.at]; t == '}' || t == ']' {
		return Node{}, false
	}
	n = Node{d: c.d, at: uint32(c.at), i: c.i}
	if c.object {
		colon := space(c.d.text, stringEnd(c.d.text, c.at))
		n.key, n.at = uint32(c.at)+1, uint32(space(c.d.text, colon+1))
	}
	return n, true
}

// skip goes on after child n, which peek has just returned.
func (c *cursor) skip(n Node) {
	at := space(c.d.text, c.d.end(int(n.at)))
	if c.d.text[at] == ',' {
		at = space(c.d.text, at+1)
	}
	c.at = at
	c.i++
}
