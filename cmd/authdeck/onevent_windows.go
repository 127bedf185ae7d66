package main

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// shellCommand runs a command line by cmd.exe, without a console; it ends with all that it started.
func shellCommand(ctx context.Context, line string) *exec.Cmd {
	shell := os.Getenv("ComSpec")
	if shell == "" {
		shell = "cmd.exe"
	}
	cmd := exec.CommandContext(ctx, shell)
	// cmd.exe has a quoting of its own: the line goes in as it is.
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CmdLine: `/d /s /c "` + line + `"`}
	cmd.Cancel = func() error {
		kill := exec.Command("taskkill", "/f", "/t", "/pid", strconv.Itoa(cmd.Process.Pid)) //nolint:noctx // ends at once
		if kill.Run() == nil {
			return nil
		}
		return cmd.Process.Kill()
	}
	return cmd
}
