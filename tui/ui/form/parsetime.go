package form

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// parseTime reads "2026-11-25", and with clock also "2026-11-25 14:30", with seconds, or RFC 3339; fault says what is
// wrong, in words.
func parseTime(text string, zone *time.Location, clock bool) (t time.Time, fault string) {
	text = strings.TrimSpace(text)
	if clock {
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return t, ""
		}
	}
	day, rest, timed := strings.Cut(strings.Replace(text, "T", " ", 1), " ")
	y, m, d, fault := parseDay(day)
	if fault != "" {
		return t, fault
	}
	if timed && !clock {
		return t, "a date alone is expected, without a time"
	}
	hms := [3]int{}
	if timed {
		if hms, fault = parseClock(strings.TrimSpace(rest)); fault != "" {
			return t, fault
		}
	}
	t = time.Date(y, time.Month(m), d, hms[0], hms[1], hms[2], 0, zone)
	if t.Hour() != hms[0] || t.Minute() != hms[1] || t.Day() != d {
		return t, fmt.Sprintf("%02d:%02d is skipped that day: clocks are changed", hms[0], hms[1])
	}
	return t, ""
}

func parseDay(text string) (y, m, d int, fault string) {
	parts := strings.Split(text, "-")
	if len(parts) != 3 || len(parts[0]) != 4 || len(parts[1]) > 2 || len(parts[2]) > 2 {
		return 0, 0, 0, "not a date like 2026-11-25"
	}
	ymd := [3]int{}
	for i, p := range parts {
		n, ok := digits(p)
		if !ok {
			return 0, 0, 0, "not a date like 2026-11-25"
		}
		ymd[i] = n
	}
	y, m, d = ymd[0], ymd[1], ymd[2]
	if y == 0 {
		return 0, 0, 0, "there is no year 0000"
	}
	if m < 1 || m > 12 {
		return 0, 0, 0, "there is no month " + parts[1]
	}
	first := time.Date(y, time.Month(m), 1, 0, 0, 0, 0, time.UTC)
	if n := daysIn(first); d < 1 || d > n {
		return 0, 0, 0, first.Format("January 2006") + " has no day " + parts[2] + ": it ends with " + strconv.Itoa(n)
	}
	return y, m, d, ""
}

func parseClock(text string) (hms [3]int, fault string) {
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return hms, "not a time like 14:30"
	}
	for i, p := range parts {
		n, ok := digits(p)
		if !ok || len(p) > 2 {
			return hms, "not a time like 14:30"
		}
		hms[i] = n
	}
	switch {
	case hms[0] > 23:
		return hms, "there is no hour " + parts[0]
	case hms[1] > 59:
		return hms, "there is no minute " + parts[1]
	case hms[2] > 59:
		return hms, "there is no second " + parts[2]
	}
	return hms, ""
}

// digits reads a number of nothing but digits.
func digits(s string) (int, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}
