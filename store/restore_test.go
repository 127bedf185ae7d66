package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
)

// copied is a store with three copies: of 1, 2 and 3 connections; the store itself has 4.
func copied(t *testing.T) (*Bolt, *twoClocks) {
	t.Helper()
	c := &twoClocks{wall: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)}
	o := options()
	o.Clock = c
	b, err := Open(t.Context(), folder(t), o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		if i < 3 {
			c.pass(time.Hour)
		}
		put(t, b, sample(i), Write{})
	}
	if n := len(copiesOf(t, b)); n != 3 {
		t.Fatalf("%d copies", n)
	}
	return b, c
}

// scramble changes a byte of each page, so that nothing of the file can be read.
func scramble(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 2*os.Getpagesize() + 20; i < len(content); i += 100 {
		content[i] ^= 0x55
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// inHeader changes what a key of a bucket holds.
func inHeader(bucket string) func(t *testing.T, b *Bolt) {
	return func(t *testing.T, b *Bolt) {
		err := b.with(t.Context(), writing, func(tx *bbolt.Tx) error {
			k, v := tx.Bucket([]byte(bucket)).Cursor().First()
			v = bytes.Clone(v)
			v[len(v)/2] ^= 1
			return tx.Bucket([]byte(bucket)).Put(bytes.Clone(k), v)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestRestore_WhateverIsDamaged(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage func(t *testing.T, b *Bolt)
		gone   bool
	}{
		{"header", inHeader(bMeta), false},
		{"slots", inHeader(bSlots), false},
		{"all pages", func(t *testing.T, b *Bolt) { scramble(t, b.Path()) }, false},
		{"cut off", func(t *testing.T, b *Bolt) {
			if err := os.Truncate(b.Path(), 5000); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"not a store", func(t *testing.T, b *Bolt) {
			if err := os.WriteFile(b.Path(), bytes.Repeat([]byte("x"), 1<<16), 0o600); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"gone", func(t *testing.T, b *Bolt) {
			if err := os.Remove(b.Path()); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"marked by a killed writer", func(t *testing.T, b *Bolt) {
			scramble(t, b.Path())
			markAsKilled(t, b)
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, clock := copied(t)
			running := open(t, b.dir)
			c.damage(t, b)
			before, _ := os.ReadFile(b.Path())
			o := b.o
			_, err := Open(t.Context(), b.dir, o)
			var d *DamagedError
			if !errors.As(err, &d) || !errors.Is(err, ErrDamaged) || d.Copy == nil || !d.Copy.Time.Equal(clock.wall) {
				t.Fatalf("Open = %v", err)
			}
			if now, _ := os.ReadFile(b.Path()); !bytes.Equal(now, before) {
				t.Fatal("opening it changed the damaged file")
			}
			r, err := Restore(t.Context(), b.dir, o, "")
			if err != nil {
				t.Fatal(err)
			}
			if r.Connections != 3 || !r.Copy.Time.Equal(clock.wall) || len(r.Skipped) > 0 || (r.Kept == "") != c.gone {
				t.Errorf("report %+v", r)
			}
			if kept, err := os.ReadFile(r.Kept); !c.gone && (err != nil || !bytes.Equal(kept, before)) {
				t.Errorf("the damaged file was not kept: %v", err)
			}
			for _, s := range []*Bolt{running, open(t, b.dir)} {
				checkRestored(t, s, 3, clock.wall)
			}
			check(t, running)
		})
	}
}

// checkRestored: all that the copy had is there and says where it comes from; a write clears that.
func checkRestored(t *testing.T, b *Bolt, n int, from time.Time) {
	t.Helper()
	list, err := b.List(t.Context())
	if err != nil || len(list) != n {
		t.Fatalf("%d connections, %v", len(list), err)
	}
	for i := range n {
		got, err := b.Find(t.Context(), sample(i).Name)
		if err != nil {
			t.Fatal(err)
		}
		if !got.RestoredFrom.Equal(from) {
			t.Errorf("%s is restored from %s", got.Name, got.RestoredFrom)
		}
		want := sample(i)
		want.ID, want.Generation, want.History, want.RestoredFrom = got.ID, 2, got.History, from
		if !gocmp.Equal(normal(want), got, compare) {
			t.Error(gocmp.Diff(normal(want), got, compare))
		}
		events, err := b.History(t.Context(), got.ID)
		if err != nil || len(events) == 0 || events[len(events)-1].Event != "restore" {
			t.Errorf("events %v, %v", events, err)
		}
	}
}

func TestRestore_TakesTheNewestSoundCopy(t *testing.T) {
	b, clock := copied(t)
	list := copiesOf(t, b)
	scramble(t, list[0].Path)
	if err := os.Truncate(list[1].Path, 100); err != nil {
		t.Fatal(err)
	}
	report, err := b.Check(t.Context())
	if err != nil || len(report.Problems) != 2 || len(report.Copies) != 1 {
		t.Errorf("check: %q, %d copies, %v", report.Problems, len(report.Copies), err)
	}
	scramble(t, b.Path())
	r, err := Restore(t.Context(), b.dir, b.o, "")
	if err != nil || !r.Restored || r.Connections != 1 || len(r.Skipped) != 2 || !r.Copy.Time.Equal(list[2].Time) {
		t.Fatalf("%+v, %v", r, err)
	}
	checkRestored(t, b, 1, clock.wall.Add(-2*time.Hour))
}

// A copy lacks what came after it: without its name none replaces a store that is sound, or of which nobody can say.
func TestRestore_LeavesAStoreThatIsNotDamaged(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(t *testing.T, b *Bolt) Options
		want error
	}{
		{"sound", func(_ *testing.T, b *Bolt) Options { return b.o }, ErrSound},
		{"sound, its copies are not", func(t *testing.T, b *Bolt) Options {
			for _, c := range copiesOf(t, b) {
				scramble(t, c.Path)
			}
			return b.o
		}, ErrSound},
		{"another key", func(_ *testing.T, b *Bolt) Options {
			o := b.o
			o.Keys = []KeySource{MemoryKey(bytes.Repeat([]byte{8}, keySize))}
			return o
		}, ErrWrongKey},
		{"no key", func(_ *testing.T, b *Bolt) Options {
			o := b.o
			o.Keys = nil
			return o
		}, ErrNoKey},
		{"a newer format", func(t *testing.T, b *Bolt) Options {
			rewrite(t, b, func(h *header, _ *[]byte) { h.format = Format + 1 })
			return b.o
		}, ErrNewerFormat},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, _ := copied(t)
			o := c.do(t, b)
			before, err := os.ReadFile(b.Path())
			if err != nil {
				t.Fatal(err)
			}
			if r, err := Restore(t.Context(), b.dir, o, ""); !errors.Is(err, c.want) || r.Restored {
				t.Errorf("%+v, %v; want %v", r, err, c.want)
			}
			if now, err := os.ReadFile(b.Path()); err != nil || !bytes.Equal(now, before) {
				t.Errorf("the store was changed, %v", err)
			}
		})
	}
}

// A store that opens and has one record that does not is damaged.
func TestRestore_OneRecordIsDamaged(t *testing.T) {
	b, clock := copied(t)
	change(t, b, flipIn(bConnections))
	if r, err := Restore(t.Context(), b.dir, b.o, ""); err != nil || !r.Restored {
		t.Fatalf("%+v, %v", r, err)
	}
	checkRestored(t, b, 3, clock.wall)
}

func TestRestore_ByName(t *testing.T) {
	b, _ := copied(t)
	list := copiesOf(t, b)
	if _, err := Restore(t.Context(), b.dir, b.o, "store-000009-20261127T120000Z.db"); !errors.Is(err, ErrNoCopy) {
		t.Errorf("a copy that is not there: %v", err)
	}
	r, err := Restore(t.Context(), b.dir, b.o, filepath.Base(list[1].Path))
	if err != nil || r.Connections != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	checkRestored(t, b, 2, list[1].Time)
	// Twice is the same again, under another name.
	again, err := Restore(t.Context(), b.dir, b.o, filepath.Base(list[1].Path))
	if err != nil || again.Kept == r.Kept {
		t.Errorf("%+v, %v", again, err)
	}
	scramble(t, list[1].Path)
	content, err := os.ReadFile(b.Path())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), b.dir, b.o, filepath.Base(list[1].Path)); !errors.Is(err, ErrDamaged) {
		t.Errorf("a damaged copy by name: %v", err)
	}
	if now, err := os.ReadFile(b.Path()); err != nil || !bytes.Equal(now, content) {
		t.Error("the store was changed by a restore that failed")
	}
}

func TestRestore_RefusesWithoutHarm(t *testing.T) {
	b, _ := copied(t)
	scramble(t, b.Path())
	wrong := b.o
	wrong.Keys = []KeySource{MemoryKey(bytes.Repeat([]byte{8}, keySize))}
	content, err := os.ReadFile(b.Path())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), b.dir, wrong, ""); !errors.Is(err, ErrWrongKey) {
		t.Errorf("wrong key: %v", err)
	}
	for _, c := range copiesOf(t, b) {
		scramble(t, c.Path)
	}
	if _, err := Restore(t.Context(), b.dir, b.o, ""); !errors.Is(err, ErrNoCopy) {
		t.Errorf("no sound copy: %v", err)
	}
	if now, err := os.ReadFile(b.Path()); err != nil || !bytes.Equal(now, content) {
		t.Error("the store was changed")
	}
	left, err := filepath.Glob(filepath.Join(b.dir, "*", "*"+tempMark+"*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// A process killed between keeping the damaged file and putting the copy in its place left the file with two names.
func TestRestore_KilledInBetween(t *testing.T) {
	b, clock := copied(t)
	kept, err := b.keep()
	if err != nil {
		t.Fatal(err)
	}
	again := open(t, b.dir)
	if list, err := again.List(t.Context()); err != nil || len(list) != 4 {
		t.Errorf("%d connections, %v", len(list), err)
	}
	if there, err := exists(kept); there || err != nil {
		t.Errorf("the second name is still there: %v", err)
	}
	scramble(t, b.Path())
	if _, err := Restore(t.Context(), b.dir, b.o, ""); err != nil {
		t.Fatal(err)
	}
	checkRestored(t, again, 3, clock.wall)
}

// Copies without a store are no reason to make an empty one.
func TestOpen_DoesNotReplaceALostStore(t *testing.T) {
	b, _ := copied(t)
	if err := os.Remove(b.Path()); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), b.dir, options())
	if d := (*DamagedError)(nil); !errors.As(err, &d) || d.Copy == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("Open = %v", err)
	}
}
