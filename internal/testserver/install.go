package testserver

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// nodeFolder returns internal/testserver/node of the checkout that the test runs in.
func nodeFolder() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		folder := filepath.Join(dir, "internal", "testserver", "node")
		if _, err := os.Stat(filepath.Join(folder, "package-lock.json")); err == nil {
			return folder, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no internal/testserver/node above %s", dir)
		}
		dir = up
	}
}

// installed returns the node program and the folder with the locked packages in it, which it installs if they are not
// there; test processes do that one at a time.
func installed(t testing.TB) (node, folder string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		Missing(t, "node: %v", err)
	}
	if folder, err = nodeFolder(); err != nil {
		t.Fatal(err)
	}
	unlock, err := lockFile(filepath.Join(folder, ".lock"))
	if err != nil {
		Missing(t, "a writable checkout: %v", err)
	}
	defer unlock()

	want, err := lockSum(folder)
	if err != nil {
		t.Fatal(err)
	}
	stamp := filepath.Join(folder, "node_modules", ".installed")
	if got, err := os.ReadFile(stamp); err == nil && string(got) == want {
		return node, folder
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		Missing(t, "npm: %v", err)
	}
	cmd := exec.CommandContext(t.Context(), npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	cmd.Dir = folder
	if out, err := cmd.CombinedOutput(); err != nil {
		Missing(t, "the npm packages: npm ci: %v: %s", err, bytes.TrimSpace(out))
	}
	if err := os.WriteFile(stamp, []byte(want), 0o600); err != nil {
		t.Fatal(err)
	}
	return node, folder
}

func lockSum(folder string) (string, error) {
	lock, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(lock)
	return hex.EncodeToString(sum[:]), nil
}
