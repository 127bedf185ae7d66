package worker

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_AARCH64

// forbiddenHere are the calls that only this architecture has.
func forbiddenHere() []uint32 { return nil }
