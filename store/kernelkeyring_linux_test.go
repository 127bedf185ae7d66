package store

import (
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"
)

// TestKernelKeyring: an unlocked store is open to the user's next process without a key, for a time, and no longer after lock
// or a new master key.
func TestKernelKeyring(t *testing.T) {
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
	if err := opensBy(t, b.dir, KernelKeyring(), MemoryKey(testKey)); err != nil {
		t.Errorf("the next source: %v", err)
	}
}

// TestKernelKeyring_Ends: the kernel lets go of the key by itself.
func TestKernelKeyring_Ends(t *testing.T) {
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
