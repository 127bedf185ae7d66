package keyring

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"authdeck/internal/testserver"
)

const secretsName = "org.freedesktop.secrets"

// busConfig is a session bus that starts no service by itself, so that nothing runs but what a row started.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
`

// again runs the row t of this test in a process of its own with nothing of the developer's session: on a bus of its own,
// or on the one that address names if bus is not set.
func again(t *testing.T, bus bool, address string) {
	t.Helper()
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			testserver.Missing(t, "%s (Debian: gnome-keyring, dbus)", program)
		}
	}
	// A socket's path is short, and the names of a test's own folders are not.
	home, err := os.MkdirTemp("", "authdeck-keyring-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	config := filepath.Join(home, "bus.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, home), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{os.Args[0], "-test.run=^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$", "-test.v", "-test.timeout=60s"}
	if bus {
		args = append([]string{"dbus-run-session", "--config-file=" + config, "--"}, args...)
	}
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Env = []string{
		inside + "=1", "PATH=" + home + ":" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + home, "XDG_RUNTIME_DIR=" + home,
		"XDG_DATA_HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_CACHE_HOME=" + home, "XDG_DATA_DIRS=" + home,
	}
	if address != "" {
		cmd.Env = append(cmd.Env, "DBUS_SESSION_BUS_ADDRESS="+address)
	}
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name()+" ")) {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// daemon is a real Secret Service on this process's bus.
type daemon struct {
	*exec.Cmd
	ended bool
}

// startDaemon starts gnome-keyring and waits until it answers on the bus. With a password it makes or unlocks the login
// collection; without one the collection stays as it is, locked or absent.
func startDaemon(t *testing.T, password string) *daemon {
	t.Helper()
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = bus.Close() }()
	signals := make(chan *dbus.Signal, 10)
	bus.Signal(signals)
	if err := bus.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged")); err != nil {
		t.Fatal(err)
	}
	args := []string{"--foreground", "--components=secrets"}
	if password != "" {
		args = append(args, "--unlock")
	}
	d := &daemon{Cmd: exec.CommandContext(t.Context(), "gnome-keyring-daemon", args...)}
	d.Stdin = strings.NewReader(password)
	var said bytes.Buffer
	d.Stdout, d.Stderr = &said, &said
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.end() })
	late := time.After(20 * time.Second)
	for {
		select {
		case s := <-signals:
			if s.Name == "org.freedesktop.DBus.NameOwnerChanged" && s.Body[0] == secretsName && s.Body[2] != "" {
				return d
			}
		case <-late:
			d.end()
			t.Fatalf("gnome-keyring-daemon did not come up: %s", said.String())
		}
	}
}

// end kills the daemon and waits for it.
func (d *daemon) end() {
	if !d.ended {
		d.ended = true
		_ = d.Process.Kill()
		_ = d.Wait()
	}
}

func (d *daemon) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := d.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}
