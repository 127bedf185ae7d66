package doc

import (
	"context"

	"authdeck/internal/jsondoc"
)

const (
	mostUnfolded = 20_000   // containers that one key unfolds
	mostWalked   = 32 << 20 // bytes that it walks through for that
	searchStep   = 1 << 20  // bytes that one key or one Work looks through
	mostValue    = 16 << 10 // bytes of a value that is shown in full
)

// Tree shows a JSON document, a value a line, folded but for the outermost ones. Its last line is the path of the value
// under the cursor, or the search that is typed.
//
// Keys: those of a list; h, left fold or go to the parent; l, right unfold or go in; enter, space do either; * or = unfolds
// all below the cursor, - folds it; w shows the whole value under the cursor; / searches, n and N go to the next and the
// last match.
type Tree struct {
	doc  *jsondoc.Doc
	root *branch // nil: a scalar, or an empty container
	scroll
	whole bool // the value under the cursor is shown in full
	finder
	pathOf jsondoc.Node // that path is of
	path   string
	note   string // what the last key came to, for the last line
}

// NewTree shows a document. The outermost container is unfolded, and the container in it that makes up most of it.
func NewTree(d *jsondoc.Doc) *Tree {
	t := &Tree{doc: d}
	if n := d.Root(); n.Container() && !n.Empty() {
		t.root = newBranch(n, nil)
		if n := t.bulk(); n.OK() {
			t.root.unfold(n)
		}
	}
	t.n = t.count()
	return t
}

// bulk is what an answer like {"items": […], "next": "…"} is about: the child that takes up more than half of it.
func (t *Tree) bulk() jsondoc.Node {
	if t.root.count > 16 {
		return jsondoc.Node{}
	}
	for c := range t.root.node.Children() {
		if c.Container() && !c.Empty() && 2*len(c.Raw()) > len(t.root.node.Raw()) {
			return c
		}
	}
	return jsondoc.Node{}
}

func (t *Tree) count() int {
	if t.root == nil {
		return 1
	}
	return 1 + t.root.rows
}

func (t *Tree) row(i int) row {
	if i <= 0 || t.root == nil {
		return row{node: t.doc.Root(), open: t.root}
	}
	return t.root.at(i - 1)
}

// Node is the value under the cursor.
func (t *Tree) Node() jsondoc.Node { return t.row(t.cursor).node }

// Path is where the value under the cursor is, as a jq expression.
func (t *Tree) Path() string { return t.Node().Path() }

// Value is the value under the cursor: a string without its quotes, all else as it is written. It may be the whole document.
func (t *Tree) Value() string { return t.Node().Value() }

// Place is "line 1-12 of 412".
func (t *Tree) Place() string {
	t.n = t.count()
	return t.place("line")
}

// Key takes a key by its name; used reports whether it was one of the tree's. While a search is typed, every key is.
func (t *Tree) Key(k string) (used bool) {
	if t.typing {
		if t.typed(k) {
			t.find(false)
		}
		return true
	}
	t.note, t.said = "", ""
	t.n = t.count()
	r := t.row(t.cursor)
	switch k {
	case "h", "left":
		if r.open != nil && r.in != nil {
			t.foldRow(r)
		} else {
			t.up(r)
		}
	case "l", "right":
		if r.open == nil {
			t.unfoldRow(r)
		} else if r.open.count > 0 {
			t.move(t.cursor + 1)
		}
	case "enter", "space":
		if r.open != nil {
			t.foldRow(r)
		} else {
			t.unfoldRow(r)
		}
	case "*", "=":
		t.unfoldAll(r)
	case "-":
		if r.open == nil {
			t.up(r)
			r = t.row(t.cursor)
		}
		t.foldRow(r)
	case "w":
		t.whole = !t.whole
	case "/":
		t.start()
	case "n":
		t.find(false)
	case "N":
		t.find(true)
	default:
		return t.key(k)
	}
	return true
}

func (t *Tree) up(r row) {
	if r.in == nil {
		return
	}
	at := 0
	for b := r.in; b.parent != nil; b = b.parent {
		at += b.parent.index(b.node.Index()) + 1
	}
	t.move(at)
}

func (t *Tree) unfoldRow(r row) *branch {
	if r.in == nil || r.open != nil || !r.node.Container() || r.node.Empty() {
		return r.open
	}
	b := r.in.unfold(r.node)
	t.n = t.count()
	return b
}

func (t *Tree) foldRow(r row) {
	switch {
	case r.open == nil:
	case r.in != nil:
		r.in.fold(r.node)
	default: // the root stays open, all in it is folded
		t.root = newBranch(t.root.node, nil)
	}
	t.n = t.count()
	t.move(t.cursor)
}

func (t *Tree) unfoldAll(r row) {
	b := t.unfoldRow(r)
	if b == nil {
		return
	}
	if !b.unfoldAll(mostUnfolded) {
		t.note = "too much to unfold all of it"
	}
	t.n = t.count()
}

// Go puts the cursor on the value at an offset of the text, and unfolds what it is in.
func (t *Tree) Go(offset int) {
	chain := t.doc.Chain(offset)
	at, b := 0, t.root
	for i, n := range chain[1:] {
		at += b.index(n.Index()) + 1
		if i < len(chain)-2 {
			b = b.unfold(n)
		}
	}
	t.n = t.count()
	t.move(at)
}

func (t *Tree) find(back bool) {
	t.begin(t.doc, t.Node().Offset(), back)
	t.Work(context.Background())
}

// Busy reports whether a search goes on; call Work until it does not.
func (t *Tree) Busy() bool { return t.search != nil }

// Work goes on with a search for a few milliseconds. The end of ctx ends the search.
func (t *Tree) Work(ctx context.Context) {
	if hit, ok := t.step(ctx); ok {
		t.Go(hit.Offset())
	}
}
