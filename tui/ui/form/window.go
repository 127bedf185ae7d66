package form

import (
	"strings"

	"authdeck/tui/theme"
)

// Window draws the fields that have room in exactly height lines of exactly width cells, the one with the focus whole if it
// can be. Above and below are how many fields are not, or not wholly, in sight. It keeps its place from one call to the
// next as long as the focus is in sight, and draws no field that is not.
func (f *Form) Window(th *theme.Theme, width, height int) (lines []string, above, below int) {
	if height <= 0 {
		return nil, 0, 0
	}
	s := f.sheet(th, width)
	drawn := map[int][]string{}
	draw := func(i int) []string {
		if drawn[i] == nil {
			drawn[i] = s.draw(f.flat[i], i == f.focus && !f.resting)
		}
		return drawn[i]
	}
	f.place(draw, height)
	first, last := f.top, f.top
	for i := f.top; i < len(f.flat) && len(lines) < height+f.skip; i++ {
		lines = append(lines, draw(i)...)
		last = i + 1
	}
	above, below = first, len(f.flat)-last
	if f.skip > 0 {
		above++
	}
	if len(lines) > height+f.skip {
		below++
	}
	lines = lines[min(f.skip, len(lines)):]
	for len(lines) < height {
		lines = append(lines, strings.Repeat(" ", max(0, width)))
	}
	return lines[:height], above, below
}

// place moves the window so that the field with the focus is in it, and that it has no room left below the last field.
func (f *Form) place(draw func(int) []string, height int) {
	f.top = max(0, min(f.top, len(f.flat)-1))
	if len(f.flat) == 0 {
		f.skip = 0
		return
	}
	f.skip = max(0, min(f.skip, len(draw(f.top))-1))
	if f.focus >= 0 {
		if f.focus < f.top || f.focus == f.top && len(draw(f.top)) <= height {
			f.top, f.skip = f.focus, 0
		}
		f.upFrom(draw, height)
	}
	// Fill what is free below the last field from above.
	n := -f.skip
	for i := f.top; i < len(f.flat) && n < height; i++ {
		n += len(draw(i))
	}
	for n < height && (f.top > 0 || f.skip > 0) {
		if f.skip > 0 {
			f.skip--
		} else {
			f.top--
			f.skip = len(draw(f.top)) - 1
		}
		n++
	}
}

// upFrom moves the window down until the field with the focus ends in it, but not past its beginning.
func (f *Form) upFrom(draw func(int) []string, height int) {
	n, top, skip := len(draw(f.focus)), f.focus, 0
	if n > height {
		f.top, f.skip = f.focus, 0
		return
	}
	// The highest place at which it is whole: as many lines above it as have room.
	for room := height - n; room > 0 && top > 0; {
		above := len(draw(top - 1))
		if above > room {
			skip = above - room
			top--
			break
		}
		room -= above
		top--
	}
	if f.top < top || f.top == top && f.skip < skip {
		f.top, f.skip = top, skip
	}
}
