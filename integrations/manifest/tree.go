package manifest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// nodeKind is what a node of a page is.
type nodeKind int

const (
	nullNode nodeKind = iota
	textNode
	intNode
	floatNode
	boolNode
	listNode
	mapNode
)

// words names the kinds in messages.
var kindWords = map[nodeKind]string{
	nullNode: "empty", textNode: "text", intNode: "a number", floatNode: "a number", boolNode: "true or false",
	listNode: "a list", mapNode: "a map",
}

// node is a value of a page with its place. Aliases are resolved, anchors gone.
type node struct {
	kind      nodeKind
	line, col int
	text      string // of a scalar, as it is meant; of a number as it is written
	inner     int    // columns between col and the first character of text (an opening quote); -1 if columns do not follow it
	items     []*node
	entries   []entry
}

// entry is a key of a map.
type entry struct {
	key       string
	line, col int
	value     *node
}

// get returns the value of a key, nil if it is not there or n is no map.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, e := range n.entries {
		if e.key == key {
			return e.value
		}
	}
	return nil
}

// at walks keys; nil if one is missing.
func (n *node) at(keys ...string) *node {
	for _, k := range keys {
		n = n.get(k)
	}
	return n
}

// str is the text of a scalar, "" for anything else.
func (n *node) str() string {
	if n == nil {
		return ""
	}
	return n.text
}

// json writes the value, keys in the order of the page.
func (n *node) json(b *bytes.Buffer) {
	switch n.kind {
	case nullNode:
		b.WriteString("null")
	case textNode:
		writeText(b, n.text)
	case boolNode:
		b.WriteString(strings.ToLower(n.text))
	case intNode, floatNode:
		if json.Valid([]byte(n.text)) {
			b.WriteString(n.text)
		} else {
			writeText(b, n.text) // 0x1f, 1_000, .inf: not numbers here
		}
	case listNode:
		b.WriteByte('[')
		for i, v := range n.items {
			if i > 0 {
				b.WriteByte(',')
			}
			v.json(b)
		}
		b.WriteByte(']')
	case mapNode:
		b.WriteByte('{')
		for i, e := range n.entries {
			if i > 0 {
				b.WriteByte(',')
			}
			writeText(b, e.key)
			b.WriteByte(':')
			e.value.json(b)
		}
		b.WriteByte('}')
	}
}

func writeText(b *bytes.Buffer, s string) {
	t, err := json.Marshal(s)
	if err != nil {
		t = []byte(strconv.Quote(s))
	}
	b.Write(t)
}

// step is get for maps, and the element of a number for lists.
func (n *node) step(key string) *node {
	if n != nil && n.kind == listNode {
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(n.items) {
			return n.items[i]
		}
		return nil
	}
	return n.get(key)
}
