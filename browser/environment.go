package browser

import (
	"context"
	"os"
	"os/exec"
	"runtime"
)

// Environment is what the decision depends on; [Host] reads it from the machine. All fields are required.
type Environment struct {
	GOOS     string
	Getenv   func(string) string
	Exists   func(path string) bool // /.dockerenv and the like
	LookPath func(name string) (string, error)
	// Command starts a program detached, output discarded. It returns when the program runs, or has ended: an error if
	// that was quick and failed.
	Command func(ctx context.Context, name string, args ...string) error
	// System opens a checked address by the platform's own call, where [Command] is not the way.
	System func(ctx context.Context, address string) error
}

// Host is the environment of this process.
func Host() Environment {
	return Environment{
		GOOS:   runtime.GOOS,
		Getenv: os.Getenv,
		Exists: func(path string) bool {
			_, err := os.Stat(path)
			return err == nil
		},
		LookPath: exec.LookPath,
		Command:  start,
		System:   openSystem,
	}
}
