package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"authdeck/internal/failpoint"
)

// errOldFormat says that the file has to be migrated first.
var errOldFormat = errors.New("the store has an older format")

// What changed with each format:
//
//	2: the record of a setting holds its section, so that all records can be moved without knowing their places.

// sectionsOfFormat1 are all that there were.
var sectionsOfFormat1 = []string{"integration", "links", "pending", "ui"}

// sectionField is the field that format 2 added to a setting.
func sectionField(section string) string {
	var f fields
	f.text(vSection, section)
	return string(f.b)
}

// migrate brings the file to the present format: a copy first, every connection locked, so that no answer is under way in an
// older program, then one transaction. An older program that runs meanwhile meets [ErrNewerFormat] at its next one.
func (b *Bolt) migrate(ctx context.Context, k *keys) error {
	if err := b.migrateBy(ctx, k); err != nil {
		return fmt.Errorf("bring the store to format %d: %w", Format, err)
	}
	return nil
}

func (b *Bolt) migrateBy(ctx context.Context, k *keys) error {
	in := func(ctx context.Context, a access, fn func(t *txn) error) error {
		return b.with(ctx, a, func(tx *bbolt.Tx) error {
			if err := stillOld(tx, k); err != nil {
				return err
			}
			return fn(&txn{Tx: tx, keys: k, b: b})
		})
	}
	err := b.withConnections(ctx, in, func(t *txn) error {
		h, err := readHeader(t.Tx)
		if err != nil {
			return err
		}
		if err := newMove(t, k.in(Format)).all(); err != nil {
			return err
		}
		master, err := k.master.reveal()
		if err != nil {
			return err
		}
		defer clear(master)
		h.format = Format
		value, err := h.encode(master)
		if err != nil {
			return err
		}
		if err := t.Bucket([]byte(bMeta)).Put([]byte(headerKey), value); err != nil {
			return fmt.Errorf("write the header: %w", err)
		}
		return failpoint.Hit("migrate.inside")
	})
	if errors.Is(err, errRekeyed) {
		return nil
	}
	return err
}

// stillOld fails with errRekeyed if another process was faster.
func stillOld(tx *bbolt.Tx, k *keys) error {
	h, err := readHeader(tx)
	if err != nil {
		return err
	}
	if h.format != k.format || h.epoch != k.epoch || !bytes.Equal(h.storeID, k.storeID) {
		return errRekeyed
	}
	return nil
}
