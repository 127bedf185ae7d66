package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"authdeck/internal/secret"
)

// everything is all that can be read of a store.
type everything struct {
	connections []Connection
	list        []Summary
	history     []Event
	settings    map[string]json.RawMessage
	intent      *Intent
}

// readAll reads what it can; a part that fails is left out and its error returned.
func readAll(t *testing.T, b *Bolt, ids []string) (everything, []error) {
	ctx := t.Context()
	var e everything
	var errs []error
	for _, id := range ids {
		c, err := b.Get(ctx, id)
		errs = append(errs, err)
		if err == nil {
			e.connections = append(e.connections, c)
		}
	}
	var err error
	e.list, err = b.List(ctx)
	errs = append(errs, err)
	e.history, err = b.History(ctx, "")
	errs = append(errs, err)
	e.settings, err = b.Settings(ctx, "integration")
	errs = append(errs, err)
	e.intent, err = b.Intent(ctx, ids[0])
	return e, append(errs, err)
}

var compare = gocmp.Options{
	gocmp.Comparer(func(a, b secret.String) bool { return a.Equal(b) }),
	gocmp.AllowUnexported(everything{}),
}

// smallStore has a few of everything.
func smallStore(t *testing.T) (*Bolt, []string) {
	t.Helper()
	b := open(t, folder(t))
	var ids []string
	for i := range 3 {
		c := put(t, b, sample(i), Write{Events: []Event{{Time: time.Unix(int64(i), 0), Event: "login"}}})
		ids = append(ids, c.ID)
	}
	err := errors.Join(b.SetIntent(t.Context(), ids[0], &Intent{Generation: 1, Sent: true}),
		b.PutSetting(t.Context(), "integration", "demo", map[string]string{"client_secret": "s"}))
	if err != nil {
		t.Fatal(err)
	}
	return b, ids
}

func TestDamage_FlippedBytesNeverGiveAWrongSecret(t *testing.T) {
	b, ids := smallStore(t)
	truth, errs := readAll(t, b, ids)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	step, masks := 397, [][]byte{{0x01}, {0xff}}
	if long() {
		step, masks = 1, [][]byte{{0x01, 0xff}}
	}
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
	flipped, noticed := 0, 0
	for i := range content {
		// Heads of pages hold what is not sealed: always all of them.
		if !used[i/os.Getpagesize()] || i%step != 0 && i%os.Getpagesize() > 40 {
			continue
		}
		for _, mask := range masks[i%len(masks)] {
			if _, err := f.WriteAt([]byte{content[i] ^ mask}, int64(i)); err != nil {
				t.Fatal(err)
			}
			flipped++
			again, err := Open(t.Context(), b.dir, options())
			if err != nil {
				noticed++
				checkDamage(t, i, err)
				continue
			}
			got, errs := readAll(t, again, ids)
			if err := errors.Join(errs...); err != nil {
				noticed++
				for _, err := range errs {
					checkDamage(t, i, err)
				}
			}
			checkTrue(t, i, truth, got)
		}
		if _, err := f.WriteAt(content[i:i+1], int64(i)); err != nil {
			t.Fatal(err)
		}
	}
	if noticed == 0 {
		t.Error("no flip was noticed: the test reads nothing")
	}
	t.Logf("%d flips in %d bytes, %d noticed", flipped, len(content), noticed)
	if got, errs := readAll(t, b, ids); errors.Join(errs...) != nil || !gocmp.Equal(truth, got, compare) {
		t.Error("the store is not as it was")
	}
}

// usedPages tells the pages that bbolt reads from those that are free.
func usedPages(t *testing.T, b *Bolt) map[int]bool {
	t.Helper()
	used := map[int]bool{}
	err := b.with(t.Context(), measuring, func(tx *bbolt.Tx) error {
		for id := 0; ; id++ {
			p, err := tx.Page(id)
			if err != nil || p == nil {
				return err
			}
			for n := range p.OverflowCount + 1 {
				used[id+n] = p.Type != "free"
			}
			id += p.OverflowCount
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return used
}

func checkDamage(t *testing.T, at int, err error) {
	t.Helper()
	if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrBusy) {
		t.Errorf("byte %d: %v", at, err)
	}
	if errors.Is(err, ErrBusy) {
		t.Fatalf("byte %d: a damaged file leaves it locked: %v", at, err)
	}
}

// checkTrue holds what was read against the truth: less is possible, other is not.
func checkTrue(t *testing.T, at int, truth, got everything) {
	t.Helper()
	for _, c := range got.connections {
		ok := false
		for _, want := range truth.connections {
			want.History = c.History // a number for the list only
			ok = ok || gocmp.Equal(want, c, compare)
		}
		if !ok {
			t.Errorf("byte %d: a wrong connection was read", at)
		}
	}
	for _, s := range got.list {
		ok := false
		for _, want := range truth.list {
			want.Refreshing = s.Refreshing
			ok = ok || gocmp.Equal(want, s, compare)
		}
		if !ok {
			t.Errorf("byte %d: a wrong summary was read", at)
		}
	}
	for _, e := range got.history {
		ok := false
		for _, want := range truth.history {
			ok = ok || e == want
		}
		if !ok {
			t.Errorf("byte %d: a wrong event was read", at)
		}
	}
	for k, v := range got.settings {
		if string(truth.settings[k]) != string(v) {
			t.Errorf("byte %d: a wrong setting was read", at)
		}
	}
	if got.intent != nil && *got.intent != *truth.intent {
		t.Errorf("byte %d: a wrong intent was read", at)
	}
}

func TestDamage_CutOffFile(t *testing.T) {
	b, ids := smallStore(t)
	content, err := os.ReadFile(b.Path())
	if err != nil {
		t.Fatal(err)
	}
	used := 0
	if err := b.view(t.Context(), func(t *txn) error { used = int(t.Size()); return nil }); err != nil {
		t.Fatal(err)
	}
	for size := 0; size < used; size += 3000 {
		if err := os.WriteFile(b.Path(), content[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		_, getErr := b.Get(t.Context(), ids[0])
		_, putErr := b.Put(t.Context(), sample(9), Write{})
		if !errors.Is(getErr, ErrDamaged) {
			t.Fatalf("read of %d of %d bytes: %v", size, len(content), getErr)
		}
		if !errors.Is(putErr, ErrDamaged) {
			t.Fatalf("write of %d of %d bytes: %v", size, len(content), putErr)
		}
		if now, err := os.ReadFile(b.Path()); err != nil || !bytes.Equal(now, content[:size]) {
			t.Fatalf("%d bytes: the damaged file was changed", size)
		}
	}
	if err := os.WriteFile(b.Path(), content, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Get(t.Context(), ids[0]); err != nil {
		t.Errorf("the whole file again: %v", err)
	}
}

// Wrong key and damage are different errors (reference/security.md §4).
func TestDamage_IsNotAWrongKey(t *testing.T) {
	flip := func(bucket, key string) func(t *testing.T, b *Bolt) {
		return func(t *testing.T, b *Bolt) {
			err := b.with(t.Context(), writing, func(tx *bbolt.Tx) error {
				c := tx.Bucket([]byte(bucket)).Cursor()
				k, v := c.Seek([]byte(key))
				v = bytes.Clone(v)
				v[len(v)/2] ^= 1
				return tx.Bucket([]byte(bucket)).Put(bytes.Clone(k), v)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	other := options()
	other.Keys = []KeySource{MemoryKey(bytes.Repeat([]byte{8}, keySize))}
	kind := options()
	kind.Keys = []KeySource{kindOf{MemoryKey(testKey), SlotPassphrase}}
	for _, c := range []struct {
		name   string
		o      Options
		damage func(t *testing.T, b *Bolt)
		want   error
	}{
		{"right key", options(), nil, nil},
		{"wrong key", other, nil, ErrWrongKey},
		{"key of a kind without a slot", kind, nil, ErrNoKey},
		{"damaged slot", options(), flip(bSlots, ""), ErrDamaged},
		{"damaged slot, wrong key", other, flip(bSlots, ""), ErrDamaged},
		{"damaged header", options(), flip(bMeta, headerKey), ErrDamaged},
		{"damaged header, wrong key", other, flip(bMeta, headerKey), ErrDamaged},
		{"header of another master key", options(), func(t *testing.T, b *Bolt) {
			// A forger can make the checksum right, not the MAC.
			err := b.with(t.Context(), writing, func(tx *bbolt.Tx) error {
				h, err := readHeader(tx)
				if err != nil {
					return err
				}
				h.created = h.created.Add(time.Hour)
				value, err := h.encode(testKey)
				return errors.Join(err, tx.Bucket([]byte(bMeta)).Put([]byte(headerKey), value))
			})
			if err != nil {
				t.Fatal(err)
			}
		}, ErrDamaged},
		{"not a store at all", options(), func(t *testing.T, b *Bolt) {
			if err := os.WriteFile(b.Path(), bytes.Repeat([]byte("x"), 1<<16), 0o600); err != nil {
				t.Fatal(err)
			}
		}, ErrDamaged},
		{"empty file", options(), func(t *testing.T, b *Bolt) {
			if err := os.Truncate(b.Path(), 0); err != nil {
				t.Fatal(err)
			}
		}, ErrDamaged},
		{"gone", Options{Keys: options().Keys}, func(t *testing.T, b *Bolt) {
			if err := os.Remove(b.Path()); err != nil {
				t.Fatal(err)
			}
		}, fs.ErrNotExist},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, _ := smallStore(t)
			if c.damage != nil {
				c.damage(t, b)
			}
			if _, err := Open(t.Context(), b.dir, c.o); !errors.Is(err, c.want) {
				t.Errorf("Open = %v, want %v", err, c.want)
			}
		})
	}
}

type kindOf struct {
	KeySource
	kind SlotKind
}

func (k kindOf) Kind() SlotKind { return k.kind }
