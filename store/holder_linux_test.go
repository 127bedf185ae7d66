package store

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// One folder reached by a bind mount is one store, with the same locks.
func TestOpen_BindMount(t *testing.T) {
	dir, mounted := folder(t), t.TempDir()
	b := open(t, dir)
	c := put(t, b, sample(1), Write{})
	elsewhere := func(role string) *process {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", `mount --bind "$0" "$1" && exec "$2"`, dir, mounted, os.Args[0])
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
		}
		return startAs(t, role, mounted, cmd)
	}
	p := elsewhere("lock " + c.ID)
	if got := p.line(t); got != "held" {
		t.Fatal(got)
	}
	if _, ok, err := b.TryLock(t.Context(), c.ID); ok || err != nil {
		t.Errorf("the lock that is held by way of the mount: %v, %v", ok, err)
	}
	if err := p.in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Fatal(err)
	}
	writer := elsewhere("write")
	changes, err := openNotified(t, dir, nil).Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	writer.write(t, 7)
	wait(t, changes)
	var n int
	if err := b.Setting(t.Context(), "s", "k", &n); err != nil || n != 7 {
		t.Errorf("written by way of the mount: %d, %v", n, err)
	}
	lock, err := b.file.acquire(t.Context(), writing)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.release()
	late := elsewhere("inside")
	if got := late.line(t); !strings.Contains(got, ErrBusy.Error()) {
		t.Errorf("the file that is held here was opened by way of the mount: %s", got)
	}
}

// Another user can neither look into the folder nor plant or hold a file in it, and the program refuses to run on it.
func TestN13_AnotherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI has to run this as root, who alone can become another user")
		}
		t.Skip("only root can become another user")
	}
	for _, bin := range []string{"setpriv", "flock"} {
		if _, err := exec.LookPath(bin); err != nil {
			t.Fatal(err)
		}
	}
	dir := folder(t)
	b := open(t, dir)
	unlock, err := b.Lock(t.Context(), someID)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	for path := filepath.Dir(dir); path != "/"; path = filepath.Dir(path) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode()&0o001 == 0 { // so that it is our folder that keeps others out
			if err := os.Chmod(path, info.Mode()|0o001); err != nil {
				t.Fatal(err)
			}
		}
	}
	nobody := func(args ...string) *exec.Cmd {
		return exec.CommandContext(t.Context(), "setpriv", append([]string{"--reuid", "65534", "--regid", "65534", "--clear-groups"}, args...)...)
	}
	if out, err := nobody("test", "-d", dir).CombinedOutput(); err != nil {
		t.Fatalf("another user does not even see the folder, so this proves nothing: %v %s", err, out)
	}
	for name, script := range map[string]string{
		"reads the store":             `cat "$0"/store.db`,
		"lists the folder":            `ls "$0"`,
		"holds the lock file":         `flock -n "$0"/store.lock true`,
		"holds a connection's lock":   `flock -n "$0"/locks/` + someID + ` true`,
		"plants a connection's lock":  `touch "$0"/locks/` + strings.Repeat("a", 32),
		"replaces the store":          `mv -f /dev/null "$0"/store.db`,
		"plants a link":               `ln -s /etc/passwd "$0"/planted`,
		"opens the folder to himself": `chmod 777 "$0"`,
	} {
		t.Run(name, func(t *testing.T) {
			cmd := nobody("sh", "-c", script, dir)
			var exit *exec.ExitError
			if out, err := cmd.CombinedOutput(); !errors.As(err, &exit) || !strings.Contains(strings.ToLower(string(out)), "perm") {
				t.Errorf("%v: %s, want that it is not permitted", err, out)
			}
		})
	}
	t.Run("runs on it", func(t *testing.T) {
		binary := filepath.Join(t.TempDir(), "child")
		content, err := os.ReadFile(os.Args[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(binary, content, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, mode := range []os.FileMode{0o700, 0o755} {
			if err := os.Chmod(dir, mode); err != nil {
				t.Fatal(err)
			}
			got := startAs(t, "write", dir, nobody(binary)).line(t)
			if !strings.Contains(got, "not safe") && !strings.Contains(got, "permission denied") {
				t.Errorf("mode %o: %s", mode, got)
			}
		}
		if err := os.Chmod(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	})
	put(t, b, sample(1), Write{})
}
