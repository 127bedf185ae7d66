package flowrunner

import (
	"fmt"
	"net/url"
	"strings"
)

// finish completes the address that a service's getOAuth2ConnectionURL returned, as text (reference/flowrunner.md §3.1): redirect_uri and
// state are put in place or appended, everything else stays byte for byte. own is the decoded state that the service had set
// itself, "" if none: it goes back to the service with the callback.
func finish(address, redirectURI, state string) (finished, own string, err error) {
	address = strings.TrimSpace(address)
	u, parseErr := url.Parse(strings.ReplaceAll(strings.ReplaceAll(address, " ", "%20"), "|", "%7C"))
	loopback := parseErr == nil && u.Scheme == "http" && isLoopback(u.Hostname())
	if parseErr != nil || u.Host == "" || u.Scheme != "https" && !loopback {
		return "", "", fmt.Errorf("%w: getOAuth2ConnectionURL returned no https address", errReturned)
	}
	if strings.ContainsFunc(address, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return "", "", fmt.Errorf("%w: the address of getOAuth2ConnectionURL has control characters", errReturned)
	}
	from, to := queryOf(address)
	query, _ := put(address[from:to], "redirect_uri", redirectURI)
	query, own = put(query, "state", state)
	if !strings.HasSuffix(address[:from], "?") {
		query = "?" + query
	}
	return address[:from] + query + address[to:], own, nil
}

// queryOf finds the query part: what follows the ? behind the last #, else what stands between the first ? and the first
// #. Where there is none, from and to are where it would be.
func queryOf(address string) (from, to int) {
	if hash := strings.LastIndexByte(address, '#'); hash >= 0 {
		if q := strings.IndexByte(address[hash:], '?'); q >= 0 {
			return hash + q + 1, len(address)
		}
	}
	to = len(address)
	if hash := strings.IndexByte(address, '#'); hash >= 0 {
		to = hash
	}
	if q := strings.IndexByte(address[:to], '?'); q >= 0 {
		return q + 1, to
	}
	return to, to
}

// put sets a parameter in the text of a query: in place where it stands already (its decoded value is returned), else at
// the end.
func put(query, name, value string) (changed, before string) {
	value = escape(value)
	parts := strings.Split(query, "&")
	at := -1
	for i, p := range parts {
		key, old, _ := strings.Cut(p, "=")
		if decoded, err := url.QueryUnescape(key); err != nil || decoded != name {
			continue
		}
		if at >= 0 { // never two
			parts[i] = "\x00"
			continue
		}
		at = i
		before = old
		if decoded, err := url.QueryUnescape(old); err == nil {
			before = decoded
		}
		parts[i] = key + "=" + value
	}
	if at >= 0 {
		kept := parts[:0]
		for _, p := range parts {
			if p != "\x00" {
				kept = append(kept, p)
			}
		}
		return strings.Join(kept, "&"), before
	}
	if query != "" && !strings.HasSuffix(query, "&") {
		query += "&"
	}
	return query + name + "=" + value, ""
}

// escape is encodeURIComponent for what stands in redirect addresses and states.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func isLoopback(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}
