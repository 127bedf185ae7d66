package activity

import (
	"slices"
	"time"

	"authdeck/internal/safetext"
	"authdeck/store"
)

// notesMost bounds what this program said itself; the history is bounded by the store.
const notesMost = 500

// Level is how much a line matters.
type Level string

// The levels.
const (
	OK    Level = "ok"
	Info  Level = "info"
	Warn  Level = "warn"
	Error Level = "error"
)

// Entry is one line; its texts are safe.
type Entry struct {
	Time  time.Time
	Level Level
	Name  string // of the connection, "" if none
	Text  string
}

// Log has all lines, newest first. It belongs to the model's goroutine.
type Log struct {
	notes  []Entry // oldest first
	events []Entry // oldest first
	merged []Entry // newest first; nil: to be made
}

// Add puts in a line of this program.
func (l *Log) Add(e Entry) {
	l.notes = append(l.notes, e)
	if n := len(l.notes); n > notesMost {
		l.notes = slices.Clone(l.notes[n-notesMost:])
	}
	l.merged = nil
}

// SetEvents replaces what comes from the store.
func (l *Log) SetEvents(events []Entry) { l.events, l.merged = events, nil }

// Entries are all lines, newest first.
func (l *Log) Entries() []Entry {
	if l.merged != nil {
		return l.merged
	}
	all := make([]Entry, 0, len(l.notes)+len(l.events))
	all = append(append(all, l.events...), l.notes...)
	slices.SortStableFunc(all, func(a, b Entry) int { return a.Time.Compare(b.Time) })
	slices.Reverse(all)
	l.merged = all
	return all
}

// FromStore makes lines of a history.
func FromStore(events []store.Event) []Entry {
	out := make([]Entry, len(events))
	for i, e := range events {
		x := Entry{Time: e.Time, Name: safetext.Line(e.Connection, 60), Level: Warn}
		text := safetext.Line(e.Event, 20)
		switch e.Outcome {
		case "ok":
			x.Level = OK
		case "failed":
			x.Level = Error
			text += " failed"
		default:
			text += " " + safetext.Line(e.Outcome, 20)
		}
		if e.Detail != "" {
			text += ": " + safetext.Line(e.Detail, 300)
		}
		x.Text = text
		out[i] = x
	}
	return out
}
