package store

import (
	"errors"
	"fmt"
)

// What callers branch on. Each is wrapped with what was being done.
var (
	ErrNotFound  = errors.New("not found")
	ErrNameTaken = errors.New("name is taken")
	ErrStale     = errors.New("record changed meanwhile")

	// ErrNoKey: no source gave a key. ErrWrongKey: a key was given and is not this store's. ErrDamaged: a checksum or a
	// seal does not hold. ErrBusy: another process holds the file. ErrNewerFormat: written by a newer authdeck.
	ErrNoKey       = errors.New("the store has no key")
	ErrWrongKey    = errors.New("the key does not open this store")
	ErrDamaged     = errors.New("the store is damaged")
	ErrBusy        = errors.New("the store is held by another process")
	ErrNewerFormat = errors.New("the store was written by a newer authdeck")
	ErrBadDump     = errors.New("the backup cannot be taken over")
	ErrUnsafe      = errors.New("the store's files are not safe to use") // owner, mode, symlink, network file system
)

// HeldError says who holds a connection's lock. The text inside a lock file is for messages only and never trusted.
type HeldError struct {
	PID   int
	Since string // RFC 3339 or ""
}

func (e *HeldError) Error() string {
	if e.PID == 0 {
		return "another process is refreshing this connection"
	}
	return fmt.Sprintf("process %d is refreshing this connection since %s", e.PID, e.Since)
}
