package jsondoc

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// Kind is what a value is.
type Kind uint8

// The kinds of JSON.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

func (k Kind) String() string {
	return [...]string{"null", "bool", "number", "string", "array", "object"}[k]
}

// Node is one value of a document, and the key or place that it has in its parent. The zero Node is none ([Node.OK]).
type Node struct {
	d   *Doc
	at  uint32 // where the value starts
	key uint32 // where the key starts, plus 1; 0: no member of an object
	i   uint32 // which child of its parent it is
}

// OK reports whether there is a value.
func (n Node) OK() bool { return n.d != nil }

// Kind is what the value is.
func (n Node) Kind() Kind {
	switch n.d.text[n.at] {
	case '{':
		return Object
	case '[':
		return Array
	case '"':
		return String
	case 't', 'f':
		return Bool
	case 'n':
		return Null
	}
	return Number
}

// Container reports whether it is an object or an array.
func (n Node) Container() bool { c := n.d.text[n.at]; return c == '{' || c == '[' }

// Offset is where the value starts in the text; it tells the values of a document apart.
func (n Node) Offset() int { return int(n.at) }

// Index is which child of its parent it is, from 0; members of an object count in their order.
func (n Node) Index() int { return int(n.i) }

// Keyed reports whether it is a member of an object.
func (n Node) Keyed() bool { return n.key != 0 }

// Key is the key of a member, unescaped (a broken escape or byte is U+FFFD); ok is false if it is none.
func (n Node) Key() (key string, ok bool) {
	if n.key == 0 {
		return "", false
	}
	return n.d.decode(int(n.key - 1)), true
}

// KeyHead is the first most bytes or a few more of the key; cut reports that it is longer.
func (n Node) KeyHead(most int) (key string, cut bool) {
	if n.key == 0 {
		return "", false
	}
	return n.d.head(int(n.key-1), most)
}

// Head is the first most bytes or a few more of [Node.Value]; cut reports that it is longer.
func (n Node) Head(most int) (text string, cut bool) {
	if n.d.text[n.at] == '"' {
		return n.d.head(int(n.at), most)
	}
	if raw := n.Raw(); len(raw) > most {
		return valid(raw[:most]), true
	}
	return n.Value(), false
}

// Raw is the value as it is written. It is a part of the document's text.
func (n Node) Raw() []byte { return n.d.text[n.at:n.d.end(int(n.at))] }

// Value is a string without quotes and escapes, and what is written for every other value.
func (n Node) Value() string {
	if n.d.text[n.at] == '"' {
		return n.d.decode(int(n.at))
	}
	return string(n.Raw())
}

// Len is the number of children; 0 of a scalar.
func (n Node) Len() int {
	if !n.Container() {
		return 0
	}
	if b, ok := n.d.big(n.at); ok {
		return int(b.count)
	}
	count := 0
	for range n.Children() {
		count++
	}
	return count
}

// Empty reports whether it has no children, without counting them.
func (n Node) Empty() bool {
	if !n.Container() {
		return true
	}
	c := n.d.walk(n.at)
	_, ok := c.peek()
	return !ok
}

// Child is the i-th child; none if there is none. It takes less than a millisecond in a document of any length that is not
// made to be slow.
func (n Node) Child(i int) Node {
	if i < 0 || !n.Container() {
		return Node{}
	}
	c := n.d.from(n.at, uint32(i))
	for {
		child, ok := c.peek()
		if !ok || int(child.i) == i {
			return child
		}
		c.skip(child)
	}
}

// Member is the value of a key, the last one if the key is there twice; none if there is none. It looks at all members.
func (n Node) Member(key string) Node {
	var found Node
	if n.Kind() != Object {
		return found
	}
	for c := range n.Children() {
		if c.isKey(key) {
			found = c
		}
	}
	return found
}

func (n Node) isKey(key string) bool {
	at := int(n.key - 1)
	end := stringEnd(n.d.text, at)
	raw := n.d.text[at+1 : end-1]
	if string(raw) == key {
		return utf8.Valid(raw) && strings.IndexByte(key, '\\') < 0
	}
	for _, c := range raw {
		if c == '\\' || c >= utf8.RuneSelf {
			return n.d.decode(at) == key
		}
	}
	return false
}

// Children are all children in their order, found while they are walked.
func (n Node) Children() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if !n.Container() {
			return
		}
		c := n.d.walk(n.at)
		for {
			child, ok := c.peek()
			if !ok || !yield(child) {
				return
			}
			c.skip(child)
		}
	}
}
