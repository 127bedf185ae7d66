package store

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// flockHolder asks the kernel which process holds a lock on path; 0 if it does not say.
func flockHolder(path string) int {
	info, err := os.Lstat(path)
	if err != nil {
		return 0
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0
	}
	file := fmt.Sprintf("%02x:%02x:%d", unix.Major(st.Dev), unix.Minor(st.Dev), st.Ino)
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		return 0
	}
	// "1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF"; one that waits has "->" as its second word.
	for s := bufio.NewScanner(bytes.NewReader(locks)); s.Scan(); {
		w := bytes.Fields(s.Bytes())
		if len(w) >= 6 && string(w[1]) == "FLOCK" && string(w[5]) == file {
			pid, _ := strconv.Atoi(string(w[4]))
			return max(pid, 0)
		}
	}
	return 0
}
