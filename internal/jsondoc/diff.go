package jsondoc

import (
	"bytes"
	"context"
	"hash/maphash"
	"strings"
)

// ChangeKind is what happened at a path.
type ChangeKind uint8

// The kinds of changes.
const (
	Changed ChangeKind = iota
	Added
	Removed
	Reordered // the elements are those that were there, in another order
)

// Change is one difference between two documents.
type Change struct {
	Kind ChangeKind
	// Path is a jq path: in the old document where something was removed, else in the new one.
	Path string
	// Old and New are previews of about 200 bytes, "" where there is none.
	Old, New string
}

// Line is the change as plain output has it: `~ .a: 1 → 2`, `+ .b: 1`, `- .c`. The texts are foreign, so it must be made safe.
func (c Change) Line() string {
	switch c.Kind {
	case Added:
		return "+ " + c.Path + ": " + c.New
	case Removed:
		return "- " + c.Path
	case Reordered:
		return "~ " + c.Path + ": the same elements in another order"
	default:
		return "~ " + c.Path + ": " + c.Old + " → " + c.New
	}
}

// Changes are the differences of two documents, in the order of the old one.
type Changes struct {
	List []Change
	// Cut says that there may be more: the list is full, or the documents were too long to look at all of them in detail.
	Cut bool
}

// Lines are the changes as plain output has them, one each; none if nothing changed.
func (c Changes) Lines() []string {
	lines := make([]string, 0, len(c.List)+1)
	for _, x := range c.List {
		lines = append(lines, x.Line())
	}
	if c.Cut {
		lines = append(lines, "… and perhaps more, which was not looked at")
	}
	return lines
}

const (
	mostChanges = 5_000
	mostListed  = 500_000 // children of one container that are matched by key or identity
	mostCells   = 1 << 20 // of the table that finds the longest common part of two arrays
	previewed   = 200     // bytes of a value
	workFactor  = 40      // how often each byte may be looked at
)

// Diff tells what is different in the new document. The order of keys does not count, nor how a string or a number is
// written (1.0 is 1). Arrays of objects that have a unique "id", "key" or "name" are compared by it, others by their
// longest common part, very long ones by position. The error is that of ctx.
func Diff(ctx context.Context, old, new *Doc) (Changes, error) {
	f := differ{ctx: ctx, seed: maphash.MakeSeed(), work: 1<<20 + workFactor*(len(old.text)+len(new.text))}
	f.compare(old.Root(), new.Root(), "", Node{})
	return f.out, ctx.Err()
}

// differ holds one comparison.
type differ struct {
	ctx   context.Context
	seed  maphash.Seed
	out   Changes
	work  int // bytes that may still be looked at
	calls int
	ended bool
}

// over reports whether to stop.
func (f *differ) over() bool {
	if f.calls++; f.calls%256 == 0 && f.ctx.Err() != nil {
		f.ended = true
	}
	return f.ended
}

func (f *differ) say(kind ChangeKind, path string, old, new Node) {
	if len(f.out.List) == mostChanges {
		f.out.Cut, f.ended = true, true
		return
	}
	if path == "" {
		path = "."
	}
	c := Change{Kind: kind, Path: path}
	if old.OK() {
		c.Old = old.Preview(previewed)
	}
	if new.OK() {
		c.New = new.Preview(previewed)
	}
	f.out.List = append(f.out.List, c)
}

func under(path string, n Node) string {
	var b strings.Builder
	b.WriteString(path)
	n.step(&b)
	return b.String()
}

// compare looks at two values at step within a path.
func (f *differ) compare(a, b Node, path string, step Node) {
	if f.over() {
		return
	}
	x, y := a.Raw(), b.Raw()
	f.work -= len(x) + len(y)
	if bytes.Equal(x, y) {
		return
	}
	if step.OK() {
		path = under(path, step)
	}
	kind := a.Kind()
	switch {
	case kind != b.Kind():
		f.say(Changed, path, a, b)
	case !a.Container():
		if !sameScalar(a, b) {
			f.say(Changed, path, a, b)
		}
	case f.work < 0:
		f.out.Cut = true
		f.say(Changed, path, a, b)
	case kind == Object:
		f.objects(a, b, path)
	default:
		f.arrays(a, b, path)
	}
}

func sameScalar(a, b Node) bool {
	switch a.Kind() {
	case String:
		return a.Value() == b.Value()
	case Number:
		return canonical(a.Raw()) == canonical(b.Raw())
	default: // true and false, whose raw texts differ
		return false
	}
}

// member tells members apart: where a key is there twice, by which time it is.
type member struct {
	key  string
	time int
}

func members(n Node) (map[member]Node, []member) {
	all, order, times := map[member]Node{}, []member(nil), map[string]int{}
	for c := range n.Children() {
		key, _ := c.Key()
		m := member{key, times[key]}
		times[key]++
		all[m] = c
		order = append(order, m)
	}
	return all, order
}

func (f *differ) objects(a, b Node, path string) {
	if a.Len() > mostListed || b.Len() > mostListed {
		f.out.Cut = true
		f.say(Changed, path, a, b)
		return
	}
	was, oldOrder := members(a)
	is, newOrder := members(b)
	for _, m := range oldOrder {
		if n, ok := is[m]; ok {
			f.compare(was[m], n, path, n)
		} else {
			f.say(Removed, under(path, was[m]), was[m], Node{})
		}
	}
	for _, m := range newOrder {
		if _, ok := was[m]; !ok {
			f.say(Added, under(path, is[m]), Node{}, is[m])
		}
	}
}

func (f *differ) arrays(a, b Node, path string) {
	if a.Len() > mostListed || b.Len() > mostListed {
		f.positions(a, b, path)
		return
	}
	as, bs := list(a), list(b)
	if x, y, ok := identities(as, bs); ok {
		f.byIdentity(as, bs, x, y, a, b, path)
		return
	}
	f.byCommonPart(as, bs, path)
}

func list(n Node) []Node {
	out := make([]Node, 0, n.Len())
	for c := range n.Children() {
		out = append(out, c)
	}
	return out
}

// positions compares very long arrays without a list of their elements.
func (f *differ) positions(a, b Node, path string) {
	x, y := a.d.walk(a.at), b.d.walk(b.at)
	for !f.ended {
		p, old := x.peek()
		q, new := y.peek()
		switch {
		case old && new:
			f.compare(p, q, path, q)
			x.skip(p)
			y.skip(q)
		case old:
			f.say(Removed, under(path, p), p, Node{})
			x.skip(p)
		case new:
			f.say(Added, under(path, q), Node{}, q)
			y.skip(q)
		default:
			return
		}
	}
}
