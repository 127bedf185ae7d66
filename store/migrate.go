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
	var ids []string
	err := b.with(ctx, reading, func(tx *bbolt.Tx) error {
		if err := stillOld(tx, k); err != nil {
			return err
		}
		t := &txn{Tx: tx, keys: k, b: b}
		list, err := t.list()
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		return err
	})
	if err == nil {
		err = b.copyNow(ctx)
	}
	if errors.Is(err, errRekeyed) {
		return nil
	}
	if err != nil {
		return err
	}
	wait, cancel := context.WithTimeout(ctx, rekeyWait)
	defer cancel()
	_, release, err := b.lockAll(wait, ids)
	if err != nil {
		return err
	}
	defer release()
	err = b.with(ctx, writing, func(tx *bbolt.Tx) error {
		if err := stillOld(tx, k); err != nil {
			return err
		}
		h, err := readHeader(tx)
		if err != nil {
			return err
		}
		t := &txn{Tx: tx, keys: k, b: b}
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
		if err := tx.Bucket([]byte(bMeta)).Put([]byte(headerKey), value); err != nil {
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
