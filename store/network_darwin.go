package store

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// networkFS names the network file system that dir is on, "" if it is a local one.
func networkFS(dir string) (string, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return "", fmt.Errorf("find the file system of %s: %w", dir, err)
	}
	if st.Flags&unix.MNT_LOCAL != 0 {
		return "", nil
	}
	return unix.ByteSliceToString(st.Fstypename[:]), nil
}
