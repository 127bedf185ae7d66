package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
)

// ErrNotGone says that something was removed and may still stand in old files of the data folder, which could not be
// replaced. `store compact` tries again.
var ErrNotGone = errors.New("what was removed may still be in old files of the store")

// forgetOld sees to it that what was deleted, or opened by a slot that is gone, is in no file of the data folder any more:
// after a delete, a slot removed or changed, and a new master key. The file is compacted; the copies, and damaged files that a
// restore kept, are replaced by one copy of the new state once that is verified.
func (b *Bolt) forgetOld(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx) // what is half gone has to go
	if err := b.forget(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrNotGone, err)
	}
	return nil
}

func (b *Bolt) forget(ctx context.Context) error {
	if _, err := b.compact(ctx); err != nil {
		return err
	}
	made, err := b.makeCopy(ctx)
	if err != nil {
		return err
	}
	if err := b.dropCopies(made, 0); err != nil {
		return err
	}
	kept, err := filepath.Glob(filepath.Join(globQuote(b.dir), dbFile+damagedMark+"*"))
	if err != nil {
		return err
	}
	var errs []error
	for _, path := range kept {
		errs = append(errs, removeIfThere(path))
	}
	if len(kept) > 0 {
		errs = append(errs, syncFolder(b.dir))
	}
	return errors.Join(errs...)
}
