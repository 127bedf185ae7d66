package jsondoc

import "sort"

const (
	hintDepth = 64 // containers around a place that get a hint there
	markStep  = 16 // children between two marks
)

// hint says where a child of a long container is. Open leaves one each 64 KiB, so that the way to any child is short.
type hint struct{ i, at uint32 }

// part is what lies between two hints of a container.
type part struct {
	container uint32
	k         int // from hint k-1 on; 0: from the first child on
}

// from is a cursor at or shortly before child i of a container.
func (d *Doc) from(container, i uint32) cursor {
	if _, ok := d.big(container); !ok {
		return d.walk(container)
	}
	hints := d.hints[container]
	k := sort.Search(len(hints), func(k int) bool { return hints[k].i > i })
	c, marks := d.part(container, k, hints)
	if len(marks) == 0 {
		return c
	}
	m := min(len(marks)-1, int(i-c.i)/markStep)
	c.at, c.i = int(marks[m]), c.i+uint32(m)*markStep
	return c
}

// before is a cursor at or shortly before the child that holds the offset.
func (d *Doc) before(container, offset uint32) cursor {
	if _, ok := d.big(container); !ok {
		return d.walk(container)
	}
	hints := d.hints[container]
	k := sort.Search(len(hints), func(k int) bool { return hints[k].at > offset })
	c, marks := d.part(container, k, hints)
	if m := sort.Search(len(marks), func(m int) bool { return marks[m] > offset }); m > 0 {
		c.at, c.i = int(marks[m-1]), c.i+uint32(m-1)*markStep
	}
	return c
}

// part returns a cursor at the start of a part, and where its children 0, markStep, 2·markStep, … start, their keys
// included. They are looked for once.
func (d *Doc) part(container uint32, k int, hints []hint) (cursor, []uint32) {
	c := d.walk(container)
	if k > 0 {
		c.at, c.i = int(hints[k-1].at), hints[k-1].i
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	p := part{container, k}
	marks, known := d.parts[p]
	if known {
		return c, marks
	}
	last := uint32(1<<32 - 1)
	if k < len(hints) {
		last = hints[k].i
	}
	for at := c; at.i < last; {
		n, ok := at.peek()
		if !ok {
			break
		}
		if (at.i-c.i)%markStep == 0 {
			marks = append(marks, uint32(at.at))
		}
		at.skip(n)
	}
	d.parts[p] = marks
	return c, marks
}
