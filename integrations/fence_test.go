package integrations_test

import (
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
