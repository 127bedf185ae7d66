//go:build unix

package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"go.etcd.io/bbolt"
)

func TestReserve_RoomForTheAnswerIsThereBeforeTheRequest(t *testing.T) {
	b := open(t, folder(t))
	c := put(t, b, sample(1), Write{})
	for i := range 20 {
		if err := b.SetIntent(t.Context(), c.ID, &Intent{Generation: c.Generation}); err != nil {
			t.Fatal(err)
		}
		if status, err := b.Status(t.Context()); err != nil || status.Free < reserve {
			t.Fatalf("intent %d leaves %d bytes free, %v", i, status.Free, err)
		}
		c.UserData = []byte(strings.Repeat("x", 3000*(i%9)))
		c = put(t, b, c, Write{ClearIntent: true})
	}
	status, err := b.Status(t.Context())
	if err != nil || status.Size > 1<<20 {
		t.Errorf("the file grew to %d bytes, %v", status.Size, err)
	}
	err = b.with(t.Context(), reading, func(tx *bbolt.Tx) error {
		if tx.Bucket([]byte(bReserve)).Get(padKey) != nil {
			t.Error("the pad is still there")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// childHere are the roles that only this kind of system can play.
func childHere(ctx context.Context, b *Bolt, name, argument string) error {
	switch name {
	case "full":
		return childFull(ctx, b)
	case "inside":
		return childInside(ctx, b)
	case "spawn":
		return childSpawn(ctx, b, argument)
	}
	return fmt.Errorf("no role %q", name)
}

// suspend stops a process as ctrl+z does.
func suspend(p *os.Process) error { return p.Signal(syscall.SIGSTOP) }

// childFull writes an intent, lets the file grow no more, and stores an answer.
func childFull(ctx context.Context, b *Bolt) error {
	c, err := b.Find(ctx, "connection-1")
	if err != nil {
		return err
	}
	if err := b.SetIntent(ctx, c.ID, &Intent{Generation: c.Generation, Sent: true}); err != nil {
		return err
	}
	if err := limitToSize(b.Path()); err != nil {
		return err
	}
	c.UserData = []byte(strings.Repeat("answer", 4000))
	if c, err = b.Put(ctx, c, Write{ClearIntent: true, Events: []Event{{Event: "refresh"}}}); err != nil {
		return fmt.Errorf("the answer does not fit: %w", err)
	}
	// What has no room is an error and harms nothing.
	c.UserData = []byte(strings.Repeat("answer", 400000))
	if _, err := b.Put(ctx, c, Write{}); err == nil {
		return fmt.Errorf("two megabytes fit: the limit does not work")
	}
	fmt.Println("stored")
	return bufio.NewScanner(os.Stdin).Err()
}

// limitToSize keeps this process's files from growing beyond the store's file, as a full disk would.
func limitToSize(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: uint64(info.Size()), Max: uint64(info.Size())})
}

func TestReserve_AnAnswerFitsWhenTheFileCannotGrow(t *testing.T) {
	dir := folder(t)
	b := open(t, dir)
	c := put(t, b, sample(1), Write{})
	p := start(t, "full", dir)
	if got := p.line(t); got != "stored" {
		t.Fatal(got)
	}
	c, err := b.Get(t.Context(), c.ID)
	if err != nil || c.Generation != 2 || len(c.UserData) != 24000 {
		t.Errorf("generation %d, %d bytes, %v", c.Generation, len(c.UserData), err)
	}
	sound(t, b)
}
