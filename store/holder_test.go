//go:build unix

package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// childInside stays within a write transaction until its input says more, and then commits it.
func childInside(ctx context.Context, b *Bolt) error {
	err := b.update(ctx, func(t *txn) error {
		if _, err := t.putConnection(Connection{Name: "from inside"}, Write{}); err != nil {
			return err
		}
		fmt.Println("inside")
		bufio.NewScanner(os.Stdin).Scan()
		return nil
	})
	if err == nil {
		fmt.Println("stored")
	}
	return err
}

// childSpawn takes a connection's lock and the store's file, starts a program as a browser is started, and says its number.
func childSpawn(ctx context.Context, b *Bolt, id string) error {
	unlock, err := b.Lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	lock, err := b.file.acquire(ctx, writing)
	if err != nil {
		return err
	}
	defer lock.release()
	return b.current(writing, func(*bbolt.Tx) error {
		sleep := exec.CommandContext(context.WithoutCancel(ctx), "sleep", "60")
		if err := sleep.Start(); err != nil {
			return err
		}
		fmt.Println(sleep.Process.Pid)
		bufio.NewScanner(os.Stdin).Scan()
		return errors.Join(sleep.Process.Kill(), sleep.Wait())
	})
}

// A holder of the store's file that is stopped makes others give up after a second, with its number; nothing is taken from
// it, and its transaction is stored once it goes on.
func TestHolder_StoppedInsideATransaction(t *testing.T) {
	t.Parallel() // it mostly waits
	dir := folder(t)
	b := open(t, dir)
	c := put(t, b, sample(1), Write{})
	p := start(t, "inside", dir)
	if got := p.line(t); got != "inside" {
		t.Fatal(got)
	}
	if err := p.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for name, call := range map[string]func() error{
		"read":  func() error { _, err := b.Get(t.Context(), c.ID); return err },
		"write": func() error { _, err := b.Put(t.Context(), sample(2), Write{}); return err },
		"open":  func() error { _, err := Open(t.Context(), dir, options()); return err },
	} {
		wg.Go(func() {
			began := time.Now()
			err := call()
			took := time.Since(began)
			if !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), fmt.Sprintf("(process %d)", p.Process.Pid)) {
				t.Errorf("%s: %v, want busy and process %d", name, err, p.Process.Pid)
			}
			if took < 900*time.Millisecond || took > 1500*time.Millisecond {
				t.Errorf("%s gave up after %s, want 1 s", name, took)
			}
		})
	}
	wg.Wait()
	if err := p.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintln(p.in, "go on"); err != nil {
		t.Fatal(err)
	}
	if got := p.line(t); got != "stored" {
		t.Fatal(got)
	}
	if _, err := b.Find(t.Context(), "from inside"); err != nil {
		t.Error(err)
	}
	if _, err := b.Find(t.Context(), "connection-2"); !errors.Is(err, ErrNotFound) {
		t.Errorf("the write that was given up came later: %v", err)
	}
	sound(t, b)
}

func TestHolder_KilledInsideATransaction(t *testing.T) {
	dir := folder(t)
	b := open(t, dir)
	p := start(t, "inside", dir)
	if got := p.line(t); got != "inside" {
		t.Fatal(got)
	}
	waiting := make(chan error)
	go func() {
		_, err := b.Put(t.Context(), sample(1), Write{})
		waiting <- err
	}()
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait()
	began := time.Now()
	if err := <-waiting; err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 50*time.Millisecond {
		t.Errorf("the next one had the file %s after the kill", took)
	}
	if _, err := b.Find(t.Context(), "from inside"); !errors.Is(err, ErrNotFound) {
		t.Errorf("half a transaction: %v", err)
	}
	sound(t, b)
}

// What a process starts inherits neither lock: they end with the process that took them.
func TestN13_LocksAreNotInherited(t *testing.T) {
	dir := folder(t)
	b := open(t, dir)
	p := start(t, "spawn "+someID, dir)
	heir, err := strconv.Atoi(p.line(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Kill(heir, syscall.SIGKILL) }()
	if _, ok, err := b.TryLock(t.Context(), someID); ok || err != nil {
		t.Fatalf("TryLock of a held lock: %v, %v", ok, err)
	}
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait()
	if err := syscall.Kill(heir, 0); err != nil {
		t.Fatalf("what it started is gone: %v", err)
	}
	began := time.Now()
	unlock, err := b.Lock(t.Context(), someID)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	put(t, b, sample(1), Write{})
	if took := time.Since(began); took > 50*time.Millisecond {
		t.Errorf("both locks were free after %s", took)
	}
}

// A number that stands in a lock file is a message and nothing else: whose process it is, and whether there is one.
func TestN13_NumbersInLockFilesAreNotTrusted(t *testing.T) {
	for name, text := range map[string]string{
		"this process": fmt.Sprintf(`{"pid":%d,"since":"2026-01-01T00:00:00Z"}`, os.Getpid()),
		"process 1":    `{"pid":1,"since":"2026-01-01T00:00:00Z"}`, "no process": `{"pid":-7}`, "a huge one": `{"pid":1e99}`,
		"no JSON": strings.Repeat("9", 5000), "escapes": "{\"pid\":2,\"since\":\"\x1b[31m\"}", "nothing": "",
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t)
			b := open(t, dir)
			held, err := b.Lock(t.Context(), someID)
			if err != nil {
				t.Fatal(err)
			}
			held()
			path := filepath.Join(dir, locksFolder, someID)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, lockFile), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			put(t, b, sample(1), Write{})
			unlock, ok, err := b.TryLock(t.Context(), someID)
			if err != nil || !ok {
				t.Fatalf("TryLock = %v, %v", ok, err)
			}
			defer unlock()

			// The same text in a lock that is held.
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			_, err = open(t, dir).Lock(ctx, someID)
			var holder *HeldError
			if !errors.As(err, &holder) || holder.PID < 0 || strings.ContainsRune(err.Error(), 0x1b) || len(err.Error()) > 300 {
				t.Errorf("Lock = %v", err)
			}
		})
	}
}

// Two folders have nothing to do with each other, also if one was copied from the other.
func TestShare_TwoFolders(t *testing.T) {
	one := folder(t)
	a := open(t, one)
	c := put(t, a, sample(1), Write{})
	other := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(other, os.DirFS(one)); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(other, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, other)
	changes, err := a.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	unlock, err := a.Lock(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if unlock, ok, err := b.TryLock(t.Context(), c.ID); err != nil || !ok {
		t.Errorf("the copy's lock: %v, %v", ok, err)
	} else {
		unlock()
	}
	same, err := b.Get(t.Context(), c.ID)
	if err != nil || !same.Grant.RefreshToken.Equal(c.Grant.RefreshToken) {
		t.Fatalf("the copy does not hold the grant: %v", err)
	}
	same.Health.Trouble = TroubleDead
	put(t, b, same, Write{Events: []Event{{Event: "refresh", Outcome: "failed"}}})
	put(t, b, sample(2), Write{})
	if now, err := a.Get(t.Context(), c.ID); err != nil || now.Generation != 1 || now.Health.Trouble == TroubleDead || now.History != 0 {
		t.Errorf("the first folder saw the write to the copy: %+v, %v", now.Health, err)
	}
	select {
	case <-changes:
		t.Error("told of a write to another folder")
	case <-time.After(3 * watchEvery):
	}
	sound(t, a)
	sound(t, b)
}
