package loopback

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestN6 holds requests that carry the right state and code against the rule who may bring them.
func TestN6_HostOriginFetchMode(t *testing.T) {
	good := "/callback?code=c&state=" + state
	const host = "Host: 127.0.0.1:PORT\r\n"
	for _, c := range []struct {
		name, method, target, header string
		want                         int
	}{
		{"curl", "GET", good, host, 303},
		{"browser", "GET", good, host + "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Site: cross-site\r\n", 303},
		{"browser that sends the origin as referrer", "GET", good, host + "Referer: https://as.example/\r\n", 303},
		{"localhost", "GET", good, "Host: localhost:PORT\r\n", 400},
		{"localhost.evil", "GET", good, "Host: localhost.evil:PORT\r\n", 400},
		{"name that ends like ours", "GET", good, "Host: 127.0.0.1.evil.example:PORT\r\n", 400},
		{"rebound name", "GET", good, "Host: evil.example:PORT\r\n", 400},
		{"rebound name without port", "GET", good, "Host: evil.example\r\n", 400},
		{"trailing dot", "GET", good, "Host: 127.0.0.1.:PORT\r\n", 400},
		{"no port", "GET", good, "Host: 127.0.0.1\r\n", 400},
		{"other port", "GET", good, "Host: 127.0.0.1:1\r\n", 400},
		{"port with a zero", "GET", good, "Host: 127.0.0.1:0PORT\r\n", 400},
		{"empty", "GET", good, "Host:\r\n", 400},
		{"none", "GET", good, "", 400},
		{"two", "GET", good, host + host, 400},
		{"other family", "GET", good, "Host: [::1]:PORT\r\n", 400},
		{"mapped", "GET", good, "Host: [::ffff:127.0.0.1]:PORT\r\n", 400},
		{"short form", "GET", good, "Host: 127.1:PORT\r\n", 400},
		{"decimal", "GET", good, "Host: 2130706433:PORT\r\n", 400},
		{"wildcard", "GET", good, "Host: 0.0.0.0:PORT\r\n", 400},
		{"user info", "GET", good, "Host: a@127.0.0.1:PORT\r\n", 400},
		{"absolute target, other host", "GET", "http://evil.example" + good, host, 400},
		{"absolute target, our host", "GET", "http://127.0.0.1:PORT" + good, host, 400},
		{"Origin null", "GET", good, host + "Origin: null\r\n", 400},
		{"Origin of a page", "GET", good, host + "Origin: https://evil.example\r\n", 400},
		{"Origin of ours", "GET", good, host + "Origin: http://127.0.0.1:PORT\r\n", 400},
		{"Origin empty", "GET", good, host + "Origin:\r\n", 400},
		{"Origin in another case", "GET", good, host + "oRiGiN: x\r\n", 400},
		{"mode cors", "GET", good, host + "Sec-Fetch-Mode: cors\r\n", 400},
		{"mode no-cors", "GET", good, host + "Sec-Fetch-Mode: no-cors\r\n", 400},
		{"mode same-origin", "GET", good, host + "Sec-Fetch-Mode: same-origin\r\n", 400},
		{"mode websocket", "GET", good, host + "Sec-Fetch-Mode: websocket\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n", 400},
		{"mode empty", "GET", good, host + "Sec-Fetch-Mode:\r\n", 400},
		{"mode Navigate", "GET", good, host + "Sec-Fetch-Mode: Navigate\r\n", 400},
		{"mode twice", "GET", good, host + "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Mode: cors\r\n", 400},
		{"HEAD", "HEAD", good, host, 400},
		{"POST", "POST", good, host + "Content-Length: 0\r\n", 400},
		{"POST form", "POST", "/callback", host + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n", 400},
		{"OPTIONS", "OPTIONS", good, host + "Access-Control-Request-Private-Network: true\r\n", 400},
		{"OPTIONS *", "OPTIONS", "*", host, 400},
		{"CONNECT", "CONNECT", "127.0.0.1:PORT", host, 400},
		{"get in lower case", "get", good, host, 400},
		{"path with a slash more", "GET", "/callback/?code=c&state=" + state, host, 400},
		{"path with two slashes", "GET", "/" + good, host, 400},
		{"path with an escape", "GET", "/%63allback?code=c&state=" + state, host, 400},
		{"path with dots", "GET", "/x/.." + good, host, 400},
		{"root", "GET", "/?code=c&state=" + state, host, 400},
		{"icon", "GET", "/favicon.ico", host, 400},
		{"page before the answer", "GET", "/done", host, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, out := start(t, Options{}, quick(), Expect{State: state})
			port := strings.NewReplacer("PORT", l.uri.Port())
			status, _ := ask(t, l, c.method, port.Replace(c.target), port.Replace(c.header))
			if status != c.want {
				t.Fatalf("status %d, want %d", status, c.want)
			}
			if c.want == http.StatusSeeOther {
				received(t, out)
				return
			}
			succeed(t, l, out)
		})
	}
}

func TestN6_HostOfALocalhostLogin(t *testing.T) {
	for header, want := range map[string]int{"localhost:PORT": 303, "127.0.0.1:PORT": 400, "[::1]:PORT": 400, "LOCALHOST:PORT": 400, "localhost.:PORT": 400, "localhost": 400} {
		t.Run(header, func(t *testing.T) {
			l, _ := start(t, Options{Host: "localhost"}, quick(), Expect{State: state})
			status, _ := ask(t, l, "GET", "/callback?code=c&state="+state, "Host: "+strings.ReplaceAll(header, "PORT", l.uri.Port())+"\r\n")
			if status != want {
				t.Errorf("status %d, want %d", status, want)
			}
		})
	}
}

func TestRow2_ThousandHostileRequests(t *testing.T) {
	l, out := start(t, Options{}, quick(), Expect{State: state, Issuer: issuer, IssRequired: true})
	targets := []string{
		"/callback?error=access_denied", "/callback?error=access_denied&state=x", "/callback?code=evil&state=guess", "/callback?code=evil",
		"/callback?error=server_error&error_description=%3Cscript%3E&state=", "/callback", "/", "/done", "/callback?state=" + state,
		"/callback?code=a&code=b&state=" + state, "/callback?code=evil&iss=" + url.QueryEscape(issuer) + "&state=x",
	}
	host := "Host: " + l.uri.Host + "\r\n"
	headers := []string{host, host + "Origin: https://evil.example\r\n", "Host: evil.example\r\n", host + "Sec-Fetch-Mode: no-cors\r\n"}
	for i := range 1000 {
		target := targets[i%len(targets)]
		if status, _ := ask(t, l, "GET", target, headers[i%len(headers)]); status != http.StatusBadRequest {
			t.Fatalf("request %d, %s: status %d, want 400", i, target, status)
		}
	}
	pending(t, out)
	if status, _ := get(t, l, "/callback?code=true&state="+state+"&iss="+url.QueryEscape(issuer)); status != http.StatusSeeOther {
		t.Fatalf("the true answer got %d", status)
	}
	if w := received(t, out); w.err != nil || w.values.Get("code") != "true" {
		t.Errorf("Wait = %v, %v", w.values, w.err)
	}
}

// payloads are what error_description and its neighbours may carry.
func payloads() []string {
	out := []string{
		"<script>alert(1)</script>", "\"><script>alert(1)</script>", "'><img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
		"<iframe src=javascript:alert(1)>", "<body onload=alert(1)>", "javascript:alert(1)", "</title><script>alert(1)</script>",
		"</style><script>alert(1)</script>", "<style>@import 'https://evil.example'</style>", "<meta http-equiv=refresh content=0;url=https://evil.example>",
		"<base href=https://evil.example>", "<a href=https://evil.example>sign in again</a>", "<form action=https://evil.example><input name=p>",
		"{{7*7}}", "${7*7}", "<%= 7*7 %>", "%3Cscript%3E", "%253Cscript%253E", "&lt;script&gt;", "\u003cscript\u003e", "＜script＞",
		"+ADw-script+AD4-", "\r\nSet-Cookie: a=b", "\r\nLocation: https://evil.example\r\n", "\n\n<html>", "\x00<script>", "\x1b[2J", "\u202etxt",
		"https://evil.example", "//evil.example", "<!--", "-->", "]]>", "<![CDATA[<script>", "<math><mi xlink:href=data:x,y>",
		"\" onmouseover=alert(1) x=\"", "' style=x:expression(1) '", "<link rel=stylesheet href=//evil.example>",
	}
	return append(out, strings.Repeat("<b>", 100))
}

func TestN5_AnswersAreByteIdentical(t *testing.T) {
	all := payloads()
	if len(all) != 40 {
		t.Fatalf("%d payloads", len(all))
	}
	refused, accepted, page := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i, p := range all {
		l, out := start(t, Options{}, quick(), Expect{State: state})
		e := url.QueryEscape(p)
		for _, target := range []string{
			"/callback?error=x&error_description=" + e, "/callback?error=" + e + "&state=" + e, "/callback?code=" + e, "/?" + e + "=" + e, "/done?x=" + e,
		} {
			_, whole := get(t, l, target)
			refused[whole] = true
		}
		status, whole := get(t, l, fmt.Sprintf("/callback?error=%s&error_description=%s&error_uri=%s&state=%s&%s=%d", e, e, e, state, e, i))
		if status != http.StatusSeeOther {
			t.Errorf("payload %q: status %d, want 303", p, status)
		}
		accepted[whole] = true
		if w := received(t, out); w.err != nil || w.values.Get("error_description") != p {
			t.Errorf("payload %q: Wait = %v, %v", p, w.values, w.err)
		}
		l.Finish(false)
		_, whole = get(t, l, "/done")
		page[whole] = true
	}
	if len(refused) != 1 || len(accepted) != 1 || len(page) != 1 {
		t.Errorf("%d different refusals, %d redirects, %d pages; want 1 of each", len(refused), len(accepted), len(page))
	}
}
