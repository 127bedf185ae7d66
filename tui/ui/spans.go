package ui

import (
	"fmt"
	"strconv"
	"time"
)

// Countdown is the time left in eleven cells at most: "00:43:12", "-02:11:09" once it is over, "182 d 03 h" from 100 hours
// on.
func Countdown(left time.Duration) string {
	sign := ""
	if left < 0 {
		sign, left = "-", -left
	} else {
		left += time.Second - time.Nanosecond // what is left of a second counts
	}
	s := int64(left / time.Second)
	if s == 0 {
		sign = ""
	}
	if s < 100*3600 {
		return fmt.Sprintf("%s%02d:%02d:%02d", sign, s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%s%d d %02d h", sign, s/86400, s/3600%24)
}

// Span is a duration in its largest unit, rounded down: "6 d", "3 h", "12 min", "40 s".
func Span(d time.Duration) string {
	switch {
	case d >= 24*time.Hour:
		return strconv.Itoa(int(d/(24*time.Hour))) + " d"
	case d >= time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	case d >= time.Minute:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	}
	return strconv.Itoa(int(max(0, d)/time.Second)) + " s"
}

// Ago is how long ago something was: "now", "2 min ago".
func Ago(at, now time.Time) string {
	d := now.Sub(at)
	if d < 5*time.Second {
		return "now"
	}
	return Span(d) + " ago"
}

// Clock is a wall time in the zone of now: "14:41:03", with the day where that is another one.
func Clock(at, now time.Time) string {
	at = at.In(now.Location())
	if at.Year() == now.Year() && at.YearDay() == now.YearDay() {
		return at.Format("15:04:05")
	}
	return at.Format("2006-01-02 15:04:05")
}
