package oauthflow_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"authdeck/oauthflow"
)

// raw accepts on loopback and hands each connection, its request read to the end, to f.
func raw(t *testing.T, f func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
			}
			f(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return "http://" + l.Addr().String()
}

func reset(t *testing.T, c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		if err := tcp.SetLinger(0); err != nil {
			t.Error(err)
		}
	}
}

// Network faults of reference/security.md §5.2 and §5.3: what was sent for certain not, and what may have been.
func TestNetworkFaults(t *testing.T) {
	quiet := log.New(io.Discard, "", 0)
	tlsServer := func(t *testing.T) *httptest.Server {
		s := httptest.NewUnstartedServer(fixed(200, "application/json", "{}"))
		s.Config.ErrorLog = quiet
		s.StartTLS()
		t.Cleanup(s.Close)
		return s
	}
	for _, c := range []struct {
		name   string
		setup  func(t *testing.T) (string, *http.Client)
		class  oauthflow.Class
		sent   bool
		status int
		words  string
	}{
		{"refused", func(t *testing.T) (string, *http.Client) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			_ = l.Close()
			return "http://" + l.Addr().String(), nil
		}, oauthflow.ClassTransient, false, 0, "not reached: connection refused"},
		{"DNS", func(*testing.T) (string, *http.Client) {
			tr := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "as.example.com", IsNotFound: true}}
			}}
			return "https://as.example.com/", &http.Client{Transport: tr}
		}, oauthflow.ClassTransient, false, 0, "no host of that name"},
		{"DNS, by a transport that tells no steps", func(*testing.T) (string, *http.Client) {
			return "https://as.example.com/", &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				return nil, &net.DNSError{Err: "server misbehaving", Name: "as.example.com"}
			})}
		}, oauthflow.ClassTransient, false, 0, "cannot be looked up"},
		{"unknown certificate", func(t *testing.T) (string, *http.Client) {
			return tlsServer(t).URL, nil
		}, oauthflow.ClassPortal, false, 0, "authority that is not trusted"},
		{"certificate of another host", func(t *testing.T) (string, *http.Client) {
			s := tlsServer(t)
			pool := x509.NewCertPool()
			pool.AddCert(s.Certificate())
			tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "as.example.org"}}
			t.Cleanup(tr.CloseIdleConnections)
			return s.URL, &http.Client{Transport: tr}
		}, oauthflow.ClassPortal, false, 0, "certificate is for another host"},
		{"HTTP instead of TLS", func(t *testing.T) (string, *http.Client) {
			return strings.Replace(serve(t, fixed(200, "text/html", "<html>")), "http://", "https://", 1), nil
		}, oauthflow.ClassPortal, false, 0, "not encrypted"},
		{"TLS broken off", func(t *testing.T) (string, *http.Client) {
			return strings.Replace(raw(t, func(net.Conn) {}), "http://", "https://", 1), nil
		}, oauthflow.ClassTransient, false, 0, "not reached"},
		{"proxy refuses", func(t *testing.T) (string, *http.Client) {
			proxy := serve(t, fixed(407, "text/html", "<html>who are you?"))
			tr := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(proxy) }}
			return "https://as.example.com/", &http.Client{Transport: tr}
		}, oauthflow.ClassTransient, false, 0, "not reached"},
		{"closed after the request", func(t *testing.T) (string, *http.Client) {
			return raw(t, func(net.Conn) {}), nil
		}, oauthflow.ClassTransient, true, 0, "no whole answer came"},
		{"reset after the request", func(t *testing.T) (string, *http.Client) {
			return raw(t, func(c net.Conn) { reset(t, c) }), nil
		}, oauthflow.ClassTransient, true, 0, "no whole answer came"},
		{"no HTTP", func(t *testing.T) (string, *http.Client) {
			return raw(t, func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-"+sentinel+"\r\n\r\n") }), nil
		}, oauthflow.ClassTransient, true, 0, "no whole answer came"},
		{"body cut off", func(t *testing.T) (string, *http.Client) {
			return raw(t, func(c net.Conn) {
				_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"access_token\":%q", sentinel)
			}), nil
		}, oauthflow.ClassTransient, true, 200, "closed in the middle"},
		{"body reset", func(t *testing.T) (string, *http.Client) {
			return raw(t, func(c net.Conn) {
				_, _ = io.WriteString(c, "HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 100\r\n\r\n{")
				reset(t, c)
			}), nil
		}, oauthflow.ClassTransient, true, 503, "no whole answer came"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, client := c.setup(t)
			k := caller(t)
			if client != nil {
				k.HTTP = client
			}
			var seen []oauthflow.Exchange
			_, err := k.Observing(func(x oauthflow.Exchange) { seen = append(seen, x) }).Send(t.Context(), oauthflow.Request{
				URL: address, Auth: oauthflow.ClientAuth{Method: oauthflow.AuthQuery, ID: "id", Secret: secretOf(sentinel)},
				Params: url.Values{"refresh_token": {sentinel}},
			})
			var e *oauthflow.Error
			if !errors.As(err, &e) {
				t.Fatalf("%v", err)
			}
			if e.Class != c.class || e.Sent != c.sent || e.Status != c.status || !strings.Contains(e.Error(), c.words) {
				t.Errorf("class %q, sent %v, status %d: %s", e.Class, e.Sent, e.Status, e)
			}
			if u, _ := url.Parse(address); e.Host != u.Host {
				t.Errorf("host %q", e.Host)
			}
			if strings.Contains(fmt.Sprintf("%v %+v", err, seen), sentinel) || strings.Contains(e.Error(), "client_secret") {
				t.Errorf("a secret shows: %v %+v", err, seen)
			}
			if len(seen) != 1 || seen[0].Err != e.Error() || seen[0].Status != c.status {
				t.Errorf("exchange %+v", seen)
			}
		})
	}
}

// A call that is given up before there is a connection has sent nothing; later it may have.
func TestSend_Canceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := caller(t).Send(ctx, oauthflow.Request{URL: serve(t, fixed(200, "", "{}"))})
	var e *oauthflow.Error
	if !errors.As(err, &e) || e.Sent || !errors.Is(err, context.Canceled) {
		t.Errorf("before: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	address := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err = caller(t).Send(ctx, oauthflow.Request{URL: address})
	if !errors.As(err, &e) || !e.Sent || !errors.Is(err, context.Canceled) {
		t.Errorf("after: %v", err)
	}
}

// HTTP/2 reports its steps as well: a stream that is reset after the request was sent.
func TestSend_HTTP2Reset(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("protocol %s", r.Proto)
		}
		panic(http.ErrAbortHandler)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	c := oauthflow.Caller{HTTP: s.Client()}
	_, err := c.Send(t.Context(), oauthflow.Request{URL: s.URL, Params: url.Values{"a": {"b"}}})
	var e *oauthflow.Error
	if !errors.As(err, &e) || !e.Sent || e.Class != oauthflow.ClassTransient {
		t.Errorf("%#v", err)
	}
}

// The transport must not repeat a request on its own when a kept connection breaks after the request was read: a rotated
// refresh token would be used twice (§5.2).
func TestSend_NoSilentReplay(t *testing.T) {
	for _, r := range []oauthflow.Request{{}, {InQuery: true}, {Method: "GET"}} {
		t.Run(r.Method, func(t *testing.T) { noSilentReplay(t, r) })
	}
}

func noSilentReplay(t *testing.T, r oauthflow.Request) {
	var asked atomic.Int32
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 1 {
			_, _ = io.WriteString(w, "{}")
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = conn.Close()
	})
	c := caller(t)
	r.URL, r.Params = address, url.Values{"grant_type": {"refresh_token"}}
	if _, err := c.Send(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	_, err := c.Send(t.Context(), r)
	var e *oauthflow.Error
	if !errors.As(err, &e) || !e.Sent || asked.Load() != 2 {
		t.Errorf("asked %d times, %v", asked.Load(), err)
	}
}
