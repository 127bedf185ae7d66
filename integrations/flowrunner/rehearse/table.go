package rehearse

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Table returns the report as rows of text for people, the headings first. All rows have the same length.
func (r Report) Table() [][]string {
	rows := [][]string{{"SITUATION", "SIGN-IN", "EXPIRY", "REFRESH TOKEN", "ACCOUNT", "REFRESH", "THEN"}}
	for _, s := range r.Situations {
		rows = append(rows, s.row())
	}
	return rows
}

func (s Rehearsed) row() []string {
	row := []string{words(string(s.Situation)), words(string(s.SignIn.State)), "", "", "", "", ""}
	if s.SignIn.State != Fresh {
		return row
	}
	row[2], row[3], row[4] = lives(s.SignIn.Expiry, s.SignIn.ExpiresIn), "no", either(s.SignIn.Identity, "unknown")
	if s.SignIn.RefreshToken {
		row[3] = "yes"
	}
	if s.Refresh != nil {
		row[5], row[6] = words(string(s.Refresh.Outcome)), words(s.Refresh.State)
	}
	if s.Again != nil {
		row[5], row[6] = row[5]+", then "+words(string(s.Again.Outcome)), words(s.Again.State)
	}
	return row
}

// Notes are the reasons of a situation, each once, without those that are faults.
func (s Rehearsed) Notes() []string {
	var notes []string
	add := func(before, text string) {
		said := func(other string) bool { return strings.HasSuffix(other, text) }
		if text != "" && !slices.ContainsFunc(notes, said) && !slices.ContainsFunc(s.Faults, said) {
			notes = append(notes, before+text)
		}
	}
	add("", s.SignIn.Reason)
	for _, r := range []*Refresh{s.Refresh, s.Again} {
		if r != nil {
			add("", r.Reason)
		}
	}
	if s.InTrouble != nil {
		add("a sign-in then: ", s.InTrouble.Reason)
	}
	return notes
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
