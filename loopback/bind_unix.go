//go:build unix

package loopback

import (
	"errors"
	"syscall"
)

func portBusy(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

// exclusive has nothing to do here: a port that is listened on cannot be taken by another socket at the same address.
func exclusive(_, _ string, _ syscall.RawConn) error { return nil }

// familyMissing reports whether this machine has no loopback address of the family.
func familyMissing(err error) bool {
	return errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EPROTONOSUPPORT)
}
