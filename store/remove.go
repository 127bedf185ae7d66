package store

import (
	"bytes"
	"context"
	"fmt"

	"go.etcd.io/bbolt"
)

// Delete implements [Store]. What was removed is in no file of the data folder when it returns; [ErrNotGone]: it is removed,
// and old files could not be replaced yet, which the next writes try again.
func (b *Bolt) Delete(ctx context.Context, id string, w Write) error {
	err := b.write(ctx, func(t *txn) error { return t.remove(id, w) })
	if err == nil {
		err = b.forgetOld(ctx)
	}
	if err != nil {
		return fmt.Errorf("remove connection %s: %w", id, err)
	}
	return nil
}

func (t *txn) remove(id string, w Write) error {
	key := t.connectionKey(id)
	c, err := t.connection(key)
	if err != nil {
		return err
	}
	if err := t.delete(bNames, t.nameKey(c.Name)); err != nil {
		return err
	}
	for _, bucket := range []string{bConnections, bSummaries, bIntents} {
		if err := t.delete(bucket, key); err != nil {
			return err
		}
	}
	history, err := t.bucket(bHistory)
	if err != nil {
		return err
	}
	if err := deletePrefix(history, key); err != nil {
		return err
	}
	if err := t.leaveOld(); err != nil {
		return err
	}
	now := t.b.o.Clock.Wall()
	for _, e := range w.Events {
		if err := t.appendEvent(t.storeHistoryKey(), e.complete(c, now)); err != nil {
			return err
		}
	}
	return nil
}

// deletePrefix removes all that stands under keys that begin with prefix.
func deletePrefix(b *bbolt.Bucket, prefix []byte) error {
	c := b.Cursor()
	// Seek anew after each removal: a cursor does not stand still under it.
	for k, _ := c.Seek(prefix); len(k) >= len(prefix) && string(k[:len(prefix)]) == string(prefix); k, _ = c.Seek(prefix) {
		if err := b.Delete(bytes.Clone(k)); err != nil {
			return fmt.Errorf("remove history: %w", err)
		}
	}
	return nil
}
