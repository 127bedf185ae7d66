package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"authdeck/internal/safetext"
)

// Handed is what an event of hand-outs says beside its words: how often tokens went to one program from Since to the
// event's time.
type Handed struct {
	Program    string
	Count, PID int
	Several    bool // more than one process; PID is the last
	Since      time.Time

	// Batch and Until mark the last event of a fold at its first hand-out's connection: which hand-out that was, and the
	// minute before which all were folded. A fold that was cut off before it emptied the file is known again by it.
	Batch uint64
	Until int64
}

// EventHandout is the word of an event of hand-outs.
const EventHandout = "handout"

const (
	// handedLately is how far back an event may have begun to be counted up instead of a new one being written, so that
	// hand-outs do not push everything else out of a history.
	handedLately = time.Hour
	// handedBack is how many events are looked at for that.
	handedBack = 64
)

// The fields of a Handed.
const (
	hdProgram uint64 = iota + 1
	hdCount
	hdPID
	hdSeveral
	hdSince
	hdBatch
	hdUntil
)

func encodeHanded(h Handed) string {
	if h.Count == 0 {
		return ""
	}
	var f fields
	f.text(hdProgram, h.Program)
	f.count(hdCount, h.Count)
	f.count(hdPID, h.PID)
	f.flag(hdSeveral, h.Several)
	f.time(hdSince, h.Since)
	f.uint(hdBatch, h.Batch)
	f.uint(hdUntil, uint64(max(h.Until, 0)))
	return string(f.b)
}

func decodeHanded(record string) (Handed, error) {
	var h Handed
	r := reader{rest: record}
	for r.next() {
		switch r.tag {
		case hdProgram:
			h.Program = r.value
		case hdCount:
			h.Count = r.count()
		case hdPID:
			h.PID = r.count()
		case hdSeveral:
			h.Several = r.uint() != 0
		case hdSince:
			h.Since = r.time()
		case hdBatch:
			h.Batch = r.uint()
		case hdUntil:
			h.Until = int64(r.uint()) //nolint:gosec // minutes
		}
	}
	return h, r.err
}

// words are the detail of an event: "handed out 12 times to make (pid 123)".
func (h Handed) words() string {
	times, which := "", "pid"
	if h.Count > 1 {
		times = fmt.Sprintf(" %d times", h.Count)
	}
	if h.Several {
		which = "last pid"
	}
	program := safetext.Line(h.Program, 40)
	if program == "" {
		return fmt.Sprintf("handed out%s to %s %d", times, which, h.PID)
	}
	return fmt.Sprintf("handed out%s to %s (%s %d)", times, program, which, h.PID)
}

// add counts a later one.
func (h Handed) add(later Handed) Handed {
	h.Several = h.Several || later.Several || h.PID != later.PID
	h.Count, h.PID = h.Count+later.Count, later.PID
	if later.Since.Before(h.Since) {
		h.Since = later.Since
	}
	if later.Batch != 0 {
		h.Batch, h.Until = later.Batch, later.Until
	}
	return h
}

// handedEvents gathers frames: one event for each connection, program and minute, the oldest first.
func handedEvents(frames []handed) []Event {
	type group struct {
		id, program string
		minute      int64
	}
	groups := map[group]*Event{}
	for _, f := range frames {
		g := group{f.id, f.Program, f.Time.Unix() / 60}
		if f.Program == "" {
			g.program = fmt.Sprint("pid ", f.PID)
		}
		one := Handed{Program: f.Program, Count: 1, PID: f.PID, Since: f.Time}
		e := groups[g]
		if e == nil {
			groups[g] = &Event{Time: f.Time, Connection: f.Connection, ID: f.id, Event: EventHandout, Outcome: "ok", Handed: one}
			continue
		}
		e.Handed = e.Handed.add(one)
		if f.Time.After(e.Time) {
			e.Time, e.Connection = f.Time, f.Connection
		}
	}
	events := make([]Event, 0, len(groups))
	for _, e := range groups {
		e.Detail = e.Handed.words()
		events = append(events, *e)
	}
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.ID, b.ID), strings.Compare(a.Handed.Program, b.Handed.Program), cmp.Compare(a.Handed.PID, b.Handed.PID))
	})
	return events
}

// foldEvents puts hand-outs into the history. All before the minute until are among due.
func (t *txn) foldEvents(due []handed, until int64) error {
	if len(due) == 0 {
		return nil
	}
	first := due[0]
	key, err := t.historyKey(first.id)
	if err != nil {
		return err
	}
	before := int64(0)
	if err := t.eachLately(key, func(_ []byte, e Event) bool {
		if e.Handed.Batch == first.mark() {
			before = e.Handed.Until
		}
		return before == 0
	}); err != nil {
		return err
	}
	due = slices.DeleteFunc(slices.Clone(due), func(f handed) bool { return f.Time.Unix()/60 < before })
	events := handedEvents(due)
	for i := len(events) - 1; i >= 0; i-- {
		if events[i].ID == first.id {
			events[i].Handed.Batch, events[i].Handed.Until = first.mark(), until
			break
		}
	}
	for _, e := range events {
		if err := t.foldEvent(e); err != nil {
			return err
		}
	}
	return nil
}

// historyKey is where events of a connection are kept: with it, or with the store if it is gone.
func (t *txn) historyKey(id string) ([]byte, error) {
	connections, err := t.bucket(bConnections)
	if err != nil {
		return nil, err
	}
	if key := t.connectionKey(id); connections.Get(key) != nil {
		return key, nil
	}
	return t.storeHistoryKey(), nil
}

// foldEvent puts one event of hand-outs into the history: counted up in the last one of that program, if that began
// lately and nothing else happened since; else as a new one.
func (t *txn) foldEvent(e Event) error {
	key, err := t.historyKey(e.ID)
	if err != nil {
		return err
	}
	var place []byte
	var last Event
	err = t.eachLately(key, func(at []byte, old Event) bool {
		if old.Handed.Count == 0 {
			return false
		}
		if old.ID == e.ID && old.Handed.Program == e.Handed.Program && (e.Handed.Program != "" || old.Handed.PID == e.Handed.PID) {
			place, last = at, old
		}
		return place == nil
	})
	switch {
	case err != nil:
		return err
	case place == nil || e.Time.Sub(last.Handed.Since) >= handedLately || e.Time.Before(last.Time):
		return t.appendEvent(key, e)
	}
	last.Handed = last.Handed.add(e.Handed)
	last.Time, last.Connection, last.Detail = e.Time, e.Connection, last.Handed.words()
	history, err := t.bucket(bHistory)
	if err != nil {
		return err
	}
	sequence, err := history.NextSequence()
	if err != nil {
		return fmt.Errorf("number an event: %w", err)
	}
	return t.put(bHistory, place, sequence, encodeEvent(last))
}

// eachLately goes back through the latest events under key until fn returns false.
func (t *txn) eachLately(key []byte, fn func(place []byte, e Event) bool) error {
	history, err := t.bucket(bHistory)
	if err != nil {
		return err
	}
	first, next := eventRange(history, key)
	for n := next; n > first && next-n < handedBack; n-- {
		place := eventKey(key, n-1)
		sealed := history.Get(place)
		if sealed == nil {
			continue
		}
		record, _, err := t.open([]byte(bHistory), place, sealed)
		if err != nil {
			return err
		}
		e, err := decodeEvent(record)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if !fn(place, e) {
			return nil
		}
	}
	return nil
}
