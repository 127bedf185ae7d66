package flowrunner

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/internal/secret"
)

// reachable is a server of this machine that counts who came, on any of its addresses.
func reachable(t *testing.T, handler http.HandlerFunc) (port string, came *atomic.Int64) {
	t.Helper()
	came = &atomic.Int64{}
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came.Add(1)
		if handler != nil {
			handler(w, r)
			return
		}
		_, _ = w.Write([]byte("here"))
	}))
	_ = s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, came
}

// TestN14_ServiceAddresses: a service reaches no address of this machine or the local network, in whatever spelling, by none of
// the ways that it has for requests.
func TestN14_ServiceAddresses(t *testing.T) {
	port, came := reachable(t, nil)
	fake := &dnsServer{}
	fake.serve(t)
	h := newHost(t)
	s := open(t, h, "testdata/bombs")
	var addresses []string
	for _, host := range []string{
		"127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.1.", "localhost", "LOCALHOST", "127.255.255.254",
		"0.0.0.0", "0", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
		"10.0.0.1", "172.16.5.4", "192.168.1.1", "3232235777", "169.254.169.254", "[fe80::1]", "[fd00::1]", "100.64.0.1", "224.0.0.1", "[ff02::1]", "255.255.255.255", "198.18.0.1",
		"①②⑦.⓪.⓪.①", "127。0。0。1", "%31%32%37.0.0.1", "loopback.example", "both.example",
	} {
		addresses = append(addresses, "http://"+host+":"+port+"/")
	}
	addresses = append(
		addresses,
		"http://user:password@127.0.0.1:"+port+"/", "http://user@example.com/", "file:///etc/passwd", "ftp://127.0.0.1:"+port+"/", "gopher://127.0.0.1:"+port+"/", "data:text/plain,x",
		"unix:///var/run/x.sock", "javascript:alert(1)", "ws://127.0.0.1:"+port+"/",
	)
	got, err := s.run(t.Context(), time.Minute, "tryAll", addresses[:20])
	if err != nil {
		t.Fatal(err)
	}
	more, err := s.run(t.Context(), time.Minute, "tryAll", addresses[20:])
	if err != nil {
		t.Fatal(err)
	}
	var results, rest [][3]string
	if err := json.Unmarshal(got.result, &results); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(more.result, &rest); err != nil {
		t.Fatal(err)
	}
	results = append(results, rest...)
	if len(results) != len(addresses) {
		t.Fatalf("%d results", len(results))
	}
	for i, a := range addresses {
		for j, r := range results[i] {
			plain := strings.HasPrefix(r, "EACCES") || strings.Contains(r, "Invalid URL") || strings.Contains(r, "ERR_INVALID")
			if !plain {
				t.Errorf("%s, way %d: %s", a, j, r)
			}
		}
	}
	if n := came.Load(); n != 0 {
		t.Errorf("%d requests reached the server", n)
	}
	if fake.asked.Load() == 0 {
		t.Error("no name was looked up at the test's server")
	}
}

// TestN14_ConfigItemOpensItsHost: the host that the user typed into a config item is reached, and no other; a default of the
// service opens nothing; a redirect from an allowed host to another is refused.
func TestN14_ConfigItemOpensItsHost(t *testing.T) {
	other, cameOther := reachable(t, nil)
	port, came := reachable(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, "http://localhost:"+other+"/secret", http.StatusFound)
		case "/metadata":
			http.Redirect(w, r, "http://169.254.169.254/latest", http.StatusFound)
		case "/stay":
			http.Redirect(w, r, "/here", http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		default:
			_, _ = w.Write([]byte(`"here"`))
		}
	})
	h := newHost(t)
	s := open(t, h, "testdata/bombs")
	get := func(cfg integrations.Config, address string) (string, error) {
		c, err := s.call("get", cfg, integrations.Kept{}, []any{address})
		if err != nil {
			return "", err
		}
		c.timeout = 20 * time.Second
		got, err := h.invoke(t.Context(), c)
		return string(got.result), err
	}
	named := integrations.Config{"server": secret.New("http://127.0.0.1:" + port + "/api")}
	for name, c := range map[string]struct {
		cfg           integrations.Config
		address, want string // a result, or words of the error
	}{
		"the typed host":                       {named, "http://127.0.0.1:" + port + "/here", `"here"`},
		"its other ports too":                  {named, "http://127.0.0.1:" + other + "/here", `"here"`},
		"a redirect within it":                 {named, "http://127.0.0.1:" + port + "/stay", `"here"`},
		"the same address by another name":     {named, "http://localhost:" + port + "/here", "not allowed here"},
		"the same address in another family":   {named, "http://[::1]:" + port + "/here", "not allowed here"},
		"the same address mapped":              {named, "http://[::ffff:127.0.0.1]:" + port + "/here", "not allowed here"},
		"a neighbour":                          {named, "http://127.0.0.2:" + port + "/here", "not allowed here"},
		"a redirect to another host":           {named, "http://127.0.0.1:" + port + "/away", "not allowed here"},
		"a redirect to the cloud's metadata":   {named, "http://127.0.0.1:" + port + "/metadata", "not allowed here"},
		"a redirect to a file":                 {named, "http://127.0.0.1:" + port + "/file", "only http and https"},
		"user information before it":           {named, "http://u:p@127.0.0.1:" + port + "/here", "user information"},
		"nothing typed, the service's default": {nil, "http://127.0.0.1:" + port + "/here", "not allowed here"},
	} {
		t.Run(name, func(t *testing.T) {
			before, beforeOther := came.Load(), cameOther.Load()
			got, err := get(c.cfg, c.address)
			if strings.HasPrefix(c.want, `"`) {
				if err != nil || got != c.want && got != `"here"` {
					t.Errorf("%s, %v", got, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s, %v; want %q", got, err, c.want)
			}
			if strings.Contains(name, "redirect") {
				before++ // the first request is allowed
			}
			if came.Load() > before || cameOther.Load() > beforeOther {
				t.Errorf("%d and %d requests came", came.Load()-before, cameOther.Load()-beforeOther)
			}
		})
	}
}

// dnsServer answers each question for an address under .example with loopback.
type dnsServer struct{ asked atomic.Int64 }

func (d *dnsServer) serve(t *testing.T) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if a := answerDNS(buf[:n]); a != nil {
				d.asked.Add(1)
				_, _ = conn.WriteTo(a, from)
			}
		}
	}()
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = before
		_ = conn.Close()
		<-done
	})
}

// answerDNS answers a question of type A or AAAA with loopback of that family.
func answerDNS(q []byte) []byte {
	if len(q) < 12 {
		return nil
	}
	end := 12
	for end < len(q) && q[end] != 0 {
		end += int(q[end]) + 1
	}
	end += 5
	if end > len(q) {
		return nil
	}
	kind := q[end-3]
	address := net.IPv4(127, 0, 0, 1).To4()
	if kind == 28 {
		address = net.IPv6loopback
	}
	a := append([]byte{q[0], q[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0}, q[12:end]...)
	a = append(a, 0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 0, 0, byte(len(address)))
	return append(a, address...)
}
