package loopback

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRow8_UsualLimits(t *testing.T) {
	want := limits{header: 8192, io: 5 * time.Second, page: 20 * time.Second, drain: 2 * time.Second, conns: 32}
	if got := usual(); got != want {
		t.Errorf("limits %+v, want %+v", got, want)
	}
}

func TestRow8_HeaderOf8KiB(t *testing.T) {
	l, out := start(t, Options{}, quick(), Expect{State: state})
	host := "Host: " + l.uri.Host + "\r\n"
	for _, c := range []struct {
		bytes int
		want  string
	}{
		{7 << 10, "HTTP/1.1 400 "},
		{9 << 10, "HTTP/1.1 431 "},
		{10 << 20, "HTTP/1.1 431 "},
	} {
		whole := raw(t, l, "GET / HTTP/1.1\r\n"+host+"X: "+strings.Repeat("a", c.bytes)+"\r\n\r\n")
		// What the server leaves unread makes it reset the connection, and its answer may be lost with that.
		if lost := whole == "" && c.bytes > l.limits.header; !lost && !strings.HasPrefix(whole, c.want) {
			t.Errorf("%d bytes: %.60q, want %s", c.bytes, whole, c.want)
		}
	}
	succeed(t, l, out)
}

func TestRow8_PipelinedGarbage(t *testing.T) {
	lim := quick()
	lim.io = 500 * time.Millisecond // some of it looks like the start of a request
	l, out := start(t, Options{}, lim, Expect{State: state})
	host := "Host: " + l.uri.Host + "\r\n\r\n"
	good := "GET /callback?code=evil&state=" + state + " HTTP/1.1\r\n" + host
	for _, request := range []string{
		"GET / HTTP/1.1\r\n" + host + good,
		"GET / HTTP/1.1\r\n" + host + strings.Repeat("\x00\xff\r\n", 1000),
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", // a TLS hello
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"GET /callback?code=evil&state=" + state + "\r\n", // HTTP/0.9
		"\r\n\r\n\r\n" + strings.Repeat("A", 5000) + "\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n" + host + "0\r\n\r\n" + good,
	} {
		if n := strings.Count(raw(t, l, request), "HTTP/1.1 "); n > 1 {
			t.Errorf("%.30q: %d answers on one connection", request, n)
		}
		pending(t, out)
	}
	succeed(t, l, out)
}

func TestRow8_SlowHeaderIsCutOff(t *testing.T) {
	lim := quick()
	lim.io = 100 * time.Millisecond
	l, out := start(t, Options{}, lim, Expect{State: state})
	c := dial(t, l)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		for { // a byte now and then
			if _, err := io.WriteString(c, "G"); err != nil {
				return
			}
			select {
			case <-stop:
				return
			case <-time.After(lim.io / 10):
			}
		}
	}()
	began := time.Now()
	_, _ = io.Copy(io.Discard, c)
	if took := time.Since(began); took < lim.io/2 || took > 20*lim.io {
		t.Errorf("cut off after %v, want about %v", took, lim.io)
	}
	succeed(t, l, out)
}

// TestRow8_Slowloris opens far more silent connections than are allowed: the browser still gets in at once.
func TestRow8_Slowloris(t *testing.T) {
	l, out := start(t, Options{}, usual(), Expect{State: state})
	for range 100 {
		c := dial(t, l)
		if _, err := io.WriteString(c, "GET /callback HTTP/1.1\r\nX: "); err != nil && !isReset(err) {
			t.Fatal(err)
		}
	}
	l.gate.mu.Lock()
	held := len(l.gate.order)
	l.gate.mu.Unlock()
	if held > l.limits.conns {
		t.Errorf("%d connections are held, want at most %d", held, l.limits.conns)
	}
	succeed(t, l, out)
	l.Finish(true)
	if _, whole := get(t, l, "/done"); !strings.HasSuffix(whole, connectedPage) {
		t.Errorf("the page was:\n%s", whole)
	}
}

func TestRow8_WhenAllAreBeingAnsweredTheNewcomerGoes(t *testing.T) {
	g := newGate(2)
	conns := make([]net.Conn, 3)
	for i := range conns {
		a, b := net.Pipe()
		defer func() { _, _ = a.Close(), b.Close() }()
		conns[i] = a
		g.state(a, http.StateNew)
		g.state(a, http.StateActive)
	}
	if _, err := conns[2].Write(nil); err == nil {
		t.Error("the newcomer was let in")
	}
	if g.state(conns[0], http.StateClosed); len(g.order) != 1 || g.order[0] != conns[1] {
		t.Errorf("left: %v", g.order)
	}
}

func dial(t *testing.T, l *Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.socks[0].Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// TestRow8_CloseIsBounded: a peer that stalls in the middle of its request does not keep the port, nor the program, once
// the page's time is over.
func TestRow8_CloseIsBounded(t *testing.T) {
	lim := quick()
	l, out := start(t, Options{}, lim, Expect{State: state})
	succeed(t, l, out) // the page is due and nobody fetches it
	c := dial(t, l)
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: "+l.uri.Host+"\r\nContent-Length: 1000\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAtLeast(c, make([]byte, 1), 1); err == nil {
		t.Log("answered before its body came")
	}
	began := time.Now()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > lim.io/2 {
		t.Errorf("Close took %v, want about %v", took, lim.drain)
	}
}
