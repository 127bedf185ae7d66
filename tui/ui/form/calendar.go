package form

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// calendar is the month around a day that is to be chosen.
type calendar struct{ day, today time.Time }

// show opens the calendar on the date that is typed, else on today.
func (d *date) show() {
	t, fault := parseTime(d.line.value(), d.field.env.zone(), d.clock)
	c := &calendar{day: t}
	if now := d.field.env.Now; now != nil {
		c.today = now()
	}
	if fault != "" {
		if c.today.IsZero() {
			return
		}
		y, m, day := c.today.Date()
		c.day = time.Date(y, m, day, 0, 0, 0, 0, c.today.Location())
	}
	d.open = c
}

// pickDay gives a key to the open calendar; it takes all but those that leave the field.
func (d *date) pickDay(k tea.KeyPressMsg) (used, changed bool) {
	c := d.open
	to := c.day
	switch k.String() {
	case "esc":
		d.open = nil
		return true, false
	case "tab", "shift+tab":
		d.open = nil
		return false, false
	case "enter":
		d.open = nil
		d.put(c.day)
		return true, true
	case "left", "h":
		to = to.AddDate(0, 0, -1)
	case "right", "l":
		to = to.AddDate(0, 0, 1)
	case "up", "k":
		to = to.AddDate(0, 0, -7)
	case "down", "j":
		to = to.AddDate(0, 0, 7)
	case "pgup", "[":
		to = inMonth(to.Year(), to.Month()-1, to)
	case "pgdown", "]":
		to = inMonth(to.Year(), to.Month()+1, to)
	case "home":
		to = to.AddDate(0, 0, 1-to.Day())
	case "end":
		to = to.AddDate(0, 0, daysIn(to)-to.Day())
	case "t":
		if !c.today.IsZero() {
			y, m, day := c.today.Date()
			to = time.Date(y, m, day, to.Hour(), to.Minute(), to.Second(), 0, to.Location())
		}
	default:
		return k.Text != "", false
	}
	if to.Year() >= 1 && to.Year() <= 9999 {
		c.day = to
	}
	return true, false
}

func (d *date) below(p pen) []string {
	if d.open == nil {
		return nil
	}
	th, c := p.th, d.open
	lines := []string{
		"    " + th.Bold.Render(c.day.Format("January 2006")),
		"    " + th.Dim.Render("Mo Tu We Th Fr Sa Su"),
	}
	first := c.day.AddDate(0, 0, 1-c.day.Day())
	var week strings.Builder
	column := (int(first.Weekday()) + 6) % 7
	week.WriteString(strings.Repeat("   ", column))
	for day := 1; day <= daysIn(first); day++ {
		text := fmt.Sprintf("%2d", day)
		at := first.AddDate(0, 0, day-1)
		switch {
		case day == c.day.Day():
			week.WriteString(th.Accent.Reverse(true).Render(text))
		case sameDay(at, c.today):
			week.WriteString(th.Bold.Underline(true).Render(text))
		default:
			week.WriteString(th.Text.Render(text))
		}
		if column++; column == 7 || day == daysIn(first) {
			lines = append(lines, "    "+week.String())
			week.Reset()
			column = 0
		} else {
			week.WriteString(" ")
		}
	}
	for len(lines) < 8 { // the form does not jump from month to month
		lines = append(lines, "")
	}
	return lines
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}

// row draws the day that the open calendar is on: a glyph-less terminal shows it so, too.
func (d *date) row(p pen) string {
	if d.open == nil {
		return d.line.row(p)
	}
	return p.th.Bold.Render(d.open.day.Format("Mon 2006-01-02"))
}
