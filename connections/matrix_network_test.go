package connections_test

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/internal/secret"
	"authdeck/internal/testserver"
	"authdeck/oauthflow"
)

// network is a fault of the way to a server.
type network struct {
	name   string
	faults []testserver.Fault
	// other, if set, puts something else in the place of the front: it returns the address of the server and the transport
	// that reaches it.
	other func(*testing.T) (string, http.RoundTripper)

	class    oauthflow.Class
	sent     bool
	either   bool // sent or not, as the race of the reset with the request goes
	nothing  bool // to discovery it looks like a server without metadata (so does every web site)
	fine     bool // a revocation looks at nothing but the status (RFC 7009 §2.2)
	words    string
	requests int  // at the token endpoint: 2 where an answer may have been lost
	used     bool // the server has rotated, its answer is lost
}

// within is the total deadline in these rows, in the place of 30 s.
const within = 400 * time.Millisecond

var networkFaults = []network{
	{name: "refused", other: refusing, class: oauthflow.ClassTransient, words: "connection refused"},
	{name: "reset before the request", faults: cuts(testserver.ResetConnect), class: oauthflow.ClassTransient, either: true, words: "reset|closed in the middle"},
	{name: "reset before the body was read", faults: cuts(testserver.ResetRequest), class: oauthflow.ClassTransient, sent: true, words: "reset|closed in the middle", requests: 2},
	{name: "reset in the middle of the answer", faults: cuts(testserver.CutBody), class: oauthflow.ClassTransient, sent: true, words: "reset|closed in the middle", requests: 2, used: true},
	{name: "cut in the middle of an answer without a length", faults: []testserver.Fault{{Mode: testserver.CutUnmarked, Times: 99}}, class: oauthflow.ClassTransient, sent: true, words: "ends in the middle", requests: 2, used: true, nothing: true, fine: true},
	{name: "reset after the request", faults: cuts(testserver.CommitThenDrop), class: oauthflow.ClassTransient, sent: true, words: "reset|closed in the middle", requests: 2, used: true},
	{name: "closed without an answer", faults: []testserver.Fault{{Mode: testserver.Drop, Times: 99}}, class: oauthflow.ClassTransient, sent: true, words: "closed in the middle", requests: 2},
	{name: "stall before the server", faults: []testserver.Fault{{Mode: testserver.Stall, Times: 99}}, class: oauthflow.ClassTransient, sent: true, words: "no answer in time", requests: 2},
	{name: "stall in the middle of the answer", faults: []testserver.Fault{{Mode: testserver.StallBody, Times: 99}}, class: oauthflow.ClassTransient, sent: true, words: "no answer in time", requests: 2, used: true},
	{name: "drip", faults: []testserver.Fault{{Mode: testserver.SlowDrip, Delay: 300 * time.Millisecond, Times: 99}}, class: oauthflow.ClassTransient, sent: true, words: "no answer in time", requests: 2, used: true},
	{name: "garbage", faults: []testserver.Fault{{Mode: testserver.Garbage, Times: 99}}, class: oauthflow.ClassTransientLong, sent: true, words: "an answer of no use", requests: 1, nothing: true, fine: true},
	{name: "TLS, unknown authority", other: untrusted, class: oauthflow.ClassPortal, words: "not trusted here"},
	{name: "TLS, no TLS", other: plaintext, class: oauthflow.ClassPortal, words: "not encrypted"},
	{name: "DNS", other: nameless, class: oauthflow.ClassTransient, words: "no host of that name"},
	{name: "portal, 302", faults: []testserver.Fault{{Mode: testserver.Redirect, Status: 302, Location: "/elsewhere", Times: 99}}, class: oauthflow.ClassPortal, sent: true, words: "something else answered", requests: 1, nothing: true},
	{name: "portal, page", faults: says(200, "<html>Pay here</html>"), class: oauthflow.ClassPortal, sent: true, words: "something else answered", requests: 1, nothing: true},
	{name: "portal, 511", faults: says(511, "<html>Pay here</html>"), class: oauthflow.ClassPortal, sent: true, words: "something else answered", requests: 1},
	{name: "offline", other: offline, class: oauthflow.ClassTransient, words: "no network"},
}

func cuts(m testserver.Mode) []testserver.Fault {
	return []testserver.Fault{{Mode: m, Reset: true, Times: 99}}
}

// TestMatrix_Network_Token: every fault keeps the tokens; what may have been lost on the way is asked for once more, at
// once, and with a server that knows no grace the refusal then says that a refresh was interrupted.
func TestMatrix_Network_Token(t *testing.T) {
	t.Parallel()
	for _, n := range networkFaults {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, testserver.RotatingOptions{}, expired)
			s.client.within = within
			if n.other != nil {
				s.client.token, s.client.c.HTTP = n.reach(t)
			}
			r := matrixRow{
				faults: n.faults, kind: connections.KindTransient, state: retries, stored: unchanged, requests: n.requests,
				soonest: backoffLeast, latest: backoffTop,
			}
			if n.class == oauthflow.ClassTransientLong {
				r.soonest, r.latest = longestLeast, longestTop
			}
			if n.sent && n.class == oauthflow.ClassTransient {
				r.reason = "refresh interrupted"
			}
			s.inject(r)
			began := time.Now()
			_, err := s.Token(t.Context(), "work", -1)
			if took := time.Since(began); took > 3*within+2*time.Second {
				t.Errorf("it took %s: the total deadline is %s a request", took, within)
			}
			s.holds(r, err)
			if err == nil || !anyOf(err.Error(), n.words) {
				t.Errorf("%v does not say %q", err, n.words)
			}
			if fate := s.server.RefreshFate(s.was.Grant.RefreshToken.Reveal()); (fate != testserver.FateLive) != n.used {
				t.Errorf("at the server the token is %s", fate)
			}
			if n.used || n.other != nil {
				return
			}
			// The network is back: all is well again.
			s.front.Clear()
			s.clock.pass(longestTop)
			if _, err := s.Token(t.Context(), "work", -1); err != nil {
				t.Errorf("once the network was back: %v", err)
			}
			s.wholeAnswer(s.is())
		})
	}
}

// TestMatrix_Network_Code: the same faults in the exchange of a code, which is sent once and for all: whoever sees it twice
// may take it for stolen (RFC 6749 §4.1.2). What was kept before stays as it was.
func TestMatrix_Network_Code(t *testing.T) {
	t.Parallel()
	for _, n := range networkFaults {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, testserver.RotatingOptions{}, expired)
			s.client.within = within
			s.client.signIn = s.server.Direct + testserver.AuthorizePath // the browser meets no fault
			if n.other != nil {
				s.client.token, s.client.c.HTTP = n.reach(t)
			}
			r := matrixRow{faults: n.faults, kind: connections.KindTransient, state: ended, reason: "a refresh is due", stored: unchanged, requests: min(n.requests, 1)}
			s.inject(r)
			began := time.Now()
			_, err := signIn(t.Context(), s.Service, connections.LoginRequest{Connection: "work", Timeout: 20 * time.Second})
			if took := time.Since(began); took > within+3*time.Second {
				t.Errorf("it took %s", took)
			}
			s.holds(r, err)
			if err == nil || !anyOf(err.Error(), n.words) {
				t.Errorf("%v does not say %q", err, n.words)
			}
			if got := s.server.Stats().Codes; (got == 1) != n.used {
				t.Errorf("the server took the code %d times", got)
			}
		})
	}
}

// TestMatrix_Network_Reads: the same faults before discovery, keys and revocation: the class, and whether the server may
// have heard, for whoever calls.
func TestMatrix_Network_Reads(t *testing.T) {
	t.Parallel()
	for what, read := range map[string]struct {
		path string
		call func(context.Context, *oauthflow.Caller, string) error
	}{
		"discovery": {testserver.MetadataPath, func(ctx context.Context, c *oauthflow.Caller, issuer string) error {
			_, err := c.Discover(ctx, issuer)
			return err
		}},
		"JWKS": {testserver.KeysPath, func(ctx context.Context, c *oauthflow.Caller, issuer string) error {
			_, err := oauthflow.NewKeys(c, issuer+testserver.KeysPath).Verify(ctx, secret.New(someIDToken), oauthflow.IDTokenRules{Issuer: issuer, ClientID: "x"})
			return err
		}},
		"revoke": {testserver.RevokePath, func(ctx context.Context, c *oauthflow.Caller, issuer string) error {
			a, err := c.Send(ctx, oauthflow.Request{URL: issuer + testserver.RevokePath, Params: map[string][]string{"token": {"refresh"}}})
			if err == nil {
				_, err = oauthflow.ReadRevocation(a)
			}
			return err
		}},
	} {
		for _, n := range networkFaults {
			t.Run(what+"/"+n.name, func(t *testing.T) {
				t.Parallel()
				front := testserver.StartFront(t)
				server := testserver.StartRotating(t, testserver.RotatingOptions{Front: front})
				issuer, c := server.Issuer, newPlain(t, server.Issuer).c
				if n.other != nil {
					issuer, c.HTTP = n.reach(t)
				}
				for _, f := range n.faults {
					f.Path = read.path
					front.Inject(f)
				}
				front.Inject(testserver.Fault{Path: "/elsewhere", Mode: testserver.Status, Status: 200, Body: "<html>Pay here</html>"})
				ctx, cancel := context.WithTimeout(t.Context(), within)
				defer cancel()
				began := time.Now()
				err := read.call(ctx, c, issuer)
				if took := time.Since(began); took > within+2*time.Second {
					t.Errorf("it took %s", took)
				}
				switch {
				case n.fine && what == "revoke" && err == nil, n.nothing && what == "discovery" && errors.Is(err, oauthflow.ErrNoMetadata):
					return
				}
				var e *oauthflow.Error
				if !errors.As(err, &e) {
					t.Fatalf("%v is no *oauthflow.Error", err)
				}
				if e.Class != n.class || e.Sent != n.sent && !n.either || !anyOf(err.Error(), n.words) {
					t.Errorf("class %s, sent %v, %v; want %s, %v, %q", e.Class, e.Sent, err, n.class, n.sent, n.words)
				}
				if strings.Contains(err.Error(), "refresh") || strings.Contains(err.Error(), "Pay here") {
					t.Errorf("%v holds what was sent or what came back", err)
				}
			})
		}
	}
}

// someIDToken names a key that no key set has, so that the set must be fetched.
const someIDToken = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.eyJpc3MiOiJ4In0.c2ln"

// anyOf reports whether text holds one of the parts, which are separated by bars.
func anyOf(text, parts string) bool {
	for part := range strings.SplitSeq(parts, "|") {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

func (n network) reach(t *testing.T) (string, *http.Client) {
	t.Helper()
	address, transport := n.other(t)
	if c, ok := transport.(*http.Transport); ok {
		t.Cleanup(c.CloseIdleConnections)
	}
	return address, &http.Client{Transport: transport}
}

func refusing(t *testing.T) (string, http.RoundTripper) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	return "http://" + l.Addr().String(), &http.Transport{}
}

func untrusted(t *testing.T) (string, http.RoundTripper) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL, &http.Transport{}
}

func plaintext(t *testing.T) (string, http.RoundTripper) {
	t.Helper()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	return "https" + strings.TrimPrefix(server.URL, "http"), &http.Transport{}
}

// nameless asks a name server of the test's own, which knows no name at all.
func nameless(t *testing.T) (string, http.RoundTripper) {
	t.Helper()
	conn, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		query := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(query)
			if err != nil {
				return
			}
			answer := append([]byte(nil), query[:n]...)
			binary.BigEndian.PutUint16(answer[2:], 0x8183) // an answer: no such name
			binary.BigEndian.PutUint16(answer[10:], 0)     // without the additional records of the question
			_, _ = conn.WriteTo(answer[:question(answer)], from)
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	ask := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp4", conn.LocalAddr().String())
	}
	d := &net.Dialer{Resolver: &net.Resolver{PreferGo: true, Dial: ask}}
	return "https://provider.example", &http.Transport{DialContext: d.DialContext}
}

// question is where the question of a DNS message ends.
func question(m []byte) int {
	at := 12
	for at < len(m) && m[at] != 0 {
		at += int(m[at]) + 1
	}
	return min(at+5, len(m))
}

// offline is a machine without a network.
func offline(*testing.T) (string, http.RoundTripper) {
	dial := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ENETUNREACH}
	}
	return "https://provider.example", &http.Transport{DialContext: dial}
}
