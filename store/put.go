package store

import (
	"context"
	"crypto/sha256"
	"fmt"
)

// Put implements [Store]. The error for a generation of a connection that was removed is both [ErrStale] and [ErrNotFound].
func (b *Bolt) Put(ctx context.Context, c Connection, w Write) (Connection, error) {
	var stored Connection
	var wrote attempt
	err := b.update(ctx, func(t *txn) (err error) {
		stored, err = t.putConnection(c, w)
		wrote = t.wrote
		return err
	})
	b.attempts.ended(wrote, err)
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
	old, mine, err := t.replaced(key, before)
	if err != nil {
		return Connection{}, err
	}
	if mine {
		c.Generation++
	}
	if err := t.claimName(key, c.Name, old); err != nil {
		return Connection{}, err
	}
	var record fields
	record.connection(c)
	record.unknownFields(old, lastField)
	t.wrote = attempt{string(key), c.Generation, sha256.Sum256(record.b)}
	if mine && string(record.b) == old {
		c.Generation-- // all of it is there, with its events; this transaction's commit puts it on disk
		return t.withHistory(c, key)
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
	return t.withHistory(c, key)
}

func (t *txn) withHistory(c Connection, key []byte) (Connection, error) {
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
// generation stands there. Mine tells that it is the next generation, which a Put of this process wrote whose commit had
// failed, as far as it could see: then the same Put once more is not stale.
func (t *txn) replaced(key []byte, generation uint64) (old string, mine bool, err error) {
	connections, err := t.bucket(bConnections)
	if err != nil {
		return "", false, err
	}
	sealed := connections.Get(key)
	there, ok := generationOf(sealed)
	switch {
	case sealed == nil && generation == 0:
		return "", false, nil
	case sealed == nil:
		return "", false, fmt.Errorf("%w: %w", ErrStale, ErrNotFound)
	}
	old, _, err = t.open([]byte(bConnections), key, sealed)
	switch {
	case err != nil, there == generation:
		return old, false, err
	case ok && there == generation+1 && t.b.attempts.isOurs(key, there, old):
		return old, true, nil
	}
	return "", false, fmt.Errorf("%w: it has generation %d, not %d", ErrStale, there, generation)
}
