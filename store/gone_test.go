package store

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// filesWith names the files of a folder that hold any of the texts.
func filesWith(t *testing.T, dir string, texts [][]byte) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, text := range texts {
			if bytes.Contains(content, text) {
				found = append(found, strings.TrimPrefix(path, dir))
				break
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// noncesOf are the nonces of all that is sealed of a connection now.
func noncesOf(t *testing.T, b *Bolt, id string) [][]byte {
	t.Helper()
	var nonces [][]byte
	err := b.view(t.Context(), func(x *txn) error {
		key := x.connectionKey(id)
		for _, name := range []string{bConnections, bSummaries, bIntents, bHistory} {
			c := x.Bucket([]byte(name)).Cursor()
			for k, v := c.Seek(key); bytes.HasPrefix(k, key); k, v = c.Next() {
				nonces = append(nonces, bytes.Clone(v[8:sealHead]))
			}
		}
		return nil
	})
	if err != nil || len(nonces) < 4 {
		t.Fatalf("%d nonces, %v", len(nonces), err)
	}
	return nonces
}

// populated is a store with a victim that every kind of file holds something of.
func populated(t *testing.T) (b *Bolt, victim Connection, nonces [][]byte) {
	t.Helper()
	b = open(t, folder(t))
	for i := range 20 {
		put(t, b, sample(i), Write{})
	}
	v := sample(100)
	v.Name = "victim"
	victim = put(t, b, v, Write{Events: []Event{{Event: "login"}}})
	for range 3 { // older generations stay in free pages
		nonces = append(nonces, noncesOrNone(t, b, victim.ID)...)
		victim = put(t, b, victim, Write{Events: []Event{{Event: "refresh"}}})
	}
	if err := b.SetIntent(t.Context(), victim.ID, &Intent{Generation: victim.Generation}); err != nil {
		t.Fatal(err)
	}
	nonces = append(nonces, noncesOf(t, b, victim.ID)...)
	for range 3 {
		if err := b.copyNow(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	content, err := os.ReadFile(b.Path())
	if err == nil {
		err = os.WriteFile(b.Path()+damagedMark+"20261127T120000Z", content, 0o600)
	}
	if err == nil {
		err = os.WriteFile(b.Path()+tempMark+"killed", content, 0o600)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(b.dir, copiesFolder, "x"+tempMark+"killed"), content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if found := filesWith(t, b.dir, nonces); len(found) != 7 {
		t.Fatalf("the test looks for the wrong thing: it is in %v", found)
	}
	return b, victim, nonces
}

func noncesOrNone(t *testing.T, b *Bolt, id string) [][]byte {
	t.Helper()
	var nonces [][]byte
	err := b.view(t.Context(), func(x *txn) error {
		key := x.connectionKey(id)
		nonces = append(nonces, bytes.Clone(x.Bucket([]byte(bConnections)).Get(key)[8:sealHead]))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return nonces
}

// check asserts that the store has no problem.
func check(t *testing.T, b *Bolt) CheckReport {
	t.Helper()
	r, err := b.Check(t.Context())
	if err != nil || len(r.Problems) > 0 {
		t.Errorf("check: %v, %q", err, r.Problems)
	}
	return r
}

func TestGone_NothingOfADeletedConnectionIsInAnyFile(t *testing.T) {
	b, victim, nonces := populated(t)
	if err := b.Delete(t.Context(), victim.ID, Write{Events: []Event{{Event: "remove"}}}); err != nil {
		t.Fatal(err)
	}
	if found := filesWith(t, b.dir, nonces); len(found) > 0 {
		t.Errorf("after the delete its ciphertext is in %v", found)
	}
	if r := check(t, b); r.Connections != 20 || len(r.Copies) != 1 || len(r.Kept) != 0 {
		t.Errorf("report %+v", r)
	}
}

// A process that is killed between the delete and the clearing away leaves word, and the next write of anybody does it.
func TestGone_AnotherProcessFinishesIt(t *testing.T) {
	b, victim, nonces := populated(t)
	if err := b.write(t.Context(), func(x *txn) error { return x.remove(victim.ID, Write{}) }); err != nil {
		t.Fatal(err)
	}
	if found := filesWith(t, b.dir, nonces); len(found) == 0 {
		t.Fatal("nothing was left to do")
	}
	r, err := b.Check(t.Context())
	if err != nil || len(r.Problems) != 1 || !strings.Contains(r.Problems[0], ErrNotGone.Error()) {
		t.Errorf("check says %q, %v", r.Problems, err)
	}
	o := options()
	o.Clock = &twoClocks{wall: time.Now().Add(10 * time.Second)}
	next, err := Open(t.Context(), b.dir, o)
	if err != nil {
		t.Fatal(err)
	}
	put(t, next, sample(200), Write{})
	if found := filesWith(t, b.dir, nonces); len(found) > 0 {
		t.Errorf("after the next write it is in %v", found)
	}
	check(t, b)
}

func TestGone_CompactFinishesIt(t *testing.T) {
	b, victim, nonces := populated(t)
	if err := b.write(t.Context(), func(x *txn) error { return x.remove(victim.ID, Write{}) }); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := filesWith(t, b.dir, nonces); len(found) > 0 {
		t.Errorf("after a compaction it is in %v", found)
	}
	check(t, b)
}

// A delete is on disk even where the old files cannot be cleared away, and says so.
func TestGone_SaysWhatIsNotGone(t *testing.T) {
	b, victim, _ := populated(t)
	folder := filepath.Join(b.dir, copiesFolder)
	if err := errors.Join(os.Rename(folder, folder+".away"), os.WriteFile(folder, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := b.Delete(t.Context(), victim.ID, Write{}); !errors.Is(err, ErrNotGone) {
		t.Errorf("Delete = %v", err)
	}
	if _, err := b.Get(t.Context(), victim.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("Get = %v", err)
	}
	put(t, b, sample(300), Write{}) // an acknowledged write is not failed by it
	if r, err := b.Check(t.Context()); err != nil || len(r.Problems) == 0 {
		t.Errorf("check finds nothing, %v", err)
	}
}

// After a slot is gone its wrapped key is in no file of the folder, so its old key opens none.
func TestGone_AnOldSlotIsInNoFile(t *testing.T) {
	b, _, _ := populated(t)
	var old slot
	err := b.view(t.Context(), func(x *txn) error {
		slots, err := readSlots(x.Tx)
		if err == nil {
			old = slots[0]
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if found := filesWith(t, b.dir, [][]byte{old.sealed}); len(found) < 5 {
		t.Fatalf("the test looks for the wrong thing: it is in %v", found)
	}
	if _, err := b.ReplaceSlot(t.Context(), "memory", MemoryKey(bytes.Repeat([]byte{9}, keySize))); err != nil {
		t.Fatal(err)
	}
	if found := filesWith(t, b.dir, [][]byte{old.sealed}); len(found) > 0 {
		t.Errorf("the old slot is in %v", found)
	}
	opened := 0
	err = filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".db") {
			return err
		}
		opened++
		_, err = inFile(path, reading, time.Second, func(tx *bbolt.Tx) error {
			h, err := readHeader(tx)
			if err != nil {
				return err
			}
			slots, err := readSlots(tx)
			if err != nil {
				return err
			}
			if _, err := unlockBy(context.Background(), b.o, h, slots); !errors.Is(err, ErrWrongKey) {
				t.Errorf("the old key on %s: %v", path, err)
			}
			return nil
		})
		return err
	})
	if err != nil || opened != 2 {
		t.Errorf("%d files, %v", opened, err)
	}
}
