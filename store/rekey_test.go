package store

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
)

// rawKeys are all record keys of the sealed buckets.
func rawKeys(t *testing.T, b *Bolt) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := b.with(t.Context(), reading, func(tx *bbolt.Tx) error {
		for _, name := range []string{bConnections, bSummaries, bNames, bIntents, bHistory, bSettings} {
			err := tx.Bucket([]byte(name)).ForEach(func(k, _ []byte) error {
				all[name] = append(all[name], string(k))
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestRekey: everything is there as before, under other names and another key; what the old key opened, it opens no more.
func TestRekey(t *testing.T) {
	b, ids := smallStore(t)
	ctx := t.Context()
	if err := b.SetIntent(ctx, ids[1], &Intent{Generation: 1, Started: time.Unix(1e9, 0).UTC(), Sent: true}); err != nil {
		t.Fatal(err)
	}
	passphrase := fixedSource{SlotPassphrase, 1}
	if _, err := b.AddSlot(ctx, passphrase); err != nil {
		t.Fatal(err)
	}
	other := open(t, b.dir) // a second process' view: it holds the old keys
	before, errs := readAll(t, b, ids)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	keysBefore := rawKeys(t, b)
	oldMaster := masterOf(t, b)
	old := map[string][]byte{}
	for _, id := range ids {
		old[id] = rawRecord(t, b, id)
	}

	if _, err := b.Rekey(ctx, []KeySource{MemoryKey(testKey)}, RekeyOptions{}); !isSlots(err, 1) {
		t.Fatalf("a slot without its key: %v", err)
	}
	if !maps.EqualFunc(rawKeys(t, b), keysBefore, slices.Equal) {
		t.Fatal("a refused rekey changed the store")
	}
	r, err := b.Rekey(ctx, []KeySource{MemoryKey(testKey), passphrase}, RekeyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Records == 0 || len(r.Slots) != 2 || len(r.Dropped) != 0 {
		t.Errorf("%+v", r)
	}
	for name, s := range map[string]*Bolt{"the one that did it": b, "another process": other} {
		after, errs := readAll(t, s, ids)
		if err := errors.Join(errs...); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := gocmp.Diff(before, after, compare); diff != "" {
			t.Errorf("%s reads otherwise:\n%s", name, diff)
		}
	}
	for bucket, keys := range rawKeys(t, b) {
		if len(keys) != len(keysBefore[bucket]) {
			t.Errorf("%s: %d records, before %d", bucket, len(keys), len(keysBefore[bucket]))
		}
		for _, k := range keys {
			if slices.Contains(keysBefore[bucket], k) {
				t.Errorf("%s: a record has its old name", bucket)
			}
		}
	}
	h := header{storeID: b.keys.Load().storeID}
	if ok, _ := h.proves(oldMaster); ok {
		t.Error("the old master key is proven still")
	}
	s, err := newSealer(oldMaster, h.storeID, b.o.Rand)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if _, _, err := s.open([]byte(bConnections), s.name("connection", id), rawRecord(t, b, id)); err == nil {
			t.Error("the old key opens a record")
		}
		if bytes.Equal(old[id], rawRecord(t, b, id)) {
			t.Error("a record was not sealed anew")
		}
	}
	for name, source := range map[string]KeySource{"memory": MemoryKey(testKey), "passphrase": passphrase} {
		if err := opensBy(t, b.dir, source); err != nil {
			t.Errorf("by %s: %v", name, err)
		}
	}
	// Writing goes on, from both sides: numbers of events and settings are not used twice.
	c, err := other.Get(ctx, ids[0])
	if err != nil {
		t.Fatal(err)
	}
	put(t, other, c, Write{Events: []Event{{Event: "refresh", Outcome: "ok"}}})
	history, err := b.History(ctx, ids[0])
	if err != nil || history[len(history)-1].Event != "refresh" {
		t.Errorf("history %+v, %v", history, err)
	}
}

func isSlots(err error, n int) bool {
	var e *SlotsError
	return errors.As(err, &e) && len(e.IDs) == n
}

// TestRekey_Drop: slots without a key go if that is wanted; never all of them.
func TestRekey_Drop(t *testing.T) {
	b, _ := smallStore(t)
	passphrase := fixedSource{SlotPassphrase, 1}
	if _, err := b.AddSlot(t.Context(), passphrase); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Rekey(t.Context(), nil, RekeyOptions{Drop: true}); !errors.Is(err, ErrLastSlot) {
		t.Errorf("all dropped: %v", err)
	}
	r, err := b.Rekey(t.Context(), []KeySource{passphrase}, RekeyOptions{Drop: true})
	if err != nil || len(r.Dropped) != 1 || r.Dropped[0].Kind != SlotMemory {
		t.Fatalf("%+v, %v", r, err)
	}
	if err := opensBy(t, b.dir, MemoryKey(testKey)); !errors.Is(err, ErrNoKey) {
		t.Errorf("the dropped slot: %v", err)
	}
	if err := opensBy(t, b.dir, passphrase); err != nil {
		t.Error(err)
	}
}

// TestRekey_WaitsForExchanges: while an answer is under way (its connection is locked) no key changes.
func TestRekey_WaitsForExchanges(t *testing.T) {
	b, ids := smallStore(t)
	unlock, err := open(t, b.dir).Lock(t.Context(), ids[2])
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var held *HeldError
	if _, err := b.Rekey(ctx, []KeySource{MemoryKey(testKey)}, RekeyOptions{}); !errors.As(err, &held) || held.PID != os.Getpid() {
		t.Errorf("while it is held: %v", err)
	}
	if b.keys.Load().epoch != 1 {
		t.Error("the key changed")
	}
	unlock()
	if _, err := b.Rekey(t.Context(), []KeySource{MemoryKey(testKey)}, RekeyOptions{}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	for _, id := range ids { // and all locks are free again
		unlock, ok, err := b.TryLock(t.Context(), id)
		if err != nil || !ok {
			t.Fatalf("%s: %v %v", id, ok, err)
		}
		unlock()
	}
	if _, err := os.Stat(filepath.Join(b.dir, locksFolder, ids[0])); err != nil {
		t.Errorf("the lock file's name changed: %v", err)
	}
}

// TestRekey_Damage: a damaged record stops it, and nothing changes.
func TestRekey_Damage(t *testing.T) {
	for _, bucket := range []string{bConnections, bSummaries, bHistory, bSettings} {
		t.Run(bucket, func(t *testing.T) {
			b, _ := smallStore(t)
			err := b.with(t.Context(), writing, func(tx *bbolt.Tx) error {
				k, v := tx.Bucket([]byte(bucket)).Cursor().First()
				v = bytes.Clone(v)
				v[len(v)-1] ^= 1
				return tx.Bucket([]byte(bucket)).Put(bytes.Clone(k), v)
			})
			if err != nil {
				t.Fatal(err)
			}
			before := rawKeys(t, b)
			if _, err := b.Rekey(t.Context(), []KeySource{MemoryKey(testKey)}, RekeyOptions{}); !errors.Is(err, ErrDamaged) {
				t.Errorf("%v", err)
			}
			if !maps.EqualFunc(rawKeys(t, b), before, slices.Equal) {
				t.Error("the store was changed")
			}
		})
	}
}
