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
	master *masterKey
	epoch  uint64
	kind   SlotKind
}

// quick is a source that neither asks a person nor waits for another program: it may work while the file is held.
type quick interface{ quick() }

// masterSource gives the master key itself, where an unlocked store left it. The key is proven by the header.
type masterSource interface {
	masterKey(storeID string) (master []byte, epoch uint64, err error)
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

// unlockIn unlocks inside a transaction by the quick sources that come before any other; [errAskFirst] if none of them does.
// So a program that reads one record opens the file once.
func (b *Bolt) unlockIn(ctx context.Context, tx *bbolt.Tx, h header) (*keys, error) {
	o := b.o
	for i, source := range o.Keys {
		if _, ok := source.(quick); !ok {
			o.Keys = o.Keys[:i]
			break
		}
	}
	if len(o.Keys) == 0 {
		return nil, errAskFirst
	}
	slots, err := readSlots(tx)
	if err != nil {
		return nil, err
	}
	k, err := unlockBy(ctx, o, h, slots)
	if err != nil {
		return nil, errAskFirst // which comes to the same error, or to a source that opens it
	}
	b.keys.Store(k)
	return k, nil
}

// errAskFirst says that the store has to be unlocked before the transaction.
var errAskFirst = errors.New("the store has to be unlocked first")

// unlockBy tries the sources in their order, each on the slots of its kind; the first that opens one counts.
func unlockBy(ctx context.Context, o Options, h header, slots []slot) (*keys, error) {
	var noKey []error
	var tried []SlotKind
	broken := false
	for _, s := range slots {
		broken = broken || s.broken
	}
	for _, source := range o.Keys {
		if m, ok := source.(masterSource); ok {
			if k := unlockByMaster(o, h, m, source.Kind()); k != nil {
				return k, nil
			}
			continue
		}
		for _, s := range slots {
			if s.broken || s.kind != source.Kind() {
				continue
			}
			slotKey, err := source.SlotKey(ctx, h.id(), s.params)
			if err != nil {
				noKey = append(noKey, err)
				continue
			}
			tried = append(tried, s.kind)
			if master, epoch := s.unwrap(slotKey, h.storeID); master != nil {
				return newKeys(o, h, s.kind, master, epoch)
			}
		}
	}
	err := notOpened(o, slots, tried, noKey)
	if broken && !errors.Is(err, ErrDamaged) {
		// The slot that is damaged may be the one that would have opened.
		err = fmt.Errorf("%w; besides, %w: a key slot of it is", err, ErrDamaged)
	}
	return nil, err
}

// notOpened says why none of the sound slots was opened.
func notOpened(o Options, slots []slot, tried []SlotKind, noKey []error) error {
	switch {
	case len(tried) > 0 && tried[len(tried)-1] == SlotPassphrase:
		return ErrWrongPassphrase
	case len(tried) > 0:
		return ErrWrongKey
	case len(noKey) > 0:
		return noKeyError(noKey)
	case len(o.Keys) == 0:
		return ErrNoKey
	case len(kindsOf(slots)) < len(slots), len(slots) == 0:
		return fmt.Errorf("%w: its key slots are", ErrDamaged)
	}
	return &SlotKindError{Kinds: kindsOf(slots)}
}

// unlockByMaster takes a master key that was left for this process, nil if it is none of this store or of an older epoch.
func unlockByMaster(o Options, h header, source masterSource, kind SlotKind) *keys {
	master, epoch, err := source.masterKey(h.id())
	if err != nil || epoch != h.epoch {
		return nil
	}
	k, err := newKeys(o, h, kind, master, epoch)
	if err != nil {
		return nil
	}
	return k
}

func kindsOf(slots []slot) []SlotKind {
	var kinds []SlotKind
	for _, s := range slots {
		if !s.broken {
			kinds = append(kinds, s.kind)
		}
	}
	return kinds
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
	return &keys{sealer: s.in(h.format), master: keepMaster(master), epoch: epoch, kind: kind}, nil
}

// noKeyError says why no source gave a key: [ErrNoKey] where none has one, something graver where a source said so, and
// [ErrKeySource] where one has a key and cannot give it.
func noKeyError(errs []error) error {
	joined := errors.Join(errs...)
	for _, grave := range []error{ErrUnsafe, ErrWrongKey, ErrDamaged} {
		if errors.Is(joined, grave) {
			return joined
		}
	}
	for _, err := range errs {
		if !errors.Is(err, ErrNoKey) {
			return fmt.Errorf("%w: %w", ErrKeySource, joined)
		}
	}
	return joined
}
