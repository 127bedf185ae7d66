package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("WATCH_TEST_CHILD"); path != "" {
		os.Exit(child(path))
	}
	goleak.VerifyTestMain(m)
}

// quiet is how long a test waits for nothing to come.
const quiet = 150 * time.Millisecond

func watched(t *testing.T, path string) <-chan struct{} {
	t.Helper()
	changes, err := File(t.Context(), path)
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

func isClosed(t *testing.T, changes <-chan struct{}) {
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

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, "1")
	changes := watched(t, filepath.Dir(path)+"//file")
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"written", func() error { return os.WriteFile(path, []byte("22"), 0o600) }},
		{"cut to a size", func() error { return os.Truncate(path, 1) }},
		{"made longer", func() error { return os.Truncate(path, 100) }},
		{"other mode", func() error { return os.Chmod(path, 0o400) }},
	} {
		t.Run(step.name, func(t *testing.T) {
			must(t, step.do())
			told(t, changes)
		})
	}
	t.Run("a read and a neighbour", func(t *testing.T) {
		_, err := os.ReadFile(path)
		must(t, err)
		write(t, path+"2", "1")
		silent(t, changes)
	})
}

// Many writes are few signals, and the last is followed by one.
func TestFile_Coalesces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, "")
	changes := watched(t, path)
	const last = 20000
	began := time.Now()
	go func() {
		for i := range last {
			_ = os.Truncate(path, int64(i+1))
		}
	}()
	signals := 0
	for size := int64(0); size < last; signals++ {
		select {
		case <-changes:
		case <-time.After(5 * time.Second):
			t.Fatalf("not told of the last write; size %d", size)
		}
		info, err := os.Stat(path)
		must(t, err)
		size = info.Size()
	}
	if most := (burst + 1) * (int(time.Since(began)/rest) + 2); signals > most {
		t.Errorf("%d signals in %s, want at most %d", signals, time.Since(began), most)
	}
	settle(t, changes)
	must(t, os.Truncate(path, 0))
	told(t, changes)
}

// Nobody has to read: one signal waits, and nothing waits for its reader.
func TestFile_WithoutReader(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, "")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	changes, err := File(ctx, path)
	must(t, err)
	for i := range 500 {
		must(t, os.Truncate(path, int64(i)))
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

func TestFile_EndsWith(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(path string, cancel context.CancelFunc) error
	}{
		{"its context", func(_ string, cancel context.CancelFunc) error { cancel(); return nil }},
		{"its file removed", func(path string, _ context.CancelFunc) error { return os.Remove(path) }},
		{"its file renamed", func(path string, _ context.CancelFunc) error { return os.Rename(path, path+"2") }},
		{"another renamed over its file", func(path string, _ context.CancelFunc) error {
			return errors.Join(os.WriteFile(path+"2", nil, 0o600), os.Rename(path+"2", path))
		}},
	} {
		for _, held := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, held open %v", c.name, held), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "file")
				write(t, path, "")
				if held {
					f, err := os.Open(path)
					must(t, err)
					defer func() { _ = f.Close() }()
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				changes, err := File(ctx, path)
				must(t, err)
				must(t, c.end(path, cancel))
				isClosed(t, changes)
			})
		}
	}
}

func TestFile_ThatIsNotThere(t *testing.T) {
	if _, err := File(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("File = %v", err)
	}
}
