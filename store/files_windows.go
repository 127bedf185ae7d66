package store

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// openFlags: links are refused after the fact here, see isSymlink.
const openFlags = 0

// checkOwner trusts the access list of the user's profile folder, in which a data folder lies.
func checkOwner(string, os.FileInfo) error { return nil }

func links(os.FileInfo) uint64 { return 1 }

func isSymlink(_ error, path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&os.ModeSymlink != 0
}

// syncFolder has nothing to do: NTFS journals names.
func syncFolder(string) error { return nil }

// lockOffset is beyond any content, since a region locked here cannot be read by others.
const lockOffset = 1 << 30

// flock takes a lock on an open file; without wait it returns false if another holds it. It ends when the file is closed.
func flock(f *os.File, exclusive, wait bool) (bool, error) {
	var flags uint32
	if exclusive {
		flags |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	if !wait {
		flags |= windows.LOCKFILE_FAIL_IMMEDIATELY
	}
	at := windows.Overlapped{OffsetHigh: lockOffset}
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &at)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION), errors.Is(err, windows.ERROR_IO_PENDING):
		return false, nil
	}
	return false, fmt.Errorf("lock %s: %w", f.Name(), err)
}

// unflock has nothing to do: a lock ends with its handle, and what bbolt locks is not this region.
func unflock(*os.File) {}
