//go:build unix

package main

import (
	"context"
	"fmt"
	"syscall"
)

// become runs the command in the place of this process: it has its terminal, its signals and its exit code.
func (a *app) become(_ context.Context, path string, argv, env []string) error {
	if err := a.closeAll(); err != nil {
		return err
	}
	if a.unharden != nil {
		a.unharden()
	}
	if err := syscall.Exec(path, argv, env); err != nil { //nolint:gosec // the user's own command
		return fmt.Errorf("run %s: %w", argv[0], err)
	}
	return nil
}
