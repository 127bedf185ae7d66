package manifest

import (
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of a page.
const (
	maxPage  = 256 << 10 // bytes
	maxNodes = 50_000    // values, aliases expanded
	maxDepth = 40        // of lists and maps
)

// readPage reads YAML into a tree. What is wrong goes into the issues; the tree is nil then.
func readPage(text []byte, is *issues) (root *node) {
	if len(text) > maxPage {
		is.pos(1, 1, "the manifest has %d KiB; at most 256 KiB are read", (len(text)+1023)>>10)
		return nil
	}
	// The parser is somebody else's and walks what it reads; a text that trips it is a bad page, not the end of us.
	defer func() {
		if r := recover(); r != nil {
			is.pos(1, 1, "this cannot be read as YAML")
			root = nil
		}
	}()
	tokens := lexer.Tokenize(string(text))
	if tk := tooDeep(tokens); tk != nil {
		is.pos(tk.Position.Line, tk.Position.Column, "lists and maps are nested deeper than %d", maxDepth)
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		syntaxIssue(err, is)
		return nil
	}
	var body ast.Node
	for _, d := range file.Docs {
		switch {
		case d.Body == nil:
		case body == nil:
			body = d.Body
		default:
			line, col := place(d.Body)
			is.pos(line, col, "a file holds one manifest; a second document begins here")
			return nil
		}
	}
	if body == nil {
		is.pos(1, 1, "the manifest is empty")
		return nil
	}
	r := reader{is: is, anchors: map[string]ast.Node{}}
	before := len(is.list)
	root = r.read(body, 0)
	if r.stopped || len(is.list) > before {
		return nil
	}
	return root
}

// tooDeep finds the token at which nesting passes the limit, before the parser recurses into it.
func tooDeep(tokens token.Tokens) *token.Token {
	depth, line, inLine := 0, 0, 0
	for _, tk := range tokens {
		if tk.Position.Line != line {
			line, inLine = tk.Position.Line, 0
		}
		switch tk.Type { //nolint:exhaustive // the others do not nest
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType, token.TagType, token.AnchorType:
			inLine++ // "- - - -", "? ? ? ?"
		}
		if depth > maxDepth || inLine > maxDepth {
			return tk
		}
	}
	return nil
}

// syntaxIssue takes place and message out of the parser's error, without its picture of the source.
func syntaxIssue(err error, is *issues) {
	var y yaml.Error
	if !errors.As(err, &y) || y.GetToken() == nil {
		is.pos(1, 1, "this cannot be read as YAML")
		return
	}
	p := y.GetToken().Position
	is.pos(p.Line, p.Column, "this cannot be read as YAML: %s", y.GetMessage())
}

// reader turns the parser's nodes into ours.
type reader struct {
	is      *issues
	anchors map[string]ast.Node
	open    []string // aliases being expanded
	count   int
	stopped bool
}

func (r *reader) read(n ast.Node, depth int) *node {
	line, col := place(n)
	out := &node{line: line, col: col, inner: -1}
	if r.count++; r.stopped || r.count > maxNodes || depth > maxDepth {
		r.stop(line, col, depth)
		return out
	}
	switch n := n.(type) {
	case nil, *ast.NullNode:
	case *ast.StringNode:
		out.kind, out.text, out.inner = textNode, n.Value, 0
		switch {
		case n.Token.Type == token.SingleQuoteType || n.Token.Type == token.DoubleQuoteType:
			out.inner = 1
		case strings.Contains(n.Token.Origin, "\n") && strings.Contains(strings.TrimSpace(n.Token.Origin), "\n"):
			out.inner = -1
		}
	case *ast.LiteralNode:
		out.kind, out.text = textNode, n.Value.Value
	case *ast.IntegerNode:
		out.kind, out.text = intNode, n.Token.Value
	case *ast.FloatNode:
		out.kind, out.text = floatNode, n.Token.Value
	case *ast.InfinityNode:
		out.kind, out.text = textNode, n.Token.Value
	case *ast.NanNode:
		out.kind, out.text = textNode, n.Token.Value
	case *ast.BoolNode:
		out.kind, out.text = boolNode, n.Token.Value
	case *ast.SequenceNode:
		out.kind = listNode
		for _, v := range n.Values {
			out.items = append(out.items, r.read(v, depth+1))
		}
	case *ast.MappingNode:
		r.mapping(out, n.Values, depth)
	case *ast.MappingValueNode:
		r.mapping(out, []*ast.MappingValueNode{n}, depth)
	case *ast.AnchorNode:
		r.anchors[n.Name.GetToken().Value] = n.Value
		return r.read(n.Value, depth)
	case *ast.AliasNode:
		return r.alias(n, out, depth)
	default:
		r.is.pos(line, col, "this YAML is not understood in a manifest (%s)", strings.ToLower(n.Type().String()))
	}
	return out
}

func (r *reader) stop(line, col, depth int) {
	if r.stopped {
		return
	}
	r.stopped = true
	if depth > maxDepth {
		r.is.pos(line, col, "lists and maps are nested deeper than %d", maxDepth)
		return
	}
	r.is.pos(line, col, "the manifest has more than %d values once its aliases are expanded", maxNodes)
}

func (r *reader) mapping(out *node, values []*ast.MappingValueNode, depth int) {
	out.kind = mapNode
	seen := make(map[string]int, len(values))
	for _, v := range values {
		key := v.Key.GetToken()
		name, ok := keyText(v.Key)
		if !ok {
			r.is.pos(key.Position.Line, key.Position.Column, "a key must be a word; << and ? are not understood in a manifest")
			continue
		}
		if first, ok := seen[name]; ok {
			r.is.pos(key.Position.Line, key.Position.Column, "the key %q is there twice; first in line %d", name, first)
			continue
		}
		seen[name] = key.Position.Line
		value := r.read(v.Value, depth+1)
		if value.line == 0 {
			value.line, value.col = key.Position.Line, key.Position.Column
		}
		out.entries = append(out.entries, entry{key: name, line: key.Position.Line, col: key.Position.Column, value: value})
	}
}

func keyText(k ast.MapKeyNode) (string, bool) {
	switch k := k.(type) {
	case *ast.StringNode:
		return k.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return k.GetToken().Value, true
	}
	return "", false
}

func (r *reader) alias(n *ast.AliasNode, out *node, depth int) *node {
	name := n.Value.GetToken().Value
	target, ok := r.anchors[name]
	if !ok {
		r.is.pos(out.line, out.col, "the alias *%s has no anchor before it", name)
		return out
	}
	for _, o := range r.open {
		if o == name {
			r.is.pos(out.line, out.col, "the alias *%s holds itself", name)
			return out
		}
	}
	r.open = append(r.open, name)
	value := r.read(target, depth)
	r.open = r.open[:len(r.open)-1]
	return value
}

// place is where a node begins; 0, 0 for one without a token.
func place(n ast.Node) (line, col int) {
	if n == nil {
		return 0, 0
	}
	switch m := n.(type) {
	case *ast.MappingNode:
		if len(m.Values) > 0 && !m.IsFlowStyle {
			return place(m.Values[0])
		}
		if m.Start != nil {
			return m.Start.Position.Line, m.Start.Position.Column
		}
	case *ast.MappingValueNode:
		return place(m.Key)
	}
	tk := n.GetToken()
	if tk == nil || tk.Position == nil {
		return 0, 0
	}
	return tk.Position.Line, tk.Position.Column
}
