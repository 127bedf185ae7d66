package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
)

// become runs the command and ends with its exit code. Ctrl-C reaches it by the console; this process waits for it.
func (a *app) become(_ context.Context, path string, argv, env []string) error {
	if err := a.closeAll(); err != nil {
		return err
	}
	ignored := make(chan os.Signal, 1)
	signal.Notify(ignored, os.Interrupt)
	defer signal.Stop(ignored)
	cmd := exec.Command(path) //nolint:gosec,noctx // the user's own command, which ends by itself
	cmd.Args, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = argv, env, os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return exitError(exit.ExitCode())
	case err != nil:
		return fmt.Errorf("run %s: %w", argv[0], err)
	}
	return nil
}
