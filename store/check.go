package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"

	"go.etcd.io/bbolt"
)

// CheckReport is what a check found. Sizes are in bytes.
type CheckReport struct {
	Path        string   `json:"path"`
	Connections int      `json:"connections"`
	Records     int      `json:"records"` // all that were unsealed
	Size        int64    `json:"size"`
	Free        int64    `json:"free"`
	Copies      []Copy   `json:"copies"` // the sound ones, the newest first
	Kept        []string `json:"kept"`   // damaged files that a restore kept
	Problems    []string `json:"problems"`
	Sound       bool     `json:"sound"` // the store itself reads whole, whatever is wrong with its copies and leftovers

	LastCopy *string `json:"last_copy"` // RFC 3339, null if there is none; sound or not
}

// Check reads every page, unseals every record, holds the indexes against the connections, and does the same with the copies. What
// is wrong stands in the report; an error means that nothing could be checked.
func (b *Bolt) Check(ctx context.Context) (CheckReport, error) {
	r := CheckReport{Path: b.Path(), Copies: []Copy{}, Kept: []string{}, Problems: []string{}}
	err := b.unlocked(ctx, measuring, func(t *txn) error {
		r = CheckReport{Path: b.Path(), Copies: []Copy{}, Kept: []string{}, Problems: []string{}, Size: t.Size()}
		r.Free = int64(t.DB().Stats().FreePageN) * int64(t.DB().Info().PageSize)
		if err := checkPages(t.Tx); err != nil {
			r.say("%s", err)
		}
		r.inspect(t)
		r.Sound = len(r.Problems) == 0
		if leftOld(t.Tx) {
			r.say("%s; `store compact` takes it out", ErrNotGone)
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrDamaged) {
		return r, fmt.Errorf("check the store: %w", err)
	}
	if err != nil {
		r.Sound = false
		r.say("%s", err)
	}
	k, err := b.unlock(ctx)
	if err != nil {
		return r, fmt.Errorf("check the copies of the store: %w", err)
	}
	if err := b.checkCopies(k, &r); err != nil {
		r.say("%s", err)
	}
	r.LastCopy = b.lastCopy()
	if err := b.upkeep.trouble(); err != nil {
		r.say("after the last write: %s", err)
	}
	return r, nil
}

func (b *Bolt) checkCopies(k *keys, r *CheckReport) error {
	copies, err := Copies(b.dir)
	if err != nil {
		return err
	}
	for _, c := range copies {
		if why := b.checkCopy(c, k); why != "" {
			r.say("the copy %s %s", filepath.Base(c.Path), why)
			continue
		}
		r.Copies = append(r.Copies, c)
	}
	kept, err := b.keptFiles()
	r.Kept = append(r.Kept, kept...)
	return err
}

// say notes a problem; a hundred of them say enough.
func (r *CheckReport) say(format string, args ...any) {
	if len(r.Problems) < 100 {
		r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
	}
}

// inspect unseals all records of a transaction and notes what does not agree.
func (r *CheckReport) inspect(t *txn) {
	slots, err := readSlots(t.Tx)
	if err != nil {
		r.say("the key slots cannot be read")
	}
	for _, s := range slots {
		if s.broken {
			r.say("the key slot %s is damaged: it opens nothing", s.key)
		}
	}
	found := map[string]Summary{} // by record key
	r.each(t, bConnections, func(k []byte, record string, generation uint64) error {
		c, err := decodeConnection(record, generation)
		if err != nil {
			return err
		}
		if !bytes.Equal(t.connectionKey(c.ID), k) {
			return errors.New("it stands in another's place")
		}
		r.Connections++
		found[string(k)] = c.Summary()
		return nil
	})
	r.summaries(t, found)
	r.names(t, found)
	belongs := func(k []byte) error {
		if _, ok := found[string(k)]; !ok && !bytes.Equal(k, t.storeHistoryKey()) {
			return errors.New("it belongs to no connection")
		}
		return nil
	}
	r.each(t, bIntents, func(k []byte, record string, _ uint64) error {
		if _, err := decodeIntent(record); err != nil {
			return err
		}
		return belongs(k)
	})
	r.each(t, bHistory, func(k []byte, record string, _ uint64) error {
		if len(k) != eventKeySize {
			return errors.New("its key has another size")
		}
		if _, err := decodeEvent(record); err != nil {
			return err
		}
		return belongs(k[:nameSize])
	})
	r.each(t, bSettings, func(k []byte, record string, _ uint64) error {
		s, err := decodeSetting(record)
		if err == nil && s.Section != "" && !bytes.Equal(t.settingKey(s.Section, s.Key), k) {
			err = errors.New("it stands in another's place")
		}
		return err
	})
}

// summaries holds the summaries against the connections.
func (r *CheckReport) summaries(t *txn, found map[string]Summary) {
	n := 0
	r.each(t, bSummaries, func(k []byte, record string, generation uint64) error {
		n++
		s, err := decodeSummary(record, generation)
		if err != nil {
			return err
		}
		c, ok := found[string(k)]
		switch {
		case !ok:
			return errors.New("it belongs to no connection")
		case !reflect.DeepEqual(s, c):
			return errors.New("it does not agree with its connection")
		}
		return nil
	})
	if n != len(found) {
		r.say("there are %d connections and %d summaries", len(found), n)
	}
}

// names holds the index of names against the connections.
func (r *CheckReport) names(t *txn, found map[string]Summary) {
	b, err := t.bucket(bNames)
	if err != nil {
		r.say("%s", err)
		return
	}
	n := 0
	err = b.ForEach(func(k, v []byte) error {
		n++
		if c, ok := found[string(v)]; !ok || !bytes.Equal(t.nameKey(c.Name), k) {
			r.say("a name leads to no connection, or to another one")
		}
		return nil
	})
	if err != nil || n != len(found) {
		r.say("there are %d connections and %d names", len(found), n)
	}
}

// each unseals the records of a bucket.
func (r *CheckReport) each(t *txn, name string, look func(k []byte, record string, generation uint64) error) {
	b, err := t.bucket(name)
	if err != nil {
		r.say("%s", err)
		return
	}
	err = b.ForEach(func(k, v []byte) error {
		record, generation, err := t.open([]byte(name), k, v)
		if err == nil {
			r.Records++
			err = look(k, record, generation)
		}
		if err != nil {
			r.say("a record of %s is damaged: %s", name, err)
		}
		return nil
	})
	if err != nil {
		r.say("%s cannot be read", name)
	}
}

// checkCopy reads a copy whole; why says what is wrong with it, "" if nothing is.
func (b *Bolt) checkCopy(c Copy, k *keys) (why string) {
	_, err := inFile(c.Path, measuring, b.o.Timeout, func(tx *bbolt.Tx) error {
		if err := checkPages(tx); err != nil {
			return err
		}
		h, err := readHeader(tx)
		if err != nil {
			return err
		}
		switch {
		case !bytes.Equal(h.storeID, k.storeID):
			return errors.New("is of another store")
		case h.epoch != k.epoch:
			return errors.New("has an older key")
		}
		of := *k
		of.sealer = k.in(h.format) // a copy made before a migration is sound, too
		found := CheckReport{}
		found.inspect(&txn{Tx: tx, keys: &of, b: b})
		if len(found.Problems) > 0 {
			return fmt.Errorf("is damaged: %s", found.Problems[0])
		}
		return nil
	})
	if err != nil {
		return err.Error()
	}
	return ""
}
