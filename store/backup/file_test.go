package backup

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func content(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// listed is what lies in a folder.
func listed(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "b.age")
	if err := WriteFile(path, false, content("one")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := WriteFile(path, false, content("two")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file: %v", err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "one" {
		t.Errorf("it holds %q, %v", b, err)
	}
	if err := WriteFile(path, true, content("three")); err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "three" {
		t.Errorf("it holds %q, %v", b, err)
	}
	if got := listed(t, dir); got != "b.age" {
		t.Errorf("the folder holds %s", got)
	}
}

func TestWriteFile_FailureLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "b.age")
	for _, force := range []bool{false, true} {
		err := WriteFile(path, force, func(w io.Writer) error {
			_, _ = io.WriteString(w, "half")
			return errDisk
		})
		if !errors.Is(err, errDisk) || listed(t, dir) != "" {
			t.Errorf("%v; the folder holds %s", err, listed(t, dir))
		}
	}
	if err := WriteFile(filepath.Join(dir, "none", "b"), false, content("x")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("into no folder: %v", err)
	}
	if err := WriteFile(dir, false, content("x")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a folder: %v", err)
	}
	if err := WriteFile(dir, true, content("x")); err == nil {
		t.Error("a folder was written over")
	}
	if got := listed(t, filepath.Dir(dir)); strings.Contains(got, ".new-") {
		t.Errorf("left %s", got)
	}
}

// A file that comes while the backup is written is not written over.
func TestWriteFile_SomethingCameMeanwhile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "b.age")
	err := WriteFile(path, false, func(w io.Writer) error {
		return errors.Join(os.WriteFile(path, []byte("theirs"), 0o600), content("ours")(w))
	})
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v", err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "theirs" || listed(t, dir) != "b.age" {
		t.Errorf("it holds %q, %v; the folder holds %s", b, err, listed(t, dir))
	}
}

// A link is replaced and never followed.
func TestWriteFile_Link(t *testing.T) {
	dir := t.TempDir()
	target, path := filepath.Join(dir, "target"), filepath.Join(dir, "b.age")
	if err := errors.Join(os.WriteFile(target, []byte("theirs"), 0o644), os.Symlink(target, path)); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, false, content("ours")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a link: %v", err)
	}
	if err := WriteFile(path, true, content("ours")); err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(target); err != nil || string(b) != "theirs" {
		t.Errorf("the target holds %q, %v", b, err)
	}
}
