package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// txn is one transaction of an unlocked store.
type txn struct {
	*bbolt.Tx
	*keys
	b *Bolt

	wrote   attempt // by the last putConnection
	indexed bool    // the index of names was held against the connections
}

// view runs fn in a read transaction. Values that bbolt hands out are gone after it.
func (b *Bolt) view(ctx context.Context, fn func(t *txn) error) error {
	return b.unlocked(ctx, reading, fn)
}

// update runs fn in a write transaction, which is on disk when update returns nil. fn may run again after a rekey elsewhere.
// What a write leaves to do (a copy, compaction) is done before it returns and cannot fail it.
func (b *Bolt) update(ctx context.Context, fn func(t *txn) error) error {
	if err := b.write(ctx, fn); err != nil {
		return err
	}
	b.afterWrite(ctx)
	return nil
}

// write is update without what it leaves to do: for the intent of a refresh, whose request must not wait.
func (b *Bolt) write(ctx context.Context, fn func(t *txn) error) error {
	return b.unlocked(ctx, writing, fn)
}

// errRekeyed says that the keys at hand are of another epoch than the file.
var errRekeyed = errors.New("the store has a new key")

func (b *Bolt) unlocked(ctx context.Context, a access, fn func(t *txn) error) error {
	for tries := 0; ; tries++ {
		k := b.keys.Load()
		err := b.with(ctx, a, func(tx *bbolt.Tx) error {
			h, err := readHeader(tx)
			if err != nil {
				return err
			}
			if k == nil {
				if k, err = b.unlockIn(ctx, tx, h); err != nil {
					return err
				}
			}
			if h.epoch != k.epoch || string(h.storeID) != string(k.storeID) || h.format != k.format {
				return errRekeyed
			}
			if h.format < Format {
				return errOldFormat
			}
			return fn(&txn{Tx: tx, keys: k, b: b})
		})
		switch {
		case errors.Is(err, errAskFirst):
			if _, err := b.unlock(ctx); err != nil {
				return err
			}
		case errors.Is(err, errOldFormat) && tries < 3:
			if err := b.migrate(ctx, k); err != nil {
				return err
			}
			b.keys.CompareAndSwap(k, nil)
		case !errors.Is(err, errRekeyed) || tries >= 3:
			return err
		default:
			if b.keys.CompareAndSwap(k, nil) {
				k.master.drop()
			}
		}
	}
}

// with holds the file lock, opens the file, runs fn in a transaction and closes the file. A second name of the file that a killed
// restore left is taken away first: this process may have begun before.
func (b *Bolt) with(ctx context.Context, a access, fn func(tx *bbolt.Tx) error) error {
	err := b.withLock(ctx, a, fn)
	if errors.Is(err, errSecondName) && b.tidy(ctx) == nil {
		err = b.withLock(ctx, a, fn)
	}
	return err
}

func (b *Bolt) withLock(ctx context.Context, a access, fn func(tx *bbolt.Tx) error) error {
	if err := checkFolder(b.dir); err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	lock, err := b.file.acquire(ctx, a)
	if err != nil {
		return diskError(err)
	}
	defer lock.release()
	if err := b.afterCrash(lock); err != nil {
		return err
	}
	err = b.current(a, fn)
	if c := (*commitError)(nil); errors.As(err, &c) {
		lock.suspect = true
		err = b.settle(c)
	}
	switch {
	case errors.Is(err, ErrDamaged):
		lock.suspect = true
	case err == nil && a == writing:
		lock.changed()
		b.watchers.notify()
	}
	return diskError(err)
}

// errReplaced says that the opened file is not the one that the path names any more.
var errReplaced = errors.New("the store's file was replaced")

// current runs one transaction on the file that is in place now: whoever waited may have opened the one before.
func (b *Bolt) current(a access, fn func(tx *bbolt.Tx) error) error {
	for tries := 0; ; tries++ {
		left, err := inFile(b.Path(), a, b.o.Timeout, fn)
		if errors.Is(err, errReplaced) && tries < 3 {
			continue
		}
		if err == nil && a == writing {
			b.left.Store(&left)
		}
		return err
	}
}

// left is the look of a file after a write.
type left struct {
	size, free int64  // bytes
	word       []byte // see [txn.leaveOld]
}

// inFile opens a file and runs one transaction. A damaged file makes bbolt panic or touch memory beyond the file's end;
// both come out as [ErrDamaged].
func inFile(path string, a access, timeout time.Duration, fn func(tx *bbolt.Tx) error) (l left, err error) {
	var o opening
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			// A write transaction that panicked may hold locks inside bbolt, so its Close could wait for ever: the file is
			// unlocked and closed, and the mapping is given up.
			o.abandon()
			err = damaged(r)
		}
	}()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: timeout, ReadOnly: a != writing, NoStatistics: a == reading, PreLoadFreelist: a == measuring, OpenFile: o.open,
	})
	if err != nil {
		return l, openError(err)
	}
	if err := o.same(path); err != nil {
		_ = db.Close()
		return l, err
	}
	done, txid := false, 0
	look := func(tx *bbolt.Tx) error {
		if tx.Size() > o.info.Size() {
			return fmt.Errorf("read the store: %w: its file is cut off", ErrDamaged)
		}
		if err := fn(tx); err != nil {
			return err
		}
		done, txid = true, tx.ID()
		l.size = tx.Size()
		if a == writing {
			l.word = wordOfOld(tx)
		}
		return nil
	}
	if a == writing {
		if err = db.Update(look); err != nil && done {
			err = &commitError{txid: txid, err: err}
		}
		n := db.Stats()
		l.free = int64(n.FreePageN+n.PendingPageN) * int64(db.Info().PageSize)
	} else {
		err = db.View(look)
	}
	// What was committed is on disk whatever Close says.
	_ = db.Close()
	return l, err
}

// opening keeps hold of the file that bbolt opens.
type opening struct {
	f    *os.File
	info os.FileInfo
}

// open is bbolt's OpenFile: it never creates the file and takes nothing but a regular file of ours.
func (o *opening) open(path string, flag int, _ os.FileMode) (*os.File, error) {
	f, err := openChecked(path, flag&^os.O_CREATE)
	if err != nil {
		return nil, err
	}
	if o.info, err = f.Stat(); err == nil && o.info.Size() < minSize {
		err = fmt.Errorf("%w: its file is cut off", ErrDamaged)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	o.f = f
	return f, nil
}

// minSize is two pages of the smallest kind; bbolt would take an empty file for a new one.
const minSize = 2 * 4096

func (o *opening) same(path string) error {
	now, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	if !os.SameFile(o.info, now) {
		return errReplaced
	}
	return nil
}

func (o *opening) abandon() {
	if o.f != nil {
		unflock(o.f)
		_ = o.f.Close()
	}
}

func openError(err error) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("open the store: %w", ErrBusy)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrChecksum):
		return fmt.Errorf("open the store: %w (%w)", ErrDamaged, err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("open the store: its file is gone: %w", err)
	}
	return fmt.Errorf("open the store: %w", err)
}

// damaged turns what a panic brought into an error. Texts of bbolt tell of pages; those of the runtime tell a user nothing.
func damaged(r any) error {
	if _, ok := r.(runtime.Error); ok {
		return fmt.Errorf("read the store: %w: a page cannot be read", ErrDamaged)
	}
	return fmt.Errorf("read the store: %w: %.200v", ErrDamaged, r)
}

// bucket returns one of the store's buckets; create made all of them.
func (t *txn) bucket(name string) (*bbolt.Bucket, error) {
	b := t.Bucket([]byte(name))
	if b == nil {
		return nil, fmt.Errorf("read the store: %w: it has no bucket %s", ErrDamaged, name)
	}
	return b, nil
}

// put seals a record into its place.
func (t *txn) put(bucket string, key []byte, generation uint64, record []byte) error {
	b, err := t.bucket(bucket)
	if err != nil {
		return err
	}
	sealed, err := t.seal([]byte(bucket), key, generation, record)
	if err != nil {
		return err
	}
	if err := b.Put(key, sealed); err != nil {
		return fmt.Errorf("write a %s record: %w", bucket, err)
	}
	return nil
}

// get unseals the record at key; ok is false if there is none.
func (t *txn) get(bucket string, key []byte) (record string, generation uint64, ok bool, err error) {
	b, err := t.bucket(bucket)
	if err != nil {
		return "", 0, false, err
	}
	sealed := b.Get(key)
	if sealed == nil {
		return "", 0, false, nil
	}
	record, generation, err = t.open([]byte(bucket), key, sealed)
	return record, generation, err == nil, err
}

func (t *txn) delete(bucket string, key []byte) error {
	b, err := t.bucket(bucket)
	if err != nil {
		return err
	}
	if err := b.Delete(key); err != nil {
		return fmt.Errorf("remove a %s record: %w", bucket, err)
	}
	return nil
}
