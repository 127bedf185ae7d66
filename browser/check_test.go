package browser

import (
	"errors"
	"strings"
	"testing"
)

// urls is the table of N10; want "" means refused.
var urls = []struct{ in, want string }{
	{"https://as.example/authorize?client_id=a&scope=x+y", "https://as.example/authorize?client_id=a&scope=x+y"},
	{"https://as.example", "https://as.example"},
	{"HTTPS://AS.Example/Path", "https://as.example/Path"},
	{"https://as.example:8443/a?b=c#d", "https://as.example:8443/a?b=c#d"},
	{"https://as.example/a%20b?c=%2B%0a", "https://as.example/a%20b?c=%2B%0a"},
	{"https://as.example/?", "https://as.example/?"},
	{"https://192.0.2.1/x", "https://192.0.2.1/x"},
	{"https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"},
	{"https://xn--mnchen-3ya.example/", "https://xn--mnchen-3ya.example/"},
	{"http://127.0.0.1:53682/auth?x=1", "http://127.0.0.1:53682/auth?x=1"},
	{"http://[::1]:8080/auth", "http://[::1]:8080/auth"},
	{"http://localhost:8080/auth", "http://localhost:8080/auth"},
	{"http://LOCALHOST/auth", "http://localhost/auth"},
	// what a shell would read, percent-encoded
	{"https://as.example/?a=$(id)", "https://as.example/?a=%24%28id%29"},
	{"https://as.example/$(id)", "https://as.example/%24%28id%29"},
	{"https://as.example/?a=`id`", "https://as.example/?a=%60id%60"},
	{"https://as.example/?a=;id;", "https://as.example/?a=%3Bid%3B"},
	{"https://as.example/?a=|id", "https://as.example/?a=%7Cid"},
	{"https://as.example/?a=>/tmp/x", "https://as.example/?a=%3E/tmp/x"},
	{`https://as.example/?a="b"`, "https://as.example/?a=%22b%22"},
	{"https://as.example/?a='b'", "https://as.example/?a=%27b%27"},
	{`https://as.example/?a=\b`, "https://as.example/?a=%5Cb"},
	{"https://as.example/?a=!b", "https://as.example/?a=%21b"},
	{"https://as.example/?a={b}", "https://as.example/?a=%7Bb%7D"},
	{"https://as.example/?a[]=b", "https://as.example/?a%5B%5D=b"},
	{"https://as.example/?a=*", "https://as.example/?a=%2A"},
	{"https://as.example/?a=^b", "https://as.example/?a=%5Eb"},
	{"https://as.example/#$(id)", "https://as.example/#%24%28id%29"},
	{"https://as.example/?a=%24(id)", "https://as.example/?a=%24%28id%29"},
	// refused
	{"", ""},
	{"-x", ""},
	{"--version", ""},
	{"xterm", ""},
	{"/bin/sh", ""},
	{"//as.example/", ""},
	{"file:///etc/passwd", ""},
	{"javascript:alert(1)", ""},
	{"data:text/html,x", ""},
	{"ftp://as.example/", ""},
	{"ms-msdt:/id", ""},
	{"vscode://x", ""},
	{"https:as.example", ""},
	{"https:///path", ""},
	{"https://", ""},
	{"https://:443/", ""},
	{"https://as.example:/", ""},
	{"https://as.example:0/", ""},
	{"https://as.example:99999/", ""},
	{"https://as.example:x/", ""},
	{"https://user@as.example/", ""},
	{"https://as.example:p@evil.example/", ""},
	{`https://as.example\@evil.example/`, ""},
	{"https://-as.example/", ""},
	{"https://.as.example/", ""},
	{"https://$(id).example/", ""},
	{"https://as.example%0a.evil/", ""},
	{"https://[fe80::1%25eth0]/", ""},
	{"https://[127.0.0.1]/", ""},
	{"https://münchen.example/", ""},
	{"http://as.example/", ""},
	{"http://localhost.evil/", ""},
	{"http://127.0.0.1.evil/", ""},
	{"http://127.1/", ""},
	{"http://2130706433/", ""},
	{"http://0.0.0.0/", ""},
	{"http://192.168.1.1/", ""},
	{"http://[::]/", ""},
	{"https://as.example/a b", ""},
	{" https://as.example/", ""},
	{"https://as.example/\n", ""},
	{"https://as.example/\r\n-x", ""},
	{"https://as.example/\x00", ""},
	{"https://as.example/\x1b[2J", ""},
	{"https://as.example/\u202e", ""},
	{"https://as.example/%zz", ""},
	{"https://as.example/?a=%", ""},
	{"https://as.example/?a=" + strings.Repeat("x", 100_000), ""},
	{"https://as.example/?a=" + strings.Repeat("$", 10_000), ""},
}

func TestN10_CheckURL(t *testing.T) {
	for _, c := range urls {
		got, err := CheckURL(c.in)
		if got != c.want || (err != nil) != (c.want == "") || err != nil && !errors.Is(err, ErrURL) {
			t.Errorf("CheckURL(%.60q) = %q, %v; want %q", c.in, got, err, c.want)
		}
		if err != nil && len(c.in) > 10 && strings.Contains(err.Error(), c.in) {
			t.Errorf("the error repeats the address: %v", err)
		}
	}
}

func FuzzBrowserURL(f *testing.F) {
	for _, c := range urls {
		f.Add(c.in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out, err := CheckURL(in)
		if err != nil {
			if out != "" || !errors.Is(err, ErrURL) {
				t.Fatalf("CheckURL(%q) = %q, %v", in, out, err)
			}
			return
		}
		if !strings.HasPrefix(out, "https://") && !strings.HasPrefix(out, "http://") || len(out) > maxURL {
			t.Fatalf("CheckURL(%q) = %q", in, out)
		}
		if i := strings.IndexAny(out, "$`'\"\\;|<>(){}!*^ @"); i >= 0 && (out[i] != '@' || !strings.ContainsAny(out[:i][len("http://"):], "/?#")) {
			t.Fatalf("CheckURL(%q) = %q", in, out)
		}
		for _, b := range []byte(out) {
			if b <= ' ' || b >= 0x7f {
				t.Fatalf("CheckURL(%q) = %q", in, out)
			}
		}
		if again, err := CheckURL(out); err != nil || again != out {
			t.Fatalf("CheckURL is not idempotent: %q, then %q, %v", out, again, err)
		}
	})
}
