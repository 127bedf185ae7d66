package store

import (
	"context"
	"fmt"
)

// Intent implements [Store].
func (b *Bolt) Intent(ctx context.Context, id string) (*Intent, error) {
	var found *Intent
	err := b.view(ctx, func(t *txn) error {
		found = nil
		record, _, ok, err := t.get(bIntents, t.connectionKey(id))
		if err != nil || !ok {
			return err
		}
		i, err := decodeIntent(record)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		found = &i
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the intent of connection %s: %w", id, err)
	}
	return found, nil
}

// SetIntent implements [Store]. It also sees to it that the file has free pages for the answer that is to come, so that it
// fits even on a disk that has become full, and that a full disk is met now and not then (reference/security.md §5.1, 3).
// [ErrNotFound] if the connection is gone.
func (b *Bolt) SetIntent(ctx context.Context, id string, i *Intent) error {
	padded := false
	err := b.write(ctx, func(t *txn) error {
		padded = false
		key := t.connectionKey(id)
		connections, err := t.bucket(bConnections)
		if err != nil {
			return err
		}
		if connections.Get(key) == nil {
			return ErrNotFound
		}
		if i == nil {
			return t.delete(bIntents, key)
		}
		if err := t.put(bIntents, key, i.Generation, encodeIntent(*i)); err != nil {
			return err
		}
		padded, err = t.pad()
		return err
	})
	if err == nil && padded {
		err = b.write(ctx, func(t *txn) error { return t.unpad() })
	}
	if err != nil {
		return fmt.Errorf("write the intent of connection %s: %w", id, err)
	}
	return nil
}

const (
	reserve = 64 << 10 // bytes of free pages that an answer can count on
	padding = 2 * reserve
)

var padKey = []byte("pad")

// pad claims pages from the disk if the file has too few free ones, for unpad to set free.
func (t *txn) pad() (bool, error) {
	// The free pages of now, before this transaction takes some and gives others back; it needs fewer than eight.
	free := t.DB().Stats().FreePageN - 8
	if free*t.DB().Info().PageSize >= reserve {
		return false, nil
	}
	return true, t.fillPad()
}

func (t *txn) fillPad() error {
	b, err := t.bucket(bReserve)
	if err != nil {
		return err
	}
	if err := b.Put(padKey, make([]byte, padding)); err != nil {
		return fmt.Errorf("reserve room for the answer: %w", err)
	}
	return nil
}

func (t *txn) unpad() error {
	b, err := t.bucket(bReserve)
	if err != nil {
		return err
	}
	if err := b.Delete(padKey); err != nil {
		return fmt.Errorf("reserve room for the answer: %w", err)
	}
	return nil
}

// The fields of an intent.
const (
	iGeneration uint64 = iota + 1
	iStarted
	iSent
	iReplayed
)

func encodeIntent(i Intent) []byte {
	var f fields
	f.uint(iGeneration, i.Generation)
	f.time(iStarted, i.Started)
	f.flag(iSent, i.Sent)
	f.flag(iReplayed, i.Replayed)
	return f.b
}

func decodeIntent(record string) (Intent, error) {
	var i Intent
	r := reader{rest: record}
	for r.next() {
		switch r.tag {
		case iGeneration:
			i.Generation = r.uint()
		case iStarted:
			i.Started = r.time()
		case iSent:
			i.Sent = r.uint() == 1
		case iReplayed:
			i.Replayed = r.uint() == 1
		}
	}
	return i, r.err
}
