package oauthflow

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrForbiddenAddress is the end of a request to an address that the one who named it has no business with: this machine, the local
// network, and what stands for them (reference/security.md §6, N14).
var ErrForbiddenAddress = errors.New("an address of this machine or the local network is not allowed here")

// Guard says which addresses a guarded client may reach beyond the public ones.
type Guard struct {
	// Hosts may be anywhere: those that the user named (a loopback URL that was typed, a host in a config item). Names
	// without port, in lower case.
	Hosts []string
	// LAN lets all private and link-local addresses through; the user allowed it. Loopback stays forbidden.
	LAN bool
	// Proxy chooses the proxy of a request; nil: that of the environment. The proxy's own address is exempt.
	Proxy func(*http.Request) (*url.URL, error)
}

// NewGuardedClient returns a client for addresses that a document, a server or a service named. It checks the address at
// the moment of dialling, so a name that resolves otherwise on a second look gains nothing; redirects are not followed: a caller
// that follows them sends a new request for each, which is checked again. It keeps no cookies and asks for no compression.
func NewGuardedClient(g Guard) *http.Client {
	proxy := g.Proxy
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	t := &http.Transport{
		Proxy: proxy, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second, DisableCompression: true,
		TLSHandshakeTimeout: connectTimeout, MaxResponseHeaderBytes: 64 << 10,
	}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, fmt.Errorf("dial: %w", err)
		}
		d := net.Dialer{Timeout: connectTimeout}
		if !isProxy(ctx, address) && !g.named(host) {
			d.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error { return g.dialable(address) }
		}
		return d.DialContext(ctx, network, address)
	}
	return &http.Client{Transport: &guarded{g: g, proxy: proxy, next: t}, CheckRedirect: stay}
}

// guarded checks what can be checked before a proxy takes the request over.
type guarded struct {
	g     Guard
	proxy func(*http.Request) (*url.URL, error)
	next  http.RoundTripper
}

func (t *guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	host := r.URL.Hostname()
	if r.URL.Scheme != "https" && r.URL.Scheme != "http" || host == "" || r.URL.User != nil {
		return nil, fmt.Errorf("%w: only http and https addresses without user information", ErrForbiddenAddress)
	}
	if ip, ok := literalIP(host); ok && !t.g.named(host) && !t.g.allows(ip) {
		return nil, fmt.Errorf("%w: %s", ErrForbiddenAddress, ip)
	}
	if p, err := t.proxy(r); err == nil && p != nil {
		r = r.WithContext(context.WithValue(r.Context(), proxyKey{}, hostPort(p)))
	}
	return t.next.RoundTrip(r)
}

// CloseIdleConnections is for [http.Client.CloseIdleConnections].
func (t *guarded) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

type proxyKey struct{}

func isProxy(ctx context.Context, address string) bool { return ctx.Value(proxyKey{}) == address }

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
		if port == "" {
			port = "80"
		}
	}
	return net.JoinHostPort(u.Hostname(), port)
}

func (g Guard) named(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, h := range g.Hosts {
		if strings.TrimSuffix(h, ".") == host {
			return true
		}
	}
	return false
}

// dialable judges the address that the system is about to connect to.
func (g Guard) dialable(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	host, _, _ = strings.Cut(host, "%")
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	if !g.allows(ip) {
		return fmt.Errorf("%w: %s", ErrForbiddenAddress, ip)
	}
	return nil
}

// reserved are ranges that netip has no word for: "this network", shared address space of carriers, protocol assignments,
// documentation, benchmarking, the old 6to4 relay, reserved and broadcast; in IPv6 discard-only, documentation, ORCHID, and
// the prefixes that wrap an IPv4 address, which are judged by what they wrap where that is public.
var reserved = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/128", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10",
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// allows judges one address, and the IPv4 address inside one that wraps it.
func (g Guard) allows(ip netip.Addr) bool {
	ip = ip.WithZone("").Unmap()
	if v4, ok := wrapped(ip); ok {
		return g.allows(v4)
	}
	switch {
	case ip.IsLoopback(), ip.IsMulticast(), ip.IsUnspecified():
		return false
	case ip.IsPrivate(), ip.IsLinkLocalUnicast():
		return g.LAN
	}
	for _, p := range reserved {
		if p.Contains(ip) {
			return g.LAN && p.Addr().String() == "100.64.0.0"
		}
	}
	return true
}

// wrapped returns the IPv4 address that an IPv6 one stands for: IPv4-compatible, NAT64 and 6to4.
func wrapped(ip netip.Addr) (netip.Addr, bool) {
	if !ip.Is6() {
		return netip.Addr{}, false
	}
	b := ip.As16()
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(ip), netip.MustParsePrefix("64:ff9b:1::/48").Contains(ip):
		return netip.AddrFrom4([4]byte(b[12:])), true
	case netip.MustParsePrefix("2002::/16").Contains(ip):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	case netip.MustParsePrefix("::/96").Contains(ip) && ip != netip.IPv6Unspecified() && !ip.IsLoopback():
		return netip.AddrFrom4([4]byte(b[12:])), true
	}
	return netip.Addr{}, false
}

// literalIP reads a host that is an IP address in any of the spellings that resolvers take: decimal, octal and hexadecimal
// parts, and fewer than four of them.
func literalIP(host string) (netip.Addr, bool) {
	host, _, _ = strings.Cut(strings.TrimSuffix(strings.Trim(host, "[]"), "."), "%")
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip, true
	}
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var n uint64
	for i, p := range parts {
		v, err := strconv.ParseUint(p, 0, 64)
		if err != nil && len(p) > 1 && p[0] == '0' { // 08 is no octal number, but some take it for a decimal one
			v, err = strconv.ParseUint(p, 10, 64)
		}
		last := i == len(parts)-1
		if err != nil || strings.Contains(p, "_") || !last && v > 255 || last && v >= 1<<(8*(5-len(parts))) {
			return netip.Addr{}, false
		}
		if last {
			n = n<<(8*(5-len(parts))) | v
		} else {
			n = n<<8 | v
		}
	}
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}), true
}
