//go:build unix

package worker

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// closeInherited closes what the program that started ours left open, and its own starter before it: all that came through an
// exec. What the runtime opens for itself is marked to be closed by the next one.
func closeInherited() {
	for _, fd := range open() {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && fd > 2 && flags&unix.FD_CLOEXEC == 0 {
			_ = unix.Close(fd)
		}
	}
}

// open are the descriptors that there are, or may be where the system does not tell.
func open() []int {
	var fds []int
	list, err := os.ReadDir("/dev/fd")
	for _, e := range list {
		if fd, err := strconv.Atoi(e.Name()); err == nil {
			fds = append(fds, fd)
		}
	}
	if err != nil {
		for fd := range 1024 {
			fds = append(fds, fd)
		}
	}
	return fds
}
