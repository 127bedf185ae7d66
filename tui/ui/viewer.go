package ui

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Viewer shows a long text that scrolls. Its lines are safe or styled by us already.
type Viewer struct {
	lines []string
	wrap  bool
	top   int
	page  int

	width   int // the lines below are for
	wrapped []string
}

// Set replaces the text; the place in it stays as far as it can.
func (v *Viewer) Set(lines []string) {
	v.lines, v.wrapped, v.width = lines, nil, 0
	if !v.wrap {
		v.top = max(0, min(v.top, len(lines)-1))
	}
}

// Reset goes back to the start.
func (v *Viewer) Reset() { v.top = 0 }

// SetWrap breaks long lines instead of cutting them.
func (v *Viewer) SetWrap(on bool) { v.wrap, v.wrapped = on, nil }

// Key scrolls; used reports whether it was one of its keys.
func (v *Viewer) Key(k string) (used bool) {
	if k == "space" {
		k = "pgdown"
	}
	to, used := Move(k, v.top, v.page, len(v.all()))
	if used {
		v.top = to
		v.clamp()
	}
	return used
}

func (v *Viewer) clamp() { v.top = max(0, min(v.top, len(v.all())-max(1, v.page))) }

func (v *Viewer) all() []string {
	if v.wrapped != nil {
		return v.wrapped
	}
	return v.lines
}

// View draws at most height lines of at most width cells.
func (v *Viewer) View(width, height int) []string {
	if v.wrap && (v.wrapped == nil || v.width != width) {
		v.wrapped = []string{}
		for _, l := range v.lines {
			v.wrapped = append(v.wrapped, strings.Split(ansi.Wrap(l, max(1, width), " /&?="), "\n")...)
		}
	}
	v.width, v.page = width, height
	v.clamp()
	all := v.all()
	return all[v.top:min(len(all), v.top+max(0, height))]
}

// Place says where in the text the view is, "" while all of it is in sight.
func (v *Viewer) Place() string {
	n := len(v.all())
	if n <= v.page || v.page <= 0 {
		return ""
	}
	return "line " + strconv.Itoa(v.top+1) + "-" + strconv.Itoa(min(n, v.top+v.page)) + " of " + strconv.Itoa(n)
}
