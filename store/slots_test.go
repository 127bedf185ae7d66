package store

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// fixedSource is a source of any kind, whose key depends on the slot's parameters too.
type fixedSource struct {
	kind SlotKind
	key  byte
}

func (s fixedSource) Kind() SlotKind { return s.kind }

func (s fixedSource) SlotKey(_ context.Context, _ string, params []byte) ([]byte, error) {
	return bytes.Repeat([]byte{s.key ^ params[0]}, keySize), nil
}

func (s fixedSource) NewSlotKey(ctx context.Context, id string) (key, params []byte, err error) {
	params = []byte{s.key + 1}
	key, err = s.SlotKey(ctx, id, params)
	return key, params, err
}

func opensBy(t *testing.T, dir string, sources ...KeySource) error {
	t.Helper()
	b, err := Open(t.Context(), dir, Options{Keys: sources})
	if err != nil {
		return err
	}
	_, err = b.List(t.Context())
	return err
}

// TestSlots_EachOpensAlone: slots are added, changed and removed one by one, and nothing else is rewritten.
func TestSlots_EachOpensAlone(t *testing.T) {
	b, ids := smallStore(t)
	ctx := t.Context()
	passphrase, keyring := fixedSource{SlotPassphrase, 1}, fixedSource{SlotKeyring, 2}
	record := rawRecord(t, b, ids[0])
	first, err := b.AddSlot(ctx, passphrase)
	if err != nil || first.Kind != SlotPassphrase || !strings.HasPrefix(first.ID, "passphrase/") {
		t.Fatalf("%+v, %v", first, err)
	}
	if _, err := b.AddSlot(ctx, keyring); err != nil {
		t.Fatal(err)
	}
	for name, source := range map[string]KeySource{"memory": MemoryKey(testKey), "passphrase": passphrase, "keyring": keyring} {
		if err := opensBy(t, b.dir, source); err != nil {
			t.Errorf("by %s: %v", name, err)
		}
	}
	changed := fixedSource{SlotPassphrase, 9}
	if _, err := b.ReplaceSlot(ctx, "passphrase", changed); err != nil {
		t.Fatal(err)
	}
	if err := opensBy(t, b.dir, passphrase); !errors.Is(err, ErrWrongPassphrase) || !errors.Is(err, ErrWrongKey) {
		t.Errorf("the old passphrase: %v", err)
	}
	if err := opensBy(t, b.dir, changed); err != nil {
		t.Errorf("the new passphrase: %v", err)
	}
	if err := opensBy(t, b.dir, fixedSource{SlotKeyFile, 3}); !errors.Is(err, ErrNoKey) || !strings.Contains(err.Error(), "a passphrase") {
		t.Errorf("a kind without a slot: %v", err)
	}
	if err := b.RemoveSlot(ctx, "memory"); err != nil {
		t.Fatal(err)
	}
	if err := opensBy(t, b.dir, MemoryKey(testKey)); !errors.Is(err, ErrNoKey) {
		t.Errorf("a removed slot: %v", err)
	}
	if err := b.RemoveSlot(ctx, "keyring"); err != nil {
		t.Fatal(err)
	}
	if err := b.RemoveSlot(ctx, "passphrase"); !errors.Is(err, ErrLastSlot) {
		t.Errorf("the last slot: %v", err)
	}
	if err := b.RemoveSlot(ctx, "keyring"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a slot that is not there: %v", err)
	}
	slots, err := b.Slots(ctx)
	if err != nil || len(slots) != 1 || slots[0].Kind != SlotPassphrase || slots[0].Damaged {
		t.Errorf("slots %+v, %v", slots, err)
	}
	if !bytes.Equal(record, rawRecord(t, b, ids[0])) {
		t.Error("a change of slots rewrote a record")
	}
}

// TestSlots_ADamagedOneIsNoWayOut: the last sound slot stays although a damaged one is there.
func TestSlots_ADamagedOneIsNoWayOut(t *testing.T) {
	b, _ := smallStore(t)
	info, err := b.AddSlot(t.Context(), fixedSource{SlotPassphrase, 1})
	if err != nil {
		t.Fatal(err)
	}
	err = b.with(t.Context(), writing, func(tx *bbolt.Tx) error {
		v := bytes.Clone(tx.Bucket([]byte(bSlots)).Get([]byte(info.ID)))
		v[5] ^= 1
		return tx.Bucket([]byte(bSlots)).Put([]byte(info.ID), v)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.RemoveSlot(t.Context(), "memory"); !errors.Is(err, ErrLastSlot) {
		t.Errorf("%v", err)
	}
	if err := opensBy(t, b.dir, fixedSource{SlotPassphrase, 1}); !errors.Is(err, ErrNoKey) && !errors.Is(err, ErrDamaged) {
		t.Errorf("the damaged slot: %v", err)
	}
	if err := b.RemoveSlot(t.Context(), info.ID); err != nil {
		t.Errorf("removing the damaged one: %v", err)
	}
}

// TestSlots_TheFileIsFreeWhileASourceWorks: a source may ask a person, for minutes.
func TestSlots_TheFileIsFreeWhileASourceWorks(t *testing.T) {
	b, _ := smallStore(t)
	source := busySource{t: t, b: b}
	if _, err := b.AddSlot(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	if err := opensBy(t, b.dir, source); err != nil {
		t.Fatal(err)
	}
}

// busySource writes into the store while it is asked.
type busySource struct {
	t *testing.T
	b *Bolt
}

func (busySource) Kind() SlotKind { return SlotKeyring }

func (s busySource) SlotKey(ctx context.Context, _ string, _ []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := s.b.PutSetting(ctx, "test", "busy", "yes"); err != nil {
		s.t.Errorf("the file is held: %v", err)
	}
	return bytes.Repeat([]byte{3}, keySize), nil
}

func (s busySource) NewSlotKey(ctx context.Context, id string) (key, params []byte, err error) {
	key, err = s.SlotKey(ctx, id, nil)
	return key, nil, err
}

// rawRecord is a connection's record as it stands in the file.
func rawRecord(t *testing.T, b *Bolt, id string) []byte {
	t.Helper()
	var raw []byte
	err := b.view(t.Context(), func(tx *txn) error {
		raw = bytes.Clone(tx.Bucket([]byte(bConnections)).Get(tx.connectionKey(id)))
		return nil
	})
	if err != nil || raw == nil {
		t.Fatal(raw, err)
	}
	return raw
}
