//go:build unix

package main

import "golang.org/x/sys/unix"

// harden keeps secrets out of core files and of files that others can read (reference/security.md §4, "Memory"). What the
// system refuses is left as it is: these are second lines of defence. undo gives back what another program would trip over; that it
// leaves no core file stays, since exec hands it a token.
func harden() (undo func()) {
	mask := unix.Umask(0o077)
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	undumpable()
	return func() { unix.Umask(mask) }
}
