package store

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// networkFS names the network file system that dir is on, "" if it is on none that is known. Locks there are missing,
// advisory to one machine, or lost on a reconnect (reference/security.md §4, "Files").
func networkFS(dir string) (string, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return "", fmt.Errorf("find the file system of %s: %w", dir, err)
	}
	return networkName(uint64(uint32(st.Type))), nil //nolint:unconvert // its width differs between architectures
}

func networkName(magic uint64) string {
	switch magic {
	case unix.NFS_SUPER_MAGIC:
		return "NFS"
	case unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC:
		return "SMB"
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC:
		return "AFS"
	case unix.CEPH_SUPER_MAGIC:
		return "Ceph"
	case unix.CODA_SUPER_MAGIC:
		return "Coda"
	case 0x0bd00bd0:
		return "Lustre"
	}
	return ""
}
