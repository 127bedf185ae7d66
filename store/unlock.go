package store

import (
	"context"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// keys are what an unlocked store works with.
type keys struct {
	*sealer
	epoch uint64
	kind  SlotKind
}

// unlock gives the keys, asking the sources once; all callers share the result. The file is not held while a source
// works, which may ask a person.
func (b *Bolt) unlock(ctx context.Context) (*keys, error) {
	if k := b.keys.Load(); k != nil {
		return k, nil
	}
	select {
	case b.unlocking <- struct{}{}:
		defer func() { <-b.unlocking }()
	case <-ctx.Done():
		return nil, fmt.Errorf("unlock the store: %w", ctx.Err())
	}
	if k := b.keys.Load(); k != nil {
		return k, nil
	}
	var h header
	var slots []slot
	err := b.with(ctx, reading, func(tx *bbolt.Tx) (err error) {
		if h, err = readHeader(tx); err != nil {
			return err
		}
		slots, err = readSlots(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	k, err := unlockBy(ctx, b.o, h, slots)
	if err != nil {
		return nil, fmt.Errorf("unlock the store: %w", err)
	}
	b.keys.Store(k)
	return k, nil
}

// unlockBy tries the sources in their order, each on the slots of its kind; the first that opens one counts.
func unlockBy(ctx context.Context, o Options, h header, slots []slot) (*keys, error) {
	var noKey []error
	tried, broken := false, false
	for _, source := range o.Keys {
		for _, s := range slots {
			if s.broken {
				broken = true
				continue
			}
			if s.kind != source.Kind() {
				continue
			}
			slotKey, err := source.SlotKey(ctx, h.id(), s.params)
			if err != nil {
				noKey = append(noKey, err)
				continue
			}
			tried = true
			if master, epoch := s.unwrap(slotKey, h.storeID); master != nil {
				return newKeys(o, h, s.kind, master, epoch)
			}
		}
	}
	switch {
	case tried:
		return nil, ErrWrongKey
	case len(noKey) > 0:
		return nil, noKeyError(noKey)
	case len(o.Keys) == 0:
		return nil, ErrNoKey
	case broken, len(slots) == 0:
		return nil, fmt.Errorf("%w: its key slots are", ErrDamaged)
	}
	return nil, fmt.Errorf("%w: it has no slot of this kind", ErrWrongKey)
}

// newKeys makes the keys below a master key that a slot gave, once the header proves it.
func newKeys(o Options, h header, kind SlotKind, master []byte, epoch uint64) (*keys, error) {
	ok, err := h.proves(master)
	if err != nil {
		return nil, err
	}
	if !ok || epoch != h.epoch {
		return nil, fmt.Errorf("%w: its header does not belong to its key", ErrDamaged)
	}
	s, err := newSealer(master, h.storeID, o.Rand)
	if err != nil {
		return nil, err
	}
	return &keys{sealer: s, epoch: epoch, kind: kind}, nil
}

// noKeyError says why no source gave a key; it is [ErrNoKey] unless a source said something graver.
func noKeyError(errs []error) error {
	joined := errors.Join(errs...)
	for _, grave := range []error{ErrNoKey, ErrUnsafe, ErrWrongKey} {
		if errors.Is(joined, grave) {
			return joined
		}
	}
	return fmt.Errorf("%w: %w", ErrNoKey, joined)
}
