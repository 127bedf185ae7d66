//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"authdeck/internal/secret"
	"authdeck/store"
)

// all is the whole content of a store.
func all(t *testing.T, b *store.Bolt) store.Dump {
	t.Helper()
	d, err := b.Dump(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d.Created = time.Time{} // of the dump
	return d
}

var sameSecret = gocmp.Comparer(func(a, b secret.String) bool { return a.Equal(b) })

// unchanged holds the store to its content before the kill, and each connection to its token.
func (k *killed) unchanged(want store.Dump, list []store.Connection) {
	k.t.Helper()
	k.sound(len(list))
	if diff := gocmp.Diff(want, all(k.t, k.store), sameSecret); diff != "" {
		k.t.Errorf("the content is another one after the kill: %s", diff)
	}
	c := list[k.draw.IntN(len(list))]
	k.handsOut(c.Name, c.Grant.AccessToken.Reveal())
}

func killRekey(k *killed) string {
	list, _ := k.plantAll(1+k.draw.IntN(6), 0)
	want := all(k.t, k.store)
	k.killAt(1, "store", "rekey")
	k.unchanged(want, list) // opened by the key file and, in k.store, by the old master key
	k.run(0, "store", "rekey")
	k.sound(len(list))
	k.handsOut(list[0].Name, list[0].Grant.AccessToken.Reveal())
	return "the old key opens, rekeyed by the next one"
}

// temps are the unfinished files beside a store.
func (k *killed) temps() []string {
	k.t.Helper()
	left, err := filepath.Glob(k.store.Path() + ".new-*")
	if err != nil {
		k.t.Fatal(err)
	}
	return left
}

func (k *killed) file() (os.FileInfo, []byte) {
	k.t.Helper()
	info, err := os.Stat(k.store.Path())
	if err != nil {
		k.t.Fatal(err)
	}
	content, err := os.ReadFile(k.store.Path())
	if err != nil {
		k.t.Fatal(err)
	}
	return info, content
}

func killCompact(k *killed) string {
	list, _ := k.plantAll(1+k.draw.IntN(6), 0)
	want := all(k.t, k.store)
	old, content := k.file()
	k.killAt(1, "store", "compact")
	now, nowContent := k.file()
	outcome := "the new file whole"
	if k.point == "compact.written" {
		outcome = "the old file whole"
		if !os.SameFile(old, now) || !bytes.Equal(content, nowContent) {
			k.t.Error("the file changed before the rename")
		}
		if len(k.temps()) != 1 {
			k.t.Errorf("unfinished files %q, want the new one", k.temps())
		}
	} else if os.SameFile(old, now) || len(k.temps()) != 0 {
		k.t.Errorf("the new file is not in place; unfinished %q", k.temps())
	}
	k.unchanged(want, list)
	if err := k.store.PutSetting(k.t.Context(), "test", "after", nil); err != nil {
		k.t.Fatal(err)
	}
	if left := k.temps(); len(left) != 0 {
		k.t.Errorf("the next write leaves %q", left)
	}
	k.run(0, "store", "compact")
	k.unchanged(want, list)
	return outcome
}

func killImport(k *killed) string {
	list, _ := k.plantAll(1+k.draw.IntN(4), 0)
	key, file, n := k.backup(1 + k.draw.IntN(30))
	want := all(k.t, k.store)
	k.killAt(1, "import", file, "--identity", key)
	k.unchanged(want, list)
	if out := k.run(0, "import", file, "--identity", key, "--json"); out == "" {
		k.t.Error("the import after the kill says nothing")
	}
	k.sound(len(list) + n)
	k.handsOut(list[0].Name, list[0].Grant.AccessToken.Reveal())
	return "the old state whole, imported by the next one"
}
