package loopback

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const state, issuer = "s-0123456789abcdefghijklmnopqrstuvwxyzABCDEF", "https://as.example"

// waited is what Wait returned.
type waited struct {
	values url.Values
	err    error
}

// start listens and waits; the channel gets what Wait returns.
func start(t *testing.T, o Options, lim limits, e Expect) (*Listener, <-chan waited) {
	t.Helper()
	l, err := listen(t.Context(), o, lim)
	if err != nil {
		t.Fatal(err)
	}
	out := make(chan waited, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		v, err := l.Wait(ctx, e)
		out <- waited{v, err}
	}()
	<-l.ready
	t.Cleanup(func() {
		cancel()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l, out
}

// quick are limits whose waits a test can sit out.
func quick() limits {
	l := usual()
	l.page, l.drain = 2*time.Second, 20*time.Millisecond
	return l
}

// raw sends bytes and returns all that comes back until the server closes.
func raw(t *testing.T, l *Listener, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", l.socks[0].Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.WriteString(c, request) }() // the server may close before it read all
	all, _ := io.ReadAll(c)                           // a reset ends it like a close
	return string(all)
}

// ask sends one request with exactly these header lines (each ended by \r\n) and returns the answer.
func ask(t *testing.T, l *Listener, method, target, header string) (status int, whole string) {
	t.Helper()
	whole = raw(t, l, method+" "+target+" HTTP/1.1\r\n"+header+"\r\n")
	res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(whole)), nil)
	if err != nil {
		t.Fatalf("%s %.80s: no answer: %v", method, target, err)
	}
	_ = res.Body.Close()
	return res.StatusCode, whole
}

// get asks as a browser does.
func get(t *testing.T, l *Listener, target string) (status int, whole string) {
	t.Helper()
	return ask(t, l, "GET", target, "Host: "+l.uri.Host+"\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n")
}

func pending(t *testing.T, out <-chan waited) {
	t.Helper()
	select {
	case w := <-out:
		t.Fatalf("the login ended: %v, %v", w.values, w.err)
	default:
	}
}

func received(t *testing.T, out <-chan waited) waited {
	t.Helper()
	select {
	case w := <-out:
		return w
	case <-time.After(5 * time.Second):
		t.Fatal("no answer was taken")
		return waited{}
	}
}

// succeed shows that the login is still good: the true answer is taken.
func succeed(t *testing.T, l *Listener, out <-chan waited) {
	t.Helper()
	pending(t, out)
	status, whole := get(t, l, l.uri.Path+"?code=true-code&state="+state)
	if status != http.StatusSeeOther {
		t.Fatalf("the true answer got %d:\n%s", status, whole)
	}
	if w := received(t, out); w.err != nil || w.values.Get("code") != "true-code" {
		t.Fatalf("Wait = %v, %v", w.values, w.err)
	}
}
