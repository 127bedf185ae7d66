package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"
)

// The key of an event is the record key of its connection (or of the store) and a number that counts up within it, so that
// the oldest can be found and dropped; its generation counts up over all, which is the order of History("").

const eventKeySize = nameSize + 8

func (t *txn) storeHistoryKey() []byte { return t.name("store history") }

// eventRange returns the numbers of the first event under key and of the next to come; equal if there is none.
func eventRange(history *bbolt.Bucket, key []byte) (first, next uint64) {
	c := history.Cursor()
	k, _ := c.Seek(key)
	if len(k) != eventKeySize || !bytes.HasPrefix(k, key) {
		return 0, 0
	}
	first = binary.BigEndian.Uint64(k[nameSize:])
	last := eventKey(key, ^uint64(0))
	if k, _ = c.Seek(last); k == nil {
		k, _ = c.Last()
	} else if !bytes.Equal(k, last) {
		k, _ = c.Prev()
	}
	if len(k) != eventKeySize || !bytes.HasPrefix(k, key) {
		return first, first + 1
	}
	return first, binary.BigEndian.Uint64(k[nameSize:]) + 1
}

func eventKey(key []byte, n uint64) []byte {
	return binary.BigEndian.AppendUint64(bytes.Clone(key), n)
}

// appendEvent writes e under key and drops what is beyond the limit.
func (t *txn) appendEvent(key []byte, e Event) error {
	history, err := t.bucket(bHistory)
	if err != nil {
		return err
	}
	first, next := eventRange(history, key)
	sequence, err := history.NextSequence()
	if err != nil {
		return fmt.Errorf("number an event: %w", err)
	}
	if err := t.put(bHistory, eventKey(key, next), sequence, encodeEvent(e)); err != nil {
		return err
	}
	for limit := uint64(t.b.o.HistoryLimit); first+limit <= next; first++ {
		if err := history.Delete(eventKey(key, first)); err != nil {
			return fmt.Errorf("drop the oldest event: %w", err)
		}
	}
	return nil
}

// Append implements [Store]. Events of connections that are gone, or without an id, go to the store's own history.
func (b *Bolt) Append(ctx context.Context, events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	err := b.update(ctx, func(t *txn) error {
		connections, err := t.bucket(bConnections)
		if err != nil {
			return err
		}
		for _, e := range events {
			key := t.connectionKey(e.ID)
			if connections.Get(key) == nil {
				key = t.storeHistoryKey()
			}
			if err := t.appendEvent(key, e.complete(Connection{}, b.o.Clock.Wall())); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("append to the history: %w", err)
	}
	return nil
}

// numbered is an event with its place among all.
type numbered struct {
	Event
	sequence uint64
}

// History implements [Store].
func (b *Bolt) History(ctx context.Context, id string) ([]Event, error) {
	var found []numbered
	err := b.view(ctx, func(t *txn) error {
		found = found[:0]
		history, err := t.bucket(bHistory)
		if err != nil {
			return err
		}
		var prefix []byte
		if id != "" {
			prefix = t.connectionKey(id)
		}
		c := history.Cursor()
		for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
			record, sequence, err := t.open([]byte(bHistory), k, v)
			if err != nil {
				return err
			}
			e, err := decodeEvent(record)
			if err != nil {
				return fmt.Errorf("%w: %w", ErrDamaged, err)
			}
			found = append(found, numbered{e, sequence})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	return inOrder(found), nil
}

func inOrder(found []numbered) []Event {
	// Events that came by a merge share the number of the one they follow.
	slices.SortStableFunc(found, func(a, b numbered) int {
		return cmp.Or(cmp.Compare(a.sequence, b.sequence), a.Time.Compare(b.Time))
	})
	events := make([]Event, len(found))
	for i, n := range found {
		events[i] = n.Event
	}
	return events
}
