package store

import (
	"errors"
	"fmt"
	"strings"
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
	// ErrWrongPassphrase is an ErrWrongKey of a passphrase.
	ErrWrongPassphrase = fmt.Errorf("%w: the passphrase is another", ErrWrongKey)
	// ErrKeySource: what has the store's key cannot give it now (a keyring that is locked or does not answer).
	ErrKeySource = errors.New("the store's key cannot be had")
	// ErrLastSlot: without it nothing would open the store.
	ErrLastSlot = errors.New("it is the last key slot that opens the store")
	// ErrNoKernelKeyring: this system has none, or it does not let this process use it.
	ErrNoKernelKeyring = errors.New("the kernel keeps no keys here")
	ErrUnsafe          = errors.New("the store's files are not safe to use") // owner, mode, symlink, network file system
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

// SlotKindError is the end of an opening with sources of none of the store's kinds. It is an [ErrNoKey].
type SlotKindError struct {
	Kinds []SlotKind // of the slots that there are
}

func (e *SlotKindError) Error() string {
	words := make([]string, len(e.Kinds))
	for i, k := range e.Kinds {
		words[i] = k.Words()
	}
	return "the store is opened by " + strings.Join(words, " or ") + ", which is not at hand"
}

// Is makes it an [ErrNoKey].
func (e *SlotKindError) Is(target error) bool { return target == ErrNoKey }

// SlotsError is the end of a rekey for which the keys of some slots were missing. Nothing was changed.
type SlotsError struct {
	IDs []string
	Err error // why, nil if nothing more can be said than that no key is at hand
}

func (e *SlotsError) Error() string {
	text := "no key is at hand for the slots " + strings.Join(e.IDs, ", ")
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap is why.
func (e *SlotsError) Unwrap() error { return e.Err }

// DamagedError is an [ErrDamaged] with what [Restore] could put in place.
type DamagedError struct {
	Err  error
	Copy *Copy // the newest, not verified yet; nil if there is none
}

func (e *DamagedError) Error() string { return e.Err.Error() }

func (e *DamagedError) Unwrap() error { return e.Err }

// withCopy tells of the newest copy where err is damage.
func (b *Bolt) withCopy(err error) error {
	if !errors.Is(err, ErrDamaged) {
		return err
	}
	d := &DamagedError{Err: err}
	if list, listErr := Copies(b.dir); listErr == nil && len(list) > 0 {
		d.Copy = &list[0]
	}
	return d
}
