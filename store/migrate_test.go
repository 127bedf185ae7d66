package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// ofFormat1 is a data folder with testdata/format-1.db, as the program of 2026-11-25 wrote it: two connections, one of them being
// refreshed, with histories, two settings, an event of the store. testKey opens it.
func ofFormat1(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/format-1.db")
	if err != nil {
		t.Fatal(err)
	}
	dir := folder(t)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, dbFile), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func formatOf(t *testing.T, path string) (format uint64) {
	t.Helper()
	_, err := inFile(path, reading, time.Second, func(tx *bbolt.Tx) error {
		h, err := readHeader(tx)
		format = h.format
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return format
}

// TestMigrate_Format1: what an older program wrote is all there after the first use, a copy of the old file too, and what needs the new
// format works.
func TestMigrate_Format1(t *testing.T) {
	dir := ofFormat1(t)
	o := Options{Keys: []KeySource{MemoryKey(testKey)}}
	b, err := Open(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	ada, err := b.Find(ctx, "ada")
	if err != nil {
		t.Fatal(err)
	}
	if ada.Grant.RefreshToken.Reveal() != "refresh-ada" || ada.Identity != "ada@example.com" || ada.Generation != 1 || ada.History != 1 {
		t.Errorf("%+v", ada)
	}
	bea, err := b.Find(ctx, "bea")
	if err != nil || bea.Grant.AccessToken.Reveal() != "access-bea" || bea.Grant.Rotations != 1 {
		t.Errorf("%+v, %v", bea, err)
	}
	if i, err := b.Intent(ctx, bea.ID); err != nil || i == nil || !i.Sent || i.Generation != 1 {
		t.Errorf("intent %+v, %v", i, err)
	}
	var config map[string]string
	if err := b.Setting(ctx, "integration", "demo", &config); err != nil || config["client_secret"] != "two" {
		t.Errorf("setting %v, %v", config, err)
	}
	var link string
	if err := b.Setting(ctx, "links", "demo", &link); err != nil || link != "https://issuer.example" {
		t.Errorf("setting %v, %v", link, err)
	}
	if all, err := b.History(ctx, ""); err != nil || len(all) != 3 {
		t.Errorf("history %v, %v", all, err)
	}
	if f := formatOf(t, b.Path()); f != Format {
		t.Errorf("format %d", f)
	}
	list := copiesOf(t, b)
	if len(list) != 1 || formatOf(t, list[0].Path) != 1 {
		t.Errorf("copies %+v", list)
	}
	check(t, b) // finds nothing wrong with the copy of the old format
	if _, err := b.Rekey(ctx, []KeySource{MemoryKey(testKey)}, RekeyOptions{}); err != nil {
		t.Errorf("a new master key: %v", err)
	}
	check(t, b)
}

// TestMigrate_OnceForAll: several that meet the old file bring it over once, and all read it.
func TestMigrate_OnceForAll(t *testing.T) {
	dir := ofFormat1(t)
	errs := make(chan error, 8)
	for range cap(errs) {
		go func() {
			b, err := Open(context.Background(), dir, Options{Keys: []KeySource{MemoryKey(testKey)}})
			if err == nil {
				_, err = b.Find(context.Background(), "ada")
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	b := open(t, dir)
	if _, err := b.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	check(t, b)
}

// TestMigrate_AllOrNothing: a record that cannot be moved leaves the file as it was, in its old format.
func TestMigrate_AllOrNothing(t *testing.T) {
	dir := ofFormat1(t)
	path := filepath.Join(dir, dbFile)
	_, err := inFile(path, writing, time.Second, func(tx *bbolt.Tx) error {
		k, v := tx.Bucket([]byte(bHistory)).Cursor().First()
		v = bytes.Clone(v)
		v[len(v)-1] ^= 1
		return tx.Bucket([]byte(bHistory)).Put(bytes.Clone(k), v)
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(t.Context(), dir, Options{Keys: []KeySource{MemoryKey(testKey)}})
	if err == nil {
		_, err = b.List(t.Context())
	}
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("%v", err)
	}
	if f := formatOf(t, path); f != 1 {
		t.Errorf("format %d", f)
	}
}

// TestMigrate_WaitsForAnAnswer: an older program that refreshes a connection stores its answer first.
func TestMigrate_WaitsForAnAnswer(t *testing.T) {
	dir := ofFormat1(t)
	b, err := Open(t.Context(), dir, Options{Keys: []KeySource{MemoryKey(testKey)}})
	if err != nil {
		t.Fatal(err)
	}
	var id string
	_, err = inFile(b.Path(), reading, time.Second, func(tx *bbolt.Tx) error {
		list, err := (&txn{Tx: tx, keys: b.keys.Load(), b: b}).list()
		if err == nil {
			id = list[0].ID
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	unlock, err := b.Lock(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var held *HeldError
	if _, err := b.List(ctx); !errors.As(err, &held) {
		t.Errorf("while it is held: %v", err)
	}
	if f := formatOf(t, b.Path()); f != 1 {
		t.Errorf("format %d", f)
	}
	unlock()
	if _, err := b.List(t.Context()); err != nil {
		t.Error(err)
	}
}
