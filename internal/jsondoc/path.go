package jsondoc

import "strings"

// Chain is the values from the root to the one that holds an offset: its own text, or its key. The last one is a scalar if
// the offset is in one, else the innermost container.
func (d *Doc) Chain(offset int) []Node {
	n := d.Root()
	chain := []Node{n}
	for n.Container() {
		c := d.before(n.at, uint32(max(0, offset)))
		inside := false
		for {
			child, ok := c.peek()
			if !ok || c.at > offset {
				break
			}
			if offset < d.end(int(child.at)) {
				n, inside = child, true
				break
			}
			c.skip(child)
		}
		if !inside {
			break
		}
		chain = append(chain, n)
		if offset <= int(n.at) {
			break // the value itself, or its key
		}
	}
	return chain
}

// Path is where the value is, as a jq expression: ".", ".items[3].name", `.["odd key"]`. Where a key is in an object twice,
// both have the same path, and jq takes the last.
func (n Node) Path() string { return n.path(-1) }

// ShortPath is [Node.Path] to be shown: of keys longer than most bytes only the beginning.
func (n Node) ShortPath(most int) string { return n.path(most) }

func (n Node) path(most int) string {
	var b strings.Builder
	for _, s := range n.d.Chain(int(n.at))[1:] {
		if most >= 0 && s.Keyed() {
			if key, cut := s.KeyHead(most); cut {
				stepKey(&b, key+"…")
				continue
			}
		}
		s.step(&b)
	}
	if b.Len() == 0 {
		return "."
	}
	return b.String()
}

// step adds the node's own part of its path.
func (n Node) step(b *strings.Builder) {
	if key, ok := n.Key(); ok {
		stepKey(b, key)
		return
	}
	if b.Len() == 0 {
		b.WriteByte('.')
	}
	b.WriteByte('[')
	writeInt(b, int(n.i))
	b.WriteByte(']')
}

func stepKey(b *strings.Builder, key string) {
	switch {
	case name(key):
		b.WriteByte('.')
		b.WriteString(key)
	default:
		if b.Len() == 0 {
			b.WriteByte('.')
		}
		b.WriteByte('[')
		quote(b, key)
		b.WriteByte(']')
	}
}
