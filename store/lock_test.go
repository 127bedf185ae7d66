package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const someID = "0123456789abcdef0123456789abcdef"

// childLock takes a connection's lock, says so, and keeps it until its input ends.
func childLock(ctx context.Context, b *Bolt, id string) error {
	unlock, err := b.Lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	fmt.Println("held")
	bufio.NewScanner(os.Stdin).Scan()
	return nil
}

// childHold keeps the store's file, as a process does that was stopped in the middle of a write.
func childHold(ctx context.Context, b *Bolt) error {
	lock, err := b.file.acquire(ctx, writing)
	if err != nil {
		return err
	}
	defer lock.release()
	fmt.Println("held")
	bufio.NewScanner(os.Stdin).Scan()
	return nil
}

func TestLock_AcrossProcesses(t *testing.T) {
	dir := folder(t)
	b := open(t, dir)
	p := start(t, "lock "+someID, dir)
	if got := p.line(t); got != "held" {
		t.Fatal(got)
	}
	if _, ok, err := b.TryLock(t.Context(), someID); ok || err != nil {
		t.Fatalf("TryLock of a held lock: %v, %v", ok, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := b.Lock(ctx, someID)
	var held *HeldError
	if !errors.As(err, &held) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Lock of a held lock: %v", err)
	}
	if held.PID != p.Process.Pid || held.Since == "" {
		t.Errorf("held by %+v, want process %d", held, p.Process.Pid)
	}
	if unlock, ok, err := b.TryLock(t.Context(), strings.Repeat("a", 32)); !ok || err != nil {
		t.Errorf("another connection's lock: %v, %v", ok, err)
	} else {
		unlock()
	}

	// A stopped holder still holds; a killed one does not.
	if err := suspend(p.Process); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := b.TryLock(t.Context(), someID); ok {
		t.Fatal("a stopped holder's lock was given away")
	}
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait()
	began := time.Now()
	unlock, err := b.Lock(t.Context(), someID)
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 50*time.Millisecond {
		t.Errorf("free %s after the kill of its holder", took)
	}
	unlock()
	unlock()
	if text, err := os.ReadFile(filepath.Join(dir, locksFolder, someID)); err != nil || len(text) != 0 {
		t.Errorf("a free lock file is to stay, empty: %q, %v", text, err)
	}
}

func TestLock_AmongGoroutines(t *testing.T) {
	for name, s := range map[string]Store{"Bolt": open(t, folder(t)), "Memory": NewMemory(Options{})} {
		t.Run(name, func(t *testing.T) {
			inside, counted := 0, 0
			var wg sync.WaitGroup
			for range 16 {
				wg.Go(func() {
					for range 20 {
						unlock, err := s.Lock(t.Context(), someID)
						if err != nil {
							t.Error(err)
							return
						}
						if inside++; inside != 1 {
							t.Errorf("%d at once", inside)
						}
						runtime.Gosched()
						counted++
						inside--
						unlock()
					}
				})
			}
			wg.Wait()
			if counted != 16*20 {
				t.Errorf("counted to %d", counted)
			}
			for _, id := range []string{"", "../x", strings.Repeat("A", 32), strings.Repeat("0", 31)} {
				if _, err := s.Lock(t.Context(), id); err == nil {
					t.Errorf("locked %q", id)
				}
				if _, _, err := s.TryLock(t.Context(), id); err == nil {
					t.Errorf("locked %q", id)
				}
			}
		})
	}
}

// Two stores opened on one folder stand for two processes.
func TestLock_TwoOpeningsOfOneFolder(t *testing.T) {
	dir := folder(t)
	a, b := open(t, dir), open(t, dir)
	unlock, err := a.Lock(t.Context(), someID)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := b.TryLock(t.Context(), someID); ok || err != nil {
		t.Fatalf("TryLock = %v, %v", ok, err)
	}
	got := make(chan error)
	go func() {
		unlock, err := b.Lock(t.Context(), someID)
		if err == nil {
			unlock()
		}
		got <- err
	}()
	unlock()
	if err := <-got; err != nil {
		t.Fatal(err)
	}
}

func TestLock_InVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory(Options{})
		unlock, err := m.Lock(t.Context(), someID)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok, err := m.TryLock(t.Context(), someID); ok || err != nil {
			t.Fatalf("TryLock = %v, %v", ok, err)
		}
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 65*time.Second)
		defer cancel()
		var held *HeldError
		if _, err := m.Lock(ctx, someID); !errors.As(err, &held) {
			t.Fatalf("Lock = %v", err)
		}
		if took := time.Since(began); took != 65*time.Second {
			t.Errorf("gave up after %s", took)
		}
		go func() {
			time.Sleep(time.Hour)
			unlock()
		}()
		unlock2, err := m.Lock(t.Context(), someID)
		if err != nil {
			t.Fatal(err)
		}
		unlock2()
		if took := time.Since(began); took != time.Hour+65*time.Second {
			t.Errorf("got it after %s", took)
		}
	})
}

func TestBusy_FileIsHeldByAnotherProcess(t *testing.T) {
	dir := folder(t)
	o := options()
	o.Timeout = 150 * time.Millisecond
	b, err := Open(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, "hold", dir)
	if got := p.line(t); got != "held" {
		t.Fatal(got)
	}
	began := time.Now()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := b.List(t.Context())
			if !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), fmt.Sprintf("process %d", p.Process.Pid)) {
				t.Errorf("List = %v, want busy and process %d", err, p.Process.Pid)
			}
		})
	}
	wg.Wait()
	if took := time.Since(began); took > time.Second {
		t.Errorf("eight callers waited %s one after the other", took)
	}
	if n := inFlock(); n > 1 {
		t.Errorf("%d goroutines wait in flock", n)
	}
	// A caller whose context ends does not wait for the timeout.
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := b.List(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("List = %v", err)
	}
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait()
	if _, err := b.List(t.Context()); err != nil {
		t.Errorf("after the holder is gone: %v", err)
	}
}

// inFlock counts the goroutines that wait for the file lock.
func inFlock() int {
	buf := make([]byte, 1<<20)
	return strings.Count(string(buf[:runtime.Stack(buf, true)]), "store.(*fileLock).wait.func1(")
}
