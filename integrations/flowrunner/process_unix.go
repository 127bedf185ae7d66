//go:build unix

package flowrunner

import (
	"os"
	"os/exec"
	"syscall"

	"authdeck/integrations/flowrunner/worker"
)

// setProcess puts the worker into a group of its own: signals of the terminal are the program's business.
func setProcess(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// outOfCPU reports whether the process ended by its limit of processor time.
func outOfCPU(s *os.ProcessState) bool {
	if s == nil {
		return false
	}
	st, ok := s.Sys().(syscall.WaitStatus)
	return s.ExitCode() == worker.ExitCPU || ok && st.Signaled() && st.Signal() == syscall.SIGXCPU
}
