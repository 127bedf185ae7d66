package scaffold

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"authdeck/integrations/flowrunner/lint"
)

// Write makes the folder dir with the files of a new service in it: all of them or, on any error, none. [fs.ErrExist] if
// something of that name is there already; it is left as it is.
func Write(dir string, files []File) (err error) {
	if _, err := os.Lstat(dir); err == nil {
		return fmt.Errorf("write %s: %w", dir, fs.ErrExist)
	}
	beside, err := os.MkdirTemp(filepath.Dir(dir), ".authdeck-new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", dir, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(beside)) }()
	made := filepath.Join(beside, "service")
	for _, f := range files {
		at := filepath.Join(made, filepath.FromSlash(path.Clean("/"+f.Path)))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil { //nolint:gosec // source is meant to be shared
			return fmt.Errorf("write %s: %w", dir, err)
		}
		if err := os.WriteFile(at, f.Body, 0o644); err != nil { //nolint:gosec // likewise
			return fmt.Errorf("write %s: %w", dir, err)
		}
	}
	if err := os.Rename(made, dir); err != nil {
		return fmt.Errorf("write %s: %w", dir, err)
	}
	return nil
}

// ReadIcon reads the file that is to be the icon of a new service, and checks it.
func ReadIcon(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(f, lint.MaxIcon+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if len(body) > lint.MaxIcon {
		return nil, fmt.Errorf("%s is larger than %d KiB", path, lint.MaxIcon>>10)
	}
	if _, err := lint.CheckIcon(body); err != nil {
		return nil, fmt.Errorf("%s cannot be taken: %w", path, err)
	}
	return body, nil
}
