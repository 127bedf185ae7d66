package loopback

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options say where to listen.
type Options struct {
	Host string // "127.0.0.1" (default), "::1", or "localhost": then both families are held
	Port int    // 0: a free one
	Path string // default "/callback"
	// Address is the redirect address the provider was given, if that is not the one listened on (one with https, say):
	// pasted addresses are held against it, and RedirectURI returns it.
	Address string
}

// ErrClosed is returned by Wait and Paste when the listener was closed first.
var ErrClosed = errors.New("the callback server was closed")

const (
	v4, v6, localhost = "127.0.0.1", "::1", "localhost"
	defaultPath       = "/callback"
	// ephemeralTries bounds the search for a port that is free in both families.
	ephemeralTries = 20
)

// limits are what one peer may cost us; tests shorten the times.
type limits struct {
	header int           // bytes of a request's line and header
	io     time.Duration // reading a request, writing an answer, waiting for Wait
	page   time.Duration // how long the page waits for Finish
	drain  time.Duration // how long Close waits for the page to be fetched
	conns  int
}

func usual() limits {
	return limits{header: 8 << 10, io: 5 * time.Second, page: 20 * time.Second, drain: 2 * time.Second, conns: 32}
}

// Listener holds the port of one login. Close it.
type Listener struct {
	uri     *url.URL // listened on
	address *url.URL // given to the provider
	limits  limits
	socks   []net.Listener
	server  *http.Server
	gate    *gate
	serving sync.WaitGroup

	answering // answer.go

	finish   sync.Once
	finished chan struct{} // closed by Finish
	ok       bool          // read after finished is closed

	close   sync.Once
	closing chan struct{}
}

// Listen binds before anything is opened, so that the address is certain. A fixed port that is in use is a [*BusyError],
// never another port.
func Listen(ctx context.Context, o Options) (*Listener, error) { return listen(ctx, o, usual()) }

func listen(ctx context.Context, o Options, lim limits) (*Listener, error) {
	if o.Path == "" {
		o.Path = defaultPath
	}
	path, err := url.Parse(o.Path)
	if err != nil || !strings.HasPrefix(o.Path, "/") || path.EscapedPath() != o.Path || o.Path == donePath {
		return nil, fmt.Errorf("listen for the callback: %q cannot be its path", o.Path)
	}
	socks, host, err := bind(ctx, o.Host, o.Port)
	if err != nil {
		return nil, fmt.Errorf("listen for the callback: %w", err)
	}
	l := &Listener{
		uri: &url.URL{
			Scheme: "http", Host: net.JoinHostPort(host, strconv.Itoa(portOf(socks[0]))),
			Path: path.Path, RawPath: path.RawPath,
		},
		limits:   lim,
		socks:    socks,
		gate:     newGate(lim.conns),
		finished: make(chan struct{}),
		closing:  make(chan struct{}),
	}
	l.init()
	l.address = l.uri
	if o.Address != "" {
		if l.address, err = url.Parse(o.Address); err != nil || l.address.Host == "" {
			closeAll(socks)
			return nil, errors.New("listen for the callback: the registered redirect address is not a URL")
		}
	}
	l.serve()
	return l, nil
}

func (l *Listener) serve() {
	l.server = &http.Server{
		Handler:                      http.HandlerFunc(l.handle),
		ReadHeaderTimeout:            l.limits.io,
		ReadTimeout:                  l.limits.io,
		WriteTimeout:                 l.limits.io,
		IdleTimeout:                  l.limits.io,
		MaxHeaderBytes:               l.limits.header - 4096, // net/http reads 4 KiB more than it is told
		ConnState:                    l.gate.state,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // it would repeat what peers sent
	}
	l.server.SetKeepAlivesEnabled(false) // one request a connection: nothing pipelined is looked at
	for _, s := range l.socks {
		l.serving.Go(func() { _ = l.server.Serve(s) }) // ends with Close
	}
}

// RedirectURI is the exact address to send, IP literal unless localhost or another address was asked for.
func (l *Listener) RedirectURI() string { return l.address.String() }

// Port is the port listened on.
func (l *Listener) Port() int { return portOf(l.socks[0]) }

// Finish says how the login ended, so that the page tells the truth: the browser waits on it for at most 20 s after its
// answer was taken. Called once, before Close.
func (l *Listener) Finish(ok bool) {
	l.finish.Do(func() {
		l.ok = ok
		close(l.finished)
	})
}

// Close takes no more answers, lets the browser whose answer was taken fetch its page (2 s at most), and frees the port.
// Without Finish that page says that the sign-in did not finish. Safe to call twice.
func (l *Listener) Close() error {
	l.close.Do(func() {
		close(l.closing)
		l.Finish(false)
		drain, cancel := context.WithTimeout(context.Background(), l.limits.drain)
		defer cancel()
		if l.pageDue() {
			select {
			case <-l.paged:
			case <-drain.Done():
			}
		}
		closeAll(l.socks)
		select {
		case <-l.gate.quiet():
		case <-drain.Done():
		}
		_ = l.server.Close() // connections that are left get nothing
		l.serving.Wait()
		<-l.gate.empty()
	})
	return nil
}

// bind takes the port in each family the host means and returns the host as it is written in an address.
func bind(ctx context.Context, host string, port int) ([]net.Listener, string, error) {
	switch host {
	case "":
		// RFC 8252 §7.3: the other family where one is missing.
		s, err := bindOne(ctx, v4, port)
		if !familyMissing(err) {
			return one(s), v4, err
		}
		s, err = bindOne(ctx, v6, port)
		return one(s), v6, err
	case v4:
		s, err := bindOne(ctx, v4, port)
		return one(s), v4, err
	case v6, "[::1]":
		s, err := bindOne(ctx, v6, port)
		return one(s), v6, err
	case localhost:
		s, err := bindBoth(ctx, port)
		return s, localhost, err
	}
	return nil, "", fmt.Errorf("%q is not a loopback host", host)
}

// bindBoth holds one port in both families, so that nobody else can be "localhost" at it (N7).
func bindBoth(ctx context.Context, port int) ([]net.Listener, error) {
	for range ephemeralTries {
		first, err := bindOne(ctx, v4, port)
		if familyMissing(err) {
			s, err := bindOne(ctx, v6, port)
			return one(s), err
		}
		if err != nil {
			return nil, err
		}
		second, err := bindOne(ctx, v6, portOf(first))
		switch {
		case err == nil:
			return []net.Listener{first, second}, nil
		case familyMissing(err):
			return one(first), nil
		}
		_ = first.Close()
		if port != 0 || !errors.Is(err, ErrPortBusy) {
			return nil, err
		}
	}
	return nil, errors.New("no port is free in both address families")
}

func bindOne(ctx context.Context, ip string, port int) (net.Listener, error) {
	lc := net.ListenConfig{Control: exclusive}
	s, err := lc.Listen(ctx, network(ip), net.JoinHostPort(ip, strconv.Itoa(port)))
	switch {
	case err == nil:
		return s, nil
	case portBusy(err):
		return nil, &BusyError{Port: port, Holder: holder(ip, port)}
	}
	return nil, err
}

func network(ip string) string {
	if ip == v6 {
		return "tcp6"
	}
	return "tcp4"
}

func one(s net.Listener) []net.Listener { return []net.Listener{s} }

func portOf(s net.Listener) int { return s.Addr().(*net.TCPAddr).Port }

func closeAll(socks []net.Listener) {
	for _, s := range socks {
		_ = s.Close()
	}
}
