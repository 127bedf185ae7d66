package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
)

// ErrNotGone says that something was removed and may still stand in old files of the data folder, which could not be
// replaced. The next writes, and Compact, try again.
var ErrNotGone = errors.New("what was removed may still be in old files of the store")

// oldKey stands in the bucket of the header as long as something that was removed may be in an old file: in free pages, in a copy, in a damaged
// file that was kept. So a process that is killed on the way leaves word.
var oldKey = []byte("old")

// forgottenKey holds the word of the last removal that was forgotten.
var forgottenKey = []byte("forgotten")

// leaveOld notes in the transaction that removes something that forgetOld has to follow. Each removal leaves another word, so
// that one that comes while an earlier one is being forgotten is not taken for forgotten.
func (t *txn) leaveOld() error {
	meta, err := t.bucket(bMeta)
	if err != nil {
		return err
	}
	n, err := meta.NextSequence()
	if err == nil {
		word := binary.BigEndian.AppendUint64(nil, n)
		err = meta.Put(oldKey, binary.BigEndian.AppendUint64(word, uint64(t.b.o.Clock.Wall().Unix()))) //nolint:gosec // of this century
	}
	if err != nil {
		return fmt.Errorf("note a removal: %w", err)
	}
	return nil
}

// wordTime is when a word was left, wall, in whole seconds.
func wordTime(word []byte) time.Time {
	if len(word) != 16 {
		return time.Time{}
	}
	return time.Unix(int64(binary.BigEndian.Uint64(word[8:])), 0) //nolint:gosec // of this century
}

// wordOfOld is the word of the last removal that is not forgotten yet, nil if there is none.
func wordOfOld(tx *bbolt.Tx) []byte {
	meta := tx.Bucket([]byte(bMeta))
	if meta == nil {
		return nil
	}
	return bytes.Clone(meta.Get(oldKey))
}

func leftOld(tx *bbolt.Tx) bool { return wordOfOld(tx) != nil }

// forgetOld sees to it that what was deleted, or opened by a slot that is gone, is in no file of the data folder any more:
// after a delete, a slot removed or changed, and a new master key. The file is compacted; the copies, and damaged files that a
// restore kept, are replaced by one copy of the new state once that is verified. Of several processes that wait to do so one does it
// for all.
func (b *Bolt) forgetOld(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx) // what is half gone has to go
	word, _, err := b.words(ctx)
	if err == nil && word != nil {
		err = b.forgotten(ctx, word)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotGone, err)
	}
	return nil
}

// forgotten waits until word is forgotten, by this process or by another.
func (b *Bolt) forgotten(ctx context.Context, word []byte) error {
	ctx, cancel := context.WithTimeout(ctx, copyWait)
	defer cancel()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		release, ok, err := b.lockCopies(ctx, false)
		if err != nil {
			return err
		}
		if ok {
			defer release()
			return b.forget(ctx, word)
		}
		_, done, err := b.words(ctx)
		if err != nil || bytes.Compare(done, word) >= 0 {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return fmt.Errorf("%w, which makes a copy of it (%w)", ErrBusy, ctx.Err())
		}
	}
}

// words are that of the last removal which is not forgotten, nil if there is none, and that of the last one which is.
func (b *Bolt) words(ctx context.Context) (word, forgotten []byte, err error) {
	err = b.with(ctx, reading, func(tx *bbolt.Tx) error {
		word = wordOfOld(tx)
		if meta := tx.Bucket([]byte(bMeta)); meta != nil {
			forgotten = bytes.Clone(meta.Get(forgottenKey))
		}
		return nil
	})
	return word, forgotten, err
}

// forget does it, unless another process has done it for this word meanwhile. The caller has the lock of the copies.
func (b *Bolt) forget(ctx context.Context, word []byte) error {
	_, forgotten, err := b.words(ctx)
	if err != nil || bytes.Compare(forgotten, word) >= 0 {
		return err
	}
	_, last, err := b.compact(ctx)
	if err != nil || last == nil {
		return err
	}
	return b.forgetFiles(ctx, last)
}

// forgetFiles is what remains after the compaction; word was read before it.
func (b *Bolt) forgetFiles(ctx context.Context, word []byte) error {
	if err := b.copyAndKeep(ctx, 1, word); err != nil {
		return err
	}
	kept, err := b.keptFiles()
	if err != nil {
		return err
	}
	for _, path := range kept {
		err = errors.Join(err, removeIfThere(path))
	}
	if err = errors.Join(err, syncFolder(b.dir)); err != nil {
		return diskError(err)
	}
	return b.with(ctx, writing, func(tx *bbolt.Tx) error { return putToRest(tx, word) })
}

// putToRest notes in a file that the removal with this word is forgotten; another may have come, which is forgotten next.
func putToRest(tx *bbolt.Tx, word []byte) error {
	meta := tx.Bucket([]byte(bMeta))
	if meta == nil {
		return nil
	}
	if err := meta.Put(forgottenKey, word); err != nil || !bytes.Equal(meta.Get(oldKey), word) {
		return err
	}
	return meta.Delete(oldKey)
}

// keptFiles are the damaged files that restores kept.
func (b *Bolt) keptFiles() ([]string, error) {
	return filepath.Glob(filepath.Join(globQuote(b.dir), dbFile+damagedMark+"*"))
}
