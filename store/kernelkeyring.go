package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// KernelKeyring is the source of a master key that [Bolt.KeepUnlocked] left in the kernel's keyring of this user (Linux). It opens
// no slot and makes none; where nothing was left, the next source is asked.
func KernelKeyring() KeySource { return kernelKeyring{} }

type kernelKeyring struct{}

func (kernelKeyring) Kind() SlotKind { return SlotKernelKeyring }

func (kernelKeyring) quick() {}

// SlotKey fails: what the kernel holds is no slot's key.
func (kernelKeyring) SlotKey(context.Context, string, []byte) ([]byte, error) { return nil, ErrNoKey }

func (kernelKeyring) masterKey(storeID string) (master []byte, epoch uint64, err error) {
	value, err := readKernelKey(kernelKeyName(storeID))
	if err != nil {
		return nil, 0, err
	}
	if len(value) != 8+keySize {
		return nil, 0, ErrNoKey
	}
	return value[8:], binary.BigEndian.Uint64(value), nil
}

func kernelKeyName(storeID string) string { return "authdeck:store:" + storeID }

// longestKept is far beyond any use, and what the kernel can count.
const longestKept = 10 * 365 * 24 * time.Hour

// KeepUnlocked leaves the master key in the kernel's keyring of this user for a while, in whole seconds; until is when it
// goes. Every program of the user can use it meanwhile; it is in memory only, and a new master key ends it. It takes the place
// of one left earlier. [ErrNoKernelKeyring] where there is none.
func (b *Bolt) KeepUnlocked(ctx context.Context, d time.Duration) (until time.Time, err error) {
	if d <= 0 || d > longestKept {
		return time.Time{}, fmt.Errorf("keep the store unlocked: %s is no time to keep it for", d)
	}
	d = (d + time.Second - 1).Truncate(time.Second)
	// Within a transaction, so that it is the key of the file as it is now.
	err = b.view(ctx, func(t *txn) error {
		master, err := t.master.reveal()
		if err != nil {
			return err
		}
		defer clear(master)
		value := append(binary.BigEndian.AppendUint64(make([]byte, 0, 8+keySize), t.epoch), master...)
		defer clear(value)
		until = b.o.Clock.Wall().Add(d)
		return writeKernelKey(t.kernelKeyName(), value, int(d/time.Second))
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("keep the store unlocked: %w", err)
	}
	return until, nil
}

func (s *sealer) kernelKeyName() string { return kernelKeyName(header{storeID: s.storeID}.id()) }

// ForgetUnlocked takes the key of the store in dir out of the kernel's keyring; was tells whether it was there. It needs no key.
func ForgetUnlocked(ctx context.Context, dir string) (was bool, err error) {
	b, err := Open(ctx, dir, Options{Lazy: true})
	if err != nil {
		return false, err
	}
	var id string
	err = b.with(ctx, reading, func(tx *bbolt.Tx) error {
		h, err := readHeader(tx)
		id = h.id()
		return err
	})
	if err != nil {
		return false, err
	}
	was, err = removeKernelKey(kernelKeyName(id))
	if err != nil {
		return was, fmt.Errorf("lock the store: %w", err)
	}
	return was, nil
}
