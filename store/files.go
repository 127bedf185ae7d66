package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// makeFolder makes dir with mode 0700, parents too. An empty folder of ours with a wider mode is narrowed, since nothing
// in it can have been read; any other is left for checkFolder to refuse.
func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make %s: %w", dir, err)
	}
	err := checkFolder(dir)
	if err == nil {
		return nil
	}
	entries, readErr := os.ReadDir(dir)
	if readErr != nil || len(entries) > 0 {
		return err
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("make %s: %w", dir, err)
	}
	return checkFolder(dir)
}

// checkFolder refuses a folder that others could write to or look into.
func checkFolder(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%w: %s is not a folder", ErrUnsafe, dir)
	}
	return checkOwner(dir, info)
}

// checkRealFolder is checkFolder of a folder that must not be a link.
func checkRealFolder(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%w: %s is not a folder", ErrUnsafe, dir)
	}
	return checkOwner(dir, info)
}

// checkFile refuses an opened file that is not a regular file of ours alone (reference/security.md §6, N13).
func checkFile(f *os.File) (os.FileInfo, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is not a regular file", ErrUnsafe, f.Name())
	}
	if err := checkOwner(f.Name(), info); err != nil {
		return nil, err
	}
	if links(info) != 1 {
		return nil, fmt.Errorf("%w: %s %w", ErrUnsafe, f.Name(), errSecondName)
	}
	return info, nil
}

var errSecondName = errors.New("has a second name")

// openChecked opens a file below the data folder without following a link or waiting for a pipe.
func openChecked(path string, flag int) (*os.File, error) {
	f, err := os.OpenFile(path, flag|openFlags, 0o600)
	if err != nil {
		if isSymlink(err, path) {
			return nil, fmt.Errorf("%w: %s is a link", ErrUnsafe, path)
		}
		return nil, err
	}
	if _, err := checkFile(f); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// writeDurably puts a small file into place so that it is there whole or not at all, also after a power loss.
func writeDurably(path string, content []byte) error {
	temp, err := tempName(path, rand.Reader)
	if err != nil {
		return err
	}
	if err := writeNew(temp, content); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return syncFolder(filepath.Dir(path))
}

// writeNew makes a file that must not exist, with mode 0600, and fsyncs it; on an error nothing is left.
func writeNew(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|openFlags, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// tempName is a name beside path that nobody else uses. [Bolt.dropTemps] knows it by its middle.
func tempName(path string, random io.Reader) (string, error) {
	var n [8]byte
	if _, err := io.ReadFull(random, n[:]); err != nil {
		return "", fmt.Errorf("name a new file: %w", err)
	}
	return fmt.Sprintf("%s%s%x", path, tempMark, n), nil
}

const tempMark = ".new-"

// dropTemps removes what a killed maker of the store left. The caller holds the file lock exclusively.
func (b *Bolt) dropTemps() {
	for _, path := range b.tempFiles() {
		// What cannot be removed now is tried again by the next maker.
		_ = os.Remove(path)
	}
}

// temps reports whether there are any.
func (b *Bolt) temps() bool { return len(b.tempFiles()) > 0 }

func (b *Bolt) tempFiles() []string {
	left, err := filepath.Glob(filepath.Join(globQuote(b.dir), dbFile+tempMark+"*"))
	if err != nil {
		return nil // only a pattern that is none, and this is one
	}
	return left
}

// tidy takes away the second name that a maker of the store left if it was killed between linking and unlinking, or a
// restore between keeping the damaged file and replacing it.
func (b *Bolt) tidy(ctx context.Context) error {
	info, err := os.Lstat(b.Path())
	if err != nil || links(info) == 1 {
		return err
	}
	lock, err := b.file.acquire(ctx, writing)
	if err != nil {
		return err
	}
	defer lock.release()
	b.dropTemps()
	kept, err := b.keptFiles()
	if err != nil {
		return err
	}
	for _, path := range kept {
		if second, err := os.Lstat(path); err == nil && os.SameFile(info, second) {
			_ = os.Remove(path)
		}
	}
	return nil
}

// globQuote keeps a folder's name from being read as a pattern.
func globQuote(dir string) string {
	var out []byte
	for i := range len(dir) {
		switch dir[i] {
		case '*', '?', '[', '\\':
			if os.PathSeparator != '\\' {
				out = append(out, '\\')
			}
		}
		out = append(out, dir[i])
	}
	return string(out)
}

func exists(path string) (bool, error) {
	switch _, err := os.Lstat(path); {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	default:
		return false, err
	}
}
