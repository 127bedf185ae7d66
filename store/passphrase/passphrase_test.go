package passphrase

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"authdeck/internal/secret"
	"authdeck/store"
)

// answers gives one answer after the other and counts.
type answers struct {
	list  []string
	asked []Ask
}

func (a *answers) ask(_ context.Context, q Ask) (secret.String, error) {
	a.asked = append(a.asked, q)
	if len(a.list) == 0 {
		return secret.String{}, store.ErrNoKey
	}
	next := a.list[0]
	a.list = a.list[1:]
	return secret.New(next), nil
}

// TestVectors: the function is Argon2id, as RFC 9106 §5.3 has it by way of the library, and a slot's parameters choose its cost.
func TestVectors(t *testing.T) {
	// The reference implementation's answer for password, somesalt, t=2, m=65536, p=1 (its README and test.c).
	got := argon2.IDKey([]byte("password"), []byte("somesalt"), 2, 65536, 1, 32)
	if hex.EncodeToString(got) != "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7" {
		t.Errorf("%x", got)
	}
	salt := []byte("0123456789abcdef")
	p := usual(salt)
	if p.time != 3 || p.memory != 64<<10 || p.threads != 4 {
		t.Errorf("the usual cost: %+v", p)
	}
	a := (params{time: 1, memory: 8 << 10, threads: 1, salt: salt}).key("x")
	if bytes.Equal(a, (params{time: 2, memory: 8 << 10, threads: 1, salt: salt}).key("x")) ||
		bytes.Equal(a, (params{time: 1, memory: 8 << 10, threads: 1, salt: []byte("0123456789abcdeg")}).key("x")) ||
		bytes.Equal(a, (params{time: 1, memory: 8 << 10, threads: 1, salt: salt}).key("x ")) {
		t.Error("cost, salt or passphrase make no difference")
	}
	if back, err := decode(p.encode()); err != nil || back.time != p.time || !bytes.Equal(back.salt, salt) {
		t.Errorf("%+v, %v", back, err)
	}
}

// TestBounds: parameters that this program never writes are damage, and cost nothing to refuse.
func TestBounds(t *testing.T) {
	good := params{time: 1, memory: 8 << 10, threads: 1, salt: make([]byte, 16)}
	change := func(f func(*params)) []byte {
		p := good
		f(&p)
		return p.encode()
	}
	for name, encoded := range map[string][]byte{
		"nothing":             nil,
		"cut off":             good.encode()[:5],
		"another version":     slices.Concat([]byte{2}, good.encode()[1:]),
		"no passes":           change(func(p *params) { p.time = 0 }),
		"too many passes":     change(func(p *params) { p.time = 11 }),
		"too little memory":   change(func(p *params) { p.memory = 8<<10 - 1 }),
		"too much memory":     change(func(p *params) { p.memory = 1<<20 + 1 }),
		"no threads":          change(func(p *params) { p.threads = 0 }),
		"too many threads":    change(func(p *params) { p.threads = 17 }),
		"a short salt":        change(func(p *params) { p.salt = make([]byte, 15) }),
		"a long salt":         change(func(p *params) { p.salt = make([]byte, 65) }),
		"all that there is":   bytes.Repeat([]byte{0xff}, 64),
		"the most of a field": binary.BigEndian.AppendUint32([]byte{1}, 1<<31),
	} {
		t.Run(name, func(t *testing.T) {
			a := &answers{list: []string{"x"}}
			began := time.Now()
			_, err := New(a.ask, rand.Reader).SlotKey(t.Context(), "", encoded)
			if !errors.Is(err, store.ErrDamaged) || len(a.asked) != 0 {
				t.Errorf("%v, asked %d times", err, len(a.asked))
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// TestStore: a store opened by a passphrase; a wrong one is its own error and is asked for again; a changed one replaces the old;
// it is asked once however often the store is opened.
func TestStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	open := func(s *Source, create bool) (*store.Bolt, error) {
		return store.Open(t.Context(), dir, store.Options{Keys: []store.KeySource{s}, Create: create})
	}
	a := &answers{list: []string{"correct horse"}}
	first := New(a.ask, rand.Reader)
	b, err := open(first, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(first, false); err != nil || len(a.asked) != 1 || !a.asked[0].New {
		t.Errorf("opened again: %v, asked %+v", err, a.asked)
	}
	a = &answers{list: []string{"wrong", "correct horse"}}
	s := New(a.ask, rand.Reader)
	_, err = open(s, false)
	if !errors.Is(err, store.ErrWrongPassphrase) {
		t.Fatalf("a wrong one: %v", err)
	}
	if _, err := open(s, false); !errors.Is(err, store.ErrWrongPassphrase) || len(a.asked) != 1 {
		t.Errorf("the same answer: %v, asked %+v", err, a.asked)
	}
	if !s.Again() {
		t.Error("it cannot be asked again")
	}
	if _, err := open(s, false); err != nil || len(a.asked) != 2 || !a.asked[1].Again {
		t.Errorf("asked again: %v, %+v", err, a.asked)
	}
	if New(a.ask, rand.Reader).Again() {
		t.Error("nothing was asked, and it is asked again")
	}
	changed := New((&answers{list: []string{"battery staple"}}).ask, rand.Reader)
	if _, err := b.ReplaceSlot(t.Context(), "passphrase", changed); err != nil {
		t.Fatal(err)
	}
	if _, err := open(New((&answers{list: []string{"correct horse"}}).ask, rand.Reader), false); !errors.Is(err, store.ErrWrongPassphrase) {
		t.Errorf("the old one: %v", err)
	}
	if _, err := open(New((&answers{list: []string{"battery staple"}}).ask, rand.Reader), false); err != nil {
		t.Errorf("the new one: %v", err)
	}
	if _, err := open(New((&answers{}).ask, rand.Reader), false); !errors.Is(err, store.ErrNoKey) {
		t.Errorf("nobody to ask: %v", err)
	}
	if _, err := open(New((&answers{list: []string{""}}).ask, rand.Reader), false); !errors.Is(err, store.ErrNoKey) {
		t.Errorf("an empty answer: %v", err)
	}
	if _, _, err := New((&answers{list: []string{""}}).ask, rand.Reader).NewSlotKey(t.Context(), ""); err == nil {
		t.Error("an empty passphrase for a new slot")
	}
}

// TestFromFile: what AUTHDECK_PASSPHRASE_FILE may name.
func TestFromFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, text := range map[string]string{"plain": "a b ", "newline": "a b \n", "crlf": "a b \r\n"} {
		got, err := FromFile(write(name, text, 0o600))(t.Context(), Ask{})
		if err != nil || got.Reveal() != "a b " {
			t.Errorf("%s: %q, %v", name, got.Reveal(), err)
		}
	}
	if got, err := FromFile(write("two", "a\nb\n", 0o600))(t.Context(), Ask{}); err != nil || got.Reveal() != "a\nb" {
		t.Errorf("two lines: %q, %v", got.Reveal(), err)
	}
	if _, err := FromFile(filepath.Join(dir, "none"))(t.Context(), Ask{}); !errors.Is(err, store.ErrNoKey) {
		t.Errorf("missing: %v", err)
	}
	if _, err := FromFile(write("again", "x", 0o600))(t.Context(), Ask{Again: true}); !errors.Is(err, store.ErrWrongKey) {
		t.Errorf("asked again: %v", err)
	}
	if _, err := FromFile(write("open", "x", 0o644))(t.Context(), Ask{}); !errors.Is(err, store.ErrUnsafe) {
		t.Errorf("readable by others: %v", err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "plain"), link); err != nil {
		t.Fatal(err)
	}
	if _, err := FromFile(link)(t.Context(), Ask{}); !errors.Is(err, store.ErrUnsafe) {
		t.Errorf("a link: %v", err)
	}
}

func FuzzKeySlot(f *testing.F) {
	f.Add(usual(make([]byte, 16)).encode())
	f.Add([]byte{1, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, encoded []byte) {
		p, err := decode(encoded)
		if err != nil {
			if !errors.Is(err, store.ErrDamaged) {
				t.Errorf("%v", err)
			}
			return
		}
		if p.memory > 1<<20 || p.time > 10 || p.threads > 16 || !bytes.Equal(p.encode(), encoded) {
			t.Errorf("%+v", p)
		}
	})
}

// BenchmarkUnlock is a fresh start with a passphrase.
func BenchmarkUnlock(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "data")
	source := func() *Source { return New((&answers{list: []string{"correct horse"}}).ask, rand.Reader) }
	if _, err := store.Open(b.Context(), dir, store.Options{Keys: []store.KeySource{source()}, Create: true}); err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		if _, err := store.Open(b.Context(), dir, store.Options{Keys: []store.KeySource{source()}}); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
}
