package flowrunner

import (
	"os"
	"os/exec"
)

func setProcess(*exec.Cmd) {}

func outOfCPU(s *os.ProcessState) bool { return s != nil && s.ExitCode() == 4 }
