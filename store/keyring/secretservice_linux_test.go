package keyring

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	ring "github.com/zalando/go-keyring"

	"authdeck/internal/testserver"
	"authdeck/store"
)

// TestSecretService asks the real thing: dbus and gnome-keyring, each row on a bus of its own.
func TestSecretService(t *testing.T) {
	for _, c := range []struct {
		name    string
		bus     bool
		address string // of the bus, without one of its own
		inside  func(t *testing.T)
	}{
		{"unlocked", true, "", unlocked},
		{"the store over it", true, "", storeOverIt},
		{"locked", true, "", locked},
		{"never set up", true, "", neverSetUp},
		{"hanging", true, "", hanging},
		{"hanging for the default time", true, "", hangingByDefault},
		{"no service on the bus", true, "", absent},
		{"no bus", false, "", noBus},
		{"the bus is gone", false, "unix:path=/nonexistent/bus", absent},
		{"the service ended", true, "", ended},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			if os.Getenv(inside) != "" {
				c.inside(t)
				return
			}
			t.Parallel()
			if _, err := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Getuid())); err == nil && !c.bus && c.address == "" {
				testserver.Missing(t, "a user without a session bus")
			}
			again(t, c.bus, c.address)
		})
	}
}

// made is a Source and the key of the item that it made.
func made(t *testing.T, o Options) (*Source, []byte) {
	t.Helper()
	s := New(o)
	key, params, err := s.NewSlotKey(t.Context(), id)
	if err != nil || len(key) != keySize || len(params) != 0 {
		t.Fatalf("%d bytes, params %q, %v", len(key), params, err)
	}
	return s, key
}

func unlocked(t *testing.T) {
	startDaemon(t, "pw")
	if err := New(Options{}).Available(t.Context()); err != nil {
		t.Errorf("Available: %v", err)
	}
	s, key := made(t, Options{})
	if again, err := New(Options{}).SlotKey(t.Context(), id, nil); err != nil || !bytes.Equal(again, key) {
		t.Errorf("read back: equal %t, %v", bytes.Equal(again, key), err)
	}
	if value, err := ring.Get("authdeck", id); err != nil || value != base64.StdEncoding.EncodeToString(key) {
		t.Errorf("the item is not the key in base64, %v", err)
	}
	// A living slot may use it.
	if _, again := made(t, Options{}); !bytes.Equal(again, key) {
		t.Error("the second NewSlotKey made another key")
	}
	other := strings.Repeat("f", idSize)
	if _, err := s.SlotKey(t.Context(), other, nil); !errors.Is(err, ErrItemGone) || errors.Is(err, store.ErrNoKey) {
		t.Errorf("another store's item: %v", err)
	}
	if err := s.Forget(t.Context(), other); err != nil {
		t.Errorf("forget what is not there: %v", err)
	}
	if err := s.Forget(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SlotKey(t.Context(), id, nil); !errors.Is(err, ErrItemGone) {
		t.Errorf("after Forget: %v", err)
	}
	if _, again := made(t, Options{}); bytes.Equal(again, key) {
		t.Error("a forgotten key came back")
	}
	for _, value := range []string{"", "short", base64.StdEncoding.EncodeToString(key[1:]), base64.StdEncoding.EncodeToString(append(key, 1))} {
		if err := ring.Set(service, id, value); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SlotKey(t.Context(), id, nil); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("an item of %d characters: %v", len(value), err)
		}
		if _, _, err := s.NewSlotKey(t.Context(), id); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("a new slot over an item of %d characters: %v", len(value), err)
		}
	}
}

func storeOverIt(t *testing.T) {
	startDaemon(t, "pw")
	dir := filepath.Join(t.TempDir(), "data")
	source := &recording{Source: New(Options{})}
	open := func() (*store.Bolt, error) {
		return store.Open(t.Context(), dir, store.Options{Keys: []store.KeySource{source}, Create: true})
	}
	b, err := open()
	if err != nil {
		t.Fatal(err)
	}
	status, err := b.Status(t.Context())
	if err != nil || status.UnlockedBy != store.SlotKeyring || len(status.Slots) != 1 {
		t.Errorf("%+v, %v", status, err)
	}
	// A second slot shares the key of the first, and does not take it along.
	info, err := b.AddSlot(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.RemoveSlot(t.Context(), info.ID); err != nil {
		t.Fatal(err)
	}
	if b, err = open(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(b.Path())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := ring.Get(service, source.id)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		do   func() error
		want error
	}{
		{"another key", func() error {
			return ring.Set(service, source.id, base64.StdEncoding.EncodeToString(make([]byte, keySize)))
		}, store.ErrWrongKey},
		{"a damaged item", func() error { return ring.Set(service, source.id, raw[:20]) }, store.ErrDamaged},
		{"no item", func() error { return ring.Delete(service, source.id) }, ErrItemGone},
	} {
		if err := c.do(); err != nil {
			t.Fatal(err)
		}
		if _, err := open(); !errors.Is(err, c.want) || strings.Contains(err.Error(), raw[:8]) {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, err := open(); !errors.Is(c.want, ErrItemGone) && errors.Is(err, store.ErrNoKey) {
			t.Errorf("%s is called no key: %v", c.name, err)
		}
		if after, err := os.ReadFile(b.Path()); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s: the store was touched, %v", c.name, err)
		}
	}
	if _, err := open(); err == nil || !strings.Contains(err.Error(), "passphrase") {
		t.Errorf("no hint in %v", err)
	}
}

// recording notes the id of the store that asks.
type recording struct {
	*Source
	id string
}

func (r *recording) NewSlotKey(ctx context.Context, storeID string) (key, params []byte, err error) {
	r.id = storeID
	return r.Source.NewSlotKey(ctx, storeID)
}

func locked(t *testing.T) {
	d := startDaemon(t, "pw")
	made(t, Options{})
	d.end()
	startDaemon(t, "")
	s := New(Options{})
	began := time.Now()
	if _, err := s.SlotKey(t.Context(), id, nil); !errors.Is(err, ErrLocked) || errors.Is(err, store.ErrNoKey) {
		t.Errorf("SlotKey: %v", err)
	}
	if _, _, err := s.NewSlotKey(t.Context(), id); !errors.Is(err, ErrLocked) {
		t.Errorf("NewSlotKey: %v", err)
	}
	if err := s.Forget(t.Context(), id); !errors.Is(err, ErrLocked) {
		t.Errorf("Forget: %v", err)
	}
	if err := s.Available(t.Context()); !errors.Is(err, ErrLocked) {
		t.Errorf("Available: %v", err)
	}
	if took := time.Since(began); took > defaultTime {
		t.Errorf("it took %s to say so", took)
	}
}

func neverSetUp(t *testing.T) {
	startDaemon(t, "")
	if _, err := New(Options{}).SlotKey(t.Context(), id, nil); !errors.Is(err, ErrLocked) {
		t.Errorf("SlotKey: %v", err)
	}
	if _, _, err := New(Options{}).NewSlotKey(t.Context(), id); !errors.Is(err, ErrLocked) {
		t.Errorf("NewSlotKey: %v", err)
	}
}

func hanging(t *testing.T) {
	d := startDaemon(t, "pw")
	s, key := made(t, Options{Timeout: 200 * time.Millisecond})
	d.signal(t, syscall.SIGSTOP)
	for range 3 { // the second and third wait for the first one's goroutine
		began := time.Now()
		if _, err := s.SlotKey(t.Context(), id, nil); !errors.Is(err, ErrTimeout) || errors.Is(err, store.ErrNoKey) {
			t.Errorf("SlotKey: %v", err)
		}
		if took := time.Since(began); took < 200*time.Millisecond || took > 2*time.Second {
			t.Errorf("it took %s", took)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := New(Options{}).SlotKey(ctx, id, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := New(Options{}).SlotKey(ctx, id, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("its own deadline: %v", err)
	}
	d.signal(t, syscall.SIGCONT)
	s.timeout = 20 * time.Second
	if again, err := s.SlotKey(t.Context(), id, nil); err != nil || !bytes.Equal(again, key) {
		t.Errorf("continued: %v", err)
	}
}

func hangingByDefault(t *testing.T) {
	d := startDaemon(t, "pw")
	s, _ := made(t, Options{})
	d.signal(t, syscall.SIGSTOP)
	defer d.signal(t, syscall.SIGCONT)
	began := time.Now()
	if _, _, err := s.NewSlotKey(t.Context(), id); !errors.Is(err, ErrTimeout) {
		t.Errorf("NewSlotKey: %v", err)
	}
	if took := time.Since(began); took < 3*time.Second || took > 4*time.Second {
		t.Errorf("it took %s, want 3 s", took)
	}
}

func absent(t *testing.T) {
	s := New(Options{})
	if _, err := s.SlotKey(t.Context(), id, nil); !errors.Is(err, ErrAbsent) || !errors.Is(err, store.ErrNoKey) {
		t.Errorf("SlotKey: %v", err)
	}
	if err := s.Forget(t.Context(), id); !errors.Is(err, ErrAbsent) {
		t.Errorf("Forget: %v", err)
	}
	if err := s.Available(t.Context()); !errors.Is(err, ErrAbsent) {
		t.Errorf("Available: %v", err)
	}
	// A new store takes the next source.
	o := store.Options{Keys: []store.KeySource{s, store.MemoryKey(bytes.Repeat([]byte{7}, keySize))}, Create: true}
	b, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "data"), o)
	if err != nil {
		t.Fatal(err)
	}
	if status, err := b.Status(t.Context()); err != nil || status.UnlockedBy != store.SlotMemory {
		t.Errorf("%+v, %v", status, err)
	}
}

func noBus(t *testing.T) {
	launched := filepath.Join(t.TempDir(), "launched")
	script := "#!/bin/sh\ntouch " + launched + "\nexit 1\n"
	if err := os.WriteFile(filepath.Join(os.Getenv("HOME"), "dbus-launch"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	// Some look here for the bus; the library does not.
	if err := os.WriteFile(filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"", "autolaunch:", "disabled:"} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		absent(t)
	}
	if _, err := os.Stat(launched); err == nil {
		t.Error("a bus was launched")
	}
}

func ended(t *testing.T) {
	d := startDaemon(t, "pw")
	s, key := made(t, Options{})
	d.end()
	if _, err := s.SlotKey(t.Context(), id, nil); !errors.Is(err, ErrAbsent) {
		t.Errorf("it ended: %v", err)
	}
	startDaemon(t, "pw")
	if again, err := s.SlotKey(t.Context(), id, nil); err != nil || !bytes.Equal(again, key) {
		t.Errorf("it is back: %v", err)
	}
}
