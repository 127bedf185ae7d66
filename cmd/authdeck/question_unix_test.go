//go:build unix

package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestCtrlCEndsAQuestion: the question after a new passphrase is left by ctrl+c, and the passphrase stays changed.
func TestCtrlCEndsAQuestion(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	old, changed := filepath.Join(folder, "old"), filepath.Join(folder, "new")
	for path, text := range map[string]string{old: "correct horse\n", changed: "battery staple\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{
		"DBUS_SESSION_BUS_ADDRESS=disabled:", "AUTHDECK_DATA_DIR=" + filepath.Join(t.TempDir(), "data"),
		"XDG_CONFIG_HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(),
	}
	with := func(path string) []string { return append(env[:len(env):len(env)], "AUTHDECK_PASSPHRASE_FILE="+path) }
	verb(t, with(old), "list")
	const wait = 20 * time.Second
	e := start(t, 80, 24, with(old), "store", "passphrase")
	e.until(`New passphrase of the store:`, wait)
	e.press("battery staple\r")
	e.until(`The same once more:`, wait)
	e.press("battery staple\r")
	e.until(`Make a new master key now\?`, wait)
	e.press("\x03")
	if code := e.exit(wait); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	verb(t, with(changed), "list")
}
