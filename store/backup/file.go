package backup

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"authdeck/internal/failpoint"
)

// WriteFile puts what write writes into place at path, mode 0600: whole or not at all, also after a power loss. It fails
// with fs.ErrExist where something is there already, unless force is set.
func WriteFile(path string, force bool, write func(io.Writer) error) error {
	if !force {
		if err := absent(path); err != nil {
			return err
		}
	}
	var n [8]byte
	_, _ = rand.Read(n[:])
	temp := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new-"+hex.EncodeToString(n[:]))
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = failpoint.Hit("export.written")
	}
	if err == nil {
		err = intoPlace(temp, path, force)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, remove(temp)))
	}
	if err = failpoint.Hit("export.renamed"); err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func absent(path string) error {
	_, err := os.Lstat(path)
	if err == nil {
		return fmt.Errorf("write %s: %w", path, fs.ErrExist)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// intoPlace gives temp its name. Linking, unlike renaming, never writes over a file that came meanwhile; file systems
// without links get a look and a rename.
func intoPlace(temp, path string, force bool) error {
	if !force {
		err := os.Link(temp, path)
		if err == nil {
			return remove(temp)
		}
		if errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := absent(path); err != nil {
			return err
		}
	}
	return os.Rename(temp, path)
}

func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// syncFolder makes a new name last. Windows journals names.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
