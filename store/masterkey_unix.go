//go:build linux || darwin

package store

import "golang.org/x/sys/unix"

// lockedMemory is a mapping that is not swapped and, where the system can say so, not dumped; plain memory where the limit for
// locked memory is used up. free gives it back.
func lockedMemory(n int) (m []byte, free func()) {
	m, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return make([]byte, n), func() {}
	}
	if unix.Mlock(m) != nil || undumped(m) != nil {
		_ = unix.Munmap(m)
		return make([]byte, n), func() {}
	}
	return m, func() { _ = unix.Munmap(m) }
}
