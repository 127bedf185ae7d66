package store

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"
	"time"
)

// write carries the plan out.
func (m *merger) write() error {
	if err := m.writeNames(); err != nil {
		return err
	}
	line, err := m.timeline()
	if err != nil {
		return err
	}
	when := instant(m.d.Created)
	for _, c := range m.inKeyOrder() {
		if err := m.writeConnection(c.key, c.Connection, c.unknown); err != nil {
			return err
		}
		// The intent was of the grant that is replaced; its holder is gone, since its lock is ours.
		if err := m.delete(bIntents, c.key); err != nil {
			return err
		}
		if err := m.mergeEvents(c.key, c.Events, line); err != nil {
			return err
		}
		e := Event{Event: "import", Outcome: string(c.decision), Detail: "from a backup of " + when}
		if err := m.appendEvent(c.key, e.complete(c.Connection, m.b.o.Clock.Wall())); err != nil {
			return err
		}
	}
	for _, s := range m.settings {
		if err := m.putSetting(s); err != nil {
			return err
		}
	}
	if err := m.mergeEvents(m.storeHistoryKey(), m.d.Events, line); err != nil {
		return err
	}
	if n := m.report.Changes(); n > 0 {
		e := Event{Event: "import", Outcome: "ok", Detail: fmt.Sprintf("%d records from a backup of %s", n, when)}
		return m.appendEvent(m.storeHistoryKey(), e.complete(Connection{}, m.b.o.Clock.Wall()))
	}
	return nil
}

// inKeyOrder are the connections that go in, by record key: within one transaction bbolt keeps a bucket's new entries in one
// list, and putting them in anywhere but at its end moves all behind them.
func (m *merger) inKeyOrder() []merging {
	var list []merging
	for _, c := range m.all {
		if c.goesIn() {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b merging) int { return bytes.Compare(a.key, b.key) })
	return list
}

// writeNames frees the names of what is replaced before it takes any, since two connections may swap theirs.
func (m *merger) writeNames() error {
	names, err := m.bucket(bNames)
	if err != nil {
		return err
	}
	for _, c := range m.all {
		if c.decision == Replaced {
			if err := names.Delete(m.nameKey(c.here.Name)); err != nil {
				return fmt.Errorf("free the old name: %w", err)
			}
		}
	}
	owners := map[string][]byte{}
	for _, c := range m.all {
		if c.goesIn() {
			owners[string(m.nameKey(c.Name))] = c.key
		}
	}
	for _, name := range slices.Sorted(maps.Keys(owners)) {
		if err := names.Put([]byte(name), owners[name]); err != nil {
			return fmt.Errorf("take the name: %w", err)
		}
	}
	return nil
}

// timeline gives events that come from elsewhere their place among those that are here.
type timeline struct {
	at     []time.Time // sorted
	number []uint64    // the highest number of any event up to then
}

func (m *merger) timeline() (timeline, error) {
	var found []numbered
	err := m.each(bHistory, nil, func(_ []byte, record string, sequence uint64) error {
		e, err := decodeEvent(record)
		found = append(found, numbered{Event{Time: e.Time}, sequence})
		return err
	})
	if err != nil {
		return timeline{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	slices.SortFunc(found, func(a, b numbered) int { return a.Time.Compare(b.Time) })
	var l timeline
	var highest uint64
	for _, f := range found {
		highest = max(highest, f.sequence)
		l.at, l.number = append(l.at, f.Time), append(l.number, highest)
	}
	return l, nil
}

// numberAt is that of the last event not later than t.
func (l timeline) numberAt(t time.Time) uint64 {
	i := sort.Search(len(l.at), func(i int) bool { return l.at[i].After(t) })
	if i == 0 {
		return 0
	}
	return l.number[i-1]
}

// placed is a sealed event with its order.
type placed struct {
	record   string
	sequence uint64
	at       time.Time
}

// mergeEvents puts events among those under key, and keeps the newest up to the limit.
func (m *merger) mergeEvents(key []byte, events []Event, l timeline) error {
	if len(events) == 0 {
		return nil
	}
	var all []placed
	err := m.each(bHistory, key, func(_ []byte, record string, sequence uint64) error {
		e, err := decodeEvent(record)
		all = append(all, placed{record, sequence, e.Time})
		return err
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	for _, e := range events {
		all = append(all, placed{string(encodeEvent(e)), l.numberAt(e.Time), e.Time})
	}
	slices.SortStableFunc(all, func(a, b placed) int { return cmp.Or(cmp.Compare(a.sequence, b.sequence), a.at.Compare(b.at)) })
	all = all[max(0, len(all)-m.b.o.HistoryLimit):]
	history, err := m.bucket(bHistory)
	if err != nil {
		return err
	}
	if err := deletePrefix(history, key); err != nil {
		return err
	}
	for n, p := range all {
		if err := m.put(bHistory, eventKey(key, uint64(n)), p.sequence, []byte(p.record)); err != nil {
			return err
		}
	}
	return nil
}
