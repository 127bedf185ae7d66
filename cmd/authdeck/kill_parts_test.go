//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
)

// browse reads the output of `login --json` to its end and plays the browser once the address is there.
func browse(t *testing.T, stdout io.Reader) (said string) {
	t.Helper()
	var all strings.Builder
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		all.WriteString(lines.Text() + "\n")
		var line struct{ Event, URL string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil || line.Event != "authorize" {
			continue
		}
		client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
		if res, err := client.Get(line.URL); err == nil { // a killed program answers nobody
			_ = res.Body.Close()
		}
	}
	return all.String()
}

// backup exports another store with n connections, and returns the identity's file and the backup.
func (k *killed) backup(n int) (identity, file string, connections int) {
	k.t.Helper()
	i, err := age.GenerateX25519Identity()
	if err != nil {
		k.t.Fatal(err)
	}
	dir := k.t.TempDir()
	identity, file = filepath.Join(dir, "identity"), filepath.Join(dir, "backup.age")
	if err := os.WriteFile(identity, []byte(i.String()+"\n"), 0o600); err != nil {
		k.t.Fatal(err)
	}
	_, env := backupStore(k.t, n)
	cmd := k.process(0, "export", file, "--recipient", i.Recipient().String())
	cmd.Env = append(env, "PATH="+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		k.t.Fatalf("export: %v\n%s", err, out)
	}
	return identity, file, n
}
