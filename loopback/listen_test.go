package loopback

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

func itoa(n int) string { return strconv.Itoa(n) }

// squat listens at an address.
func squat(t *testing.T, network, address string) net.Listener {
	t.Helper()
	s, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestA2_AddressAndLoopbackOnly(t *testing.T) {
	for _, c := range []struct{ host, prefix string }{
		{"", "http://127.0.0.1:"},
		{"127.0.0.1", "http://127.0.0.1:"},
		{"::1", "http://[::1]:"},
		{"[::1]", "http://[::1]:"},
		{"localhost", "http://localhost:"},
	} {
		l, err := Listen(t.Context(), Options{Host: c.host})
		if err != nil {
			t.Errorf("%q: %v", c.host, err)
			continue
		}
		if want := c.prefix + itoa(l.Port()) + "/callback"; l.RedirectURI() != want {
			t.Errorf("%q: RedirectURI = %s, want %s", c.host, l.RedirectURI(), want)
		}
		for _, s := range l.socks {
			if a := s.Addr().(*net.TCPAddr); !a.IP.IsLoopback() || a.Port != l.Port() {
				t.Errorf("%q listens at %v", c.host, a)
			}
		}
		if want := map[bool]int{true: 2, false: 1}[c.host == "localhost"]; len(l.socks) != want {
			t.Errorf("%q holds %d sockets, want %d", c.host, len(l.socks), want)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, host := range []string{"0.0.0.0", "::", "127.0.0.2", "example.com", "LOCALHOST", "10.0.0.1"} {
		if l, err := Listen(t.Context(), Options{Host: host}); err == nil {
			_ = l.Close()
			t.Errorf("%q was listened on", host)
		}
	}
}

func TestA7_Path(t *testing.T) {
	for path, ok := range map[string]bool{
		"/": true, "/cb/1": true, "/a%20b": true, "/done": false, "cb": false, "/cb?x=1": false, "/cb#x": false, "/a b": false, "//evil/cb": false, "/%zz": false,
	} {
		l, err := Listen(t.Context(), Options{Path: path})
		if (err == nil) != ok {
			t.Errorf("path %q: %v", path, err)
		}
		if err != nil {
			continue
		}
		if !strings.HasSuffix(l.RedirectURI(), path) {
			t.Errorf("path %q: RedirectURI = %s", path, l.RedirectURI())
		}
		_ = l.Close()
	}
}

func TestA7_AnswerOnAnEscapedPath(t *testing.T) {
	l, out := start(t, Options{Path: "/a%20b"}, quick(), Expect{State: state})
	if status, _ := get(t, l, "/a%20b?code=c&state="+state); status != http.StatusSeeOther {
		t.Errorf("status %d, want 303", status)
	}
	received(t, out)
}

func TestListen_RegisteredAddress(t *testing.T) {
	l, err := Listen(t.Context(), Options{Address: "https://app.example/cb"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if l.RedirectURI() != "https://app.example/cb" || l.Port() == 0 {
		t.Errorf("RedirectURI = %s, Port = %d", l.RedirectURI(), l.Port())
	}
	for _, address := range []string{"cb", "http://%zz", "/cb"} {
		if l, err := Listen(t.Context(), Options{Address: address}); err == nil {
			_ = l.Close()
			t.Errorf("address %q was taken", address)
		}
	}
}

func TestA3_EphemeralPortsAndFixedOnes(t *testing.T) {
	a, err := Listen(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Listen(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if a.Port() == b.Port() {
		t.Error("two logins share a port")
	}
	port := a.Port()
	for range 2 { // Close frees the port, and is safe to call twice
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
	c, err := Listen(t.Context(), Options{Port: port, Host: "localhost"})
	if err != nil {
		t.Fatalf("the port was not freed: %v", err)
	}
	if c.Port() != port {
		t.Errorf("port %d, want %d", c.Port(), port)
	}
	_, _ = b.Close(), c.Close()
}

func TestN7_FixedPortIsBusy(t *testing.T) {
	for _, c := range []struct{ name, network, address, host string }{
		{"same address", "tcp4", "127.0.0.1:0", ""},
		{"wildcard v4", "tcp4", "0.0.0.0:0", ""},
		{"wildcard of both", "tcp", ":0", "127.0.0.1"},
		{"v6", "tcp6", "[::1]:0", "::1"},
		{"localhost, v4 squatted", "tcp4", "127.0.0.1:0", "localhost"},
		{"localhost, v6 squatted", "tcp6", "[::1]:0", "localhost"},
		{"localhost, v6 wildcard squatted", "tcp6", "[::]:0", "localhost"},
	} {
		t.Run(c.name, func(t *testing.T) {
			port := portOf(squat(t, c.network, c.address))
			l, err := Listen(t.Context(), Options{Host: c.host, Port: port})
			if err == nil {
				_ = l.Close()
				t.Fatalf("got %s", l.RedirectURI())
			}
			var busy *BusyError
			if !errors.As(err, &busy) || !errors.Is(err, ErrPortBusy) || busy.Port != port {
				t.Fatalf("error %v, want a BusyError for %d", err, port)
			}
			if runtime.GOOS != "linux" {
				return
			}
			if want := fmt.Sprintf("(pid %d)", os.Getpid()); !strings.Contains(busy.Holder, want) || !strings.Contains(err.Error(), busy.Holder) {
				t.Errorf("%q does not name %s", err, want)
			}
			if c.host == "localhost" { // nothing is left behind in the other family
				for _, free := range []string{"127.0.0.1", "::1"} {
					s, err := net.Listen("tcp", net.JoinHostPort(free, itoa(port)))
					if err == nil {
						_ = s.Close()
						return
					}
				}
				t.Error("the free family is still held")
			}
		})
	}
}

// TestN7_Squatter has another program take the port first.
func TestN7_SquatterInAnotherProcess(t *testing.T) {
	if os.Getenv("LOOPBACK_TEST_SQUAT") != "" {
		s := squat(t, "tcp4", "127.0.0.1:0")
		fmt.Printf("port %d.\n", portOf(s))
		_, _ = fmt.Scanln() // until the parent is done
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestN7_SquatterInAnotherProcess$", "-test.v")
	cmd.Env = append(os.Environ(), "LOOPBACK_TEST_SQUAT=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}()
	var port int
	for port == 0 {
		var word string
		if _, err := fmt.Fscan(out, &word); err != nil {
			t.Fatal(err)
		}
		if word == "port" {
			if _, err := fmt.Fscanf(out, "%d.", &port); err != nil {
				t.Fatal(err)
			}
		}
	}
	_, err = Listen(t.Context(), Options{Port: port})
	var busy *BusyError
	if !errors.As(err, &busy) {
		t.Fatalf("error %v, want a BusyError", err)
	}
	if want := fmt.Sprintf("loopback.test (pid %d)", cmd.Process.Pid); runtime.GOOS == "linux" && busy.Holder != want {
		t.Errorf("holder %q, want %q", busy.Holder, want)
	}
}

// TestN7_LocalhostNeedsBothFamilies: for a login at localhost nobody else may be it, also not in the family that is tried
// second, so another port is taken.
func TestN7_LocalhostTakesAPortFreeInBoth(t *testing.T) {
	for range 50 {
		l, err := Listen(t.Context(), Options{Host: "localhost"})
		if err != nil {
			t.Fatal(err)
		}
		for _, ip := range []string{"127.0.0.1", "::1"} {
			if s, err := net.Listen("tcp", net.JoinHostPort(ip, itoa(l.Port()))); err == nil {
				_ = s.Close()
				t.Errorf("%s of port %d is free for others", ip, l.Port())
			}
		}
		_ = l.Close()
	}
}

func TestA2_LocalhostAnswersOnBothFamilies(t *testing.T) {
	for _, ip := range []string{"127.0.0.1", "[::1]"} {
		l, out := start(t, Options{Host: "localhost"}, quick(), Expect{State: state})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://%s:%d/callback?code=c&state=%s", ip, l.Port(), state), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = l.uri.Host
		res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: status %d, want 303", ip, res.StatusCode)
		}
		received(t, out)
	}
}
