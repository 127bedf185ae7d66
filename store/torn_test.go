package store

import (
	"bytes"
	"errors"
	"os"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
)

// A loss of power in the middle of a commit, page by page: what reached the disk of it is read as the state before or as the
// one after, never as anything else.
func TestTorn_BeforeOrAfter(t *testing.T) {
	b, ids := smallStore(t)
	pageSize := os.Getpagesize()
	read := func() everything {
		t.Helper()
		e, errs := readAll(t, b, ids)
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		return e
	}
	file := func() []byte {
		content, err := os.ReadFile(b.Path())
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	before, old := read(), file()
	c := before.connections[0]
	c.UserData = bytes.Repeat([]byte("1"), 9000)
	if err := b.write(t.Context(), func(x *txn) error {
		_, err := x.putConnection(c, Write{ClearIntent: true, Events: []Event{{Event: "refresh"}}})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	after, now := read(), file()
	if len(now) < len(old) {
		t.Fatal("the file shrank")
	}
	grown := append(bytes.Clone(old), make([]byte, len(now)-len(old))...)
	meta := -1
	var data []int
	for p := 0; p < len(now)/pageSize; p++ {
		if at := p * pageSize; !bytes.Equal(grown[at:at+pageSize], now[at:at+pageSize]) {
			if p < 2 {
				meta = p
			} else {
				data = append(data, p)
			}
		}
	}
	if meta < 0 || len(data) < 4 {
		t.Fatalf("the commit changed meta page %d and pages %v", meta, data)
	}
	put := func(content []byte) everything {
		t.Helper()
		if err := os.WriteFile(b.Path(), content, 0o600); err != nil {
			t.Fatal(err)
		}
		e := read()
		if err := b.with(t.Context(), measuring, func(tx *bbolt.Tx) error { return checkPages(tx) }); err != nil {
			t.Fatal(err)
		}
		return e
	}
	// Data pages are written before the meta page: with any of them, whole or half, it is still the state before.
	for _, p := range data {
		for _, part := range []int{512, pageSize / 2, pageSize} {
			torn := bytes.Clone(grown)
			copy(torn[p*pageSize:], now[p*pageSize:p*pageSize+part])
			if got := put(torn); !gocmp.Equal(before, got, compare) {
				t.Fatalf("%d bytes of page %d: another state", part, p)
			}
		}
	}
	// The meta page itself, torn at each byte that counts.
	step := 5
	if long() {
		step = 1
	}
	states := map[bool]int{}
	for cut := 0; cut <= pageHead+metaSize; cut += step {
		torn := bytes.Clone(now)
		copy(torn[meta*pageSize+cut:(meta+1)*pageSize], grown[meta*pageSize+cut:])
		got := put(torn)
		isNew := gocmp.Equal(after, got, compare)
		if !isNew && !gocmp.Equal(before, got, compare) {
			t.Fatalf("%d bytes of the meta page: another state", cut)
		}
		states[isNew]++
	}
	if states[true] == 0 || states[false] == 0 {
		t.Errorf("states %v: the test tears nothing", states)
	}
}
