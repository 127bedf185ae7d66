package store

import "os"

// afterCrash checks the pages of the file once if the process that wrote last was killed at work, or met a disk that failed:
// bbolt survives that, and what it does not survive (a disk that lied, a file system that lost pages) is to be met before
// anything is read or written. Until a check succeeds everybody checks.
func (b *Bolt) afterCrash(lock *held) error {
	if !lock.unclean {
		return nil
	}
	if err := b.current(measuring, checkPages); err != nil {
		lock.suspect = true
		return err
	}
	if lock.writes { // its own mark stands there by now
		b.dropTemps() // a whole file may be among them, with what has been removed since
		return nil
	}
	if b.temps() { // left to the next writer, who finds the mark by it
		return nil
	}
	// A reader has the lock file open for reading only; on a disk that can only be read the mark stays, and costs a check each time.
	if f, err := openChecked(b.file.path, os.O_RDWR); err == nil {
		unmark(f)
		_ = f.Close()
	}
	return nil
}
