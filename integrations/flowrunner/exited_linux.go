package flowrunner

import (
	"os"

	"golang.org/x/sys/unix"
)

// exited reports whether a child has ended; it is left for its Wait.
func exited(p *os.Process) bool {
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PID, p.Pid, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	return err == nil && info.Signo != 0
}
