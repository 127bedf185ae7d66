package oauthflow

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// TestN14_AddressSpellings: addresses of this machine and the local network in 34 spellings, none of which a request leaves for.
func TestN14_AddressSpellings(t *testing.T) {
	client := NewGuardedClient(Guard{Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }})
	for _, host := range []string{
		"127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.1.", "localhost",
		"0.0.0.0", "0", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
		"10.0.0.1", "172.16.5.4", "192.168.1.1", "3232235777", "169.254.169.254", "[fe80::1]", "[fd00::1]", "[fec0::1]", "100.64.0.1",
		"224.0.0.1", "[ff02::1]", "255.255.255.255", "198.18.0.1", "192.0.2.1",
	} {
		t.Run(host, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+":1/", nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := client.Do(r)
			if err == nil {
				_ = res.Body.Close()
				t.Fatal("a request went out")
			}
			if !errors.Is(err, ErrForbiddenAddress) {
				t.Errorf("not refused by the guard: %v", err)
			}
		})
	}
}

// TestN14_Public: public addresses pass, the neighbours of forbidden ranges too.
func TestN14_Public(t *testing.T) {
	for _, a := range []string{"93.184.216.34", "172.15.0.1", "172.32.0.1", "192.167.1.1", "100.63.0.1", "100.128.0.1", "169.253.0.1", "2606:4700::1", "64:ff9b::5db8:d822", "2002:5db8:d822::1"} {
		if !(Guard{}).allows(netip.MustParseAddr(a)) {
			t.Errorf("%s is refused", a)
		}
	}
	lan := Guard{LAN: true}
	for a, want := range map[string]bool{"192.168.1.1": true, "fd00::1": true, "169.254.1.1": true, "100.64.0.1": true, "127.0.0.1": false, "::1": false, "0.0.0.0": false} {
		if got := lan.allows(netip.MustParseAddr(a)); got != want {
			t.Errorf("with LAN, %s: %v", a, got)
		}
	}
}

// TestN14_NamedHost: what the user named is reached; a name that resolves to loopback without being named is not.
func TestN14_NamedHost(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer server.Close()
	direct := func(*http.Request) (*url.URL, error) { return nil, nil }
	get := func(g Guard, address string) error {
		g.Proxy = direct
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		res, err := NewGuardedClient(g).Do(r)
		if err != nil {
			return err
		}
		return res.Body.Close()
	}
	byName := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	if err := get(Guard{}, byName); !errors.Is(err, ErrForbiddenAddress) {
		t.Errorf("a name that resolves to loopback: %v", err)
	}
	if err := get(Guard{Hosts: []string{"localhost"}}, byName); err != nil {
		t.Errorf("a named host: %v", err)
	}
	if err := get(Guard{Hosts: []string{"127.0.0.1"}}, server.URL); err != nil {
		t.Errorf("a named address: %v", err)
	}
	if err := get(Guard{Hosts: []string{"127.0.0.1"}}, "http://u:p@"+strings.TrimPrefix(server.URL, "http://")); !errors.Is(err, ErrForbiddenAddress) {
		t.Errorf("user information: %v", err)
	}
}

// TestN14_Proxy: the proxy's own address is exempt, an address that is asked of it is not.
func TestN14_Proxy(t *testing.T) {
	asked := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { asked++; w.WriteHeader(http.StatusNoContent) }))
	defer proxy.Close()
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := NewGuardedClient(Guard{Proxy: func(*http.Request) (*url.URL, error) { return u, nil }})
	get := func(ctx context.Context, address string) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		res, err := client.Do(r)
		if err != nil {
			return err
		}
		return res.Body.Close()
	}
	if err := get(t.Context(), "http://api.example/"); err != nil || asked != 1 {
		t.Errorf("through the proxy: %v, asked %d times", err, asked)
	}
	if err := get(t.Context(), "http://169.254.169.254/"); !errors.Is(err, ErrForbiddenAddress) || asked != 1 {
		t.Errorf("a link-local address through the proxy: %v, asked %d times", err, asked)
	}
}
