package store

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestCompact_KeepsAllAndTheReserve(t *testing.T) {
	b, ids := smallStore(t)
	truth, errs := readAll(t, b, ids)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	big := put(t, b, Connection{Name: "big", UserData: []byte(strings.Repeat("x", 300_000))}, Write{})
	if err := b.write(t.Context(), func(x *txn) error { return x.remove(big.ID, Write{}) }); err != nil {
		t.Fatal(err)
	}
	other := open(t, b.dir)
	r, err := b.Compact(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.After >= r.Before || r.After != sizeOf(t, b.Path()) {
		t.Errorf("%+v, and the file has %d bytes", r, sizeOf(t, b.Path()))
	}
	// Its answers count on the reserve right away, on a disk that has become full.
	if s, err := b.Status(t.Context()); err != nil || s.Free < reserve {
		t.Errorf("%d bytes are free, %v", s.Free, err)
	}
	for _, s := range []*Bolt{b, other, open(t, b.dir)} {
		if got, errs := readAll(t, s, ids); errors.Join(errs...) != nil || !gocmp.Equal(truth, got, compare) {
			t.Errorf("not all is there: %v", errors.Join(errs...))
		}
	}
	put(t, other, sample(50), Write{})
	check(t, b)
}

func TestCompact_ByItselfWhenMostIsFree(t *testing.T) {
	b := open(t, folder(t))
	c := put(t, b, Connection{Name: "big", UserData: []byte(strings.Repeat("x", 2<<20))}, Write{})
	before := sizeOf(t, b.Path())
	c.UserData = nil
	c = put(t, b, c, Write{})
	if after := sizeOf(t, b.Path()); after >= before/4 {
		t.Errorf("%d bytes before, %d after", before, after)
	}
	for range 10 { // and not again for nothing
		now := fileID(t, b.Path())
		c = put(t, b, c, Write{})
		if !os.SameFile(now, fileID(t, b.Path())) {
			t.Error("it was compacted again")
		}
	}
	check(t, b)
}

func fileID(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// What another process acknowledged while the file was replaced again and again is in the file that remains.
func TestCompact_LosesNoWriteOfOthers(t *testing.T) {
	dir := folder(t)
	b := open(t, dir)
	victim := put(t, b, Connection{Name: "victim"}, Write{})
	p := start(t, "put", dir)
	p.line(t)
	rounds := 10
	if long() {
		rounds = 200
	}
	acknowledged := uint64(0)
	said := func(text string) {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("the child failed: %s", text)
		}
		acknowledged = n
	}
	for range rounds {
		if _, err := b.Compact(t.Context()); err != nil {
			t.Fatal(err)
		}
		said(p.line(t))
	}
	_ = p.Process.Kill()
	for p.out.Scan() {
		said(p.out.Text())
	}
	_ = p.Wait()
	c, err := open(t, dir).Get(t.Context(), victim.ID)
	if err != nil || acknowledged == 0 || c.Generation < acknowledged {
		t.Errorf("generation %d, and %d was acknowledged; %v", c.Generation, acknowledged, err)
	}
	check(t, b)
}

func TestCompact_LeavesADamagedFileAlone(t *testing.T) {
	b, _ := smallStore(t)
	content, err := os.ReadFile(b.Path())
	if err != nil {
		t.Fatal(err)
	}
	for i := 2 * os.Getpagesize(); i < len(content); i += os.Getpagesize() {
		content[i] ^= 0xff // every page claims to be another
	}
	if err := os.WriteFile(b.Path(), content, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Compact(t.Context()); !errors.Is(err, ErrDamaged) {
		t.Errorf("Compact = %v", err)
	}
	now, err := os.ReadFile(b.Path())
	if err != nil || string(now) != string(content) {
		t.Errorf("the damaged file was changed, %v", err)
	}
	if left, err := filepath.Glob(b.Path() + tempMark + "*"); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
