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

// KeepUnlocked leaves the master key in the kernel's keyring of this user for a while, whole seconds and at least one; until is
// when it goes. Every program of the user can use it meanwhile; it is in memory only. [ErrNoKernelKeyring] where there is none.
func (b *Bolt) KeepUnlocked(ctx context.Context, d time.Duration) (until time.Time, err error) {
	k, err := b.unlock(ctx)
	if err != nil {
		return time.Time{}, err
	}
	master := k.master.reveal()
	defer clear(master)
	value := append(binary.BigEndian.AppendUint64(nil, k.epoch), master...)
	defer clear(value)
	seconds := max(1, int(d/time.Second))
	if err := writeKernelKey(kernelKeyName(header{storeID: k.storeID}.id()), value, seconds); err != nil {
		return time.Time{}, fmt.Errorf("keep the store unlocked: %w", err)
	}
	return b.o.Clock.Wall().Add(time.Duration(seconds) * time.Second), nil
}

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
