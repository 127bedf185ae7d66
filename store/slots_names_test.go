package store

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
)

// A slot is named by its id, by the beginning of one, or by its kind where there is one of it.
func TestSlots_Names(t *testing.T) {
	b, _ := smallStore(t)
	ctx := t.Context()
	one, err := b.AddSlot(ctx, fixedSource{SlotPassphrase, 1})
	if err != nil {
		t.Fatal(err)
	}
	two, err := b.AddSlot(ctx, fixedSource{SlotPassphrase, 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.AddSlot(ctx, fixedSource{SlotKeyring, 3}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "passphrase", "pass", "passphrase/", "passphrase/none", "memory2", "/", one.ID + "0", " " + one.ID} {
		if err := b.RemoveSlot(ctx, name); !errors.Is(err, ErrNotFound) {
			t.Errorf("remove %q: %v", name, err)
		}
		// The maker is not even asked.
		if _, err := b.ReplaceSlot(ctx, name, failingMaker{}); !errors.Is(err, ErrNotFound) {
			t.Errorf("replace %q: %v", name, err)
		}
	}
	if slots, err := b.Slots(ctx); err != nil || len(slots) != 4 {
		t.Fatalf("a refused change left %d slots, %v", len(slots), err)
	}
	short := len("passphrase/")
	for two.ID[:short] == one.ID[:min(short, len(one.ID))] {
		short++
	}
	if err := b.RemoveSlot(ctx, two.ID[:short]); err != nil {
		t.Errorf("by the beginning of its id: %v", err)
	}
	if err := opensBy(t, b.dir, fixedSource{SlotPassphrase, 1}); err != nil {
		t.Errorf("the other one went: %v", err)
	}
	if err := b.RemoveSlot(ctx, one.ID); err != nil {
		t.Errorf("by its id: %v", err)
	}
	if err := b.RemoveSlot(ctx, "keyring"); err != nil {
		t.Errorf("by its kind: %v", err)
	}
	slots, err := b.Slots(ctx)
	if err != nil || len(slots) != 1 || !strings.HasPrefix(slots[0].ID, "memory/") {
		t.Errorf("%+v, %v", slots, err)
	}
}

// failingMaker gives no new key.
type failingMaker struct{ fixedSource }

func (failingMaker) NewSlotKey(context.Context, string) (key, params []byte, err error) {
	return nil, nil, ErrNoKey
}

// Whatever goes wrong on the way to a new slot, the old one stays; the last one may be replaced.
func TestSlots_ReplaceIsAllOrNothing(t *testing.T) {
	b, _ := smallStore(t)
	ctx := t.Context()
	if _, err := b.ReplaceSlot(ctx, "memory", failingMaker{}); !errors.Is(err, ErrNoKey) {
		t.Errorf("no new key: %v", err)
	}
	if _, err := b.ReplaceSlot(ctx, "memory", short{}); err == nil {
		t.Error("a key of a byte")
	}
	if err := opensBy(t, b.dir, MemoryKey(testKey)); err != nil {
		t.Fatalf("the old one went: %v", err)
	}
	info, err := b.ReplaceSlot(ctx, "memory", fixedSource{SlotPassphrase, 1})
	if err != nil || info.Kind != SlotPassphrase {
		t.Fatalf("%+v, %v", info, err)
	}
	if err := opensBy(t, b.dir, fixedSource{SlotPassphrase, 1}); err != nil {
		t.Error(err)
	}
	breakSlot(t, b, "passphrase")
	if slots, err := b.Slots(ctx); err != nil || len(slots) != 1 || !slots[0].Damaged {
		t.Errorf("%+v, %v", slots, err)
	}
	if err := b.RemoveSlot(ctx, "passphrase"); !errors.Is(err, ErrLastSlot) {
		t.Errorf("the last one, damaged: %v", err)
	}
	// This process has the key still, and can give the store a way in again.
	if _, err := b.ReplaceSlot(ctx, "passphrase", MemoryKey(testKey)); err != nil {
		t.Fatal(err)
	}
	if err := opensBy(t, b.dir, MemoryKey(testKey)); err != nil {
		t.Error(err)
	}
}

// short makes keys of one byte.
type short struct{ fixedSource }

func (short) NewSlotKey(context.Context, string) (key, params []byte, err error) {
	return []byte{1}, nil, nil
}

// Of processes that each take another slot away, the last is refused.
func TestSlots_NobodyIsLockedOutTogether(t *testing.T) {
	b, _ := smallStore(t)
	sources := []fixedSource{{SlotPassphrase, 1}, {SlotKeyring, 2}, {SlotKeyFile, 3}}
	names := []string{"memory"}
	for _, s := range sources {
		info, err := b.AddSlot(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, info.ID)
	}
	errs := make([]error, len(names))
	others := make([]*Bolt, len(names))
	for i := range others {
		others[i] = open(t, b.dir)
	}
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { errs[i] = others[i].RemoveSlot(t.Context(), name) })
	}
	wg.Wait()
	refused := 0
	for i, err := range errs {
		switch {
		case errors.Is(err, ErrLastSlot):
			refused++
		case err != nil:
			t.Errorf("%s: %v", names[i], err)
		}
	}
	slots, err := b.Slots(t.Context())
	if refused != 1 || err != nil || len(slots) != 1 {
		t.Fatalf("%d refused, left %+v, %v", refused, slots, err)
	}
	if err := opensBy(t, b.dir, MemoryKey(testKey), sources[0], sources[1], sources[2]); err != nil {
		t.Error(err)
	}
}
