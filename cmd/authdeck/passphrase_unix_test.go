//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestPassphraseAtTheTerminal: a first start by a passphrase; later starts ask for it, without echo, and again after a wrong one; `store
// unlock` spares the question until `store lock`.
func TestPassphraseAtTheTerminal(t *testing.T) {
	t.Parallel()
	env := []string{noKeyring, "AUTHDECK_DATA_DIR=" + filepath.Join(t.TempDir(), "data"), "XDG_CONFIG_HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	const wait = 20 * time.Second
	e := start(t, 80, 24, env)
	e.until(`p a passphrase instead`, wait)
	e.press("p")
	e.until(`New passphrase of the store:`, wait)
	e.press("correct horse\r")
	e.until(`The same once more:`, wait)
	e.press("correct horse\r")
	e.until(`Make the first one`, wait)
	e.press("q")
	if code := e.exit(wait); code != 0 {
		t.Fatalf("the first start: exit code %d", code)
	}
	e = start(t, 80, 24, env, "list")
	e.until(`Passphrase of the store:`, wait)
	e.press("wrong horse\r")
	e.until(`again, please(?s:.*)Passphrase of the store:`, wait)
	e.press("correct horse\r")
	e.until(`no connections yet`, wait)
	if code := e.exit(wait); code != 0 {
		t.Errorf("list: exit code %d", code)
	}
	if out := e.output(); strings.Contains(out, "horse") {
		t.Errorf("the passphrase shows:\n%q", out)
	}
	e = start(t, 80, 24, env, "store", "unlock", "--for", "1h")
	e.until(`Passphrase of the store:`, wait)
	e.press("correct horse\r")
	e.until(`unlocked until`, wait)
	if code := e.exit(wait); code != 0 {
		t.Errorf("unlock: exit code %d", code)
	}
	t.Cleanup(func() { verb(t, env, "store", "lock") })
	if code, out := away(t, env, "list"); code != 0 { // no terminal, no question
		t.Errorf("list while it is unlocked: exit code %d\n%s", code, out)
	}
	verb(t, env, "store", "lock")
	if code, out := away(t, env, "list"); code != 6 {
		t.Errorf("list after lock: exit code %d\n%s", code, out)
	}
}

// TestPassphraseIsChangedAtTheTerminal: the old one is asked for, then the new one twice, and again where
// they differ or it is short; three times change nothing.
func TestPassphraseIsChangedAtTheTerminal(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := func(name, text string) string {
		p := filepath.Join(folder, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	old, changed := file("old", "correct horse\n"), file("new", "battery staple\n")
	env := []string{noKeyring, "AUTHDECK_DATA_DIR=" + filepath.Join(t.TempDir(), "data"), "XDG_CONFIG_HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	with := func(path string) []string { return append(env[:len(env):len(env)], "AUTHDECK_PASSPHRASE_FILE="+path) }
	verb(t, with(old), "list")
	const wait = 20 * time.Second
	e := start(t, 80, 24, with(old), "store", "passphrase")
	e.until(`New passphrase of the store:`, wait)
	e.press("battery staple\r")
	e.until(`The same once more:`, wait)
	e.press("battery stable\r")
	e.until(`not the same; again, please\s+New passphrase of the store:`, wait)
	e.press("battery\r")
	e.until(`8 characters at least; again, please\s+New passphrase of the store:`, wait)
	e.press("battery staple\r")
	e.until(`The same once more:`, wait)
	e.press("battery stable\r")
	e.until(`hint:  nothing was changed`, wait)
	if code := e.exit(wait); code != 2 {
		t.Errorf("three times wrong: exit code %d", code)
	}
	verb(t, with(old), "list")
	e = start(t, 80, 24, with(old), "store", "passphrase")
	e.until(`New passphrase of the store:`, wait)
	e.press("battery staple\r")
	e.until(`The same once more:`, wait)
	e.press("battery staple\r")
	e.until(`Make a new master key now\? \[y/N\]`, wait)
	e.press("y\r")
	e.until(`has a new master key`, wait) // without asking once more
	if code := e.exit(wait); code != 0 {
		t.Errorf("changed: exit code %d", code)
	}
	if code, out := away(t, with(old), "list"); code != 6 {
		t.Errorf("the old passphrase: exit code %d\n%s", code, out)
	}
	verb(t, with(changed), "list")
}

// away runs a verb that no terminal belongs to, and returns its exit code and what it wrote.
func away(t *testing.T, env []string, args ...string) (int, string) {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}
