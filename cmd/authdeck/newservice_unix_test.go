//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestNewServiceAsks: at a terminal the title and the icon of a new service are asked for, again after a wrong answer; enter
// takes what stands in brackets.
func TestNewServiceAsks(t *testing.T) {
	t.Parallel()
	const wait = 20 * time.Second
	env := []string{noKeyring, "AUTHDECK_DATA_DIR=" + filepath.Join(t.TempDir(), "data"), "XDG_CONFIG_HOME=" + t.TempDir()}
	dir := t.TempDir()
	logo := []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)
	if err := os.WriteFile(filepath.Join(dir, "logo.svg"), logo, 0o600); err != nil {
		t.Fatal(err)
	}

	e := startIn(t, dir, 100, 24, env, "integrations", "new", "acme", "--kind", "flowrunner")
	e.until(`Name that people see \[acme\]:`, wait)
	e.press("A */ B\r")
	e.until(`again, please`, wait)
	e.press("Acme billing\r")
	e.until(`Icon, .* \[one is drawn\]:`, wait)
	e.press("lost.svg\r")
	e.until(`lost.svg.*again, please`, wait)
	e.press("logo.svg\r")
	e.until(`next: authdeck integrations add ./acme`, wait)
	if code := e.exit(wait); code != 0 {
		t.Errorf("exit code %d", code)
	}
	source, err := os.ReadFile(filepath.Join(dir, "acme", "src", "index.js"))
	if err != nil || !bytes.Contains(source, []byte("@integrationName Acme billing\n")) {
		t.Errorf("the source: %v", err)
	}
	if icon, err := os.ReadFile(filepath.Join(dir, "acme", "public", "icon.svg")); err != nil || !bytes.Equal(icon, logo) {
		t.Errorf("the icon: %v", err)
	}

	e = startIn(t, dir, 100, 24, env, "integrations", "new", "plain", "--kind", "flowrunner")
	e.until(`Name that people see`, wait)
	e.press("\r")
	e.until(`Icon,`, wait)
	e.press("\r")
	e.until(`next: authdeck integrations add ./plain`, wait)
	if code := e.exit(wait); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Stat(filepath.Join(dir, "plain", "public", "icon.png")); err != nil {
		t.Error(err)
	}

	e = startIn(t, dir, 100, 24, env, "integrations", "new", "left", "--kind", "flowrunner", "--title", "Left")
	e.until(`Icon,`, wait)
	e.press("\x03")
	if code := e.exit(wait); code != 1 {
		t.Errorf("exit code %d after ctrl+c, want 1", code)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*left*")); err != nil || len(left) > 0 {
		t.Errorf("left: %q, %v", left, err)
	}
}
