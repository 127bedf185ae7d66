package store

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// twoClocks is a clock that a test moves, both readings apart.
type twoClocks struct {
	wall time.Time
	mono time.Duration
}

func (c *twoClocks) Wall() time.Time     { return c.wall }
func (c *twoClocks) Mono() time.Duration { return c.mono }

func (c *twoClocks) pass(d time.Duration) { c.wall, c.mono = c.wall.Add(d), c.mono+d }

func copiesOf(t *testing.T, b *Bolt) []Copy {
	t.Helper()
	list, err := Copies(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestCopies_AreMadeAfterAChange(t *testing.T) {
	c := &twoClocks{wall: time.Date(2026, 11, 27, 12, 0, 0, 5e8, time.UTC)}
	o := options()
	o.Clock = c
	b, err := Open(t.Context(), folder(t), o)
	if err != nil {
		t.Fatal(err)
	}
	var last Connection
	steps := []struct {
		name string
		move func()
		made bool // by the write after it
	}{
		{"the first write", func() {}, true},
		{"right after it", func() {}, false},
		{"within ten minutes", func() { c.pass(10*time.Minute - time.Second) }, false},
		{"after ten minutes", func() { c.pass(time.Second) }, true},
		{"a third", func() { c.pass(time.Hour) }, true},
		{"a fourth drops the first", func() { c.pass(time.Hour) }, true},
		{"the clock is set back by a year", func() { c.wall = c.wall.AddDate(-1, 0, 0) }, true},
		{"and goes on there", func() { c.pass(9 * time.Minute) }, false},
		{"for ten minutes", func() { c.pass(time.Minute) }, true},
		{"the clock is set right", func() { c.wall = c.wall.AddDate(1, 0, 0) }, true},
		{"an idle day", func() { c.pass(24 * time.Hour) }, true},
	}
	made := 0
	for i, s := range steps {
		s.move()
		if _, err := b.List(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(copiesOf(t, b)); n != min(made, copiesKept) {
			t.Fatalf("%s: a read made a copy", s.name)
		}
		last = put(t, b, sample(i), Write{})
		if s.made {
			made++
		}
		list := copiesOf(t, b)
		if len(list) != min(made, copiesKept) || list[0].number != made {
			t.Fatalf("%s: %d copies, the newest is number %d, want %d", s.name, len(list), list[0].number, made)
		}
		if s.made && !list[0].Time.Equal(c.wall.Truncate(time.Second)) {
			t.Errorf("%s: the newest copy is of %s", s.name, list[0].Time)
		}
	}
	if status, err := b.Status(t.Context()); err != nil || status.LastCopy == nil || *status.LastCopy != c.wall.Format(time.RFC3339) {
		t.Errorf("last copy %v, %v", status.LastCopy, err)
	}
	if r := check(t, b); len(r.Copies) != copiesKept {
		t.Errorf("%d sound copies", len(r.Copies))
	}
	if _, err := b.Get(t.Context(), last.ID); err != nil {
		t.Error(err)
	}
}

// What cannot be copied is written all the same, said by a check, and tried again after a rest.
func TestCopies_NeverFailAWrite(t *testing.T) {
	c := &twoClocks{wall: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)}
	o := options()
	o.Clock = c
	b, err := Open(t.Context(), folder(t), o)
	if err != nil {
		t.Fatal(err)
	}
	inTheWay := filepath.Join(b.dir, copiesFolder)
	if err := os.WriteFile(inTheWay, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	stored := put(t, b, sample(1), Write{})
	if r, err := b.Check(t.Context()); err != nil || len(r.Problems) == 0 || r.LastCopy != nil {
		t.Errorf("check says %q, %v", r.Problems, err)
	}
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	stored = put(t, b, stored, Write{})
	if n := len(copiesOf(t, b)); n != 0 {
		t.Errorf("%d copies without a rest", n)
	}
	c.pass(upkeepRest)
	put(t, b, stored, Write{})
	if n := len(copiesOf(t, b)); n != 1 {
		t.Errorf("%d copies after the rest", n)
	}
	check(t, b)
}

func TestCopies_ManyProcessesMakeOne(t *testing.T) {
	dir := folder(t)
	b := open(t, dir)
	if err := b.write(t.Context(), func(x *txn) error {
		_, err := x.putConnection(Connection{Name: "shared"}, Write{})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var all []*process
	for range 6 {
		all = append(all, start(t, "write", dir))
	}
	var writers sync.WaitGroup
	for _, p := range all {
		writers.Go(func() { p.write(t, 1) })
	}
	writers.Wait()
	if list := copiesOf(t, b); len(list) != 1 || list[0].number != 1 {
		t.Errorf("copies %+v", list)
	}
	check(t, b)
}

// An automatic copy does not wait for a process that makes one, the one before a rekey does.
func TestCopies_OneMakerAtATime(t *testing.T) {
	b := open(t, folder(t))
	release, ok, err := b.lockCopies(t.Context(), false)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	put(t, b, sample(1), Write{})
	if list := copiesOf(t, b); len(list) > 0 {
		t.Errorf("copies %+v", list)
	}
	done := make(chan error, 1)
	go func() { done <- b.copyNow(t.Context()) }()
	release()
	if err := <-done; err != nil || len(copiesOf(t, b)) != 1 {
		t.Errorf("copyNow = %v", err)
	}
}

func TestCopies_OtherFilesAreNone(t *testing.T) {
	b := open(t, folder(t))
	put(t, b, sample(1), Write{})
	names := []string{
		"store-000002-20261127T120000Z.db.new-00", "store-2-20261127T120000Z.db", "store-000002-2026.db", "x", "store-000002-20261127T120000Z",
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(b.dir, copiesFolder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(b.dir, copiesFolder, "store-000009-20261127T120000Z.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	if list := copiesOf(t, b); len(list) != 1 {
		t.Errorf("copies %+v", list)
	}
	if list, err := Copies(t.TempDir()); err != nil || len(list) != 0 {
		t.Errorf("copies %+v, %v", list, err)
	}
	if err := b.copyNow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(b.dir, copiesFolder, names[0])); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what a killed maker left is still there: %v", err)
	}
}
