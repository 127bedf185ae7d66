package store

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

// change runs fn on the sealed records of a store.
func change(t *testing.T, b *Bolt, fn func(x *txn) error) {
	t.Helper()
	if err := b.write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// first returns a record of a bucket.
func first(x *txn, bucket string) (b *bbolt.Bucket, k, v []byte) {
	b = x.Bucket([]byte(bucket))
	k, v = b.Cursor().First()
	return b, bytes.Clone(k), bytes.Clone(v)
}

func flipIn(bucket string) func(x *txn) error {
	return func(x *txn) error {
		b, k, v := first(x, bucket)
		v[len(v)-1] ^= 1
		return b.Put(k, v)
	}
}

func removeIn(bucket string) func(x *txn) error {
	return func(x *txn) error {
		b, k, _ := first(x, bucket)
		return b.Delete(k)
	}
}

func TestCheck_FindsWhatDoesNotAgree(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage func(x *txn) error
		says   string
	}{
		{"a connection is flipped", flipIn(bConnections), "a record of connections is damaged"},
		{"a summary is flipped", flipIn(bSummaries), "a record of summaries is damaged"},
		{"an intent is flipped", flipIn(bIntents), "a record of intents is damaged"},
		{"an event is flipped", flipIn(bHistory), "a record of history is damaged"},
		{"a setting is flipped", flipIn(bSettings), "a record of settings is damaged"},
		{"a slot is flipped", flipIn(bSlots), "the key slot memory/"},
		{"a name is flipped", flipIn(bNames), "a name leads to no connection"},
		{"a connection is missing", removeIn(bConnections), "it belongs to no connection"},
		{"a summary is missing", removeIn(bSummaries), "3 connections and 2 summaries"},
		{"a name is missing", removeIn(bNames), "3 connections and 2 names"},
		{"a connection stands in another's place", func(x *txn) error {
			b, k, v := first(x, bConnections)
			k2, _ := b.Cursor().Last()
			record, g, err := x.open([]byte(bConnections), k, v)
			return errors.Join(err, x.put(bConnections, bytes.Clone(k2), g, []byte(record)))
		}, "it stands in another's place"},
		{"a summary is of another time", func(x *txn) error {
			_, k, v := first(x, bSummaries)
			record, g, err := x.open([]byte(bSummaries), k, v)
			return errors.Join(err, x.put(bSummaries, k, g+1, []byte(record)))
		}, "it does not agree with its connection"},
		{"an event belongs to nobody", func(x *txn) error {
			return x.put(bHistory, eventKey(bytes.Repeat([]byte{1}, nameSize), 0), 1, encodeEvent(Event{}))
		}, "it belongs to no connection"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, _ := smallStore(t)
			r := check(t, b)
			if r.Connections != 3 || r.Records < 10 || r.Size == 0 || r.LastCopy == nil {
				t.Errorf("report %+v", r)
			}
			change(t, b, c.damage)
			r, err := b.Check(t.Context())
			if err != nil || !strings.Contains(strings.Join(r.Problems, "\n"), c.says) {
				t.Errorf("check says %q, %v", r.Problems, err)
			}
			if text := strings.Join(r.Problems, "\n"); strings.Contains(text, "access-") || strings.Contains(text, "refresh-") {
				t.Errorf("check says a secret: %s", text)
			}
		})
	}
}

// A lost entry of the index is damage, not a connection that does not exist; and no refreshed token is lost over it.
func TestNames_ADamagedIndexIsDamage(t *testing.T) {
	for name, damage := range map[string]func(x *txn, key []byte) error{
		"entry lost":            func(x *txn, key []byte) error { return x.Bucket([]byte(bNames)).Delete(key) },
		"entry leads nowhere":   func(x *txn, key []byte) error { return x.Bucket([]byte(bNames)).Put(key, make([]byte, nameSize)) },
		"entry leads elsewhere": func(x *txn, key []byte) error { return x.Bucket([]byte(bNames)).Put(key, x.connectionKey(someID)) },
		"entry leads to another": func(x *txn, key []byte) error {
			names := x.Bucket([]byte(bNames))
			return names.Put(key, bytes.Clone(names.Get(x.nameKey("connection-1"))))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, ids := smallStore(t)
			c, err := b.Get(t.Context(), ids[0])
			if err != nil {
				t.Fatal(err)
			}
			change(t, b, func(x *txn) error { return damage(x, x.nameKey(c.Name)) })
			if _, err := b.Find(t.Context(), c.Name); !errors.Is(err, ErrDamaged) || errors.Is(err, ErrNotFound) {
				t.Errorf("Find = %v", err)
			}
			if _, err := b.Put(t.Context(), Connection{Name: c.Name}, Write{}); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNameTaken) {
				t.Errorf("Put of the same name = %v", err)
			}
			if _, err := b.Put(t.Context(), Connection{Name: "new"}, Write{}); !errors.Is(err, ErrDamaged) {
				t.Errorf("Put of a new name = %v", err)
			}
			stored, err := b.Put(t.Context(), c, Write{})
			if err != nil || stored.Generation != c.Generation+1 {
				t.Errorf("Put of what is there = %v", err)
			}
		})
	}
	b, _ := smallStore(t)
	if _, err := b.Find(t.Context(), "nobody"); !errors.Is(err, ErrNotFound) || errors.Is(err, ErrDamaged) {
		t.Errorf("Find of nobody = %v", err)
	}
}

// markAsKilled leaves the lock file as a writer does that is killed at work.
func markAsKilled(t *testing.T, b *Bolt) {
	t.Helper()
	f, err := os.OpenFile(b.file.path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	b.file.sign(f)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func isMarked(t *testing.T, b *Bolt) bool {
	t.Helper()
	f, err := os.Open(b.file.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	return marked(f)
}

// loosePage makes a page that is in use free as well: bbolt's own check sees it, and nobody else before it is overwritten.
func loosePage(t *testing.T, b *Bolt) {
	t.Helper()
	free := 0
	err := b.with(t.Context(), measuring, func(tx *bbolt.Tx) error {
		for id := 2; ; id++ {
			p, err := tx.Page(id)
			if err != nil || p == nil {
				return err
			}
			if p.Type == "freelist" {
				free = id
			}
			id += p.OverflowCount
		}
	})
	if err != nil || free == 0 {
		t.Fatal(free, err)
	}
	f, err := os.OpenFile(b.Path(), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	// The list's count, 0.
	if _, err := f.WriteAt([]byte{0, 0}, int64(free*os.Getpagesize()+10)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestCrash_TheNextOneChecks(t *testing.T) {
	for _, c := range []struct {
		name  string
		touch func(b *Bolt) error
	}{
		{"a reader", func(b *Bolt) error { _, err := b.List(t.Context()); return err }},
		{"a writer", func(b *Bolt) error { _, err := b.Put(t.Context(), Connection{Name: "x"}, Write{}); return err }},
		{"an opener", func(b *Bolt) error { _, err := Open(t.Context(), b.dir, options()); return err }},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, _ := smallStore(t)
			if isMarked(t, b) {
				t.Fatal("a writer that ended left its mark")
			}
			markAsKilled(t, b)
			if err := c.touch(b); err != nil {
				t.Fatal(err)
			}
			if isMarked(t, b) {
				t.Error("a check that found nothing left the mark")
			}

			damaged, _ := smallStore(t)
			loosePage(t, damaged)
			if _, err := damaged.List(t.Context()); err != nil {
				t.Fatal("the damage is seen without a check: ", err)
			}
			markAsKilled(t, damaged)
			for range 2 { // until somebody does something about it
				if err := c.touch(damaged); !errors.Is(err, ErrDamaged) {
					t.Errorf("with damage: %v", err)
				}
			}
		})
	}
}

// A process that is killed in a write transaction leaves its mark, one that ends does not.
func TestCrash_AKilledWriterLeavesItsMark(t *testing.T) {
	b, _ := smallStore(t)
	p := start(t, "hang", b.dir)
	p.line(t)
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait()
	if !isMarked(t, b) {
		t.Error("no mark")
	}
	check(t, b)
	if isMarked(t, b) {
		t.Error("the mark stays after a check")
	}
}
