package store

import (
	"bytes"
)

// masterKey is the master key of an unlocked store, kept for what needs it after unlocking: a new slot, a new master key, the
// kernel's keyring. It lies in memory of its own, outside of Go's heap, that is neither swapped out nor written into a core
// dump, where the system has such memory. The keys derived from it (the ciphers' and that of the names) lie in Go's heap:
// they open the records as well, and the libraries copy them. So this narrows what a swap file may hold; it does not keep
// the store's keys out of this process's memory.
type masterKey struct{ at []byte }

// keepMaster moves key: its memory is cleared.
func keepMaster(key []byte) *masterKey {
	m := &masterKey{at: lockedMemory(len(key))}
	copy(m.at, key)
	clear(key)
	return m
}

// reveal returns a copy; the caller clears it.
func (m *masterKey) reveal() []byte { return bytes.Clone(m.at) }
