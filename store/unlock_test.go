package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"go.etcd.io/bbolt"
)

// silentSource has no key to give.
type silentSource struct{ kind SlotKind }

func (s silentSource) Kind() SlotKind { return s.kind }

func (silentSource) SlotKey(context.Context, string, []byte) ([]byte, error) { return nil, ErrNoKey }

// breakSlot flips a bit of the first slot whose key begins with prefix.
func breakSlot(t *testing.T, b *Bolt, prefix string) {
	t.Helper()
	flipRaw(t, b, bSlots, prefix, func(v []byte) { v[len(v)/2] ^= 1 })
}

// flipRaw changes a value of the file as it stands there.
func flipRaw(t *testing.T, b *Bolt, bucket, prefix string, change func(v []byte)) {
	t.Helper()
	err := b.with(t.Context(), writing, func(tx *bbolt.Tx) error {
		k, v := tx.Bucket([]byte(bucket)).Cursor().Seek([]byte(prefix))
		k, v = bytes.Clone(k), bytes.Clone(v)
		change(v)
		return tx.Bucket([]byte(bucket)).Put(k, v)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Wrong key, wrong passphrase and damage are three errors (reference/security.md §4). Where slots fail for two reasons, both
// are said: the damaged slot may be the one that would have opened.
func TestUnlock_ThreeErrors(t *testing.T) {
	passphrase, wrong := fixedSource{SlotPassphrase, 1}, fixedSource{SlotPassphrase, 2}
	otherKey := MemoryKey(bytes.Repeat([]byte{8}, keySize))
	causes := []error{ErrNoKey, ErrWrongKey, ErrWrongPassphrase, ErrDamaged}
	for _, c := range []struct {
		name    string
		broken  []string
		sources []KeySource
		want    []error
	}{
		{"right passphrase", nil, []KeySource{passphrase}, nil},
		{"wrong key", nil, []KeySource{otherKey}, []error{ErrWrongKey}},
		{"wrong passphrase", nil, []KeySource{wrong}, []error{ErrWrongKey, ErrWrongPassphrase}},
		{"wrong key, then wrong passphrase", nil, []KeySource{otherKey, wrong}, []error{ErrWrongKey, ErrWrongPassphrase}},
		{"wrong passphrase, then right key", nil, []KeySource{wrong, MemoryKey(testKey)}, nil},
		{"no key to give", nil, []KeySource{silentSource{SlotMemory}}, []error{ErrNoKey}},
		{"no source", nil, nil, []error{ErrNoKey}},
		{"kind without a slot", nil, []KeySource{fixedSource{SlotKeyring, 1}}, []error{ErrNoKey}},
		{"damaged slot, its passphrase", []string{"passphrase"}, []KeySource{passphrase}, []error{ErrDamaged}},
		{"damaged slot, another opens", []string{"passphrase"}, []KeySource{passphrase, MemoryKey(testKey)}, nil},
		{"all slots damaged", []string{"passphrase", "memory"}, []KeySource{passphrase, MemoryKey(testKey)}, []error{ErrDamaged}},
		{"damaged slot beside a wrong key", []string{"passphrase"}, []KeySource{otherKey, passphrase}, []error{ErrWrongKey, ErrDamaged}},
		{"damaged slot beside a wrong passphrase", []string{"memory"}, []KeySource{wrong, MemoryKey(testKey)}, []error{ErrWrongKey, ErrWrongPassphrase, ErrDamaged}},
		{"damaged slot beside a missing key", []string{"passphrase"}, []KeySource{silentSource{SlotMemory}, passphrase}, []error{ErrNoKey, ErrDamaged}},
	} {
		for _, lazy := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, lazy %v", c.name, lazy), func(t *testing.T) {
				b, ids := smallStore(t)
				if _, err := b.AddSlot(t.Context(), passphrase); err != nil {
					t.Fatal(err)
				}
				for _, prefix := range c.broken {
					breakSlot(t, b, prefix)
				}
				again, err := Open(t.Context(), b.dir, Options{Keys: c.sources, Lazy: lazy})
				if lazy && err == nil {
					_, err = again.Get(t.Context(), ids[0])
				}
				if (err == nil) != (c.want == nil) {
					t.Fatalf("%v, want %v", err, c.want)
				}
				for _, cause := range causes {
					if is := errors.Is(err, cause); is != slices.Contains(c.want, cause) {
						t.Errorf("%q: is it %q? %v", err, cause, is)
					}
				}
			})
		}
	}
}

// Each byte of header and slot, flipped, is damage: never a wrong key, never a wrong passphrase, never a key that opens.
func TestUnlock_EachFlippedByteIsDamage(t *testing.T) {
	passphrase := fixedSource{SlotPassphrase, 1}
	b, _ := smallStore(t)
	if _, err := b.AddSlot(t.Context(), passphrase); err != nil {
		t.Fatal(err)
	}
	var h, memory, phrase []byte
	var memoryKey, phraseKey string
	err := b.with(t.Context(), reading, func(tx *bbolt.Tx) error {
		h = bytes.Clone(tx.Bucket([]byte(bMeta)).Get([]byte(headerKey)))
		return tx.Bucket([]byte(bSlots)).ForEach(func(k, v []byte) error {
			if bytes.HasPrefix(k, []byte("memory")) {
				memoryKey, memory = string(k), bytes.Clone(v)
			} else {
				phraseKey, phrase = string(k), bytes.Clone(v)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	good, err := decodeHeader(h)
	if err != nil {
		t.Fatal(err)
	}
	open := func(source KeySource, slots ...slot) error {
		_, err := unlockBy(t.Context(), Options{Keys: []KeySource{source}}.withDefaults(), good, slots)
		return err
	}
	if err := open(MemoryKey(testKey), decodeSlot(memoryKey, memory)); err != nil {
		t.Fatal(err)
	}
	if err := open(passphrase, decodeSlot(phraseKey, phrase)); err != nil {
		t.Fatal(err)
	}
	damaged := func(what string, at int, err error) {
		if !errors.Is(err, ErrDamaged) || errors.Is(err, ErrWrongKey) || errors.Is(err, ErrNoKey) || errors.Is(err, ErrNewerFormat) {
			t.Errorf("%s, byte %d: %v", what, at, err)
		}
	}
	flips := 0
	each := func(value []byte, fn func(at int, flipped []byte)) {
		for at := range value {
			for _, mask := range []byte{0x01, 0x80, 0xff} {
				flipped := bytes.Clone(value)
				flipped[at] ^= mask
				fn(at, flipped)
				flips++
			}
		}
	}
	each(h, func(at int, flipped []byte) {
		_, err := decodeHeader(flipped)
		damaged("header", at, err)
	})
	for _, s := range []struct {
		key    string
		value  []byte
		source KeySource
	}{{memoryKey, memory, MemoryKey(testKey)}, {phraseKey, phrase, passphrase}} {
		each(s.value, func(at int, flipped []byte) { damaged(s.key, at, open(s.source, decodeSlot(s.key, flipped))) })
		each([]byte(s.key), func(at int, flipped []byte) {
			damaged("the key of "+s.key, at, open(s.source, decodeSlot(string(flipped), s.value)))
		})
	}
	if want := 3 * (len(h) + len(memory) + len(phrase) + len(memoryKey) + len(phraseKey)); flips != want || flips < 1000 {
		t.Errorf("%d flips, want %d", flips, want)
	}
	// What is cut off is damage, too.
	for n := range h {
		_, err := decodeHeader(h[:n])
		damaged("header cut", n, err)
	}
	for n := range memory {
		damaged("slot cut", n, open(MemoryKey(testKey), decodeSlot(memoryKey, memory[:n])))
	}
}
