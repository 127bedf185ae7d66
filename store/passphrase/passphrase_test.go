package passphrase

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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

// TestVectors: a slot's key is Argon2id of the passphrase as it was typed, with the slot's salt and cost (RFC 9106). The
// answers are OpenSSL's; the last one stands in the test.c of the reference implementation as well.
func TestVectors(t *testing.T) {
	for _, c := range []struct {
		name, passphrase string
		p                params
		want             string
	}{
		{"a new slot's cost", "correct horse", usual([]byte("0123456789abcdef")), "2f56f5363a695288ff28810e46ad69a1fe3068bc6494cd26a8a673b7d9c2b0a2"},
		{
			"the least cost, beyond ASCII", "Käse 🧀",
			params{time: 1, memory: 8 << 10, threads: 1, salt: countTo(16)},
			"dbe2384231cbf3531c2eba201e44de616ae729e6f58fcf05453b5b96ffdf2f81",
		},
		{"most threads, longest salt", "p", params{time: 2, memory: 8 << 10, threads: 16, salt: countTo(64)}, "b0f14c5f1525e10853d118e069301bb62497b466dbcd6f9d6d42d6db961f0152"},
		{"the reference's own", "password", params{time: 2, memory: 64 << 10, threads: 1, salt: []byte("somesalt")}, "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := hex.EncodeToString(c.p.key([]byte(c.passphrase))); got != c.want {
				t.Errorf("key %s, want %s", got, c.want)
			}
			if len(c.p.salt) < saltSize {
				return // no slot has it
			}
			a := &answers{list: []string{c.passphrase}}
			key, err := New(a.ask, rand.Reader).SlotKey(t.Context(), "", c.p.encode())
			if err != nil || hex.EncodeToString(key) != c.want {
				t.Errorf("SlotKey %x, %v", key, err)
			}
		})
	}
	if p := usual(nil); p.time != 3 || p.memory != 64<<10 || p.threads != 4 || saltSize != 16 {
		t.Errorf("a new slot costs %+v", p)
	}
	// As it was typed: the same letters in another normal form are another passphrase.
	p := params{time: 1, memory: 8 << 10, threads: 1, salt: countTo(16)}
	if bytes.Equal(p.key([]byte("\u00e4")), p.key([]byte("a\u0308"))) {
		t.Error("the passphrase was normalised")
	}
}

// countTo is n bytes 0, 1, 2, ….
func countTo(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
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
	for name, p := range map[string]params{
		"the least": {time: 1, memory: 8 << 10, threads: 1, salt: countTo(16)},
		"the most":  {time: 10, memory: 1 << 20, threads: 16, salt: countTo(64)},
	} {
		if got, err := decode(p.encode()); err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%s within bounds: %+v, %v", name, got, err)
		}
	}
}

// TestOneQuestion: however many ask at once, a person is asked once, and whoever does not want to wait need not.
func TestOneQuestion(t *testing.T) {
	asking, answer := make(chan struct{}), make(chan struct{})
	asked := 0
	s := New(func(context.Context, Ask) (secret.String, error) {
		if asked++; asked == 1 {
			close(asking)
		}
		<-answer
		return secret.New("correct horse"), nil
	}, rand.Reader)
	encoded := params{time: 1, memory: 8 << 10, threads: 1, salt: countTo(16)}.encode()
	keys := make(chan []byte, 8)
	var wg sync.WaitGroup
	for range cap(keys) {
		wg.Go(func() {
			key, err := s.SlotKey(t.Context(), "", encoded)
			if err != nil {
				t.Error(err)
			}
			keys <- key
		})
	}
	<-asking
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.SlotKey(ctx, "", encoded); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for the question of another: %v", err)
	}
	if _, _, err := s.NewSlotKey(ctx, ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a new slot meanwhile: %v", err)
	}
	close(answer)
	wg.Wait()
	close(keys)
	first := <-keys
	for key := range keys {
		if len(key) != keySize || !bytes.Equal(key, first) {
			t.Error("different keys")
		}
	}
	for range 2 { // a caller's copy is its own, also of a key that was kept
		again, err := s.SlotKey(t.Context(), "", encoded)
		if err != nil || !bytes.Equal(again, first) || asked != 1 {
			t.Errorf("asked %d times, %v", asked, err)
		}
		clear(again)
	}
}

// TestRefusedAnswer: what the asker says goes to the caller, and the next one is asked again.
func TestRefusedAnswer(t *testing.T) {
	encoded := params{time: 1, memory: 8 << 10, threads: 1, salt: countTo(16)}.encode()
	left := errors.New("the person left")
	refuse := true
	s := New(func(context.Context, Ask) (secret.String, error) {
		if refuse {
			return secret.String{}, left
		}
		return secret.New("x"), nil
	}, rand.Reader)
	if _, err := s.SlotKey(t.Context(), "", encoded); !errors.Is(err, left) || s.Again() {
		t.Errorf("refused: %v", err)
	}
	if _, _, err := s.NewSlotKey(t.Context(), ""); !errors.Is(err, left) {
		t.Errorf("a new slot refused: %v", err)
	}
	refuse = false
	if _, err := s.SlotKey(t.Context(), "", encoded); err != nil {
		t.Errorf("answered: %v", err)
	}
}

// TestMemoryGoesBack: the 64 MiB of a derivation do not stay with an idle process.
func TestMemoryGoesBack(t *testing.T) {
	a := &answers{list: []string{"x"}}
	if _, err := New(a.ask, rand.Reader).SlotKey(t.Context(), "", usual(countTo(16)).encode()); err != nil {
		t.Fatal(err)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if kept := m.HeapSys - m.HeapReleased; kept > 32<<20 {
		t.Errorf("the process keeps %d MiB", kept>>20)
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
	keyFile := filepath.Join(t.TempDir(), "key")
	if err := store.CreateKeyFile(keyFile, rand.Reader); err != nil {
		t.Fatal(err)
	}
	other, err := b.AddSlot(t.Context(), store.KeyFile(keyFile))
	if err != nil {
		t.Fatal(err)
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
	// The other slots stay what they were.
	if _, err := store.Open(t.Context(), dir, store.Options{Keys: []store.KeySource{store.KeyFile(keyFile)}}); err != nil {
		t.Errorf("the key file after the change: %v", err)
	}
	if slots, err := b.Slots(t.Context()); err != nil || len(slots) != 2 || !slices.ContainsFunc(slots, func(i store.SlotInfo) bool { return i.ID == other.ID }) {
		t.Errorf("slots %+v, %v", slots, err)
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
	if got, err := FromFile(write("cr", "a\r", 0o600))(t.Context(), Ask{New: true}); err != nil || got.Reveal() != "a\r" {
		t.Errorf("CR without LF: %q, %v", got.Reveal(), err)
	}
	if got, err := FromFile(write("breaks", "a\n\n", 0o600))(t.Context(), Ask{}); err != nil || got.Reveal() != "a\n" {
		t.Errorf("two line breaks: %q, %v", got.Reveal(), err)
	}
	if _, err := FromFile(write("long", strings.Repeat("x", 64<<10+1), 0o600))(t.Context(), Ask{}); err == nil {
		t.Error("more than 64 KiB")
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

// FuzzKeySlot: whatever stands in a slot is damage, refused before anybody is asked or anything computed, or a cost within
// bounds that is written as it was read.
func FuzzKeySlot(f *testing.F) {
	f.Add(usual(countTo(16)).encode())
	f.Add(params{time: 10, memory: 1 << 20, threads: 16, salt: countTo(64)}.encode())
	f.Add([]byte{1, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, encoded []byte) {
		p, err := decode(encoded)
		if err == nil {
			if p.time < 1 || p.time > 10 || p.memory < 8<<10 || p.memory > 1<<20 || p.threads < 1 || p.threads > 16 ||
				len(p.salt) < 16 || len(p.salt) > 64 || !bytes.Equal(p.encode(), encoded) {
				t.Errorf("%+v", p)
			}
			return
		}
		asked := func(context.Context, Ask) (secret.String, error) {
			t.Error("somebody was asked")
			return secret.String{}, store.ErrNoKey
		}
		if _, err := New(asked, rand.Reader).SlotKey(t.Context(), "", encoded); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%v", err)
		}
	})
}

// BenchmarkUnlock is a fresh start with a passphrase: the median time, and the most memory that the process had. Since the memory
// goes back each time, each turn pays for its pages as a new process does.
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
	// Linux names it; elsewhere there is no figure.
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		var kib float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kib); n == 1 {
			b.ReportMetric(kib/1024, "peak-MiB")
		}
	}
}
