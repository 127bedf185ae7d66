package store

import "context"

// SlotKind names what a key slot is opened by.
type SlotKind string

// The kinds of slots. SlotMemory is the demo's: its key is never written anywhere.
const (
	SlotKeyFile       SlotKind = "key_file"
	SlotKernelKeyring SlotKind = "kernel_keyring"
	SlotKeyring       SlotKind = "keyring"
	SlotPassphrase    SlotKind = "passphrase"
	SlotMemory        SlotKind = "memory"
)

// KeySource gives the 32-byte key of one slot. What needs more than a file lives below store and is handed in by cmd.
type KeySource interface {
	Kind() SlotKind
	// SlotKey returns the key that wraps or unwraps the master key in this kind's slot; storeID is 32 hex digits.
	SlotKey(ctx context.Context, storeID string) ([]byte, error)
}
