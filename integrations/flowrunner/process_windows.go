package flowrunner

import (
	"os"
	"os/exec"

	"authdeck/integrations/flowrunner/worker"
)

func setProcess(*exec.Cmd) {}

func outOfCPU(s *os.ProcessState) bool { return s != nil && s.ExitCode() == worker.ExitCPU }
