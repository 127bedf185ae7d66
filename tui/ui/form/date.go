package form

import (
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// date is a line that must be a date, or with clock a date and a time.
type date struct {
	*line
	clock bool
	open  *calendar
}

// set takes a date, a time of RFC 3339 with its zone, which is shown in the form's, or milliseconds since 1970, which a past run
// may have handed over.
func (d *date) set(text string) string {
	text = strings.TrimSpace(text)
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) >= 10 && len(text) <= 14 {
		text = time.UnixMilli(ms).UTC().Format(time.RFC3339Nano)
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil && d.clock {
		if t.Nanosecond() == 0 {
			text = written(t.In(d.field.env.zone()))
		}
	} else if err == nil {
		text = t.Format(time.DateOnly)
	}
	return d.line.set(text)
}

func written(t time.Time) string {
	if t.Second() != 0 {
		return t.Format("2006-01-02 15:04:05")
	}
	return t.Format("2006-01-02 15:04")
}

// value is the date, or the time in RFC 3339 with its zone; what is neither, as it stands.
func (d *date) value() string {
	text := d.line.value()
	if text == "" {
		return ""
	}
	t, fault := parseTime(text, d.field.env.zone(), d.clock)
	switch {
	case fault != "":
		return text
	case d.clock:
		return t.Format(time.RFC3339Nano)
	}
	return t.Format(time.DateOnly)
}

func (d *date) check() string {
	_, fault := parseTime(d.line.value(), d.field.env.zone(), d.clock)
	return fault
}

func (d *date) leave() { d.open = nil }

func (d *date) key(k tea.KeyPressMsg) (used, changed bool) {
	if d.open != nil {
		return d.pickDay(k)
	}
	switch s := k.String(); {
	case opens(s):
		d.show()
		return true, false
	case s == "up", s == "+" && d.whole():
		return d.shift(1, s == "+")
	case s == "down", s == "-" && d.whole():
		return d.shift(-1, s == "-")
	}
	return d.line.key(k)
}

// whole: the text is a date, so that a dash is not typed any more; behind a "T" it begins a zone.
func (d *date) whole() bool {
	_, fault := parseTime(d.line.value(), d.field.env.zone(), d.clock)
	return fault == "" && !strings.Contains(d.line.value(), "T")
}

// shift changes the part of the date under the cursor. A text that is none is left alone.
func (d *date) shift(by int, used bool) (bool, bool) {
	t, fault := parseTime(d.line.value(), d.field.env.zone(), d.clock)
	if fault != "" {
		return used, false
	}
	at := d.edit.at
	if !d.clock {
		at = min(at, 9)
	}
	switch {
	case at <= 4:
		t = inMonth(t.Year()+by, t.Month(), t)
	case at <= 7:
		t = inMonth(t.Year(), t.Month()+time.Month(by), t)
	case at <= 10:
		t = t.AddDate(0, 0, by)
	case at <= 13:
		t = t.Add(time.Duration(by) * time.Hour)
	default:
		t = t.Add(time.Duration(by) * time.Minute)
	}
	if t.Year() < 1 || t.Year() > 9999 {
		return true, false
	}
	at = d.edit.at
	d.put(t)
	d.edit.at = min(at, len(d.edit.runes))
	return true, true
}

func (d *date) put(t time.Time) {
	if d.clock {
		d.edit.set(written(t))
	} else {
		d.edit.set(t.Format(time.DateOnly))
	}
}

// inMonth is t in another month, on its last day if the month is shorter.
func inMonth(year int, month time.Month, t time.Time) time.Time {
	first := time.Date(year, month, 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	return first.AddDate(0, 0, min(t.Day(), daysIn(first))-1)
}

func daysIn(t time.Time) int {
	return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// room is what the value needs, with the cursor behind it.
func (d *date) room() int {
	return max(minValue, min(17, len(d.edit.runes)+1))
}

func (d *date) keys() string {
	if d.open != nil {
		return "arrows pgup pgdn, enter"
	}
	if !d.whole() {
		if d.clock {
			return "like 2026-11-25 14:30; ctrl+o calendar"
		}
		return "like 2026-11-25; ctrl+o calendar"
	}
	return "up/down, ctrl+o calendar"
}
