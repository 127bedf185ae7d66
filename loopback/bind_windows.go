package loopback

import (
	"errors"
	"syscall"
)

const (
	soExclusiveAddrUse = ^syscall.SO_REUSEADDR
	wsaEADDRINUSE      = syscall.Errno(10048)
	wsaEACCES          = syscall.Errno(10013) // held exclusively by another
	wsaEAFNOSUPPORT    = syscall.Errno(10047)
	wsaEADDRNOTAVAIL   = syscall.Errno(10049)
)

func portBusy(err error) bool {
	return errors.Is(err, wsaEADDRINUSE) || errors.Is(err, wsaEACCES) || errors.Is(err, syscall.EADDRINUSE)
}

// exclusive keeps other sockets from taking the port over with SO_REUSEADDR.
func exclusive(_, _ string, c syscall.RawConn) error {
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(syscall.Handle(fd), syscall.SOL_SOCKET, soExclusiveAddrUse, 1)
	})
	return errors.Join(err, failed)
}

// familyMissing reports whether this machine has no loopback address of the family.
func familyMissing(err error) bool {
	return errors.Is(err, wsaEADDRNOTAVAIL) || errors.Is(err, wsaEAFNOSUPPORT)
}
