package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"authdeck/internal/failpoint"
)

// Copy is a copy of the store in its data folder.
type Copy struct {
	Path string    `json:"path"`
	Time time.Time `json:"time"` // when it was made, wall, in whole seconds
	Size int64     `json:"size"` // bytes

	number int // counts up over the copies of a store
}

const (
	copiesFolder = "copies"
	copiesLock   = "copies.lock"
	copyStamp    = "20060102T150405Z"
	copiesKept   = 3
	copyEvery    = 10 * time.Minute
)

// Copies lists the copies of the store in the data folder dir, the newest first. It opens none.
func Copies(dir string) ([]Copy, error) {
	entries, err := os.ReadDir(filepath.Join(dir, copiesFolder))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the copies of the store: %w", err)
	}
	var list []Copy
	for _, e := range entries {
		c, ok := parseCopy(e.Name())
		if !ok {
			continue
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		c.Path, c.Size = filepath.Join(dir, copiesFolder, e.Name()), info.Size()
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b Copy) int { return cmp.Compare(b.number, a.number) })
	return list, nil
}

// A copy is named by its number, which says which is the newest whatever the clock said, and by its time.
func (c Copy) name() string {
	return fmt.Sprintf("store-%06d-%s.db", c.number, c.Time.UTC().Format(copyStamp))
}

func parseCopy(name string) (c Copy, ok bool) {
	parts := strings.Split(strings.TrimSuffix(name, ".db"), "-")
	if len(parts) != 3 {
		return c, false
	}
	var err, err2 error
	c.number, err = strconv.Atoi(parts[1])
	c.Time, err2 = time.Parse(copyStamp, parts[2])
	return c, err == nil && err2 == nil && c.name() == name
}

// copyDue reports whether no copy is of the last ten minutes. One of the future, which a clock left that was set back, does not
// count.
func copyDue(list []Copy, now time.Time) bool {
	return !slices.ContainsFunc(list, func(c Copy) bool {
		age := now.Sub(c.Time)
		return age >= 0 && age < copyEvery
	})
}

// copyNow makes a copy of the store as it is on disk, verifies it, and drops all but the three newest.
func (b *Bolt) copyNow(ctx context.Context) error {
	release, _, err := b.lockCopies(ctx, true)
	if err != nil {
		return fmt.Errorf("copy the store: %w", err)
	}
	defer release()
	if err := b.copyAndKeep(ctx, copiesKept, nil); err != nil {
		return fmt.Errorf("copy the store: %w", err)
	}
	return nil
}

// copyIfDue leaves the work to another process that is at it.
func (b *Bolt) copyIfDue(ctx context.Context) error {
	list, err := Copies(b.dir)
	if err != nil || !copyDue(list, b.o.Clock.Wall()) {
		return err
	}
	release, ok, err := b.lockCopies(ctx, false)
	if err != nil || !ok {
		return err
	}
	defer release()
	if list, err = Copies(b.dir); err != nil || !copyDue(list, b.o.Clock.Wall()) {
		return err
	}
	if err := b.copyAndKeep(ctx, copiesKept, nil); err != nil {
		return fmt.Errorf("copy the store: %w", err)
	}
	return nil
}

// copyAndKeep makes a copy, and drops all but the newest so many once it is verified. The caller has the lock of the copies; settled is for makeCopy.
func (b *Bolt) copyAndKeep(ctx context.Context, keep int, settled []byte) error {
	folder := filepath.Join(b.dir, copiesFolder)
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return diskError(err)
	}
	if err := checkRealFolder(folder); err != nil {
		return err
	}
	// What killed makers left.
	left, err := filepath.Glob(filepath.Join(globQuote(folder), "*"+tempMark+"*"))
	if err != nil {
		return err
	}
	for _, path := range left {
		if err := removeIfThere(path); err != nil {
			return err
		}
	}
	if err := b.makeCopy(ctx, folder, settled); err != nil {
		return diskError(err)
	}
	list, err := Copies(b.dir)
	if err != nil {
		return err
	}
	for i := keep; i < len(list); i++ {
		err = errors.Join(err, removeIfThere(list[i].Path))
	}
	return errors.Join(err, syncFolder(folder))
}

// makeCopy writes a copy, fsyncs it, and reads it back before it gets its name. Settled is the word of a removal that the copy
// has behind it, nil if none: see [Bolt.forgetFiles].
func (b *Bolt) makeCopy(ctx context.Context, folder string, settled []byte) error {
	list, err := Copies(b.dir)
	if err != nil {
		return err
	}
	made := Copy{Time: b.o.Clock.Wall().UTC().Truncate(time.Second), number: 1}
	if len(list) > 0 {
		made.number = list[0].number + 1
	}
	path := filepath.Join(folder, made.name())
	temp, err := tempName(path, b.o.Rand)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|openFlags, 0o600)
	if err != nil {
		return err
	}
	err = b.with(ctx, reading, func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(f)
		return err
	})
	// The file lock is free again: nobody waits for this fsync.
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil && settled != nil {
		_, err = inFile(temp, writing, b.o.Timeout, func(tx *bbolt.Tx) error { return putToRest(tx, settled) })
	}
	if err == nil {
		err = b.readBack(temp)
	}
	if err == nil {
		err = failpoint.Hit("copy.written")
	}
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return errors.Join(err, removeIfThere(temp))
	}
	if err := failpoint.Hit("copy.renamed"); err != nil {
		return err
	}
	return syncFolder(folder)
}

// readBack checks the pages, the header and the slots of a finished file.
func (b *Bolt) readBack(path string) error {
	_, err := inFile(path, measuring, b.o.Timeout, func(tx *bbolt.Tx) error {
		if err := checkPages(tx); err != nil {
			return err
		}
		if _, err := readHeader(tx); err != nil {
			return err
		}
		slots, err := readSlots(tx)
		if err == nil && !slices.ContainsFunc(slots, func(s slot) bool { return !s.broken }) {
			err = fmt.Errorf("%w: its key slots are", ErrDamaged)
		}
		return err
	})
	return err
}

// lockCopies takes the lock of those who make and drop copies; without wait ok is false if another process has it. It is
// never taken by who holds the file lock.
func (b *Bolt) lockCopies(ctx context.Context, wait bool) (release func(), ok bool, err error) {
	f, err := openChecked(filepath.Join(b.dir, copiesLock), os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, false, diskError(err)
	}
	ctx, cancel := context.WithTimeout(ctx, copyWait)
	defer cancel()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		ok, err := flock(f, true, false)
		if ok {
			return func() { _ = f.Close() }, true, nil
		}
		if err != nil || !wait {
			_ = f.Close()
			return nil, false, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			_ = f.Close()
			return nil, false, fmt.Errorf("%w, which makes a copy of it (%w)", ErrBusy, ctx.Err())
		}
	}
}

// copyWait is how long the maker of a copy is waited for.
const copyWait = 10 * time.Second
