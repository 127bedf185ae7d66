//go:build unix

package main

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// manager is a service manager's socket.
func manager(t *testing.T, name string) *net.UnixConn {
	t.Helper()
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// datagram is the next message, "" if none comes.
func datagram(t *testing.T, c *net.UnixConn, within time.Duration) string {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	n, err := c.Read(buf)
	if err != nil {
		return ""
	}
	return string(buf[:n])
}

// TestWatch_TellsTheServiceManager: sd_notify(3) on a socket of the test's own.
func TestWatch_TellsTheServiceManager(t *testing.T) {
	t.Parallel()
	d := newDeck(t, time.Hour, "work")
	for name, c := range map[string]struct {
		socket   string
		watchdog []string
		ticks    bool
		end      syscall.Signal
	}{
		"a path, SIGTERM":                {filepath.Join(t.TempDir(), "n"), []string{"WATCHDOG_USEC=100000"}, true, syscall.SIGTERM},
		"an abstract name, SIGINT":       {"@authdeck-test-" + strconv.Itoa(os.Getpid()), []string{"WATCHDOG_USEC=100000", "WATCHDOG_PID="}, true, syscall.SIGINT},
		"no watchdog":                    {filepath.Join(t.TempDir(), "n"), nil, false, syscall.SIGTERM},
		"the watchdog of another":        {filepath.Join(t.TempDir(), "n"), []string{"WATCHDOG_USEC=100000", "WATCHDOG_PID=1"}, false, syscall.SIGTERM},
		"a watchdog that is no number":   {filepath.Join(t.TempDir(), "n"), []string{"WATCHDOG_USEC=soon"}, false, syscall.SIGTERM},
		"an address of an unknown kind":  {"vsock:2:1234", nil, false, syscall.SIGTERM},
		"a path where nobody listens":    {"/nonexistent/notify", nil, false, syscall.SIGTERM},
		"without a manager (no setting)": {"", nil, false, syscall.SIGTERM},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.HasPrefix(c.socket, "@") && runtime.GOOS != "linux" {
				t.Skip("abstract names are Linux's")
			}
			var conn *net.UnixConn
			if strings.HasPrefix(c.socket, "@") || strings.HasSuffix(c.socket, "/n") {
				conn = manager(t, c.socket)
			}
			p := d.run(append([]string{"NOTIFY_SOCKET=" + c.socket}, c.watchdog...), "watch")
			if conn == nil {
				p.says(10*time.Second, "watching 1 connection;")
				p.signal(c.end)
				if code := p.exit(10 * time.Second); code != 0 {
					t.Errorf("exit code %d, want 0; stderr:\n%s", code, p.stderr)
				}
				return
			}
			if got, want := datagram(t, conn, 10*time.Second), "READY=1\nSTATUS=1 connection: 1 ok"; got != want {
				t.Fatalf("first message %q, want %q", got, want)
			}
			for range 3 {
				if !c.ticks {
					break
				}
				if got := datagram(t, conn, 5*time.Second); got != "WATCHDOG=1" {
					t.Fatalf("message %q, want WATCHDOG=1", got)
				}
			}
			p.signal(c.end)
			got := datagram(t, conn, 5*time.Second)
			for got == "WATCHDOG=1" && c.ticks {
				got = datagram(t, conn, 5*time.Second)
			}
			if got != "STOPPING=1" {
				t.Errorf("message %q, want STOPPING=1", got)
			}
			if code := p.exit(10 * time.Second); code != 0 {
				t.Errorf("exit code %d, want 0; stderr:\n%s", code, p.stderr)
			}
		})
	}
}

// TestWatch_StatusFollows: a sign-in by another process is in the counts.
func TestWatch_StatusFollows(t *testing.T) {
	t.Parallel()
	d := newDeck(t, time.Hour, "work")
	socket := filepath.Join(t.TempDir(), "n")
	conn := manager(t, socket)
	p := d.run([]string{"NOTIFY_SOCKET=" + socket}, "watch")
	_ = datagram(t, conn, 10*time.Second)
	d.login("other")
	if got, want := datagram(t, conn, statusLeast+10*time.Second), "STATUS=2 connections: 2 ok"; got != want {
		t.Errorf("message %q, want %q", got, want)
	}
	p.signal(syscall.SIGTERM)
	p.exit(10 * time.Second)
}

// TestWatch_AManagerThatDoesNotReadHoldsUpNothing: its socket's buffer is full.
func TestWatch_AManagerThatDoesNotReadHoldsUpNothing(t *testing.T) {
	t.Parallel()
	d := newDeck(t, 2*time.Second, "work")
	socket := filepath.Join(t.TempDir(), "n")
	conn := manager(t, socket)
	filler, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = filler.Close() }()
	for {
		_ = filler.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		if _, err := filler.Write([]byte("X=1")); err != nil {
			break
		}
	}
	p := d.run([]string{"NOTIFY_SOCKET=" + socket, "WATCHDOG_USEC=100000"}, "watch", "--json")
	p.event(20*time.Second, "refreshed")
	p.signal(syscall.SIGTERM)
	if code := p.exit(10 * time.Second); code != 0 {
		t.Errorf("exit code %d", code)
	}
	_ = conn
}

// TestWatch_OneFailingAnOutageAndOneRecovered: the tries between are history only.
func TestWatch_OneFailingAnOutageAndOneRecovered(t *testing.T) {
	t.Parallel()
	d := newDeck(t, 2*time.Second, "work")
	p := d.run(nil, "watch", "--json")
	e := p.event(20*time.Second, "refreshed")
	if e.Connection != "work" || e.Time.IsZero() || e.Detail != "lives 2 s" {
		t.Errorf("event %+v", e)
	}
	d.fails(503, `{"error":"temporarily_unavailable"}`)
	if e = p.event(20*time.Second, "failing"); !strings.Contains(e.Detail, "503") {
		t.Errorf("the detail does not say what failed: %+v", e)
	}
	before := d.requests.Load()
	until(t, 30*time.Second, "two more tries", func() bool { return d.requests.Load() >= before+2 })
	d.works()
	if e = p.event(40*time.Second, "failing", "recovered", "sign_in_needed"); e.Event != "recovered" {
		t.Fatalf("after failing came %+v, want recovered", e)
	}
	p.signal(syscall.SIGTERM)
	if code := p.exit(10 * time.Second); code != 0 {
		t.Errorf("exit code %d; stderr:\n%s", code, p.stderr)
	}
	tries := 0
	for _, line := range strings.Split(verb(t, d.env, "history", "work"), "\n") {
		if strings.Contains(line, "503") {
			tries++
		}
	}
	if tries < 2 {
		t.Errorf("the history has %d failed tries, want 2 or more", tries)
	}
}

// TestWatch_SignInNeeded is told once, in plain text too.
func TestWatch_SignInNeeded(t *testing.T) {
	t.Parallel()
	d := newDeck(t, 2*time.Second, "work")
	d.fails(400, `{"error":"invalid_grant","error_description":"gone \u001b]0;x\u0007"}`)
	p := d.run(nil, "watch")
	select {
	case line := <-p.lines:
		if !strings.Contains(line, "  work  sign_in_needed  ") || strings.ContainsAny(line, "\x1b\x07") {
			t.Errorf("line %q", line)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("nothing was told; stderr:\n%s", p.stderr)
	}
	p.signal(syscall.SIGINT)
	if code := p.exit(10 * time.Second); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestWatch_StoreTroubleIsSaidAndItGoesOn: somebody holds the store's file for longer than anybody waits.
func TestWatch_StoreTroubleIsSaidAndItGoesOn(t *testing.T) {
	t.Parallel()
	d := newDeck(t, 3*time.Second, "work")
	p := d.run(nil, "watch", "--json")
	p.event(20*time.Second, "refreshed")
	f, err := os.OpenFile(filepath.Join(d.data, "store.lock"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(info.Size() + 1); err != nil { // as a write does: the keeper looks
		t.Fatal(err)
	}
	if e := p.event(20*time.Second, "store", "failing"); !strings.Contains(e.Detail, "process") {
		t.Errorf("event %+v does not say who holds the store", e)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_UN); err != nil {
		t.Fatal(err)
	}
	p.event(60*time.Second, "refreshed", "recovered")
	p.signal(syscall.SIGTERM)
	if code := p.exit(10 * time.Second); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestWatch_StoreThatCannotBeOpened is exit code 6 at the start, with and without --once.
func TestWatch_StoreThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	d := newDeck(t, time.Hour)
	other := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, []byte(strings.Repeat("k", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, extra := range map[string]string{
		"the key file is gone":     "AUTHDECK_KEY_FILE=" + filepath.Join(t.TempDir(), "none"),
		"the key of another store": "AUTHDECK_KEY_FILE=" + other,
	} {
		for _, args := range [][]string{{"watch"}, {"watch", "--once"}} {
			t.Run(name+", "+strings.Join(args, " "), func(t *testing.T) {
				t.Parallel()
				socket := filepath.Join(t.TempDir(), "n")
				conn := manager(t, socket)
				p := d.run([]string{extra, "NOTIFY_SOCKET=" + socket}, args...)
				if code := p.exit(20 * time.Second); code != 6 {
					t.Errorf("exit code %d, want 6; stderr:\n%s", code, p.stderr)
				}
				if got := datagram(t, conn, 50*time.Millisecond); got != "" {
					t.Errorf("the manager was told %q", got)
				}
			})
		}
	}
}

// TestWatch_AReaderThatLeavesEndsItInOrder: no signal kills it in the middle of a refresh.
func TestWatch_AReaderThatLeavesEndsItInOrder(t *testing.T) {
	t.Parallel()
	d := newDeck(t, 2*time.Second, "work")
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = out.Close()
	p := &program{t: t, cmd: testCommand(t, d.env, path, "watch"), stderr: &lockedText{}, ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = in, p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	go func() { defer close(p.ended); _ = p.cmd.Wait() }()
	if code := p.exit(20 * time.Second); code != 1 || !strings.Contains(p.stderr.String(), "write the result") {
		t.Errorf("exit code %d, want 1; stderr:\n%s", code, p.stderr)
	}
}

// TestWatchOnce_ExitCodes: how things stand, the worst first.
func TestWatchOnce_ExitCodes(t *testing.T) {
	t.Parallel()
	const dead, broken, down = `{"error":"invalid_grant"}`, `{"error":"invalid_client"}`, `{"error":"server_error"}`
	type row struct {
		name  string
		first func(*deck) // before the round, on connections "a" and "b" whose tokens have ended
		want  int
		event string
	}
	type ready struct {
		deck *deck
		row
	}
	var cases []ready
	for _, c := range []row{
		{"0: all fresh", func(*deck) {}, 0, "refreshed"},
		{"4: a sign-in is needed", func(d *deck) { d.fails(400, dead) }, 4, "sign_in_needed"},
		{"1: the settings are refused", func(d *deck) { d.fails(401, broken) }, 1, "configuration"},
		{"5: transient", func(d *deck) { d.fails(500, down) }, 5, "failing"},
		{"4 before 5", func(d *deck) { d.worstOf(400, dead, 500, down) }, 4, "failing"},
		{"1 before 5", func(d *deck) { d.worstOf(500, down, 401, broken) }, 1, "configuration"},
		{"4 before 1", func(d *deck) { d.worstOf(401, broken, 400, dead) }, 4, "sign_in_needed"},
		{"0: what was revoked does not count", func(d *deck) { verb(d.t, d.env, "revoke", "a"); verb(d.t, d.env, "revoke", "b") }, 0, ""},
	} {
		cases = append(cases, ready{newDeck(t, 2*time.Second, "a", "b"), c})
	}
	<-time.After(2100 * time.Millisecond) // the server's clock is the machine's: the tokens have to end by themselves
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.deck.t = t
			c.first(c.deck)
			p := c.deck.run(nil, "watch", "--once", "--json")
			if c.event != "" {
				p.event(30*time.Second, c.event)
			}
			if code := p.exit(30 * time.Second); code != c.want {
				t.Errorf("exit code %d, want %d; stderr:\n%s", code, c.want, p.stderr)
			}
		})
	}
	t.Run("6: the store is damaged", func(t *testing.T) {
		t.Parallel()
		d := newDeck(t, time.Hour, "a")
		if err := os.WriteFile(filepath.Join(d.data, "store.db"), []byte("no store"), 0o600); err != nil {
			t.Fatal(err)
		}
		if code := d.run(nil, "watch", "--once").exit(20 * time.Second); code != 6 {
			t.Errorf("exit code %d, want 6", code)
		}
	})
}

// TestWatch_Usage: --events needs --on-event, and words that exist.
func TestWatch_Usage(t *testing.T) {
	t.Parallel()
	d := newDeck(t, time.Hour)
	for _, args := range [][]string{
		{"watch", "--events", "failing"},
		{"watch", "--on-event", "true", "--events", "failed"},
		{"watch", "now"},
	} {
		if code := d.run(nil, args...).exit(10 * time.Second); code != 2 {
			t.Errorf("%v: exit code %d, want 2", args, code)
		}
	}
}
