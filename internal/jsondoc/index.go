package jsondoc

import "sort"

// indexStep is how many children lie between two remembered ones.
const indexStep = 16

// index remembers where the children of a big container are, as far as somebody asked for them.
type index struct {
	marks []uint32 // where child 0, indexStep, 2·indexStep, … starts, its key included
	next  cursor   // what is not indexed yet
	done  bool
}

func (x *index) step() bool {
	n, ok := x.next.peek()
	if !ok {
		x.done = true
		return false
	}
	if n.i%indexStep == 0 {
		x.marks = append(x.marks, uint32(x.next.at))
	}
	x.next.skip(n)
	return true
}

func (d *Doc) indexOf(container uint32) *index {
	x := d.index[container]
	if x == nil {
		x = &index{next: d.walk(container)}
		d.index[container] = x
	}
	return x
}

// from is a cursor at or before child i of a container.
func (d *Doc) from(container, i uint32) cursor {
	if _, ok := d.big(container); !ok {
		return d.walk(container)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	x := d.indexOf(container)
	for x.next.i <= i && !x.done && x.step() {
	}
	if x.next.i <= i || len(x.marks) == 0 {
		return x.next
	}
	m := i / indexStep
	c := x.next
	c.at, c.i = int(x.marks[m]), m*indexStep
	return c
}

// before is a cursor at or before the child that holds the offset.
func (d *Doc) before(container, offset uint32) cursor {
	if _, ok := d.big(container); !ok {
		return d.walk(container)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	x := d.indexOf(container)
	for uint32(x.next.at) <= offset && !x.done && x.step() {
	}
	m := sort.Search(len(x.marks), func(m int) bool { return x.marks[m] > offset })
	if m == 0 {
		return d.walk(container)
	}
	c := x.next
	c.at, c.i = int(x.marks[m-1]), uint32(m-1)*indexStep
	return c
}
