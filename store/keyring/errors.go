package keyring

import (
	"errors"
	"fmt"

	"authdeck/store"
)

// What callers branch on. Each is wrapped with what was being done.
var (
	// ErrAbsent: there is no keyring to ask, no session bus or no service on it. It is [store.ErrNoKey].
	ErrAbsent = fmt.Errorf("%w: this system has no keyring that answers", store.ErrNoKey)

	// ErrLocked: the keyring is there, is locked, and nobody unlocked it.
	ErrLocked = errors.New("the keyring is locked and could not be unlocked: unlock it and try again")

	// ErrItemGone: the store has a keyring slot, and the keyring answers and has no item for it. A keyring that worked and
	// is gone is no reason to add a weaker slot.
	ErrItemGone = errors.New("the keyring works but no longer has the key of this store: " +
		"restore the keyring from where it was, or open the store by another of its slots (key file, passphrase)")

	// ErrTimeout: no answer in time. The call may still come to its end, see [Source].
	ErrTimeout = errors.New("the keyring does not answer: if a window asks to unlock it, do so and try again")
)
