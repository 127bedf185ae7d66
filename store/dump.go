package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// sectionBackup holds what this data folder knows of its own backups; it is in no backup.
const (
	sectionBackup = "backup"
	keyLastBackup = "last"
)

// Dump is what a backup keeps: everything but key slots, locks and intents. It holds secrets.
type Dump struct {
	StoreID     string    // 32 hex digits: of the store that it was read from
	Created     time.Time // when it was read, wall
	Connections []Dumped  // by name
	Events      []Event   // the store's own history, oldest first
	Settings    []DumpedSetting

	// Settings written before their records held their section: Derived were found by trying the sections that Dump was
	// given, Unplaced by none of them and are left out.
	Derived, Unplaced int
}

// Dumped is a connection with what belongs to it.
type Dumped struct {
	Connection
	Newer  []byte  // fields that a newer program wrote and this one does not know, as they stand in the record
	Events []Event // oldest first
}

// DumpedSetting is a setting with its place.
type DumpedSetting struct {
	Section, Key string
	Value        json.RawMessage
	Changed      time.Time // when it was written; zero if its record does not say
}

// Dump reads all of the store in one transaction. sections are tried for settings whose records do not hold theirs.
func (b *Bolt) Dump(ctx context.Context, sections ...string) (Dump, error) {
	var d Dump
	err := b.view(ctx, func(t *txn) (err error) {
		d = Dump{StoreID: hex.EncodeToString(t.storeID), Created: b.o.Clock.Wall()}
		if d.Connections, err = t.dumpConnections(); err != nil {
			return err
		}
		if d.Events, err = t.eventsUnder(t.storeHistoryKey()); err != nil {
			return err
		}
		return t.dumpSettings(&d, sections)
	})
	if err != nil {
		return Dump{}, fmt.Errorf("read all of the store: %w", err)
	}
	return d, nil
}

func (t *txn) dumpConnections() ([]Dumped, error) {
	var all []Dumped
	err := t.each(bConnections, nil, func(key []byte, record string, generation uint64) error {
		c, err := decodeConnection(record, generation)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		var newer fields
		newer.unknownFields(record, lastField)
		events, err := t.eventsUnder(key)
		c.History = len(events)
		all = append(all, Dumped{Connection: c, Newer: newer.b, Events: events})
		return err
	})
	slices.SortFunc(all, func(a, b Dumped) int { return cmp.Compare(a.Name, b.Name) })
	return all, err
}

// eventsUnder reads the history of one connection, or of the store, oldest first.
func (t *txn) eventsUnder(key []byte) ([]Event, error) {
	var found []numbered
	err := t.each(bHistory, key, func(_ []byte, record string, sequence uint64) error {
		e, err := decodeEvent(record)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		found = append(found, numbered{e, sequence})
		return nil
	})
	return inOrder(found), err
}

func (t *txn) dumpSettings(d *Dump, sections []string) error {
	return t.each(bSettings, nil, func(place []byte, record string, _ uint64) error {
		s, err := decodeSetting(record)
		if err != nil {
			return err
		}
		if s.Section == "" && !bytes.Equal(place, t.settingKey("", s.Key)) {
			i := slices.IndexFunc(sections, func(section string) bool { return bytes.Equal(place, t.settingKey(section, s.Key)) })
			if i < 0 {
				d.Unplaced++
				return nil
			}
			s.Section = sections[i]
			d.Derived++
		}
		if s.Section != sectionBackup {
			d.Settings = append(d.Settings, s)
		}
		return nil
	})
}

// each unseals all records of a bucket whose keys begin with prefix, in the order of the keys.
func (t *txn) each(bucket string, prefix []byte, fn func(key []byte, record string, generation uint64) error) error {
	b, err := t.bucket(bucket)
	if err != nil {
		return err
	}
	c := b.Cursor()
	for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		record, generation, err := t.open([]byte(bucket), k, v)
		if err != nil {
			return err
		}
		if err := fn(k, record, generation); err != nil {
			return err
		}
	}
	return nil
}

// RecordBackup remembers when the last backup was written, for [Status].
func (b *Bolt) RecordBackup(ctx context.Context, at time.Time) error {
	return b.PutSetting(ctx, sectionBackup, keyLastBackup, at.UTC().Format(time.RFC3339))
}

// lastBackup is what RecordBackup remembered, nil if there was none.
func (t *txn) lastBackup() (*string, error) {
	record, _, ok, err := t.get(bSettings, t.settingKey(sectionBackup, keyLastBackup))
	if err != nil || !ok {
		return nil, err
	}
	s, err := decodeSetting(record)
	if err != nil {
		return nil, err
	}
	var at string
	if err := json.Unmarshal(s.Value, &at); err != nil {
		return nil, fmt.Errorf("%w: the time of the last backup", ErrDamaged)
	}
	return &at, nil
}
