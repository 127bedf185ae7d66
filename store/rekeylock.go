package store

import (
	"context"
	"errors"
	"slices"
	"time"
)

const (
	// rekeyWait bounds the wait for exchanges under way: a request, one replay, and a margin.
	rekeyWait = 65 * time.Second
	// rekeyHolds is the size of a store up to which all its locks are held at once. Each is an open file, and a process may
	// have few of these.
	rekeyHolds = 256
)

var errUnheld = errors.New("connections come, or begin to be refreshed, faster than they are locked")

// withConnections runs fn in a write transaction while no answer of a provider is under way anywhere. It waits for exchanges
// that are, connection by connection in the order of their ids, at most [rekeyWait]; the error is a [*HeldError] then.
//
// Of a small store it holds every lock. Of a large one it waits for each connection to be free once, and then holds those
// alone that are being refreshed, which the file tells: their intents are on disk before their requests leave
// (reference/security.md §5.1, 3).
func (b *Bolt) withConnections(ctx context.Context, fn func(t *txn) error) error {
	waiting, cancel := context.WithTimeout(ctx, rekeyWait)
	defer cancel()
	all, refreshing, err := b.connectionIDs(ctx)
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
	for {
		_, release, err := b.lockAll(waiting, without(ids, held))
		if err != nil {
			return err
		}
		// What is held stays so in another round, so that there is a last one.
		defer release()
		for _, id := range ids {
			held[id] = true
		}
		err = b.update(ctx, func(t *txn) error {
			if err := t.allHeld(where, held); err != nil {
				return err
			}
			return fn(t)
		})
		if !errors.Is(err, errUnheld) || waiting.Err() != nil {
			return err
		}
		if all, refreshing, err = b.connectionIDs(ctx); err != nil {
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
func (b *Bolt) connectionIDs(ctx context.Context) (all, refreshing []string, err error) {
	list, err := b.List(ctx)
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
