package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	// rekeyWait bounds the wait for exchanges under way: a request, one replay, and a margin.
	rekeyWait = 65 * time.Second
	// rekeyHolds is the size of a store up to which all its locks are held at once. Each is an open file, and a process may
	// have few of these.
	rekeyHolds = 256
	// wholeStore names the lock, beside those of connections, of the one process that rewrites all of them. No id is like it.
	wholeStore = "00000000000000000000000000000000"
)

var errUnheld = errors.New("connections come, or begin to be refreshed, faster than they are locked")

// transaction runs fn in one transaction of the file, with the keys that fit it.
type transaction func(ctx context.Context, a access, fn func(t *txn) error) error

// withConnections runs fn in a write transaction, after a copy was made of the file, while no answer of a provider is under way anywhere. It waits for exchanges
// that are, connection by connection in the order of their ids, at most [rekeyWait]; the error is a [*HeldError] then.
//
// Of a small store it holds every lock. Of a large one it waits for each connection to be free once, and then holds those
// alone that are being refreshed, which the file tells: their intents are on disk before their requests leave
// (reference/security.md §5.1, 3).
func (b *Bolt) withConnections(ctx context.Context, in transaction, fn func(t *txn) error) error {
	waiting, cancel := context.WithTimeout(ctx, rekeyWait)
	defer cancel()
	unlock, err := b.Lock(waiting, wholeStore)
	if err != nil {
		return fmt.Errorf("wait for a process that writes the whole store: %w", err)
	}
	defer unlock()
	all, refreshing, err := connectionIDs(ctx, in)
	if err != nil {
		return err
	}
	ids, where := all, bConnections
	if len(all) > rekeyHolds {
		for _, id := range all {
			_, release, err := b.lockAll(waiting, []string{id})
			if err != nil {
				return err
			}
			release()
		}
		ids, where = refreshing, bIntents
	}
	held := map[string]bool{}
	for first := true; ; first = false {
		_, release, err := b.lockAll(waiting, without(ids, held))
		if err != nil {
			return err
		}
		// What is held stays so in another round, so that there is a last one.
		defer release()
		for _, id := range ids {
			held[id] = true
		}
		if first {
			// Whoever waited here for another process that did the same learns it before a copy is made of its work.
			if err := in(ctx, reading, func(*txn) error { return nil }); err != nil {
				return err
			}
			if err := b.copyNow(ctx); err != nil {
				return err
			}
		}
		err = in(ctx, writing, func(t *txn) error {
			if err := t.allHeld(where, held); err != nil {
				return err
			}
			return fn(t)
		})
		if !errors.Is(err, errUnheld) || waiting.Err() != nil {
			return err
		}
		if all, refreshing, err = connectionIDs(ctx, in); err != nil {
			return err
		}
		if ids = all; where == bIntents {
			ids = refreshing
		}
	}
}

func without(ids []string, held map[string]bool) []string {
	var rest []string
	for _, id := range ids {
		if !held[id] {
			rest = append(rest, id)
		}
	}
	return rest
}

// connectionIDs are the ids of all connections, in their order, and of those with an intent.
func connectionIDs(ctx context.Context, in transaction) (all, refreshing []string, err error) {
	var list []Summary
	err = in(ctx, reading, func(t *txn) (err error) {
		list, err = t.list()
		return err
	})
	for _, c := range list {
		all = append(all, c.ID)
		if c.Refreshing {
			refreshing = append(refreshing, c.ID)
		}
	}
	slices.Sort(all)
	return all, refreshing, err
}

// allHeld fails with errUnheld if the bucket has a record of a connection that is not held.
func (t *txn) allHeld(bucket string, held map[string]bool) error {
	keys := make(map[string]bool, len(held))
	for id := range held {
		keys[string(t.connectionKey(id))] = true
	}
	b, err := t.bucket(bucket)
	if err != nil {
		return err
	}
	return b.ForEach(func(k, _ []byte) error {
		if !keys[string(k)] {
			return errUnheld
		}
		return nil
	})
}
