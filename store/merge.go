package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"authdeck/internal/failpoint"
)

// MergeOptions are how a Dump is taken over.
type MergeOptions struct {
	DryRun bool // say what would be done, and write nothing
}

// Decision is what a merge does with one record of a Dump.
type Decision string

// The decisions. Of two records with the same id the one whose grant was obtained later wins, then the one of the higher
// generation, then the one that is here. Of two settings the one written later wins; where that is not known, the one here.
const (
	Added     Decision = "added"
	Replaced  Decision = "replaced"  // older here
	Kept      Decision = "kept"      // newer here
	Identical Decision = "identical" // the same here
)

// MergeLine is what was decided about one record. It holds no secret.
type MergeLine struct {
	Kind     string   `json:"kind"`           // connection, setting
	Name     string   `json:"name"`           // of the connection as it is called here, or section/key
	InBackup string   `json:"name_in_backup"` // the connection's name in the backup if that name is another's here, else ""
	Decision Decision `json:"decision"`
	Reason   string   `json:"reason"` // one line, "" if the decision says it all
}

// MergeReport is every decision of a merge, in the order of the Dump: connections, then settings.
type MergeReport struct {
	Lines  []MergeLine
	Events int // of the history that were added
}

// Changes counts the records that were added or replaced.
func (r MergeReport) Changes() int {
	n := 0
	for _, l := range r.Lines {
		if l.Decision == Added || l.Decision == Replaced {
			n++
		}
	}
	return n
}

// errNotHeld says that a record is to be replaced whose lock was not taken.
var errNotHeld = errors.New("a connection changed while the backup was read in")

// Merge takes d over in one fsynced transaction, all or nothing. Nothing here is removed, and nothing newer is written
// over. It first takes the lock of every connection that it replaces, waiting until ctx ends, so that no answer in flight
// is lost; a [*HeldError] says who holds one. What comes from d carries d.Created as its RestoredFrom, and no browser
// command: a backup starts no program. [ErrBadDump] for one that no store can have written.
func (b *Bolt) Merge(ctx context.Context, d Dump, o MergeOptions) (MergeReport, error) {
	report, err := b.merge(ctx, d, o)
	if err != nil {
		return MergeReport{}, fmt.Errorf("take over a backup: %w", err)
	}
	return report, nil
}

func (b *Bolt) merge(ctx context.Context, d Dump, o MergeOptions) (MergeReport, error) {
	if err := d.check(); err != nil {
		return MergeReport{}, err
	}
	for tries := 0; ; tries++ {
		var m *merger
		err := b.view(ctx, func(t *txn) (err error) {
			m, err = t.plan(d)
			return err
		})
		if err != nil || o.DryRun {
			return m.done(err)
		}
		held, release, err := b.lockAll(ctx, m.replacing())
		if err != nil {
			return MergeReport{}, err
		}
		err = b.update(ctx, func(t *txn) (err error) {
			if m, err = t.plan(d); err != nil {
				return err
			}
			for _, id := range m.replacing() {
				if !held[id] {
					return errNotHeld
				}
			}
			if err := m.write(); err != nil {
				return err
			}
			return failpoint.Hit("import.inside")
		})
		release()
		if !errors.Is(err, errNotHeld) || tries == 3 {
			return m.done(err)
		}
	}
}

// lockAll takes the locks of all ids, in their order: two that do so never wait for each other.
func (b *Bolt) lockAll(ctx context.Context, ids []string) (held map[string]bool, release func(), err error) {
	held = make(map[string]bool, len(ids))
	unlocks := make([]Unlock, 0, len(ids))
	release = func() {
		for _, unlock := range unlocks {
			unlock()
		}
	}
	for _, id := range slices.Sorted(slices.Values(ids)) {
		unlock, err := b.Lock(ctx, id)
		if err != nil {
			release()
			return nil, nil, err
		}
		held[id], unlocks = true, append(unlocks, unlock)
	}
	return held, release, nil
}

// maxGeneration leaves room to count on; no store comes near it.
const maxGeneration = 1 << 60

// check refuses what no store can have written.
func (d Dump) check() error {
	ids := make(map[string]bool, len(d.Connections))
	for _, c := range d.Connections {
		switch r := (reader{rest: string(c.Newer)}); {
		case checkID(c.ID) != nil:
			return fmt.Errorf("%w: a connection has an id that is none", ErrBadDump)
		case ids[c.ID]:
			return fmt.Errorf("%w: two connections have one id", ErrBadDump)
		case c.Generation == 0 || c.Generation > maxGeneration:
			return fmt.Errorf("%w: a connection has an impossible generation", ErrBadDump)
		default:
			for r.next() {
			}
			if r.err != nil {
				return fmt.Errorf("%w: a connection's newer fields: %w", ErrBadDump, r.err)
			}
		}
		ids[c.ID] = true
	}
	type place struct{ section, key string }
	places := make(map[place]bool, len(d.Settings))
	for _, s := range d.Settings {
		switch at := (place{s.Section, s.Key}); {
		case places[at]:
			return fmt.Errorf("%w: two settings have one place", ErrBadDump)
		case s.Section == sectionBackup || !json.Valid(s.Value):
			return fmt.Errorf("%w: a setting has an impossible value", ErrBadDump)
		default:
			places[at] = true
		}
	}
	return nil
}
