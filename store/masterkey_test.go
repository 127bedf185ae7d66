package store

import (
	"bytes"
	"errors"
	"testing"
)

func masterOf(t *testing.T, b *Bolt) []byte {
	t.Helper()
	master, err := b.keys.Load().master.reveal()
	if err != nil {
		t.Fatal(err)
	}
	return master
}

func TestMasterKey(t *testing.T) {
	key := bytes.Repeat([]byte{5}, keySize)
	m := keepMaster(key)
	if !bytes.Equal(key, make([]byte, keySize)) {
		t.Error("the key was copied, not moved")
	}
	got, err := m.reveal()
	if err != nil || !bytes.Equal(got, bytes.Repeat([]byte{5}, keySize)) {
		t.Errorf("%v", err)
	}
	clear(got)
	if again, err := m.reveal(); err != nil || again[0] != 5 {
		t.Error("a copy is the key itself")
	}
	m.drop()
	m.drop()
	if _, err := m.reveal(); !errors.Is(err, errRekeyed) {
		t.Errorf("after its end: %v", err)
	}
}

// A rekey, here or elsewhere, ends the old master key in this process.
func TestMasterKey_EndsWithARekey(t *testing.T) {
	b, _ := smallStore(t)
	other := open(t, b.dir)
	here, there := b.keys.Load().master, other.keys.Load().master
	if _, err := b.Rekey(t.Context(), []KeySource{MemoryKey(testKey)}, RekeyOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := other.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]*masterKey{"here": here, "elsewhere": there} {
		if _, err := m.reveal(); !errors.Is(err, errRekeyed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Whoever comes with the old keys gets the new ones.
	if _, err := other.AddSlot(t.Context(), fixedSource{SlotPassphrase, 1}); err != nil {
		t.Error(err)
	}
	if err := opensBy(t, b.dir, fixedSource{SlotPassphrase, 1}); err != nil {
		t.Error(err)
	}
}
