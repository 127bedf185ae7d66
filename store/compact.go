package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"go.etcd.io/bbolt"

	"authdeck/internal/failpoint"
)

// CompactReport is the size of the file before and after, in bytes.
type CompactReport struct {
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

// Compact writes the store anew without its free pages, in which deleted records stand still: into a new file, which is
// verified, fsynced and put in its place. Other processes wait meanwhile and go on with the new file.
func (b *Bolt) Compact(ctx context.Context) (CompactReport, error) {
	r, err := b.compact(ctx)
	if err != nil {
		return r, fmt.Errorf("compact the store: %w", err)
	}
	return r, nil
}

func (b *Bolt) compact(ctx context.Context) (CompactReport, error) {
	var r CompactReport
	err := b.exclusively(ctx, func() error {
		temp, err := tempName(b.Path(), b.o.Rand)
		if err != nil {
			return err
		}
		err = b.once(reading, func(tx *bbolt.Tx) error {
			r.Before = tx.Size()
			return writeAnew(tx, temp)
		})
		if err != nil {
			return errors.Join(err, removeIfThere(temp))
		}
		info, err := os.Stat(temp)
		if err != nil {
			return err
		}
		r.After = info.Size()
		if err := failpoint.Hit("compact.written"); err != nil {
			return errors.Join(err, removeIfThere(temp))
		}
		return b.replaceBy(temp)
	})
	return r, err
}

// exclusively runs fn while nobody else reads or writes the file.
func (b *Bolt) exclusively(ctx context.Context, fn func() error) error {
	if err := checkFolder(b.dir); err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	lock, err := b.file.acquire(ctx, writing)
	if err != nil {
		return err
	}
	defer lock.release()
	b.dropTemps()
	if err := fn(); err != nil {
		return writeError(err)
	}
	lock.changed()
	b.watchers.notify()
	return nil
}

// replaceBy puts a finished file into the store's place. The caller holds the file lock exclusively.
func (b *Bolt) replaceBy(temp string) error {
	if err := os.Rename(temp, b.Path()); err != nil {
		return errors.Join(err, removeIfThere(temp))
	}
	if err := failpoint.Hit("compact.renamed"); err != nil {
		return err
	}
	return syncFolder(b.dir)
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// writeAnew copies all records into a new file at path, fsyncs it, and holds it against the old one.
func writeAnew(tx *bbolt.Tx, path string) error {
	if err := writeNew(path, nil); err != nil {
		return err
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, NoStatistics: true})
	if err != nil {
		return err
	}
	err = bbolt.Compact(db, tx.DB(), 1<<20)
	if err == nil {
		err = db.Sync()
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	return readBack(path, func(copied *bbolt.Tx) error { return sameRecords(tx, copied) })
}

// readBack opens a finished file and checks its pages, then runs look on it.
func readBack(path string, look func(tx *bbolt.Tx) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = damaged(r)
		}
	}()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true, NoStatistics: true})
	if err != nil {
		return openError(err)
	}
	err = db.View(func(tx *bbolt.Tx) error {
		if err := checkPages(tx); err != nil {
			return err
		}
		return look(tx)
	})
	return errors.Join(err, db.Close())
}

// checkPages runs bbolt's own check; what it finds is [ErrDamaged].
func checkPages(tx *bbolt.Tx) error {
	var first error
	n := 0
	for err := range tx.Check() {
		if n++; first == nil {
			first = err
		}
	}
	if first != nil {
		return fmt.Errorf("%w: %d of its pages do not agree: %.200s", ErrDamaged, n, first.Error())
	}
	return nil
}

// sameRecords holds two files against each other, bucket by bucket.
func sameRecords(a, b *bbolt.Tx) error {
	for _, name := range buckets {
		x, y := a.Bucket([]byte(name)), b.Bucket([]byte(name))
		if (x == nil) != (y == nil) {
			return fmt.Errorf("%w: the new file lacks %s", ErrDamaged, name)
		}
		if x == nil {
			continue
		}
		if x.Sequence() != y.Sequence() {
			return fmt.Errorf("%w: the new file counts %s otherwise", ErrDamaged, name)
		}
		i, j := x.Cursor(), y.Cursor()
		k, v := i.First()
		l, w := j.First()
		for ; k != nil || l != nil; k, v = i.Next() {
			if !bytes.Equal(k, l) || !bytes.Equal(v, w) {
				return fmt.Errorf("%w: the new file has other %s", ErrDamaged, name)
			}
			l, w = j.Next()
		}
	}
	return nil
}

// The file is compacted by itself when more than half of it, and more than this, is free beyond the reserve.
const freeMost = 1 << 20

// tooFree judges the free pages that a write left.
func tooFree(size, free int64) bool {
	free -= padding
	return free > freeMost && free > size/2
}
