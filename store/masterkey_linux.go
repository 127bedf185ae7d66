package store

import "golang.org/x/sys/unix"

// lockedMemory is a mapping that is not swapped and not dumped; plain memory where the limit for locked memory is used up. It
// is never given back: a store is unlocked once in a process, and again only after a rekey elsewhere.
func lockedMemory(n int) []byte {
	m, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return make([]byte, n)
	}
	if unix.Mlock(m) != nil || unix.Madvise(m, unix.MADV_DONTDUMP) != nil {
		_ = unix.Munmap(m)
		return make([]byte, n)
	}
	return m
}
