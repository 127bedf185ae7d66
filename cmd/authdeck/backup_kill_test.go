//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"filippo.io/age"
	gocmp "github.com/google/go-cmp/cmp"

	"authdeck/internal/secret"
	"authdeck/store"
)

// TestKill_Backup ends the program at each marked moment of a backup: there is never a half file and never half an import.
func TestKill_Backup(t *testing.T) {
	program, err := marked()
	if err != nil {
		t.Fatal(err)
	}
	// run runs it, to be killed at point, and reports whether it was.
	run := func(env []string, point string, args ...string) (killed bool, output string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Env = append(env, "PATH="+os.Getenv("PATH"))
		if point != "" {
			cmd.Env = append(cmd.Env, "AUTHDECK_FAILPOINT="+point+":1:kill")
		}
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signaled() {
			return true, string(out)
		}
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return false, string(out)
	}
	i, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	key := filepath.Join(dir, "identity")
	if err := os.WriteFile(key, []byte(i.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	from, fromEnv := backupStore(t, 40)
	to, toEnv := backupStore(t, 0)
	all := func(b *store.Bolt) store.Dump {
		t.Helper()
		d, err := b.Dump(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return d
	}

	for _, c := range []struct {
		point string
		there bool // the file is there after the kill
	}{{"export.written", false}, {"export.renamed", true}} {
		file := filepath.Join(dir, c.point)
		if killed, out := run(fromEnv, c.point, "export", file, "--recipient", i.Recipient().String()); !killed {
			t.Fatalf("it was not killed at %s: %s", c.point, out)
		}
		if _, err := os.Lstat(file); (err == nil) != c.there {
			t.Errorf("killed at %s: %v", c.point, err)
		}
		if c.there {
			if _, out := run(toEnv, "", "import", file, "--identity", key, "--dry-run"); !strings.Contains(out, "40 added") {
				t.Errorf("what the kill at %s left does not read: %s", c.point, out)
			}
			continue
		}
		run(fromEnv, "", "export", file, "--recipient", i.Recipient().String())
	}

	empty, file := all(to), filepath.Join(dir, "export.written")
	if killed, out := run(toEnv, "import.inside", "import", file, "--identity", key); !killed {
		t.Fatalf("it was not killed inside the import: %s", out)
	}
	same := gocmp.Comparer(func(a, b secret.String) bool { return a.Equal(b) })
	left := all(to)
	left.Created = empty.Created
	if diff := gocmp.Diff(empty, left, same); diff != "" {
		t.Errorf("half an import is left: %s", diff)
	}
	if _, out := run(toEnv, "", "import", file, "--identity", key); !strings.Contains(out, "40 added") {
		t.Errorf("the import after the kill: %s", out)
	}
	if got, want := len(all(to).Connections), len(all(from).Connections); got != want {
		t.Errorf("%d connections, want %d", got, want)
	}
}
