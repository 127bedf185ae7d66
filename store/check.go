package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"

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
}

// Check reads every page, unseals every record, holds the indexes against the connections, and does the same with the copies. What
// is wrong stands in the report; an error means that nothing could be checked.
func (b *Bolt) Check(ctx context.Context) (CheckReport, error) {
	r := CheckReport{Path: b.Path(), Copies: []Copy{}, Kept: []string{}, Problems: []string{}}
	err := b.unlocked(ctx, measuring, func(t *txn) error {
		r.Size = t.Size()
		r.Free = int64(t.DB().Stats().FreePageN) * int64(t.DB().Info().PageSize)
		if err := checkPages(t.Tx); err != nil {
			r.Problems = append(r.Problems, err.Error())
		}
		r.inspect(t)
		return nil
	})
	if err != nil {
		return r, fmt.Errorf("check the store: %w", err)
	}
	copies, err := Copies(b.dir)
	if err != nil {
		r.Problems = append(r.Problems, err.Error())
	}
	k := b.keys.Load()
	for _, c := range copies {
		if why := b.checkCopy(c, k); why != "" {
			r.Problems = append(r.Problems, "the copy "+filepath.Base(c.Path)+" "+why)
			continue
		}
		r.Copies = append(r.Copies, c)
	}
	if r.Kept, err = filepath.Glob(filepath.Join(globQuote(b.dir), dbFile+damagedMark+"*")); err != nil || r.Kept == nil {
		r.Kept = []string{}
	}
	return r, nil
}

// inspect unseals all records of a transaction and notes what does not agree.
func (r *CheckReport) inspect(t *txn) {
	say := func(format string, args ...any) {
		if len(r.Problems) < 100 {
			r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
		}
	}
	slots, err := readSlots(t.Tx)
	if err != nil {
		say("the key slots cannot be read")
	}
	for _, s := range slots {
		if s.broken {
			say("the key slot %s is damaged: it opens nothing", s.key)
		}
	}
	ids, names := map[string]bool{string(t.storeHistoryKey()): true}, map[string]string{}
	r.each(t, bConnections, say, func(k []byte, record string, generation uint64) error {
		c, err := decodeConnection(record, generation)
		if err != nil {
			return err
		}
		if !bytes.Equal(t.connectionKey(c.ID), k) {
			return errors.New("it stands in another's place")
		}
		r.Connections++
		ids[string(k)] = true
		names[string(t.nameKey(c.Name))] = string(k)
		return nil
	})
	summaries := 0
	r.each(t, bSummaries, say, func(k []byte, record string, generation uint64) error {
		summaries++
		if _, err := decodeSummary(record, generation); err != nil {
			return err
		}
		return belongs(ids, k)
	})
	if summaries != r.Connections {
		say("there are %d connections and %d summaries", r.Connections, summaries)
	}
	r.index(t, names, say)
	r.each(t, bIntents, say, func(k []byte, record string, _ uint64) error {
		if _, err := decodeIntent(record); err != nil {
			return err
		}
		return belongs(ids, k)
	})
	r.each(t, bHistory, say, func(k []byte, record string, _ uint64) error {
		if len(k) != eventKeySize {
			return errors.New("its key has another size")
		}
		if _, err := decodeEvent(record); err != nil {
			return err
		}
		return belongs(ids, k[:nameSize])
	})
	r.each(t, bSettings, say, func(k []byte, record string, _ uint64) error {
		s, err := decodeSetting(record)
		if err == nil && s.Section != "" && !bytes.Equal(t.settingKey(s.Section, s.Key), k) {
			err = errors.New("it stands in another's place")
		}
		return err
	})
}

func belongs(ids map[string]bool, k []byte) error {
	if !ids[string(k)] {
		return errors.New("it belongs to no connection")
	}
	return nil
}

// index holds the names against the connections.
func (r *CheckReport) index(t *txn, names map[string]string, say func(string, ...any)) {
	b, err := t.bucket(bNames)
	if err != nil {
		say("%s", err)
		return
	}
	n := 0
	err = b.ForEach(func(k, v []byte) error {
		n++
		if names[string(k)] != string(v) {
			say("a name leads to no connection, or to another one")
		}
		return nil
	})
	if err != nil || n != len(names) {
		say("there are %d connections and %d names", len(names), n)
	}
}

// each unseals the records of a bucket.
func (r *CheckReport) each(t *txn, name string, say func(string, ...any), look func(k []byte, record string, generation uint64) error) {
	b, err := t.bucket(name)
	if err != nil {
		say("%s", err)
		return
	}
	err = b.ForEach(func(k, v []byte) error {
		record, generation, err := t.open([]byte(name), k, v)
		if err == nil {
			r.Records++
			err = look(k, record, generation)
		}
		if err != nil {
			say("a record of %s is damaged: %s", name, err)
		}
		return nil
	})
	if err != nil {
		say("%s cannot be read", name)
	}
}

// checkCopy reads a copy whole; why says what is wrong with it, "" if nothing is.
func (b *Bolt) checkCopy(c Copy, k *keys) (why string) {
	err := readBack(c.Path, func(tx *bbolt.Tx) error {
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
		found := CheckReport{}
		of := *k
		of.sealer = k.in(h.format)
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
