package store

import (
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// needKernelKeyring skips where the kernel has no keyrings or keeps this process from them (ENOSYS, EPERM), and nowhere else;
// in CI that fails.
func needKernelKeyring(t *testing.T) {
	t.Helper()
	_, err := unix.KeyctlGetKeyringID(unix.KEY_SPEC_USER_KEYRING, true)
	if (errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM)) && os.Getenv("CI") != "true" {
		t.Skipf("no keyrings: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// userKeys are the ids of the keys with this name in the user's keyring.
func userKeys(t *testing.T, name string) []int {
	t.Helper()
	buf := make([]byte, 64<<10)
	n, err := unix.KeyctlBuffer(unix.KEYCTL_READ, unix.KEY_SPEC_USER_KEYRING, buf, 0)
	if err != nil || n > len(buf) {
		t.Fatal(n, err)
	}
	var ids []int
	for i := 0; i+4 <= n; i += 4 {
		id := int(int32(binary.NativeEndian.Uint32(buf[i:]))) //nolint:gosec // a serial number
		text, err := unix.KeyctlString(unix.KEYCTL_DESCRIBE, id)
		if err == nil && strings.HasSuffix(text, ";"+name) {
			ids = append(ids, id)
		}
	}
	return ids
}

// The key is one, for the user alone, and it ends.
func TestKernelKeyring_WhatIsLeft(t *testing.T) {
	needKernelKeyring(t)
	b, _ := smallStore(t)
	name := b.keys.Load().kernelKeyName()
	for range 3 { // each takes the place of the one before
		if _, err := b.KeepUnlocked(t.Context(), time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _, _ = removeKernelKey(name) })
	ids := userKeys(t, name)
	if len(ids) != 1 {
		t.Fatalf("%d keys of one name", len(ids))
	}
	text, err := unix.KeyctlString(unix.KEYCTL_DESCRIBE, ids[0])
	if err != nil || !strings.Contains(text, ";3f0b0000;") {
		t.Errorf("it is %q, %v", text, err)
	}
	all, err := os.ReadFile("/proc/keys")
	if err != nil {
		t.Fatal(err)
	}
	ends := false
	for line := range strings.Lines(string(all)) {
		if f := strings.Fields(line); strings.Contains(line, name) && len(f) > 4 {
			ends = f[3] != "perm" && f[3] != "expd"
		}
	}
	if !ends {
		t.Error("it never ends")
	}
	for _, d := range []time.Duration{0, -time.Second, 11 * 365 * 24 * time.Hour} {
		if _, err := b.KeepUnlocked(t.Context(), d); err == nil {
			t.Errorf("kept for %s", d)
		}
	}
}

// What the keyring holds is proven before it counts; anything else is no key, and the next source is asked.
func TestKernelKeyring_AnythingElseIsNoKey(t *testing.T) {
	needKernelKeyring(t)
	b, _ := smallStore(t)
	other, _ := smallStore(t)
	k := b.keys.Load()
	mine := func(b *Bolt) []byte { return masterOf(t, b) }
	value := func(epoch uint64, master []byte) []byte {
		return append(binary.BigEndian.AppendUint64(nil, epoch), master...)
	}
	for name, left := range map[string][]byte{
		"another store's key": value(1, mine(other)),
		"an older epoch":      value(0, mine(b)),
		"a newer epoch":       value(2, mine(b)),
		"too short":           value(1, mine(b)[1:]),
		"too long":            value(1, append(mine(b), 0)),
		"far too long":        make([]byte, 4096),
		"one byte":            {1},
	} {
		t.Run(name, func(t *testing.T) {
			if err := writeKernelKey(k.kernelKeyName(), left, 60); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _, _ = removeKernelKey(k.kernelKeyName()) })
			if err := opensBy(t, b.dir, KernelKeyring()); !errors.Is(err, ErrNoKey) {
				t.Errorf("alone: %v", err)
			}
			again, err := Open(t.Context(), b.dir, Options{Keys: []KeySource{KernelKeyring(), MemoryKey(testKey)}})
			if err != nil {
				t.Fatal(err)
			}
			if s, err := again.Status(t.Context()); err != nil || s.UnlockedBy != SlotMemory {
				t.Errorf("unlocked by %s, %v", s.UnlockedBy, err)
			}
		})
	}
}

// A process that still holds the keys of before a rekey leaves the new one.
func TestKernelKeyring_IsOfTheFileAsItIsNow(t *testing.T) {
	needKernelKeyring(t)
	b, _ := smallStore(t)
	late := open(t, b.dir)
	if _, err := b.Rekey(t.Context(), []KeySource{MemoryKey(testKey)}, RekeyOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := late.KeepUnlocked(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = ForgetUnlocked(t.Context(), b.dir) })
	if err := opensBy(t, b.dir, KernelKeyring()); err != nil {
		t.Errorf("by what it left: %v", err)
	}
}

func TestKernelKeyring_Errors(t *testing.T) {
	for err, want := range map[error]error{
		unix.ENOKEY: ErrNoKey, unix.EKEYEXPIRED: ErrNoKey, unix.EKEYREVOKED: ErrNoKey,
		unix.ENOSYS: ErrNoKernelKeyring, unix.EPERM: ErrNoKernelKeyring, unix.EACCES: ErrNoKernelKeyring,
		unix.EDQUOT: unix.EDQUOT,
	} {
		if got := kernelError(err); !errors.Is(got, want) {
			t.Errorf("%v: %v", err, got)
		}
	}
}

// TestKernelKeyring: an unlocked store is open to the user's next process without a key, for a time, and no longer after lock
// or a new master key.
func TestKernelKeyring(t *testing.T) {
	needKernelKeyring(t)
	b, _ := smallStore(t)
	ctx := t.Context()
	if err := opensBy(t, b.dir, KernelKeyring()); !errors.Is(err, ErrNoKey) {
		t.Fatalf("before: %v", err)
	}
	until, err := b.KeepUnlocked(ctx, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = ForgetUnlocked(ctx, b.dir) })
	if left := time.Until(until); left < 59*time.Minute || left > time.Hour {
		t.Errorf("for %s", left)
	}
	if err := opensBy(t, b.dir, KernelKeyring()); err != nil {
		t.Fatalf("in this process: %v", err)
	}
	if out, err := kernelChild(t, b.dir); err != nil {
		t.Fatalf("in another process: %v %s", err, out)
	}
	if was, err := ForgetUnlocked(ctx, b.dir); err != nil || !was {
		t.Errorf("lock: %v %v", was, err)
	}
	if was, err := ForgetUnlocked(ctx, b.dir); err != nil || was {
		t.Errorf("lock once more: %v %v", was, err)
	}
	if err := opensBy(t, b.dir, KernelKeyring()); !errors.Is(err, ErrNoKey) {
		t.Errorf("after lock: %v", err)
	}
	if _, err := b.KeepUnlocked(ctx, time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Rekey(ctx, []KeySource{MemoryKey(testKey)}, RekeyOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := opensBy(t, b.dir, KernelKeyring()); !errors.Is(err, ErrNoKey) {
		t.Errorf("after a new master key: %v", err)
	}
	if left := userKeys(t, b.keys.Load().kernelKeyName()); len(left) != 0 {
		t.Error("the old master key is in the keyring still")
	}
	if err := opensBy(t, b.dir, KernelKeyring(), MemoryKey(testKey)); err != nil {
		t.Errorf("the next source: %v", err)
	}
}

// TestKernelKeyring_Ends: the kernel lets go of the key by itself.
func TestKernelKeyring_Ends(t *testing.T) {
	needKernelKeyring(t)
	b, _ := smallStore(t)
	if _, err := b.KeepUnlocked(t.Context(), time.Second); err != nil {
		t.Fatal(err)
	}
	name := kernelKeyName(header{storeID: b.keys.Load().storeID}.id())
	if _, err := readKernelKey(name); err != nil {
		t.Fatalf("at once: %v", err)
	}
	for began := time.Now(); ; {
		if _, err := readKernelKey(name); errors.Is(err, ErrNoKey) {
			break
		}
		if time.Since(began) > 10*time.Second {
			t.Fatal("it is there after 10 s")
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err := opensBy(t, b.dir, KernelKeyring()); !errors.Is(err, ErrNoKey) {
		t.Errorf("after its time: %v", err)
	}
}

// kernelChild lists the store in another process, which has nothing but the kernel's key.
func kernelChild(t *testing.T, dir string) ([]byte, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_TEST_CHILD=kernel", "STORE_TEST_DIR="+dir)
	return cmd.CombinedOutput()
}
