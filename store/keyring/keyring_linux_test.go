package keyring

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"authdeck/store"
)

// TestMain is the body of the processes that tests start below a bus of their own.
func TestMain(m *testing.M) {
	if role := os.Getenv("KEYRING_TEST_ROLE"); role != "" {
		if err := play(role); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// below runs a role of this test binary below a D-Bus session bus of its own, with a home of its own.
func below(t *testing.T, role string) {
	t.Helper()
	for _, p := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(p); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is missing: .ci/run installs it", p)
			}
			t.Skipf("%s is not here", p)
		}
	}
	home := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	config := filepath.Join(home, "bus.conf")
	if err := os.WriteFile(config, []byte(busConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, "dbus-run-session", "--config-file="+config, "--", os.Args[0])
	cmd.Env = []string{
		"KEYRING_TEST_ROLE=" + role, "PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + filepath.Join(home, "run"),
		"XDG_DATA_HOME=" + filepath.Join(home, "share"), "KEYRING_TEST_HOME=" + home,
	}
	if err := os.MkdirAll(filepath.Join(home, "run"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// busConfig is a session bus that starts no service by itself.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

func TestSecretService(t *testing.T) {
	for _, role := range []string{"unlocked", "locked", "hanging", "no service"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			below(t, role)
		})
	}
}

// TestAbsent: without a bus there is no keyring, and none is started.
func TestAbsent(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	for _, address := range []string{"", "autolaunch:", "disabled:"} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		if _, _, err := New(Options{Rand: rand.Reader}).NewSlotKey(t.Context(), id); !errors.Is(err, ErrAbsent) || !errors.Is(err, store.ErrNoKey) {
			t.Errorf("address %q: %v", address, err)
		}
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "nobody"))
	if _, err := New(Options{Rand: rand.Reader}).SlotKey(t.Context(), id, nil); !errors.Is(err, ErrAbsent) {
		t.Errorf("a bus that is not there: %v", err)
	}
}

const id = "00112233445566778899aabbccddeeff"

// daemon starts a real keyring; its password is given if it is to be unlocked.
func daemon(password string) (*os.Process, error) {
	cmd := exec.Command("gnome-keyring-daemon", "--foreground", "--components=secrets")
	if password != "" {
		cmd.Args = append(cmd.Args, "--unlock")
		cmd.Stdin = strings.NewReader(password)
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() { // its output ends with it
		for s := bufio.NewScanner(out); s.Scan(); {
			continue
		}
	}()
	return cmd.Process, await(func() bool {
		return exec.Command("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets", "org.freedesktop.DBus.Peer.Ping").Run() == nil
	})
}

func await(done func() bool) error {
	for began := time.Now(); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > 15*time.Second {
			return errors.New("it did not happen in 15 s")
		}
	}
	return nil
}

func play(role string) error {
	ctx := context.Background()
	s := New(Options{Rand: rand.Reader})
	if role == "no service" {
		_, _, err := s.NewSlotKey(ctx, id)
		if !errors.Is(err, ErrAbsent) {
			return fmt.Errorf("a bus without a keyring: %w", err)
		}
		return nil
	}
	p, err := daemon("correct horse")
	if err != nil {
		return fmt.Errorf("start the keyring: %w", err)
	}
	defer func() { _ = p.Kill() }()
	dir := filepath.Join(os.Getenv("KEYRING_TEST_HOME"), "data")
	b, err := store.Open(ctx, dir, store.Options{Keys: []store.KeySource{s}, Create: true})
	if err != nil {
		return fmt.Errorf("make a store: %w", err)
	}
	open := func() error {
		_, err := store.Open(ctx, dir, store.Options{Keys: []store.KeySource{New(Options{Rand: rand.Reader})}})
		return err
	}
	if err := open(); err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	switch role {
	case "unlocked":
		return playUnlocked(ctx, s, b, open)
	case "hanging":
		if err := p.Signal(syscall.SIGSTOP); err != nil {
			return err
		}
		defer func() { _ = p.Signal(syscall.SIGCONT) }()
		began := time.Now()
		if err := open(); !errors.Is(err, ErrTimeout) || time.Since(began) > 5*time.Second {
			return fmt.Errorf("a keyring that hangs: %w after %s", err, time.Since(began))
		}
		return nil
	}
	// locked: the same keyring, started anew without its password, and nobody to ask.
	if err := p.Kill(); err != nil {
		return err
	}
	if _, err := p.Wait(); err != nil {
		return err
	}
	again, err := daemon("")
	if err != nil {
		return fmt.Errorf("start the keyring again: %w", err)
	}
	defer func() { _ = again.Kill() }()
	err = open()
	if !errors.Is(err, ErrLocked) && !errors.Is(err, ErrTimeout) {
		return fmt.Errorf("a locked keyring: %w", err)
	}
	if errors.Is(err, store.ErrWrongKey) || errors.Is(err, store.ErrDamaged) {
		return fmt.Errorf("a locked keyring looks like another trouble: %w", err)
	}
	return nil
}

func playUnlocked(ctx context.Context, s *Source, b *store.Bolt, open func() error) error {
	// A second store's key does not touch the first one's; a slot made again for the same store shares its key.
	if _, _, err := s.NewSlotKey(ctx, strings.Repeat("ab", 16)); err != nil {
		return err
	}
	info, err := b.AddSlot(ctx, s)
	if err != nil {
		return fmt.Errorf("a second slot: %w", err)
	}
	if err := b.RemoveSlot(ctx, info.ID); err != nil {
		return err
	}
	if err := open(); err != nil {
		return fmt.Errorf("after a second slot came and went: %w", err)
	}
	st, err := b.Status(ctx)
	if err != nil || st.UnlockedBy != store.SlotKeyring {
		return fmt.Errorf("unlocked by %s: %w", st.UnlockedBy, err)
	}
	storeID, err := b.ID(ctx)
	if err != nil {
		return err
	}
	if err := s.Forget(ctx, storeID); err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	if err := s.Forget(ctx, storeID); err != nil {
		return fmt.Errorf("forget what is gone: %w", err)
	}
	if err := open(); !errors.Is(err, ErrItemGone) || errors.Is(err, store.ErrWrongKey) {
		return fmt.Errorf("an item that is gone: %w", err)
	}
	return nil
}
