package integrations_test

import (
	"net/http"
	"net/url"
	"testing"

	"authdeck/integrations"
)

func TestHostAllowed(t *testing.T) {
	for _, c := range []struct {
		name, host, address string
		want                bool
	}{
		{"the same", "api.example.com", "https://api.example.com/x", true},
		{"in capitals", "API.example.com", "https://api.EXAMPLE.com/x", true},
		{"with the scheme's port in the address", "api.example.com", "https://api.example.com:443/x", true},
		{"with the scheme's port in the list", "api.example.com:443", "https://api.example.com/x", true},
		{"with the other scheme's port", "api.example.com", "https://api.example.com:80/x", false},
		{"another port", "api.example.com", "https://api.example.com:8443/x", false},
		{"a port that both have", "127.0.0.1:8080", "http://127.0.0.1:8080/x", true},
		{"IPv6", "[::1]", "http://[::1]:80/x", true},
		{"IPv6 with the port in the list", "[::1]:80", "http://[::1]/x", true},
		{"a part of a name", "example.com", "https://api.example.com/x", false},
		{"a name that goes on", "api.example.com", "https://api.example.com.evil.example/x", false},
		{"user information", "api.example.com", "https://api.example.com@evil.example/x", false},
		{"no host", "", "https:///x", false},
		{"a path alone", "", "/x", false},
	} {
		u, err := url.Parse(c.address)
		if err != nil {
			t.Fatal(err)
		}
		if got := integrations.HostAllowed([]string{"other.example", c.host}, u); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestOwnHeaders: the user's headers win, and a body says what it is unless the user did.
func TestOwnHeaders(t *testing.T) {
	for body, want := range map[string]string{
		"": "", `{"a":1}`: "application/json", " [1]\n": "application/json", "a=1&b=2": "application/x-www-form-urlencoded",
		"a = 1": "text/plain; charset=utf-8", "<p>x=1</p>": "text/html; charset=utf-8", "\x89PNG\r\n\x1a\n=": "image/png", "{a=1}": "text/plain; charset=utf-8",
	} {
		h := http.Header{"Accept": {"application/json"}}
		integrations.OwnHeaders(h, integrations.OwnRequest{Body: []byte(body), Header: [][2]string{{"accept", "text/csv"}}})
		if got := h.Get("Content-Type"); got != want || len(h["Accept"]) != 1 || h.Get("Accept") != "text/csv" {
			t.Errorf("%q: %v", body, h)
		}
		integrations.OwnHeaders(h, integrations.OwnRequest{Body: []byte(body), Header: [][2]string{{"Content-Type", "x/y"}}})
		if got := h.Values("Content-Type"); len(got) != 1 || got[0] != "x/y" {
			t.Errorf("%q: %v", body, h)
		}
	}
}
