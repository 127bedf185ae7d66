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

// Words names what opens a slot of this kind, for people.
func (k SlotKind) Words() string {
	switch k {
	case SlotKeyFile:
		return "a key file"
	case SlotKernelKeyring:
		return "the kernel's keyring, until its time is over or it is locked"
	case SlotKeyring:
		return "the keyring of this system"
	case SlotPassphrase:
		return "a passphrase"
	case SlotMemory:
		return "a key in memory only"
	}
	return string(k)
}

// KeySource gives the 32-byte key of one kind of slot. What needs more than a file lives below store and is handed in by
// cmd.
type KeySource interface {
	Kind() SlotKind
	// SlotKey returns the key that unwraps a slot of this kind; storeID is 32 hex digits, params what NewSlotKey gave when the
	// slot was made. It fails with [ErrNoKey] where the source has no key to give, and with [ErrDamaged] for params that it
	// never wrote.
	SlotKey(ctx context.Context, storeID string, params []byte) ([]byte, error)
}

// SlotMaker is a KeySource that can also open a slot that does not exist yet.
type SlotMaker interface {
	KeySource
	// NewSlotKey returns the key of a new slot, and what SlotKey has to see again to give the same one; params are kept in
	// the clear.
	NewSlotKey(ctx context.Context, storeID string) (key, params []byte, err error)
}
