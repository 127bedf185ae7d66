package store

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"

	"go.etcd.io/bbolt"
)

// commitError is the end of a transaction that was right and could not be committed.
type commitError struct {
	txid   int
	unsure bool // it may stand in the file all the same
	err    error
}

func (e *commitError) Error() string { return "write the store: " + e.err.Error() }

func (e *commitError) Unwrap() error { return e.err }

// errNotShown ends the look of settle at a file that does not have the transaction.
var errNotShown = errors.New("the transaction is not in the file")

// settle finds out what became of a commit that failed; the file lock is still held. The page that makes a transaction
// count may have been written and only its fsync failed: then everybody reads it, and a caller that wrote it again would meet
// its own write as somebody else's. In that case one more commit, on the other of the two meta pages, puts it on disk, and
// it was a success; if that fails too the transaction stays unsure. A transaction that does not show is gone for good: the
// next one takes its number and its pages.
func (b *Bolt) settle(c *commitError) error {
	shown := false
	err := b.current(writing, func(tx *bbolt.Tx) error {
		if tx.ID() == c.txid {
			return errNotShown
		}
		shown = true
		return nil
	})
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errNotShown):
		return c
	}
	c.unsure = true
	if !shown {
		c.err = fmt.Errorf("%w, and it cannot be read again: %w", c.err, err)
	}
	return c
}

// attempt is what a Put tried to write.
type attempt struct {
	key        string // record key
	generation uint64
	sum        [sha256.Size]byte // of the record
}

// attempts remembers the Puts of this process whose commit stayed unsure.
type attempts struct {
	mu  sync.Mutex
	all map[string]attempt
}

// ended takes note of how a Put ended.
func (u *attempts) ended(a attempt, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	c := (*commitError)(nil)
	switch unsure := errors.As(err, &c) && c.unsure; {
	case err == nil:
		delete(u.all, a.key)
	case unsure && u.all == nil:
		u.all = map[string]attempt{a.key: a}
	case unsure:
		u.all[a.key] = a
	}
}

// isOurs reports whether a record that stands in the file is what a Put of this process tried to write there.
func (u *attempts) isOurs(key []byte, generation uint64, record string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	a, ok := u.all[string(key)]
	return ok && a.generation == generation && a.sum == sha256.Sum256([]byte(record))
}
