package watch

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a busy machine may take to tell.
const patience = 10 * time.Second

func told(t *testing.T, changes <-chan struct{}, what string) {
	t.Helper()
	select {
	case _, open := <-changes:
		if !open {
			t.Fatalf("%s: the channel is closed", what)
		}
	case <-time.After(patience):
		t.Fatalf("%s: no word", what)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestFolders: each way in which an editor saves, and folders that come later.
func TestFolders(t *testing.T) {
	dir := t.TempDir()
	one, later := filepath.Join(dir, "one"), filepath.Join(dir, "later")
	write(t, filepath.Join(one, "a.js"), "1")
	var mu sync.Mutex
	list := []string{one, filepath.Join(later, "src")}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	changes, err := Folders(ctx, func(context.Context) []string {
		mu.Lock()
		defer mu.Unlock()
		return list
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"written in place", func() error { return os.WriteFile(filepath.Join(one, "a.js"), []byte("2"), 0o600) }},
		{"a new file", func() error { return os.WriteFile(filepath.Join(one, "b.js"), []byte("2"), 0o600) }},
		{"renamed over it", func() error { return os.Rename(filepath.Join(one, "b.js"), filepath.Join(one, "a.js")) }},
		{"removed", func() error { return os.Remove(filepath.Join(one, "a.js")) }},
		{"a folder that was not there", func() error { return os.MkdirAll(filepath.Join(later, "src"), 0o755) }},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		told(t, changes, step.name)
		drain(changes)
	}
	write(t, filepath.Join(later, "src", "index.js"), "1")
	told(t, changes, "a file in the folder that came")
	cancel()
	for range changes {
	}
}

// drain takes what is still to come of the last change.
func drain(changes <-chan struct{}) {
	for {
		select {
		case <-changes:
		case <-time.After(4 * quiet): // longer than a change is gathered
			return
		}
	}
}

// TestBeside: what is written beside a folder that is not there yet concerns nobody; the folder itself does.
func TestBeside(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	changes, err := Folders(ctx, func(context.Context) []string { return []string{filepath.Join(dir, "a", "later")} })
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "store.db"), "1")
	write(t, filepath.Join(dir, "ab"), "1")
	select {
	case <-changes:
		t.Error("told of a file beside it")
	case <-time.After(5 * quiet):
	}
	write(t, filepath.Join(dir, "a", "b"), "1")
	told(t, changes, "the folder above it")
	cancel()
	for range changes {
	}
}
