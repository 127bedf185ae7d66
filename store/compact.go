package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.etcd.io/bbolt"

	"authdeck/internal/failpoint"
)

// CompactReport is the size of the file before and after, in bytes.
type CompactReport struct {
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

// Compact writes the store anew without its free pages, in which deleted records stand still: into a new file, which is
// verified, fsynced and put in its place. Other processes wait meanwhile and go on with the new file. What an earlier
// removal could not take out of the old files ([ErrNotGone]) goes too.
func (b *Bolt) Compact(ctx context.Context) (CompactReport, error) {
	r, err := b.compactAll(ctx)
	if err != nil {
		return r, fmt.Errorf("compact the store: %w", err)
	}
	return r, nil
}

func (b *Bolt) compactAll(ctx context.Context) (CompactReport, error) {
	release, _, err := b.lockCopies(ctx, true)
	if err != nil {
		return CompactReport{}, err
	}
	defer release()
	r, word, err := b.compact(ctx)
	if err == nil && word != nil {
		err = b.forgetFiles(ctx, word)
	}
	return r, err
}

// compact returns also the word of the last removal that the file still tells of, see [txn.leaveOld].
func (b *Bolt) compact(ctx context.Context) (r CompactReport, word []byte, err error) {
	err = b.exclusively(ctx, func() error {
		temp, err := tempName(b.Path(), b.o.Rand)
		if err != nil {
			return err
		}
		err = b.current(reading, func(tx *bbolt.Tx) error {
			r.Before, word = tx.Size(), wordOfOld(tx)
			return writeAnew(tx, temp, b.o.Timeout)
		})
		if err == nil {
			err = failpoint.Hit("compact.written")
		}
		if err != nil {
			return errors.Join(err, removeIfThere(temp))
		}
		info, err := os.Stat(temp)
		if err != nil {
			return err
		}
		r.After = info.Size()
		return b.replaceBy(temp, "compact.renamed")
	})
	return r, word, err
}

// exclusively runs fn while nobody else reads or writes the file, which fn may replace.
func (b *Bolt) exclusively(ctx context.Context, fn func() error) error {
	if err := checkFolder(b.dir); err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	lock, err := b.file.acquire(ctx, writing)
	if err != nil {
		return diskError(err)
	}
	defer lock.release()
	b.dropTemps()
	err = fn()
	lock.suspect = lock.unclean || errors.Is(err, ErrDamaged)
	lock.changed()
	b.watchers.notify()
	return diskError(err)
}

// replaceBy puts a finished file into the store's place. The caller holds the file lock exclusively.
func (b *Bolt) replaceBy(temp, mark string) error {
	if err := os.Rename(temp, b.Path()); err != nil {
		return errors.Join(err, removeIfThere(temp))
	}
	if err := failpoint.Hit(mark); err != nil {
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

// writeAnew copies all records into a new file at path, with the reserve of free pages that an answer counts on, fsyncs it, and holds it
// against the old one.
func writeAnew(tx *bbolt.Tx, path string, timeout time.Duration) error {
	if _, err := readHeader(tx); err != nil {
		return err
	}
	if err := writeNew(path, nil); err != nil {
		return err
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, NoStatistics: true, PageSize: tx.DB().Info().PageSize})
	if err != nil {
		return err
	}
	size := int64(0)
	err = bbolt.Compact(db, tx.DB(), compactStep)
	for _, fill := range []func(t *txn) error{(*txn).fillPad, (*txn).unpad} {
		if err == nil {
			err = db.Update(func(tx *bbolt.Tx) error { return fill(&txn{Tx: tx}) })
		}
	}
	if err == nil {
		err = db.View(func(tx *bbolt.Tx) error { size = tx.Size(); return nil })
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	// bbolt grows a file by more than it uses: 16 MiB beyond the first 16.
	f, err := openChecked(path, os.O_RDWR)
	if err != nil {
		return err
	}
	if err = errors.Join(f.Truncate(size), f.Sync(), f.Close()); err != nil {
		return err
	}
	_, err = inFile(path, measuring, timeout, func(copied *bbolt.Tx) error {
		if err := checkPages(copied); err != nil {
			return err
		}
		return sameRecords(tx, copied)
	})
	return err
}

// compactStep bounds what one transaction of a compaction holds in memory, in bytes.
const compactStep = 8 << 20

// sameRecords holds two files against each other, bucket by bucket, but for the reserve.
func sameRecords(a, b *bbolt.Tx) error {
	n := 0
	err := a.ForEach(func(name []byte, x *bbolt.Bucket) error {
		n++
		y := b.Bucket(name)
		if y == nil || x.Sequence() != y.Sequence() {
			return fmt.Errorf("%w: the new file has not the same %s", ErrDamaged, name)
		}
		if string(name) == bReserve {
			return nil
		}
		i, j := x.Cursor(), y.Cursor()
		k, v := i.First()
		l, w := j.First()
		for k != nil || l != nil {
			if !bytes.Equal(k, l) || !bytes.Equal(v, w) {
				return fmt.Errorf("%w: the new file has not the same %s", ErrDamaged, name)
			}
			k, v = i.Next()
			l, w = j.Next()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return b.ForEach(func([]byte, *bbolt.Bucket) error {
		if n--; n < 0 {
			return fmt.Errorf("%w: the new file has more buckets", ErrDamaged)
		}
		return nil
	})
}

// tooFree judges the free pages that a write left: the file is compacted by itself when more than half of it is free beyond
// the reserve.
func (l left) tooFree() bool {
	free := l.free - padding
	return free > reserve && free > l.size/2
}
