package flowrunner

import "testing"

// TestFinish is reference/flowrunner.md §3.1: the address is completed as text.
func TestFinish(t *testing.T) {
	const redirect, state = "http://127.0.0.1:4711/callback", "S/+="
	const r, s = "redirect_uri=http%3A%2F%2F127.0.0.1%3A4711%2Fcallback", "state=S%2F%2B%3D"
	for name, c := range map[string]struct{ in, want, own string }{
		"no query":                   {"https://a.example/auth", "https://a.example/auth?" + r + "&" + s, ""},
		"a query":                    {"https://a.example/auth?scope=a%20b+c", "https://a.example/auth?scope=a%20b+c&" + r + "&" + s, ""},
		"an empty query":             {"https://a.example/auth?", "https://a.example/auth?" + r + "&" + s, ""},
		"ends in &":                  {"https://a.example/auth?x=1&", "https://a.example/auth?x=1&" + r + "&" + s, ""},
		"nothing is re-encoded":      {"https://a.example/auth?scope=a:b,c|d e", "https://a.example/auth?scope=a:b,c|d e&" + r + "&" + s, ""},
		"a plain fragment":           {"https://a.example/auth?x=1#frag", "https://a.example/auth?x=1&" + r + "&" + s + "#frag", ""},
		"a fragment, no query":       {"https://a.example/auth#frag", "https://a.example/auth?" + r + "&" + s + "#frag", ""},
		"the query in the fragment":  {"https://a.example/#/oauth?x=1", "https://a.example/#/oauth?x=1&" + r + "&" + s, ""},
		"its own redirect address":   {"https://a.example/auth?redirect_uri=https%3A%2F%2Fb.example&x=1", "https://a.example/auth?" + r + "&x=1&" + s, ""},
		"two redirect addresses":     {"https://a.example/auth?redirect_uri=a&x=1&redirect_uri=b", "https://a.example/auth?" + r + "&x=1&" + s, ""},
		"its own state":              {"https://a.example/auth?state=ab%2Bc%3D&x=1", "https://a.example/auth?" + s + "&x=1&" + r, "ab+c="},
		"a state with a space":       {"https://a.example/auth?state=a+b", "https://a.example/auth?" + s + "&" + r, "a b"},
		"a word that only begins so": {"https://a.example/auth?state_x=1", "https://a.example/auth?state_x=1&" + r + "&" + s, ""},
		"http on loopback":           {"http://127.0.0.1:9/auth", "http://127.0.0.1:9/auth?" + r + "&" + s, ""},
		"white space around":         {" https://a.example/auth\n", "https://a.example/auth?" + r + "&" + s, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, own, err := finish(c.in, redirect, state)
			if err != nil || got != c.want || own != c.own {
				t.Errorf("got  %s (own %q, %v)\nwant %s (own %q)", got, own, err, c.want, c.own)
			}
		})
	}
	for _, bad := range []string{"", "undefined", "/auth", "http://a.example/auth", "javascript:alert(1)", "ftp://a.example", "https://", "https://a.example/\x1b[2J"} {
		if got, _, err := finish(bad, redirect, state); err == nil {
			t.Errorf("%q became %q", bad, got)
		}
	}
}
