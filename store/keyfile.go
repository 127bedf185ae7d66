package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// KeyFile is the source of a key file: 32 random bytes, mode 0600, ours, no link. SlotKey fails with [ErrNoKey] if it is
// missing, [ErrUnsafe] if others could read or change it, and [ErrWrongKey] if it is no key.
func KeyFile(path string) SlotMaker { return keyFile{path} }

type keyFile struct{ path string }

func (keyFile) Kind() SlotKind { return SlotKeyFile }

func (keyFile) quick() {}

func (k keyFile) NewSlotKey(ctx context.Context, storeID string) (key, params []byte, err error) {
	key, err = k.SlotKey(ctx, storeID, nil)
	return key, nil, err
}

func (k keyFile) SlotKey(context.Context, string, []byte) ([]byte, error) {
	key, err := ReadSecretFile(k.path, 64<<10)
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	if len(key) != keySize {
		return nil, fmt.Errorf("read key file %s: %w: it does not have exactly %d bytes", k.path, ErrWrongKey, keySize)
	}
	return key, nil
}

// CreateKeyFile makes a key file, and its folder with mode 0700 if there is none. The error wraps fs.ErrExist if the file
// is there already.
func CreateKeyFile(path string, rand io.Reader) error {
	key := make([]byte, keySize)
	if _, err := io.ReadFull(rand, key); err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("make key file: %w", err)
	}
	if err := writeNew(path, key); err != nil {
		return fmt.Errorf("make key file: %w", err)
	}
	if err := syncFolder(folder); err != nil {
		return fmt.Errorf("make key file: %w", err)
	}
	return nil
}

// RememberKeyFile notes in the data folder dir where the key file lies, so that later starts find it. The note holds the
// path only.
func RememberKeyFile(dir, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("remember the key file: %w", err)
	}
	if strings.ContainsAny(path, "\n\x00") {
		return fmt.Errorf("remember the key file: %w: its name has a line break", ErrUnsafe)
	}
	if err := makeFolder(dir); err != nil {
		return fmt.Errorf("remember the key file: %w", err)
	}
	if err := writeDurably(filepath.Join(dir, keyFileNote), []byte(path+"\n")); err != nil {
		return fmt.Errorf("remember the key file: %w", err)
	}
	return nil
}

// RememberedKeyFile returns the path that the data folder remembers, "" if none.
func RememberedKeyFile(dir string) (string, error) {
	f, err := openChecked(filepath.Join(dir, keyFileNote), os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look for the key file: %w", err)
	}
	note, err := io.ReadAll(io.LimitReader(f, 1<<16))
	if err = errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("look for the key file: %w", err)
	}
	path := string(bytes.TrimSuffix(note, []byte("\n")))
	if !filepath.IsAbs(path) || strings.ContainsAny(path, "\n\x00") {
		return "", fmt.Errorf("look for the key file: %w: the note %s is not a path", ErrUnsafe, keyFileNote)
	}
	return path, nil
}

// MemoryKey is the source of a key that is never written anywhere, for throwaway stores. It keeps a copy.
func MemoryKey(key []byte) SlotMaker { return memoryKey(bytes.Clone(key)) }

type memoryKey []byte

func (memoryKey) Kind() SlotKind { return SlotMemory }

func (memoryKey) quick() {}

func (k memoryKey) NewSlotKey(ctx context.Context, storeID string) (key, params []byte, err error) {
	key, err = k.SlotKey(ctx, storeID, nil)
	return key, nil, err
}

func (k memoryKey) SlotKey(context.Context, string, []byte) ([]byte, error) {
	if len(k) != keySize {
		return nil, fmt.Errorf("%w: a key has %d bytes", ErrWrongKey, keySize)
	}
	return bytes.Clone(k), nil
}

// ReadSecretFile reads a file that has to be ours alone, no link and no pipe, of at most limit bytes. [ErrNoKey] if it is missing,
// [ErrUnsafe] if others could read or change it.
func ReadSecretFile(path string, limit int64) ([]byte, error) {
	f, err := openChecked(path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", ErrNoKey, err)
	}
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%w: %s is longer than %d bytes", ErrUnsafe, path, limit)
	}
	return b, nil
}
