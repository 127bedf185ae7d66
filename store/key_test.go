package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config", "authdeck", "key")
	if err := CreateKeyFile(path, rand.Reader); err != nil {
		t.Fatal(err)
	}
	for p, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): 0o700, filepath.Dir(filepath.Dir(path)): 0o700} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", p, info.Mode(), err)
		}
	}
	key, err := KeyFile(path).SlotKey(t.Context(), "", nil)
	if err != nil || len(key) != keySize || bytes.Equal(key, make([]byte, keySize)) {
		t.Fatalf("%d bytes, %v", len(key), err)
	}
	if err := CreateKeyFile(path, rand.Reader); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made twice: %v", err)
	}
	if again, err := KeyFile(path).SlotKey(t.Context(), "", nil); err != nil || !bytes.Equal(again, key) {
		t.Error("the second making changed the file")
	}

	dir := folder(t)
	o := Options{Keys: []KeySource{KeyFile(path)}, Create: true}
	b, err := Open(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	status, err := b.Status(t.Context())
	if err != nil || status.UnlockedBy != SlotKeyFile || len(status.Slots) != 1 || status.Slots[0] != SlotKeyFile || status.Format != Format {
		t.Errorf("%+v, %v", status, err)
	}

	for _, c := range []struct {
		name string
		do   func(path string) error
		want error
	}{
		{"missing", os.Remove, ErrNoKey},
		{"a byte too long", func(p string) error { return os.WriteFile(p, append(key, 1), 0o600) }, ErrWrongKey},
		{"a byte too short", func(p string) error { return os.WriteFile(p, key[1:], 0o600) }, ErrWrongKey},
		{"another key", func(p string) error { return os.WriteFile(p, testKey, 0o600) }, ErrWrongKey},
		{"readable by others", func(p string) error { return os.Chmod(p, 0o644) }, ErrUnsafe},
		{"a link", func(p string) error {
			return errors.Join(os.Rename(p, p+".old"), os.Symlink(p+".old", p))
		}, ErrUnsafe},
		{"a folder", func(p string) error { return errors.Join(os.Remove(p), os.Mkdir(p, 0o700)) }, ErrUnsafe},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := filepath.Join(t.TempDir(), "key")
			if err := errors.Join(os.WriteFile(p, key, 0o600), c.do(p)); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(t.Context(), dir, Options{Keys: []KeySource{KeyFile(p)}}); !errors.Is(err, c.want) {
				t.Errorf("Open = %v, want %v", err, c.want)
			}
		})
	}
	if _, err := Open(t.Context(), dir, Options{}); !errors.Is(err, ErrNoKey) {
		t.Errorf("without a source: %v", err)
	}
	// The first source that opens a slot counts.
	o = Options{Keys: []KeySource{KeyFile(path + ".none"), MemoryKey(testKey), KeyFile(path)}}
	if _, err := Open(t.Context(), dir, o); err != nil {
		t.Errorf("the third source is right: %v", err)
	}
	// Without a key nothing is made.
	none := folder(t)
	if _, err := Open(t.Context(), none, Options{Keys: []KeySource{KeyFile(path + ".none")}, Create: true}); !errors.Is(err, ErrNoKey) {
		t.Errorf("made without a key: %v", err)
	}
	if there, err := Exists(none); there || err != nil {
		t.Errorf("Exists = %v, %v", there, err)
	}
}

func TestRememberKeyFile(t *testing.T) {
	dir := folder(t)
	if path, err := RememberedKeyFile(dir); path != "" || err != nil {
		t.Errorf("nothing is remembered: %q, %v", path, err)
	}
	for _, want := range []string{"/a b/ä/key", "/other"} {
		if err := RememberKeyFile(dir, want); err != nil {
			t.Fatal(err)
		}
		if path, err := RememberedKeyFile(dir); path != want || err != nil {
			t.Errorf("%q, %v, want %q", path, err, want)
		}
	}
	t.Chdir(t.TempDir())
	if err := RememberKeyFile(dir, "key"); err != nil {
		t.Fatal(err)
	}
	if path, err := RememberedKeyFile(dir); !filepath.IsAbs(path) || filepath.Base(path) != "key" || err != nil {
		t.Errorf("a relative path: %q, %v", path, err)
	}
	if err := RememberKeyFile(dir, "/a\nb"); !errors.Is(err, ErrUnsafe) {
		t.Errorf("a line break: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, keyFileNote), []byte("relative\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := RememberedKeyFile(dir); !errors.Is(err, ErrUnsafe) {
		t.Errorf("a forged note: %v", err)
	}
}

// rewrite changes header and slots of a store as another program would.
func rewrite(t *testing.T, b *Bolt, change func(h *header, master *[]byte)) {
	t.Helper()
	err := b.with(t.Context(), writing, func(tx *bbolt.Tx) error {
		h, err := readHeader(tx)
		if err != nil {
			return err
		}
		slots, err := readSlots(tx)
		if err != nil {
			return err
		}
		master, _ := slots[0].unwrap(testKey, h.storeID)
		change(&h, &master)
		value, err := h.encode(master)
		if err != nil {
			return err
		}
		if err := slots[0].wrap(testKey, h.storeID, master, h.epoch, rand.Reader); err != nil {
			return err
		}
		return errors.Join(tx.Bucket([]byte(bMeta)).Put([]byte(headerKey), value),
			tx.Bucket([]byte(bSlots)).Put([]byte(slots[0].key), slots[0].encode()))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFormat_NewerIsRefusedUntouched(t *testing.T) {
	dir := folder(t)
	b := open(t, dir)
	c := put(t, b, sample(1), Write{})
	rewrite(t, b, func(h *header, _ *[]byte) { h.format = Format + 1 })
	before, err := os.ReadFile(b.Path())
	if err != nil {
		t.Fatal(err)
	}
	_, openErr := Open(t.Context(), dir, options())
	_, getErr := b.Get(t.Context(), c.ID)
	_, putErr := b.Put(t.Context(), c, Write{})
	for _, err := range []error{openErr, getErr, putErr} {
		if !errors.Is(err, ErrNewerFormat) {
			t.Errorf("error %v", err)
		}
	}
	if after, err := os.ReadFile(b.Path()); err != nil || !bytes.Equal(before, after) {
		t.Error("the file was touched")
	}
}

func TestRekeyElsewhere_ARunningProcessUnlocksAgain(t *testing.T) {
	dir := folder(t)
	b := open(t, dir)
	rewrite(t, b, func(h *header, master *[]byte) {
		h.epoch++
		*master = bytes.Repeat([]byte{9}, keySize)
	})
	if list, err := b.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	c := put(t, b, sample(1), Write{})
	if _, err := open(t, dir).Get(t.Context(), c.ID); err != nil {
		t.Errorf("it wrote with the old key: %v", err)
	}
}

func TestUnknownFields_AreKept(t *testing.T) {
	b := open(t, folder(t))
	c := put(t, b, sample(1), Write{})
	const newer = lastField + 7
	err := b.update(t.Context(), func(t *txn) error {
		var f fields
		f.connection(c)
		f.text(newer, "of a newer program")
		return t.put(bConnections, t.connectionKey(c.ID), c.Generation, f.b)
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Identity = "grace@example.com"
	c = put(t, b, c, Write{})
	err = b.view(t.Context(), func(tx *txn) error {
		record, _, _, err := tx.get(bConnections, tx.connectionKey(c.ID))
		if !strings.Contains(record, "of a newer program") {
			t.Error("an unknown field was dropped")
		}
		return err
	})
	if got, getErr := b.Get(t.Context(), c.ID); err != nil || getErr != nil || got.Identity != "grace@example.com" {
		t.Errorf("%v, %v, %v", got.Identity, getErr, err)
	}
}

type slowSource struct{ asked *int }

func (slowSource) Kind() SlotKind { return SlotMemory }

func (s slowSource) SlotKey(context.Context, string, []byte) ([]byte, error) {
	*s.asked++
	return testKey, nil
}

func TestUnlock_SourcesAreAskedOnceAProcess(t *testing.T) {
	asked := 0
	dir := folder(t)
	open(t, dir)
	b, err := Open(t.Context(), dir, Options{Keys: []KeySource{slowSource{&asked}}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		put(t, b, sample(i), Write{})
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}
