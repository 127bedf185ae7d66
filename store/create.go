package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"go.etcd.io/bbolt"
)

// createUnlessLost makes no new store where there are copies of one: its file was lost.
func (b *Bolt) createUnlessLost(ctx context.Context) error {
	switch list, err := Copies(b.dir); {
	case err != nil:
		return err
	case len(list) > 0:
		return fmt.Errorf("%w: its file is gone, and copies of it are there", ErrDamaged)
	}
	return b.create(ctx)
}

// create makes the store: built under another name, fsynced, then linked into place, so that nobody ever sees a half-made
// one. Of several makers one wins; the others take its store.
func (b *Bolt) create(ctx context.Context) error {
	// A disk that cannot be written to is met before a person is asked and a keyring is given a key; nobody waits meanwhile.
	first, err := b.file.acquire(ctx, writing)
	if err != nil {
		return err
	}
	first.release()
	h := header{format: Format, storeID: make([]byte, idSize), epoch: 1, created: b.o.Clock.Wall()}
	master := make([]byte, keySize)
	if _, err := io.ReadFull(b.o.Rand, h.storeID); err != nil {
		return fmt.Errorf("make the store's id: %w", err)
	}
	if _, err := io.ReadFull(b.o.Rand, master); err != nil {
		return fmt.Errorf("make the master key: %w", err)
	}
	s, err := b.firstSlot(ctx, h, master)
	if err != nil {
		return err
	}
	lock, err := b.file.acquire(ctx, writing)
	if err != nil {
		return err
	}
	defer lock.release()
	b.dropTemps()
	if there, err := exists(b.Path()); err != nil || there {
		return err
	}
	temp, err := tempName(b.Path(), b.o.Rand)
	if err != nil {
		return err
	}
	if err := buildFile(temp, h, master, s); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	if err := intoPlace(temp, b.Path()); err != nil {
		return err
	}
	if err := syncFolder(b.dir); err != nil {
		return err
	}
	lock.changed()
	return nil
}

// firstSlot wraps the master key by the first source that gives a key.
func (b *Bolt) firstSlot(ctx context.Context, h header, master []byte) (slot, error) {
	var noKey []error
	for _, source := range b.o.Keys {
		maker, ok := source.(SlotMaker)
		if !ok {
			continue
		}
		slotKey, params, err := maker.NewSlotKey(ctx, h.id())
		if err != nil {
			noKey = append(noKey, err)
			continue
		}
		s := slot{kind: source.Kind(), params: params}
		if s.key, err = newSlotKey(s.kind, b.o.Rand); err != nil {
			return slot{}, err
		}
		return s, s.wrap(slotKey, h.storeID, master, h.epoch, b.o.Rand)
	}
	if len(noKey) > 0 {
		return slot{}, noKeyError(noKey)
	}
	return slot{}, ErrNoKey
}

// buildFile writes a store without connections at path.
func buildFile(path string, h header, master []byte, s slot) error {
	if err := writeNew(path, nil); err != nil {
		return err
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoStatistics: true})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		value, err := h.encode(master)
		if err != nil {
			return err
		}
		if err := tx.Bucket([]byte(bMeta)).Put([]byte(headerKey), value); err != nil {
			return err
		}
		return tx.Bucket([]byte(bSlots)).Put([]byte(s.key), s.encode())
	})
	return errors.Join(err, db.Sync(), db.Close())
}

// intoPlace gives temp the name path, which nobody has. A link fails if somebody has it after all; where the file system
// has no links, the caller's lock must do.
func intoPlace(temp, path string) error {
	switch err := os.Link(temp, path); {
	case err == nil:
		return os.Remove(temp)
	case errors.Is(err, fs.ErrExist):
		return errors.Join(err, os.Remove(temp))
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}
