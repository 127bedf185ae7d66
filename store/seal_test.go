package store

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// A sealed record is bound to its place: in another record's place, or another bucket's, it does not open.
func TestSeal_IsBoundToItsPlace(t *testing.T) {
	b, ids := smallStore(t)
	err := b.update(t.Context(), func(t *txn) error {
		connections := t.Bucket([]byte(bConnections))
		from, to := t.connectionKey(ids[0]), t.connectionKey(ids[1])
		return errors.Join(connections.Put(to, bytes.Clone(connections.Get(from))),
			t.Bucket([]byte(bIntents)).Put(from, bytes.Clone(connections.Get(from))))
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Get(t.Context(), ids[1]); !errors.Is(err, ErrDamaged) {
		t.Errorf("a record in another's place: %v", err)
	}
	if _, err := b.Intent(t.Context(), ids[0]); !errors.Is(err, ErrDamaged) {
		t.Errorf("a record in another bucket: %v", err)
	}
	if _, err := b.Get(t.Context(), ids[0]); err != nil {
		t.Errorf("the record in its own place: %v", err)
	}
	// An index that points elsewhere finds no wrong connection.
	err = b.update(t.Context(), func(t *txn) error {
		return t.Bucket([]byte(bNames)).Put(t.nameKey("connection-2"), t.connectionKey(ids[0]))
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Find(t.Context(), "connection-2"); !errors.Is(err, ErrDamaged) {
		t.Errorf("a forged index: %v", err)
	}
	k := b.keys.Load()
	sealed, err := k.seal([]byte("bucket"), []byte("key"), 7, []byte("record"))
	if err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() (string, uint64, error){
		"":           func() (string, uint64, error) { return k.open([]byte("bucket"), []byte("key"), sealed) },
		"bucket":     func() (string, uint64, error) { return k.open([]byte("becket"), []byte("key"), sealed) },
		"key":        func() (string, uint64, error) { return k.open([]byte("bucket"), []byte("kez"), sealed) },
		"generation": func() (string, uint64, error) { sealed[7] = 8; return k.open([]byte("bucket"), []byte("key"), sealed) },
	} {
		record, generation, err := open()
		if name == "" && (err != nil || record != "record" || generation != 7) || name != "" && !errors.Is(err, ErrDamaged) {
			t.Errorf("another %q: %q, %d, %v", name, record, generation, err)
		}
		sealed[7] = 7
	}
	other := open(t, folder(t))
	if bytes.Equal(b.keys.Load().storeID, other.keys.Load().storeID) {
		t.Error("two stores have one id")
	}
}

func FuzzRecordDecode(f *testing.F) {
	var whole fields
	whole.connection(sample(1))
	f.Add(string(whole.b))
	f.Add("")
	f.Add("\x1f\x00")
	f.Add("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
	f.Fuzz(func(t *testing.T, record string) {
		c, err := decodeConnection(record, 1)
		if err != nil {
			return
		}
		var again fields
		again.connection(c)
		if n := normal(c); !gocmp.Equal(c, n, compare) {
			t.Errorf("%q does not survive a second time: %s", record, gocmp.Diff(c, n, compare))
		}
		_, _ = decodeEvent(record)
		_, _ = decodeIntent(record)
		_, _ = decodeHeader([]byte(record))
	})
}

func FuzzKeySlot(f *testing.F) {
	s := slot{key: "memory/x", kind: SlotMemory}
	if err := s.wrap(testKey, make([]byte, idSize), testKey, 1, strings.NewReader(strings.Repeat("n", 100))); err != nil {
		f.Fatal(err)
	}
	f.Add("memory/x", s.encode())
	f.Fuzz(func(t *testing.T, key string, value []byte) {
		got := decodeSlot(key, value)
		if master, _ := got.unwrap(testKey, make([]byte, idSize)); master != nil && !bytes.Equal(got.sealed, s.sealed) {
			t.Errorf("%q opens", value)
		}
	})
}
