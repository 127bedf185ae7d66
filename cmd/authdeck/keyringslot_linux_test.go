package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const noServicesBus = `<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
`

// TestKeyringSlotTakesItsKeyAlong: the key of a keyring slot is gone with the slot, and the next one has another.
func TestKeyringSlotTakesItsKeyAlong(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(p); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is missing: .ci/run installs it", p)
			}
			t.Skipf("%s is not here", p)
		}
	}
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	bus, script := filepath.Join(home, "bus.conf"), filepath.Join(home, "script")
	for name, text := range map[string]string{bus: noServicesBus, script: keyringScript} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "dbus-run-session", "--config-file="+bus, "--", "sh", script)
	cmd.Env = []string{
		"PATH=" + filepath.Dir(path) + ":" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + home, "XDG_DATA_HOME=" + filepath.Join(home, "share"),
		"AUTHDECK_DATA_DIR=" + filepath.Join(home, "data"),
	}
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if got := lines[len(lines)-1]; got != "items: 1 0 1, slots: 1" {
		t.Errorf("got %q, want items: 1 0 1, slots: 1\n%s", got, out)
	}
}

const keyringScript = `set -e
printf 'correct horse' | gnome-keyring-daemon --foreground --components=secrets --unlock >/dev/null &
keyring=$!
trap 'kill $keyring' EXIT
ask() { dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets "$@"; }
n=0
until ask org.freedesktop.DBus.Peer.Ping >/dev/null 2>&1; do n=$((n+1)); test $n -lt 500; sleep 0.02; done
items() { ask org.freedesktop.Secret.Service.SearchItems dict:string:string:service,authdeck | grep -c 'object path' || true; }
authdeck -q list >/dev/null
first=$(items)
authdeck -q store key-file "$HOME/key"
authdeck -q store slots --remove keyring >/dev/null
second=$(items)
authdeck -q store slots --add-keyring >/dev/null
authdeck -q store slots --add-keyring >/dev/null
third=$(items)
echo "items: $first $second $third, slots: $(authdeck store slots | grep -c ^keyring/)"
`
