package manifest

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

var errDuration = errors.New("no duration")

// parseDuration reads 90s, 30m, 8h, 7d, 2w, and sums of them (1h30m).
func parseDuration(s string) (time.Duration, error) {
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	if s == "" {
		return 0, errDuration
	}
	var sum time.Duration
	for s != "" {
		end := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
		if end < 1 || end > 9 {
			return 0, errDuration
		}
		n, err := strconv.Atoi(s[:end])
		unit, ok := units[s[end]]
		if err != nil || !ok || int64(n) > int64(100*365*24*time.Hour)/int64(unit) {
			return 0, errDuration
		}
		sum += time.Duration(n) * unit
		s = s[end+1:]
	}
	return sum, nil
}

// durationWords spells a duration for people: "8 h", "180 d".
func durationWords(d time.Duration) string {
	day := 24 * time.Hour
	switch {
	case d >= day && d%day == 0:
		return strconv.Itoa(int(d/day)) + " d"
	case d >= time.Hour && d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	case d >= time.Minute && d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	}
	return strconv.Itoa(int(d/time.Second)) + " s"
}

// duration is one of a page.
type duration time.Duration

func (d *duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	v, err := parseDuration(s)
	*d = duration(v)
	return err
}

// lifeSpan is what the documents say of a lifetime: a duration, never, unknown, or nothing.
type lifeSpan struct {
	word string // "never", "unknown" or "" if said is set or nothing was said
	said time.Duration
}

func (l *lifeSpan) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if s == "never" || s == "unknown" {
		*l = lifeSpan{word: s}
		return nil
	}
	v, err := parseDuration(s)
	*l = lifeSpan{said: v}
	return err
}

// words for a screen; "" if nothing was said.
func (l lifeSpan) words() string {
	switch {
	case l.word == "never":
		return "no expiry"
	case l.said > 0:
		return durationWords(l.said)
	}
	return ""
}
