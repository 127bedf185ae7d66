//go:build unix

package store

import "syscall"

// A quota and a limit on the size of files are met as a full disk is: by making room.
var (
	fullErrors     = [...]syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}
	readOnlyErrors = [...]syscall.Errno{syscall.EROFS}
)
