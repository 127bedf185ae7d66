package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"authdeck/store"
	"authdeck/store/storetest"
	"authdeck/store/watch"
)

func TestConformance_Memory(t *testing.T) {
	t.Parallel() // it mostly waits
	storetest.Run(t, func(testing.TB) store.Store {
		return store.NewMemory(store.Options{HistoryLimit: storetest.HistoryLimit})
	})
}

func TestConformance_Bolt(t *testing.T) {
	open := func(t testing.TB, dir string) store.Store {
		b, err := store.Open(t.Context(), dir, store.Options{
			Keys: []store.KeySource{store.MemoryKey(bytes.Repeat([]byte{7}, 32))}, Create: true,
			HistoryLimit: storetest.HistoryLimit, Notify: watch.File,
		})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	options := []storetest.Option{
		storetest.Reopen(func(t testing.TB, s store.Store) store.Store {
			return open(t, filepath.Dir(s.(*store.Bolt).Path()))
		}),
	}
	if os.Getenv("AUTHDECK_LONG") != "1" {
		options = append(options, storetest.Checks(12)) // each write is an fsync
	}
	storetest.Run(t, func(t testing.TB) store.Store { return open(t, filepath.Join(t.TempDir(), "data")) }, options...)
}
