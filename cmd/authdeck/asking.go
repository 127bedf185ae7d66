package main

import "os"

// askingProgram is who started this process and so gets what it hands out: a shell is named as what it is. The name is ""
// where the system does not tell it.
func askingProgram() (program string, pid int) {
	pid = os.Getppid()
	return processName(pid), pid
}
