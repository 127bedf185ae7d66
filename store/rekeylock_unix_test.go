//go:build unix

package store

import (
	"sync"
	"testing"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"
)

// fewFiles bounds the open files of this process until the test ends.
func fewFiles(t *testing.T, n uint64) {
	t.Helper()
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	few := before
	few.Cur = n
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &few); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
			t.Error(err)
		}
	})
}

// largeStore has more connections than this process may have open files.
func largeStore(t *testing.T) *Bolt {
	t.Helper()
	b := open(t, folder(t))
	list := make([]Connection, 2*rekeyHolds)
	for i := range list {
		list[i] = sample(i)
	}
	if err := b.PutAll(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	fewFiles(t, rekeyHolds+100)
	return b
}

func TestRekey_FewOpenFiles(t *testing.T) {
	b := largeStore(t)
	if _, err := b.Rekey(t.Context(), []KeySource{MemoryKey(testKey)}, RekeyOptions{}); err != nil {
		t.Fatal(err)
	}
	if list, err := open(t, b.dir).List(t.Context()); err != nil || len(list) != 2*rekeyHolds {
		t.Errorf("%d connections, %v", len(list), err)
	}
}

// A large store of the older format opens, too, and of several processes that meet it one migrates it: the copy of before stays.
func TestMigrate_FewOpenFiles(t *testing.T) {
	b := largeStore(t)
	k, master := b.keys.Load(), masterOf(t, b)
	err := b.with(t.Context(), writing, func(tx *bbolt.Tx) error {
		if err := newMove(&txn{Tx: tx, keys: k, b: b}, k.in(1)).all(); err != nil {
			return err
		}
		h, err := readHeader(tx)
		if err != nil {
			return err
		}
		h.format = 1
		value, err := h.encode(master)
		if err != nil {
			return err
		}
		return tx.Bucket([]byte(bMeta)).Put([]byte(headerKey), value)
	})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 6 {
		other, err := Open(t.Context(), b.dir, Options{Keys: options().Keys, Lazy: true})
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			if list, err := other.List(t.Context()); err != nil || len(list) != 2*rekeyHolds {
				t.Errorf("%d connections, %v", len(list), err)
			}
		})
	}
	wg.Wait()
	if got := formatOf(t, b.Path()); got != Format {
		t.Errorf("format %d", got)
	}
	copies, err := Copies(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	before := 0
	for _, c := range copies {
		if formatOf(t, c.Path) == 1 {
			before++
		}
	}
	if before == 0 {
		t.Errorf("none of %d copies is of the store as it was", len(copies))
	}
}
