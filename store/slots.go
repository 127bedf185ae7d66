package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// SlotInfo describes a key slot. Each opens the store alone.
type SlotInfo struct {
	ID      string   `json:"id"` // kind and a random number: "passphrase/0123456789abcdef"
	Kind    SlotKind `json:"kind"`
	Damaged bool     `json:"damaged"` // its checksum does not hold: it opens nothing
}

func (s slot) info() SlotInfo { return SlotInfo{ID: s.key, Kind: s.kind, Damaged: s.broken} }

// Slots lists the key slots.
func (b *Bolt) Slots(ctx context.Context) ([]SlotInfo, error) {
	var list []SlotInfo
	err := b.view(ctx, func(t *txn) error {
		slots, err := readSlots(t.Tx)
		if err != nil {
			return err
		}
		list = make([]SlotInfo, len(slots))
		for i, s := range slots {
			list[i] = s.info()
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list key slots: %w", err)
	}
	return list, nil
}

// AddSlot lets another key open the store. The file is not held while the maker works, which may ask a person.
func (b *Bolt) AddSlot(ctx context.Context, maker SlotMaker) (SlotInfo, error) {
	info, err := b.addSlot(ctx, maker, "")
	if err != nil {
		return SlotInfo{}, fmt.Errorf("add a key slot: %w", err)
	}
	return info, nil
}

// ReplaceSlot puts a new slot in the place of the one with this id (its kind will do where there is one of it). What it
// opened is in no copy in the data folder any more.
func (b *Bolt) ReplaceSlot(ctx context.Context, id string, maker SlotMaker) (SlotInfo, error) {
	var info SlotInfo
	var old slot
	// First, so that nobody is asked for the key of a slot that cannot be made.
	err := b.view(ctx, func(t *txn) (err error) {
		old, _, err = t.slotNamed(id)
		return err
	})
	if err == nil {
		info, err = b.addSlot(ctx, maker, old.key)
	}
	if err == nil {
		err = b.forgetOld(ctx)
	}
	if err != nil {
		return info, fmt.Errorf("replace a key slot: %w", err)
	}
	return info, nil
}

// RemoveSlot takes away the slot with this id; [ErrLastSlot] if nothing else would open the store. Like [Bolt.ReplaceSlot] it sees
// to the copies too.
func (b *Bolt) RemoveSlot(ctx context.Context, id string) error {
	err := b.update(ctx, func(t *txn) error {
		s, rest, err := t.slotNamed(id)
		if err != nil {
			return err
		}
		usable := 0
		for _, r := range rest {
			if !r.broken {
				usable++
			}
		}
		if usable == 0 {
			return ErrLastSlot
		}
		return errors.Join(t.deleteSlot(s.key), t.leaveOld())
	})
	if err == nil {
		err = b.forgetOld(ctx)
	}
	if err != nil {
		return fmt.Errorf("remove key slot %s: %w", id, err)
	}
	return nil
}

// addSlot makes a slot; replaced names one that goes in the same transaction, "" none.
func (b *Bolt) addSlot(ctx context.Context, maker SlotMaker, replaced string) (SlotInfo, error) {
	k, err := b.unlock(ctx)
	if err != nil {
		return SlotInfo{}, err
	}
	slotKey, params, err := maker.NewSlotKey(ctx, header{storeID: k.storeID}.id())
	if err != nil {
		return SlotInfo{}, err
	}
	defer clear(slotKey)
	s := slot{kind: maker.Kind(), params: params}
	if s.key, err = newSlotKey(s.kind, b.o.Rand); err != nil {
		return SlotInfo{}, err
	}
	err = b.update(ctx, func(t *txn) error {
		if replaced != "" {
			old, _, err := t.slotNamed(replaced)
			if err != nil {
				return err
			}
			if err := errors.Join(t.deleteSlot(old.key), t.leaveOld()); err != nil {
				return err
			}
		}
		master, err := t.master.reveal()
		if err != nil {
			return err
		}
		defer clear(master)
		if err := s.wrap(slotKey, t.storeID, master, t.epoch, b.o.Rand); err != nil {
			return err
		}
		return t.putSlot(s)
	})
	return s.info(), err
}

// slotNamed finds a slot by its id, by the beginning of one, or by its kind where there is one of it, and the others.
func (t *txn) slotNamed(id string) (found slot, rest []slot, err error) {
	slots, err := readSlots(t.Tx)
	if err != nil {
		return slot{}, nil, err
	}
	matches := 0
	for _, s := range slots {
		if id != "" && strings.HasPrefix(s.key, id) {
			matches++
			found = s
		}
	}
	switch {
	case matches == 0:
		return slot{}, nil, fmt.Errorf("there is no slot %s: %w", id, ErrNotFound)
	case matches > 1:
		return slot{}, nil, fmt.Errorf("there are %d slots that begin with %s: %w", matches, id, ErrNotFound)
	}
	for _, s := range slots {
		if s.key != found.key {
			rest = append(rest, s)
		}
	}
	return found, rest, nil
}

func (t *txn) putSlot(s slot) error {
	b, err := t.bucket(bSlots)
	if err != nil {
		return err
	}
	if err := b.Put([]byte(s.key), s.encode()); err != nil {
		return fmt.Errorf("write a key slot: %w", err)
	}
	return nil
}

func (t *txn) deleteSlot(key string) error {
	b, err := t.bucket(bSlots)
	if err != nil {
		return err
	}
	if err := b.Delete([]byte(key)); err != nil {
		return fmt.Errorf("remove a key slot: %w", err)
	}
	return nil
}
