package ui

import (
	"strconv"
	"time"

	"charm.land/lipgloss/v2"

	"authdeck/tui/theme"
)

// ToastTime is how long a toast stays; an error stays until it is dismissed.
const ToastTime = 4 * time.Second

// Toast is one message of what just happened.
type Toast struct {
	ID    int
	Text  string // safe
	Stays bool
	Glyph func(*theme.Theme) (string, lipgloss.Style)
}

// Toasts are the messages that still stand; the newest is shown.
type Toasts struct {
	list []Toast
	last int
}

// Add puts a toast on top and returns its id, by which it is taken off when its time is over.
func (t *Toasts) Add(x Toast) int {
	t.last++
	x.ID = t.last
	t.list = append(t.list, x)
	if n := len(t.list); n > 20 {
		t.list = t.list[n-20:]
	}
	return x.ID
}

// Expire takes one off, if it still stands; it reports whether anything changed.
func (t *Toasts) Expire(id int) bool {
	for i, x := range t.list {
		if x.ID == id {
			t.list = append(t.list[:i], t.list[i+1:]...)
			return true
		}
	}
	return false
}

// Dismiss takes off those that stay; it reports whether there was one.
func (t *Toasts) Dismiss() bool {
	kept := t.list[:0]
	for _, x := range t.list {
		if !x.Stays {
			kept = append(kept, x)
		}
	}
	dismissed := len(kept) != len(t.list)
	t.list = kept
	return dismissed
}

// View is the line of the newest, in exactly width cells; blank if there is none.
func (t *Toasts) View(th *theme.Theme, width int) string {
	if len(t.list) == 0 {
		return Spaces(width)
	}
	x := t.list[len(t.list)-1]
	glyph, style := x.Glyph(th)
	right := ""
	if n := len(t.list) - 1; n > 0 {
		right = th.Dim.Render("+" + strconv.Itoa(n) + " ")
	}
	if x.Stays {
		right = th.Dim.Render("esc dismisses ") + right
	}
	return Ends(th, " "+style.Render(glyph+" "+x.Text)+" ", right, width)
}
