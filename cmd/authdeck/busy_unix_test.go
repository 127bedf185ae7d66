//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestStoreHeldByAStoppedProcess: a process that was stopped while it held the store's file makes every verb that needs
// it give up after a second, with exit code 6 and that process's number, and with nothing taken from it (security.md §7).
func TestStoreHeldByAStoppedProcess(t *testing.T) {
	t.Parallel()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir() + "/data"
	env := []string{noKeyring, "AUTHDECK_DATA_DIR=" + data, "XDG_CONFIG_HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	verb(t, env, "store", "key-file", t.TempDir()+"/key")

	// flock takes the lock for itself and leaves it to what it starts.
	holder := exec.CommandContext(t.Context(), "flock", data+"/store.lock", "sh", "-c", "echo held; exec sleep 60")
	holder.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = syscall.Kill(-holder.Process.Pid, syscall.SIGKILL)
		_ = holder.Wait()
	}()
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if err := syscall.Kill(-holder.Process.Pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"list"}, {"token", "any"}, {"integrations", "set", "github", "client_id=x"}, {"store", "status"}} {
		cmd := exec.CommandContext(t.Context(), path, append(args, "--json")...)
		cmd.Env = env
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		began := time.Now()
		_ = cmd.Run()
		took := time.Since(began)
		var said struct {
			Error failure `json:"error"`
		}
		if err := json.Unmarshal(stderr.Bytes(), &said); err != nil {
			t.Fatalf("%v: %v in %s", args, err, stderr.String())
		}
		if code := cmd.ProcessState.ExitCode(); code != 6 || said.Error.Code != "store" {
			t.Errorf("%v: exit %d with %+v, want 6", args, code, said.Error)
		}
		if !strings.Contains(said.Error.Message+said.Error.Hint, fmt.Sprint("process ", holder.Process.Pid)) {
			t.Errorf("%v does not name process %d: %+v", args, holder.Process.Pid, said.Error)
		}
		if took < 900*time.Millisecond || took > 3*time.Second {
			t.Errorf("%v took %s, want a second and what a start takes", args, took)
		}
	}
	if err := syscall.Kill(-holder.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	verb(t, env, "list")
}
