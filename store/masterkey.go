package store

import (
	"bytes"
	"sync"
)

// masterKey is the master key of an unlocked store, kept for what needs it after unlocking: a new slot, a new master key, the
// kernel's keyring. It lies in memory of its own, outside of Go's heap, that is neither swapped out nor written into a core
// dump, where the system has such memory. The keys derived from it do not: docs/decisions/0010-master-key-memory.md.
type masterKey struct {
	mu   sync.Mutex
	at   []byte // nil once dropped
	free func()
}

// keepMaster moves key: its memory is cleared.
func keepMaster(key []byte) *masterKey {
	m := &masterKey{}
	m.at, m.free = lockedMemory(len(key))
	copy(m.at, key)
	clear(key)
	return m
}

// reveal returns a copy, which the caller clears; errRekeyed if the key is none any more.
func (m *masterKey) reveal() ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at == nil {
		return nil, errRekeyed
	}
	return bytes.Clone(m.at), nil
}

// drop clears the key and gives its memory back, once another has taken its place.
func (m *masterKey) drop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at == nil {
		return
	}
	clear(m.at)
	m.free()
	m.at = nil
}
