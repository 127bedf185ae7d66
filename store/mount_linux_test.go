package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A disk of 256 KiB, full and then read-only, in a mount namespace of a child of its own: no device and no root is needed.
func TestMount_SmallDisk(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_TEST_CHILD=mount", "STORE_TEST_DIR="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) && os.Getenv("CI") != "true" {
		t.Skip("this system gives no user namespace")
	}
	if err != nil || string(out) != "full\nread-only\n" {
		t.Errorf("%v: %s", err, out)
	}
}

func childMount(ctx context.Context, at string) error {
	if err := unix.Mount("none", at, "tmpfs", 0, "size=256k"); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	dir := filepath.Join(at, "data")
	b, err := Open(ctx, dir, options())
	if err != nil {
		return err
	}
	if err := childFill(ctx, b, filepath.Join(at, "filler")); err != nil {
		return err
	}
	fmt.Println("full")
	markAsKilledAt(b.file.path) // reading checks and cannot take the mark off
	if err := unix.Mount("none", at, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		return fmt.Errorf("mount read-only: %w", err)
	}
	if err := childReadOnly(ctx, dir); err != nil {
		return err
	}
	fmt.Println("read-only")
	return nil
}

// childFill writes until the disk is full. All that was acknowledged is there; with room again it goes on.
func childFill(ctx context.Context, b *Bolt, filler string) error {
	if err := os.WriteFile(filler, make([]byte, 48<<10), 0o600); err != nil {
		return err
	}
	stored := map[string]Connection{}
	var full error
	for i := 0; full == nil; i++ {
		if i == 1000 {
			return errors.New("1000 connections fit: the disk is not small")
		}
		c, err := b.Put(ctx, sample(i), Write{Events: []Event{{Event: "login"}}})
		if full = err; err == nil {
			stored[c.Name] = c
		}
	}
	var last Connection
	look := func() error {
		list, err := b.List(ctx)
		if err != nil || len(list) != len(stored) {
			return fmt.Errorf("%d of %d connections, %w", len(list), len(stored), err)
		}
		for _, s := range list {
			if last, err = b.Get(ctx, s.ID); err != nil || !last.Grant.RefreshToken.Equal(stored[last.Name].Grant.RefreshToken) {
				return fmt.Errorf("%s is not as it was stored, %w", s.Name, err)
			}
		}
		return nil
	}
	if !errors.Is(full, ErrDiskFull) || len(stored) < 3 {
		return fmt.Errorf("after %d connections: %w", len(stored), full)
	}
	if err := look(); err != nil {
		return err
	}
	if err := os.Remove(filler); err != nil {
		return err
	}
	last.Grant.Rotations++
	if _, err := b.Put(ctx, last, Write{}); err != nil {
		return fmt.Errorf("with room again: %w", err)
	}
	if err := look(); err != nil {
		return err
	}
	return sayProblems(b.Check(ctx))
}

// sayProblems are the problems that a check finds, but for what it says of the upkeep: copies do not fit on such a disk.
func sayProblems(r CheckReport, err error) error {
	if err != nil || len(r.Problems) > 1 {
		return fmt.Errorf("check: %q, %w", r.Problems, err)
	}
	return nil
}

func markAsKilledAt(path string) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return
	}
	(&fileLock{}).sign(f)
	_ = f.Close()
}

func childReadOnly(ctx context.Context, dir string) error {
	o := options()
	o.Create = false
	b, err := Open(ctx, dir, o)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	list, err := b.List(ctx)
	if err != nil || len(list) < 3 {
		return fmt.Errorf("list: %d, %w", len(list), err)
	}
	c, err := b.Get(ctx, list[0].ID)
	if err != nil || c.Grant.AccessToken.IsZero() {
		return fmt.Errorf("get: %w", err)
	}
	if _, err := b.Status(ctx); err != nil {
		return err
	}
	if err := sayProblems(b.Check(ctx)); err != nil {
		return err
	}
	for name, write := range map[string]func() error{
		"put":     func() error { _, err := b.Put(ctx, c, Write{}); return err },
		"intent":  func() error { return b.SetIntent(ctx, c.ID, &Intent{}) },
		"delete":  func() error { return b.Delete(ctx, c.ID, Write{}) },
		"setting": func() error { return b.PutSetting(ctx, "a", "b", 1) },
		"lock":    func() error { _, err := b.Lock(ctx, c.ID); return err },
		"compact": func() error { _, err := b.Compact(ctx); return err },
		"copy":    func() error { return b.copyNow(ctx) },
		"restore": func() error { _, err := Restore(ctx, dir, o, "store-1.db"); return err },
	} {
		if err := write(); !errors.Is(err, ErrReadOnly) {
			return fmt.Errorf("%s on a disk that can only be read: %w", name, err)
		}
	}
	return nil
}
