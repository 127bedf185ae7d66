package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

// Copy is a copy of the store in its data folder.
type Copy struct {
	Path string    `json:"path"`
	Time time.Time `json:"time"` // when it was made, wall, in whole seconds
	Size int64     `json:"size"` // bytes
}

const (
	copiesFolder = "copies"
	copyPrefix   = "store-"
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
		stamp, isCopy := strings.CutPrefix(e.Name(), copyPrefix)
		at, err := time.Parse(copyStamp, strings.SplitN(stamp, "-", 2)[0])
		if !isCopy || err != nil || strings.Contains(e.Name(), tempMark) {
			continue
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		list = append(list, Copy{Path: filepath.Join(dir, copiesFolder, e.Name()), Time: at, Size: info.Size()})
	}
	slices.SortFunc(list, func(a, b Copy) int { return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(b.Path, a.Path)) })
	return list, nil
}

// copyDue reports whether the newest copy is older than ten minutes; one of the future says nothing.
func (b *Bolt) copyDue() bool {
	now := b.o.Clock.Wall()
	if last := b.copied.Load(); last != nil && !last.After(now) && now.Sub(*last) < copyEvery {
		return false
	}
	list, err := Copies(b.dir)
	if err != nil || len(list) == 0 {
		return err == nil
	}
	b.copied.Store(&list[0].Time)
	return list[0].Time.After(now) || now.Sub(list[0].Time) >= copyEvery
}

// copyNow makes a copy of the store as it is on disk, verifies it, and drops all but the three newest.
func (b *Bolt) copyNow(ctx context.Context) error {
	made, err := b.makeCopy(ctx)
	if err != nil {
		return fmt.Errorf("copy the store: %w", err)
	}
	return b.dropCopies(made, copiesKept-1)
}

// makeCopy writes a copy, fsynced and read back, and returns its path.
func (b *Bolt) makeCopy(ctx context.Context) (string, error) {
	folder := filepath.Join(b.dir, copiesFolder)
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", writeError(err)
	}
	if err := checkRealFolder(folder); err != nil {
		return "", err
	}
	now := b.o.Clock.Wall().UTC().Truncate(time.Second)
	var random [4]byte
	if _, err := io.ReadFull(b.o.Rand, random[:]); err != nil {
		return "", fmt.Errorf("name a copy: %w", err)
	}
	path := filepath.Join(folder, fmt.Sprintf("%s%s-%x.db", copyPrefix, now.Format(copyStamp), random))
	temp, err := tempName(path, b.o.Rand)
	if err != nil {
		return "", err
	}
	err = b.with(ctx, reading, func(tx *bbolt.Tx) error { return writeCopy(tx, temp) })
	if err == nil {
		err = readBack(temp, func(tx *bbolt.Tx) error {
			_, err := readHeader(tx)
			return err
		})
	}
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return "", writeError(errors.Join(err, removeIfThere(temp)))
	}
	if err := syncFolder(folder); err != nil {
		return "", writeError(err)
	}
	b.copied.Store(&now)
	return path, nil
}

func writeCopy(tx *bbolt.Tx, path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|openFlags, 0o600)
	if err != nil {
		return err
	}
	_, err = tx.WriteTo(f)
	return errors.Join(err, f.Sync(), f.Close())
}

// dropCopies removes all copies but made and the newest others, and what killed makers left.
func (b *Bolt) dropCopies(made string, others int) error {
	list, err := Copies(b.dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range list {
		switch {
		case c.Path == made:
		case others > 0:
			others--
		default:
			errs = append(errs, removeIfThere(c.Path))
		}
	}
	left, err := filepath.Glob(filepath.Join(globQuote(filepath.Join(b.dir, copiesFolder)), "*"+tempMark+"*"))
	if err != nil {
		return err
	}
	for _, path := range left {
		if info, err := os.Lstat(path); err == nil && b.o.Clock.Wall().Sub(info.ModTime()) > time.Hour { // a maker at work is younger
			errs = append(errs, removeIfThere(path))
		}
	}
	return errors.Join(append(errs, syncFolder(filepath.Join(b.dir, copiesFolder)))...)
}

// afterWrite is what a write leaves to do: a copy each ten minutes, and compaction of a file that is mostly free. Neither can
// fail the write, which is on disk; what went wrong is met by `store check` and by the next write.
func (b *Bolt) afterWrite(ctx context.Context, size, free int64) {
	if b.copyDue() {
		_ = b.copyNow(ctx)
	}
	if tooFree(size, free) {
		_, _ = b.compact(ctx)
	}
}
