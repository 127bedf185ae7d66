package integrations

import (
	"bytes"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// ErrOutsideHosts means that the address is none where the token may go. Nothing was sent.
var ErrOutsideHosts = errors.New("the address is outside the hosts where the token may go")

// HostOf is the host of an address as [Requester.APIHosts] has them: in lower case, with a port if it is not the scheme's.
func HostOf(address *url.URL) string {
	host := strings.ToLower(address.Host)
	if port := address.Port(); port != "" && port == schemePort(address.Scheme) {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return host
}

func schemePort(scheme string) string {
	return map[string]string{"https": "443", "http": "80"}[strings.ToLower(scheme)]
}

// HostAllowed reports whether an address is of one of these hosts. A scheme's own port may stand there or not.
func HostAllowed(hosts []string, address *url.URL) bool {
	host := HostOf(address)
	if host == "" {
		return false
	}
	whole := host
	if address.Port() == "" || host != strings.ToLower(address.Host) {
		whole = net.JoinHostPort(strings.ToLower(address.Hostname()), schemePort(address.Scheme))
	}
	for _, h := range hosts {
		if h = strings.ToLower(h); h == host || h == whole {
			return true
		}
	}
	return false
}

// OwnHeaders puts the headers of a call of the user's own into h, in the place of those that are there. A body without a
// Content-Type is said to be JSON or a form (a=1&b=2) if it is one, else what it looks like.
func OwnHeaders(h http.Header, r OwnRequest) {
	for _, own := range r.Header {
		h.Del(own[0])
	}
	for _, own := range r.Header {
		h.Add(own[0], own[1])
	}
	if len(r.Body) > 0 && h.Get("Content-Type") == "" {
		h.Set("Content-Type", bodyType(r.Body))
	}
}

func bodyType(body []byte) string {
	switch text := bytes.TrimSpace(body); {
	case json.Valid(text):
		return "application/json"
	case bytes.IndexByte(text, '=') >= 0 && !bytes.ContainsAny(text, " \n\r\t<>{}\x00") && utf8.Valid(text):
		return "application/x-www-form-urlencoded"
	}
	return http.DetectContentType(body)
}
