package watch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("WATCH_TEST_CHILD"); dir != "" {
		os.Exit(child(dir))
	}
	goleak.VerifyTestMain(m)
}

// quiet is how long a test waits for nothing to come.
const quiet = 150 * time.Millisecond

func watched(t *testing.T, dir string) <-chan struct{} {
	t.Helper()
	changes, err := Folder(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

// told wants one signal within 100 ms, and takes all that follow.
func told(t *testing.T, changes <-chan struct{}) {
	t.Helper()
	select {
	case _, open := <-changes:
		if !open {
			t.Fatal("the channel is closed")
		}
	case <-time.After(100 * time.Millisecond):
		t.Fatal("no word within 100 ms")
	}
	settle(t, changes)
}

func settle(t *testing.T, changes <-chan struct{}) {
	t.Helper()
	for {
		select {
		case _, open := <-changes:
			if !open {
				t.Fatal("the channel is closed")
			}
		case <-time.After(quiet):
			return
		}
	}
}

func silent(t *testing.T, changes <-chan struct{}) {
	t.Helper()
	select {
	case <-changes:
		t.Error("told of nothing")
	case <-time.After(quiet):
	}
}

func ended(t *testing.T, changes <-chan struct{}) {
	t.Helper()
	late := time.After(time.Second)
	for {
		select {
		case _, open := <-changes:
			if !open {
				return
			}
		case <-late:
			t.Fatal("the channel is not closed")
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	file, other := filepath.Join(dir, "file"), filepath.Join(dir, "other")
	write(t, file, "1")
	if err := os.Mkdir(filepath.Join(dir, "below"), 0o700); err != nil {
		t.Fatal(err)
	}
	changes := watched(t, dir+"/")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"written", func() { write(t, file, "22") }},
		{"cut to a size", func() { must(os.Truncate(file, 1)) }},
		{"made", func() { write(t, other, "new") }},
		{"renamed over the other", func() { must(os.Rename(other, file)) }},
		{"written after that", func() { write(t, file, "4444") }},
		{"removed", func() { must(os.Remove(file)) }},
		{"made again", func() { write(t, file, "5") }},
	} {
		step.do()
		t.Run(step.name, func(t *testing.T) { told(t, changes) })
	}
	if _, err := os.ReadFile(file); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "below", "x"), "1")
	t.Run("a read, and a file further below", func(t *testing.T) { silent(t, changes) })
}

// Nobody has to read: one signal waits, and nothing waits for its reader.
func TestFolder_CoalescesForOneWhoDoesNotRead(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	changes, err := Folder(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	told(t, touch(t, dir, changes))
	for range 500 {
		write(t, filepath.Join(dir, "file"), "x")
	}
	cancel()
	signals := 0
	for range changes {
		signals++
	}
	if signals > 1 {
		t.Errorf("%d signals waited", signals)
	}
}

// touch writes a file and returns changes.
func touch(t *testing.T, dir string, changes <-chan struct{}) <-chan struct{} {
	t.Helper()
	write(t, filepath.Join(dir, "file"), "x")
	return changes
}

func TestFolder_EndsWith(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(dir string, cancel context.CancelFunc) error
	}{
		{"its context", func(_ string, cancel context.CancelFunc) error { cancel(); return nil }},
		{"its folder removed", func(dir string, _ context.CancelFunc) error { return os.Remove(dir) }},
		{"its folder renamed", func(dir string, _ context.CancelFunc) error { return os.Rename(dir, dir+"2") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			changes, err := Folder(ctx, dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.end(dir, cancel); err != nil {
				t.Fatal(err)
			}
			ended(t, changes)
		})
	}
}

func TestFolder_ThatIsNotThere(t *testing.T) {
	if _, err := Folder(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Folder = %v", err)
	}
}
