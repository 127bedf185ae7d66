package main

import "golang.org/x/sys/unix"

// processName is what the kernel calls a process: its program's name, cut to 16 bytes.
func processName(pid int) string {
	p, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		return ""
	}
	return unix.ByteSliceToString(p.Proc.P_comm[:])
}
