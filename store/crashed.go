package store

import (
	"errors"
	"os"
	"path/filepath"
)

// afterCrash checks the pages of the file once if the process that wrote last was killed at work: bbolt survives that, and
// what it does not survive (a disk that lied, a file system that lost pages) is to be met before anything is read or written.
func (b *Bolt) afterCrash(lock held) error {
	if !lock.unclean {
		return nil
	}
	err := b.once(measuring, checkPages)
	if errors.Is(err, errReplaced) { // a reader that waited while the file was replaced
		err = b.once(measuring, checkPages)
	}
	if err != nil {
		return err
	}
	// A reader's lock file is open for reading only, and a read-only disk cannot take the mark off: then the next one checks once
	// more.
	f, err := os.OpenFile(filepath.Join(b.dir, lockFile), os.O_RDWR|openFlags, 0)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	if !lock.writes { // a writer's mark is this process's own by now
		held{f: f}.ended()
	}
	return nil
}
