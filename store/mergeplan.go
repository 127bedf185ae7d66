package store

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// merger is a Dump held against a store inside one transaction.
type merger struct {
	*txn
	d        Dump
	all      []merging
	settings []DumpedSetting // to be written
	report   MergeReport
}

// merging is one connection of a Dump on its way in.
type merging struct {
	Dumped
	key      []byte
	here     Connection // what stands here, ID "" if nothing does
	unknown  string     // record with the fields that this program does not know
	decision Decision
	reason   string
	inBackup string // its name there if it has to have another one here
}

func (m *merging) goesIn() bool { return m.decision == Added || m.decision == Replaced }

// done is what Merge returns.
func (m *merger) done(err error) (MergeReport, error) {
	if err != nil {
		return MergeReport{}, err
	}
	return m.report, nil
}

// replacing are the ids of the connections here that are written over.
func (m *merger) replacing() []string {
	var ids []string
	for _, c := range m.all {
		if c.decision == Replaced {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// plan decides about every record of d and writes nothing.
func (t *txn) plan(d Dump) (*merger, error) {
	m := &merger{txn: t, d: d, all: make([]merging, len(d.Connections))}
	for i, c := range d.Connections {
		m.all[i] = merging{Dumped: c, key: t.connectionKey(c.ID)}
		if err := m.decide(&m.all[i]); err != nil {
			return nil, err
		}
	}
	if err := m.nameAll(); err != nil {
		return nil, err
	}
	for i := range m.all {
		c := &m.all[i]
		var err error
		if c.Events, err = m.newEvents(c.key, c.Events, c.ID, c.goesIn()); err != nil {
			return nil, err
		}
		m.report.Lines = append(m.report.Lines, MergeLine{
			Kind: "connection", Name: c.Name, InBackup: c.inBackup, Decision: c.decision, Reason: c.reason,
		})
	}
	for _, s := range d.Settings {
		line, err := m.decideSetting(s)
		if err != nil {
			return nil, err
		}
		if line.Decision == Added || line.Decision == Replaced {
			m.settings = append(m.settings, s)
		}
		m.report.Lines = append(m.report.Lines, line)
	}
	var err error
	m.d.Events, err = m.newEvents(m.storeHistoryKey(), d.Events, "", true)
	return m, err
}

// decide holds one connection against the one of the same id here.
func (m *merger) decide(c *merging) error {
	here, err := m.connection(c.key)
	switch {
	case errors.Is(err, ErrNotFound):
		c.decision = Added
		return m.prepare(c)
	case err != nil:
		return err
	}
	c.here = here
	age := cmp.Or(c.Grant.ObtainedAt.Compare(here.Grant.ObtainedAt), cmp.Compare(c.Generation, here.Generation))
	switch {
	case sameContent(c.Connection, here):
		c.decision = Identical
	case age > 0:
		c.decision = Replaced
		c.reason = "the grant here is of " + instant(here.Grant.ObtainedAt) + ", the backup's of " + instant(c.Grant.ObtainedAt)
		if c.Grant.ObtainedAt.Equal(here.Grant.ObtainedAt) {
			c.reason = fmt.Sprintf("the same grant, but generation %d here and %d in the backup", here.Generation, c.Generation)
		}
	case age < 0:
		c.decision, c.reason = Kept, "newer here"
	default:
		c.decision, c.reason = Kept, "as old here, but not the same"
	}
	if c.decision != Replaced {
		c.Connection = here
		return nil
	}
	return m.prepare(c)
}

// prepare makes of a dumped connection the one that is written.
func (m *merger) prepare(c *merging) error {
	// A newer program may have put into Newer what this one knows by now: read both as one record.
	var record fields
	record.connection(c.Connection)
	record.b = append(record.b, c.Newer...)
	c.unknown = string(record.b)
	generation := max(c.Generation, c.here.Generation)
	read, err := decodeConnection(c.unknown, generation)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBadDump, err)
	}
	if read.ID != c.ID {
		return fmt.Errorf("%w: a connection has two ids", ErrBadDump)
	}
	read.RestoredFrom = m.d.Created
	if read.Browser != "" && read.Browser != "none" {
		read.Browser = c.here.Browser
	}
	c.Connection, err = prepare(read, m.b.o.Clock.Wall(), m.b.o.Rand)
	return err
}

// sameContent compares all but what the store and a merge set themselves.
func sameContent(a, b Connection) bool {
	content := func(c Connection) []byte {
		c.RestoredFrom = time.Time{}
		if c.Browser != "none" {
			c.Browser = ""
		}
		var f fields
		f.connection(c)
		return f.b
	}
	return bytes.Equal(content(a), content(b))
}

func instant(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return t.UTC().Format(time.RFC3339)
}

// nameAll gives every connection that goes in a name nobody else has: its own, else the one it has here, else one with
// "-imported" behind it.
func (m *merger) nameAll() error {
	names, err := m.bucket(bNames)
	if err != nil {
		return err
	}
	given, freed := map[string]bool{}, map[string]bool{}
	for _, c := range m.all {
		if c.decision == Replaced {
			freed[string(c.key)] = true
		}
	}
	free := func(name string) bool {
		owner := names.Get(m.nameKey(name))
		return !given[name] && (owner == nil || freed[string(owner)])
	}
	give := func(d Decision) {
		for i := range m.all {
			c := &m.all[i]
			if c.decision != d {
				continue
			}
			wanted := c.Name
			for n := 0; !free(c.Name); n++ {
				switch {
				case n == 0 && c.here.ID != "":
					c.Name = c.here.Name
				case n <= 1:
					c.Name = wanted + "-imported"
				default:
					c.Name = wanted + "-imported-" + strconv.Itoa(n)
				}
			}
			given[c.Name] = true
			if c.Name != wanted {
				c.inBackup = wanted
				c.reason = joined(c.reason, "its name in the backup is another's here")
			}
		}
	}
	give(Replaced)
	give(Added)
	return nil
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// newEvents returns those events that are not in the history under key, complete; none if the history is not wanted.
func (m *merger) newEvents(key []byte, events []Event, id string, wanted bool) ([]Event, error) {
	if !wanted || len(events) == 0 {
		return nil, nil
	}
	there := map[string]bool{}
	err := m.each(bHistory, key, func(_ []byte, record string, _ uint64) error {
		there[record] = true
		return nil
	})
	var missing []Event
	for _, e := range events {
		if id != "" {
			e.ID = id
		}
		e = e.complete(Connection{}, m.d.Created)
		if record := string(encodeEvent(e)); !there[record] {
			there[record] = true
			missing = append(missing, e)
		}
	}
	m.report.Events += len(missing)
	return missing, err
}

// decideSetting holds one setting against the one in its place here.
func (m *merger) decideSetting(s DumpedSetting) (MergeLine, error) {
	line := MergeLine{Kind: "setting", Name: s.Section + "/" + s.Key, Decision: Added}
	record, _, ok, err := m.get(bSettings, m.settingKey(s.Section, s.Key))
	if err != nil || !ok {
		return line, err
	}
	here, err := decodeSetting(record)
	switch known := !s.Changed.IsZero() && !here.Changed.IsZero(); {
	case err != nil:
	case bytes.Equal(s.Value, here.Value):
		line.Decision = Identical
	case known && s.Changed.After(here.Changed):
		line.Decision = Replaced
		line.Reason = "written here at " + instant(here.Changed) + ", in the backup at " + instant(s.Changed)
	case known:
		line.Decision, line.Reason = Kept, "newer here"
	default:
		line.Decision, line.Reason = Kept, "not the same here, and nobody knows which is newer"
	}
	return line, err
}
