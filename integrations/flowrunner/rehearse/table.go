package rehearse

import (
	"strconv"
	"strings"
	"time"
)

// Table returns the report as rows of text for people, the headings first. All rows have the same length.
func (r Report) Table() [][]string {
	rows := [][]string{{"SITUATION", "SIGN-IN", "EXPIRY", "REFRESH TOKEN", "ACCOUNT", "REFRESH", "THEN", "NOTES"}}
	for _, s := range r.Situations {
		rows = append(rows, s.row())
	}
	return rows
}

func (s Rehearsed) row() []string {
	row := []string{words(string(s.Situation)), words(string(s.SignIn.State)), "", "", "", "", "", ""}
	var notes []string
	if s.InTrouble != nil {
		notes = append(notes, "a sign-in then: "+either(s.InTrouble.Reason, words(string(s.InTrouble.State))))
	}
	if s.SignIn.State != Fresh {
		row[7] = s.SignIn.Reason
		return row
	}
	row[2], row[3], row[4] = lives(s.SignIn.Expiry, s.SignIn.ExpiresIn), "no", either(s.SignIn.Identity, "unknown")
	if s.SignIn.RefreshToken {
		row[3] = "yes"
	}
	last := s.Refresh
	if last != nil {
		row[5], row[6] = words(string(last.Outcome)), words(last.State)
	}
	if s.Again != nil {
		last = s.Again
		row[5], row[6] = row[5]+", then "+words(string(last.Outcome)), words(last.State)
	}
	notes = append(notes, s.Faults...)
	if last != nil && last.Reason != "" {
		notes = append(notes, last.Reason)
	}
	row[7] = strings.Join(notes, "; ")
	return row
}

func words(s string) string { return strings.ReplaceAll(s, "_", " ") }

func either(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// lives is a lifetime in its largest unit.
func lives(e Expiry, seconds int64) string {
	if e != ExpiryKnown {
		return "not known"
	}
	d := time.Duration(seconds) * time.Second
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, " d"}, {time.Hour, " h"}, {time.Minute, " min"}} {
		if d >= u.unit {
			return strconv.FormatInt(int64(d/u.unit), 10) + u.name
		}
	}
	return strconv.FormatInt(seconds, 10) + " s"
}
