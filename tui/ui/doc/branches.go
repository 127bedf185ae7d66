package doc

import (
	"slices"
	"sort"

	"authdeck/internal/jsondoc"
)

// branch is an unfolded container. Its rows are its children and what lies below those that are unfolded.
type branch struct {
	node   jsondoc.Node
	parent *branch
	count  int       // children
	open   []*branch // unfolded children, by index
	before []int     // rows below the unfolded children that come before open[i]; nil: to be counted
	rows   int       // count and the rows of all that is open
}

func newBranch(n jsondoc.Node, parent *branch) *branch {
	count := n.Len()
	return &branch{node: n, parent: parent, count: count, rows: count}
}

// row is one line of a tree.
type row struct {
	node  jsondoc.Node
	in    *branch // the branch whose child it is; nil: the root
	depth int
	open  *branch // if it is unfolded
}

// at finds row i of a branch, of which the first is its first child.
func (b *branch) at(i int) row {
	depth := 1
	for {
		b.sum()
		// The last unfolded child that starts at or before row i.
		k := sort.Search(len(b.open), func(k int) bool { return b.open[k].node.Index()+b.before[k] > i }) - 1
		if k < 0 {
			return b.child(i, depth)
		}
		o := b.open[k]
		inside := i - (o.node.Index() + b.before[k]) - 1
		switch {
		case inside < 0:
			return row{node: o.node, in: b, depth: depth, open: o}
		case inside >= o.rows:
			return b.child(i-b.before[k]-o.rows, depth)
		}
		b, i = o, inside
		depth++
	}
}

func (b *branch) child(i, depth int) row {
	return row{node: b.node.Child(i), in: b, depth: depth}
}

func (b *branch) sum() {
	if b.before != nil {
		return
	}
	b.before = make([]int, len(b.open))
	sum := 0
	for k, o := range b.open {
		b.before[k] = sum
		sum += o.rows
	}
}

// index is the row of child i within the branch.
func (b *branch) index(i int) int {
	b.sum()
	k := sort.Search(len(b.open), func(k int) bool { return b.open[k].node.Index() >= i })
	if k == 0 {
		return i
	}
	return i + b.before[k-1] + b.open[k-1].rows
}

func (b *branch) find(i int) (k int, found *branch) {
	k = sort.Search(len(b.open), func(k int) bool { return b.open[k].node.Index() >= i })
	if k < len(b.open) && b.open[k].node.Index() == i {
		return k, b.open[k]
	}
	return k, nil
}

// unfold opens a child.
func (b *branch) unfold(n jsondoc.Node) *branch {
	k, o := b.find(n.Index())
	if o != nil {
		return o
	}
	o = newBranch(n, b)
	b.open = slices.Insert(b.open, k, o)
	b.grow(o.rows)
	return o
}

// fold closes a child, and forgets what was unfolded in it.
func (b *branch) fold(n jsondoc.Node) {
	k, o := b.find(n.Index())
	if o == nil {
		return
	}
	b.open = slices.Delete(b.open, k, k+1)
	b.grow(-o.rows)
}

func (b *branch) grow(rows int) {
	for p := b; p != nil; p = p.parent {
		p.rows += rows
		p.before = nil
	}
}

// unfoldAll opens what lies below, the outer ones first, at most most containers; all reports that there were no more. It
// does not walk through more than mostWalked bytes.
func (b *branch) unfoldAll(most int) (all bool) {
	todo := []*branch{b}
	before, walked := b.rows, 0
	all = true
	for i := 0; i < len(todo) && all; i++ {
		o := todo[i]
		var open []*branch
		at := o.node.Offset()
		for c := range o.node.Children() {
			walked += c.Offset() - at
			at = c.Offset()
			if most == 0 || walked > mostWalked {
				all = false
				break
			}
			if !c.Container() || c.Empty() {
				continue
			}
			if _, had := o.find(c.Index()); had != nil {
				open = append(open, had)
				continue
			}
			open = append(open, newBranch(c, o))
			most--
		}
		// What was open behind the place where it stopped stays open.
		last := -1
		if len(open) > 0 {
			last = open[len(open)-1].node.Index()
		}
		for _, had := range o.open {
			if had.node.Index() > last {
				open = append(open, had)
			}
		}
		o.open = open
		todo = append(todo, open...)
	}
	for i := len(todo) - 1; i >= 0; i-- {
		o := todo[i]
		o.rows = o.count
		for _, c := range o.open {
			o.rows += c.rows
		}
		o.before = nil
	}
	if b.parent != nil {
		b.parent.grow(b.rows - before)
	}
	return all
}
