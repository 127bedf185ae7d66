package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"authdeck/internal/failpoint"
)

// RekeyOptions say how to treat what stands in the way of a new master key.
type RekeyOptions struct {
	// Drop lets slots go whose key no source has; otherwise they stop it with a [*SlotsError]. A mistyped passphrase, a keyring
	// that is locked or a key file that is not safe lets none go.
	Drop bool
}

// RekeyResult says what was sealed anew.
type RekeyResult struct {
	Records int        `json:"records"`
	Slots   []SlotInfo `json:"slots"`
	Dropped []SlotInfo `json:"dropped"`
}

// Rekey makes a new master key, seals every record with it under a new name, and wraps it for every slot, in one transaction. It
// first takes the lock of every connection, so that no answer of a provider is under way; the error is a [*HeldError] if one is
// held too long. Other processes meet the new key epoch and unlock again by their own sources. Copies of the old state go.
func (b *Bolt) Rekey(ctx context.Context, sources []KeySource, o RekeyOptions) (RekeyResult, error) {
	r, err := b.rekey(ctx, sources, o)
	if err == nil {
		err = b.forgetOld(ctx)
	}
	if err != nil {
		return r, fmt.Errorf("make a new master key: %w", err)
	}
	return r, nil
}

func (b *Bolt) rekey(ctx context.Context, sources []KeySource, o RekeyOptions) (RekeyResult, error) {
	slotKeys, r, err := b.slotKeys(ctx, sources, o)
	if err != nil {
		return r, err
	}
	defer func() {
		for _, k := range slotKeys {
			clear(k)
		}
	}()
	master := make([]byte, keySize)
	defer clear(master)
	if _, err := io.ReadFull(b.o.Rand, master); err != nil {
		return r, fmt.Errorf("make a key: %w", err)
	}
	var next *keys
	handouts := b.handoutsToFold(ctx)
	defer handouts.release()
	err = b.withConnections(ctx, b.unlocked, func(t *txn) (err error) {
		if err = handouts.fold(t); err != nil {
			return err
		}
		next, err = t.rekey(b.o, bytes.Clone(master), slotKeys, &r)
		return err
	})
	if err != nil {
		return r, err
	}
	handouts.cut(ctx)
	if old := b.keys.Swap(next); old != nil {
		old.master.drop()
	}
	// What is kept for other programs is the old key, which opens old copies still. There may be none, or no keyring.
	_, _ = removeKernelKey(next.kernelKeyName())
	return r, nil
}

// slotKeys asks the sources for the key of each slot. The file is not held meanwhile.
func (b *Bolt) slotKeys(ctx context.Context, sources []KeySource, o RekeyOptions) (map[string][]byte, RekeyResult, error) {
	r := RekeyResult{Slots: []SlotInfo{}, Dropped: []SlotInfo{}}
	var slots []slot
	var storeID []byte
	err := b.view(ctx, func(t *txn) (err error) {
		storeID = t.storeID
		slots, err = readSlots(t.Tx)
		return err
	})
	if err != nil {
		return nil, r, err
	}
	found, whys, opened := map[string][]byte{}, map[string]error{}, map[SlotKind]bool{}
	for _, s := range slots {
		key, why := keyOf(ctx, sources, s, storeID)
		if err := ctx.Err(); err != nil { // whoever is gone has not said that a slot may go
			return nil, r, err
		}
		if key == nil {
			whys[s.key] = why
			continue
		}
		found[s.key], opened[s.kind] = key, true
	}
	missing := &SlotsError{}
	for _, s := range slots {
		switch why := whys[s.key]; {
		case found[s.key] != nil:
		case s.broken, o.Drop && mayGo(why, opened[s.kind]):
			r.Dropped = append(r.Dropped, s.info())
		default:
			missing.IDs = append(missing.IDs, s.key)
			if !errors.Is(why, ErrNoKey) {
				missing.Err = errors.Join(missing.Err, why)
			}
		}
	}
	if len(missing.IDs) > 0 {
		return nil, r, missing
	}
	if len(found) == 0 {
		return nil, r, ErrLastSlot
	}
	return found, r, nil
}

// mayGo reports whether a slot that was not opened may be dropped where that is wanted. One may not whose source has a key and
// cannot give it now, nor for a passphrase that opened nothing: it was mistyped.
func mayGo(why error, opened bool) bool {
	return errors.Is(why, ErrNoKey) || errors.Is(why, ErrWrongKey) && (opened || !errors.Is(why, ErrWrongPassphrase))
}

// keyOf is the key that opens s, or why no source has it: [ErrNoKey], [ErrWrongKey], [ErrWrongPassphrase], or what is graver.
func keyOf(ctx context.Context, sources []KeySource, s slot, storeID []byte) (key []byte, why error) {
	why = ErrNoKey
	for _, source := range sources {
		if s.broken || source.Kind() != s.kind {
			continue
		}
		key, err := source.SlotKey(ctx, header{storeID: storeID}.id(), s.params)
		if err == nil {
			if master, _ := s.unwrap(key, storeID); master != nil {
				clear(master)
				return key, nil
			}
			clear(key)
			if err = ErrWrongKey; s.kind == SlotPassphrase {
				err = ErrWrongPassphrase
			}
		}
		if errors.Is(why, ErrNoKey) || !errors.Is(err, ErrNoKey) && !errors.Is(err, ErrWrongKey) {
			why = err
		}
	}
	return nil, why
}

// rekey seals all of the store for a new master key. It takes master over.
func (t *txn) rekey(o Options, master []byte, slotKeys map[string][]byte, r *RekeyResult) (*keys, error) {
	h, err := readHeader(t.Tx)
	if err != nil {
		return nil, err
	}
	slots, err := readSlots(t.Tx)
	if err != nil {
		return nil, err
	}
	h.epoch++
	s, err := newSealer(master, t.storeID, o.Rand)
	if err != nil {
		return nil, err
	}
	r.Slots, r.Records = []SlotInfo{}, 0
	for _, old := range slots {
		key, ok := slotKeys[old.key]
		if !ok {
			known := slices.ContainsFunc(r.Dropped, func(d SlotInfo) bool { return d.ID == old.key })
			if !known { // it came while the sources were asked
				return nil, &SlotsError{IDs: []string{old.key}}
			}
			if err := t.deleteSlot(old.key); err != nil {
				return nil, err
			}
			continue
		}
		if err := old.wrap(key, t.storeID, master, h.epoch, o.Rand); err != nil {
			return nil, err
		}
		if err := t.putSlot(old); err != nil {
			return nil, err
		}
		r.Slots = append(r.Slots, old.info())
	}
	if len(r.Slots) == 0 {
		return nil, ErrLastSlot
	}
	m := newMove(t, s)
	if err := m.all(); err != nil {
		return nil, err
	}
	r.Records = m.records
	value, err := h.encode(master)
	if err != nil {
		return nil, err
	}
	meta, err := t.bucket(bMeta)
	if err != nil {
		return nil, err
	}
	if err := meta.Put([]byte(headerKey), value); err != nil {
		return nil, fmt.Errorf("write the header: %w", err)
	}
	if err := t.leaveOld(); err != nil {
		return nil, err
	}
	if err := failpoint.Hit("rekey.inside"); err != nil {
		return nil, err
	}
	kind := t.kind
	if kind == SlotKernelKeyring { // what it holds is the old key
		kind = r.Slots[0].Kind
	}
	return &keys{sealer: s, master: keepMaster(master), epoch: h.epoch, kind: kind}, nil
}
