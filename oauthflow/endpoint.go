package oauthflow

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

const (
	connectTimeout = 10 * time.Second
	maxRedirects   = 3
)

var errNoAddress = errors.New("this is no web address")

// NewHTTPClient returns a client for [Caller]: the default transport's proxies (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) and
// certificates (SSL_CERT_FILE, SSL_CERT_DIR), 10 s to connect and 10 s for the TLS handshake. Whoever made it calls
// CloseIdleConnections at the end.
func NewHTTPClient() *http.Client {
	t := &http.Transport{ForceAttemptHTTP2: true, MaxIdleConns: 100, IdleConnTimeout: 90 * time.Second}
	if base, ok := http.DefaultTransport.(*http.Transport); ok {
		t = base.Clone()
	}
	t.Proxy = http.ProxyFromEnvironment
	t.DialContext = (&net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}).DialContext
	t.TLSHandshakeTimeout = connectTimeout
	// No ResponseHeaderTimeout: it would throw away the answer that arrived while this process was stopped; calls have
	// their own limits.
	t.MaxResponseHeaderBytes = 64 << 10
	return &http.Client{Transport: t, CheckRedirect: stay}
}

// CheckEndpoint tells whether an address may be called: https, or http on loopback (127.0.0.0/8, ::1, localhost), with a
// host, without user information and without a fragment. The error is safe to show and does not repeat the address.
func CheckEndpoint(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "" || strings.ContainsAny(address, " \t\\"):
		return errNoAddress
	case u.User != nil:
		return errors.New("an address must not hold a user name or password")
	case u.Fragment != "" || strings.Contains(address, "#"):
		return errors.New("an address must not have a fragment (#…)")
	case u.Scheme == "https":
		return nil
	case u.Scheme != "http":
		return errors.New("an address has to start with https://")
	case !loopbackHost(u.Hostname()):
		return errors.New("http is allowed on loopback only; use https")
	}
	return nil
}

func loopbackHost(name string) bool {
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.Unmap().IsLoopback()
}

// stay follows no redirect: a call with credentials ends where it was sent (§6 row 9).
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// public follows the redirects of a call without credentials, as long as each address is one that may be called (G4).
func public(req *http.Request, via []*http.Request) error {
	req.Header.Del("Referer")
	if len(via) > maxRedirects || CheckEndpoint(req.URL.String()) != nil || via[0].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return http.ErrUseLastResponse
	}
	return nil
}

// sameOrigin follows the redirects of a read that stay at the same scheme, host and port.
func sameOrigin(req *http.Request, via []*http.Request) error {
	req.Header.Del("Referer")
	first := via[0]
	reads := first.Method == http.MethodGet || first.Method == http.MethodHead
	if !reads || len(via) > maxRedirects || req.URL.Scheme != first.URL.Scheme || req.URL.Host != first.URL.Host || req.URL.User != nil {
		return http.ErrUseLastResponse
	}
	return nil
}

// hostOf is the host of an address for a message, "" if it has none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
