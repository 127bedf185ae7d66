package main

import (
	"os"
	"path/filepath"

	"authdeck/integrations/flowrunner"
	"authdeck/integrations/flowrunner/worker"
)

// flowrunnerHost is the one host of this run for FlowRunner services. It starts no process before one is called.
func (a *app) flowrunnerHost() *flowrunner.Host {
	if a.host == nil {
		program, err := os.Executable()
		if err != nil {
			program = os.Args[0]
		}
		a.host = flowrunner.New(flowrunner.Options{
			Program: []string{program, worker.Arg}, Caller: a.caller(), Clock: a.clock, Log: a.log,
			Files: filepath.Join(a.data(), "files"), Cache: filepath.Join(a.data(), "services"),
		})
		a.host.KeepReady(false)
	}
	return a.host
}
