package store

import "golang.org/x/sys/unix"

func undumped(m []byte) error { return unix.Madvise(m, unix.MADV_DONTDUMP) }
