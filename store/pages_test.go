package store

import (
	"errors"
	"os"
	"testing"

	"go.etcd.io/bbolt"
)

// Whatever a page claims, a check ends, and in an error at most: bbolt's own would end the process over a pointer that leads
// out of the file.
func TestPages_NoFlipEndsTheProcess(t *testing.T) {
	b, _ := smallStore(t)
	used := usedPages(t, b)
	content, err := os.ReadFile(b.Path())
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(b.Path(), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	masks := []byte{0xff}
	if long() {
		masks = []byte{0xff, 0x01, 0x80, 0x10}
	}
	flips, found := 0, 0
	for i := range content {
		// The head of a page and its first elements.
		if !used[i/os.Getpagesize()] || i%os.Getpagesize() >= 120 {
			continue
		}
		for _, mask := range masks {
			if _, err := f.WriteAt([]byte{content[i] ^ mask}, int64(i)); err != nil {
				t.Fatal(err)
			}
			flips++
			err := b.with(t.Context(), measuring, func(tx *bbolt.Tx) error { return checkPages(tx) })
			if err != nil {
				found++
			}
			if err != nil && !errors.Is(err, ErrDamaged) {
				t.Errorf("byte %d: %v", i, err)
			}
		}
		if _, err := f.WriteAt(content[i:i+1], int64(i)); err != nil {
			t.Fatal(err)
		}
	}
	if found < flips/4 { // the rest hits bytes that nobody reads
		t.Errorf("%d of %d flips were found", found, flips)
	}
	t.Logf("%d flips, %d found", flips, found)
}

func TestPages_SaysWhatIsWrong(t *testing.T) {
	b, _ := smallStore(t)
	loosePage(t, b)
	err := b.with(t.Context(), measuring, func(tx *bbolt.Tx) error { return checkPages(tx) })
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("a page that is neither used nor free: %v", err)
	}
}
