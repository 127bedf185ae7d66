package store

import (
	"bytes"
	"context"
	"fmt"

	"go.etcd.io/bbolt"
)

// Put implements [Store]. The error for a generation of a connection that was removed is both [ErrStale] and [ErrNotFound].
func (b *Bolt) Put(ctx context.Context, c Connection, w Write) (Connection, error) {
	var stored Connection
	err := b.update(ctx, func(t *txn) (err error) {
		stored, err = t.putConnection(c, w)
		return err
	})
	if err != nil {
		return Connection{}, fmt.Errorf("store connection %q: %w", c.Name, err)
	}
	return stored, nil
}

// PutAll stores new connections in one transaction, all or none.
func (b *Bolt) PutAll(ctx context.Context, list []Connection) error {
	err := b.update(ctx, func(t *txn) error {
		for _, c := range list {
			if _, err := t.putConnection(c, Write{}); err != nil {
				return fmt.Errorf("connection %q: %w", c.Name, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store %d connections: %w", len(list), err)
	}
	return nil
}

func (t *txn) putConnection(c Connection, w Write) (Connection, error) {
	now := t.b.o.Clock.Wall()
	before := c.Generation
	c, err := prepare(c, now, t.b.o.Rand)
	if err != nil {
		return Connection{}, err
	}
	key := t.connectionKey(c.ID)
	old, err := t.replaced(key, before)
	if err != nil {
		return Connection{}, err
	}
	if err := t.claimName(key, c.Name, old); err != nil {
		return Connection{}, err
	}
	if err := t.writeConnection(key, c, old); err != nil {
		return Connection{}, err
	}
	if w.ClearIntent {
		if err := t.delete(bIntents, key); err != nil {
			return Connection{}, err
		}
	}
	for _, e := range w.Events {
		if err := t.appendEvent(key, e.complete(c, now)); err != nil {
			return Connection{}, err
		}
	}
	history, err := t.bucket(bHistory)
	if err != nil {
		return Connection{}, err
	}
	first, next := eventRange(history, key)
	c.History = int(next - first)
	return c, nil
}

// writeConnection seals c and its summary at key, with the fields of a newer program in the record old.
func (t *txn) writeConnection(key []byte, c Connection, old string) error {
	var record, summary fields
	record.connection(c)
	summary.summary(c.Summary())
	record.unknownFields(old, lastField)
	if err := t.put(bConnections, key, c.Generation, record.b); err != nil {
		return err
	}
	return t.put(bSummaries, key, c.Generation, summary.b)
}

// replaced returns the record that a Put of this generation replaces, "" for a new connection; [ErrStale] if another
// generation stands there.
func (t *txn) replaced(key []byte, generation uint64) (string, error) {
	connections, err := t.bucket(bConnections)
	if err != nil {
		return "", err
	}
	sealed := connections.Get(key)
	switch there, ok := generationOf(sealed); {
	case sealed == nil && generation == 0:
		return "", nil
	case sealed == nil:
		return "", fmt.Errorf("%w: %w", ErrStale, ErrNotFound)
	case ok && there != generation:
		return "", fmt.Errorf("%w: it has generation %d, not %d", ErrStale, there, generation)
	}
	old, _, err := t.open([]byte(bConnections), key, sealed)
	return old, err
}

// claimName points the index's entry of name at key and takes away the one of the old record's name.
func (t *txn) claimName(key []byte, name, old string) error {
	names, err := t.bucket(bNames)
	if err != nil {
		return err
	}
	nameKey := t.nameKey(name)
	if has := names.Get(nameKey); has != nil && string(has) != string(key) {
		return ErrNameTaken
	}
	if old != "" {
		before, err := decodeSummary(old, 0)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if before.Name == name {
			return nil
		}
		if err := names.Delete(t.nameKey(before.Name)); err != nil {
			return fmt.Errorf("free the old name: %w", err)
		}
	}
	if err := names.Put(nameKey, key); err != nil {
		return fmt.Errorf("take the name: %w", err)
	}
	return nil
}

// Delete implements [Store]. [ErrNotGone]: it is removed, and old files could not be replaced.
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
