package secret

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"

func TestRedact(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"nothing to hide in 30 s at 127.0.0.1:53682", "nothing to hide in 30 s at 127.0.0.1:53682"},
		{"refresh_token=abc&grant_type=refresh_token", "refresh_token=•••&grant_type=refresh_token"},
		{"refreshToken=abc client_id=x", "refreshToken=••• client_id=x"},
		{`{"access_token":"a\"bc","expires_in":3600}`, `{"access_token":"•••","expires_in":3600}`},
		{`body "{\"access_token\":\"abc\",\"n\":1}"`, `body "{\"access_token\":\"•••\",\"n\":1}"`},
		{"client_secret: s3cr3t, next", "client_secret: •••, next"},
		{"Authorization: Bearer abc def", "Authorization: •••"},
		{"header Authorization: Basic YTpi\nHost: x", "header Authorization: •••\nHost: x"},
		{"sent Bearer abcd1234efgh to it", "sent Bearer ••• to it"},
		{"Bearer token is missing", "Bearer token is missing"},
		{"error code: not_found", "error code: not_found"},
		{"token: not allowed", "token: not allowed"},
		{"code=splat", "code=•••"},
		{"https://ada:pw@example.com/x?a=1", "https://•••@example.com/x?a=1"},
		{"got " + jwt + ".", "got •••"},
		{"key " + sentinel + " leaked", "key ••• leaked"},
		{"id 0123456789abcdef0123456789abcdef stays", "id 0123456789abcdef0123456789abcdef stays"},
		{"state=open", "state=open"},
		{"state=aB3-xyz9", "state=•••"},
		{"code_verifier=" + sentinel + "&x=1", "code_verifier=•••&x=1"},
		{"ünï tokens=5", "ünï tokens=•••"},
		{"password='a b c' rest", "password='•••' rest"},
		{"password=", "password="},
		{"the token", "the token"},
	} {
		if got := Redact(c.in); got != c.want {
			t.Errorf("Redact(%q)\n got %q\nwant %q", c.in, got, c.want)
		}
	}
}

func TestRedactURL(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"https://as.example/token", "https://as.example/token"},
		{"http://127.0.0.1:5/cb?code=abc&state=x1y2&iss=https%3A%2F%2Fas.example", "http://127.0.0.1:5/cb?code=•••&state=•••&iss=https%3A%2F%2Fas.example"},
		{"https://a/x?state=open&page=2", "https://a/x?state=open&page=2"},
		{"https://a/x#access_token=abc&token_type=bearer", "https://a/x#access_token=•••&token_type=bearer"},
		{"https://u:p@a/x", "https://•••@a/x"},
		{"https://a/x?acce%73s_token=abc", "https://a/x?acce%73s_token=•••"},
		{"https://a/x?next=https%3A%2F%2Fb%2F%3Fcode%3Dabc", "https://a/x?next=https%3A%2F%2Fb%2F%3Fcode%3D•••"},
		{"https://a/" + jwt + "/x", "https://a/•••/x"},
		{"https://a/x?q=" + jwt, "https://a/x?q=•••"},
		{"%zz?code=%zz", "%zz?code=•••"},
	} {
		if got := RedactURL(c.in); got != c.want {
			t.Errorf("RedactURL(%q)\n got %q\nwant %q", c.in, got, c.want)
		}
	}
}

func TestRedactHeader(t *testing.T) {
	in := http.Header{
		"Authorization": {"Bearer abc", "xyz"}, "Cookie": {"a=b"}, "Set-Cookie": {"sid=abc; Path=/"}, "Dpop": {jwt},
		"Location": {"https://a/cb?code=abc"}, "X-Api-Key": {"abc"}, "Accept": {"application/json"}, "Private-Token": {"abc"},
	}
	want := map[string][]string{
		"Authorization": {"Bearer •••", "•••"}, "Cookie": {"•••"}, "Set-Cookie": {"sid=•••"}, "Dpop": {"•••"},
		"Location": {"https://a/cb?code=•••"}, "X-Api-Key": {"•••"}, "Accept": {"application/json"}, "Private-Token": {"•••"},
	}
	if got := RedactHeader(in); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if in.Get("Authorization") != "Bearer abc" {
		t.Error("the header itself was changed")
	}
}

func TestRedactBody(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		kind, in string
		max      int
		want     string
	}{
		{"application/json", `{"access_token":"abc","scope":"a b","expires_in":3600}`, 0, `{"access_token":"•••","scope":"a b","expires_in":3600}`},
		{"text/plain", ` {"b":{"refresh_token":"abc"},"a":[1,true,null,"<x>"]}`, 0, `{"b":{"refresh_token":"•••"},"a":[1,true,null,"<x>"]}`},
		{"application/json", `{"tokens":[{"value":"abc"}]}`, 0, `{"tokens":[{"value":"•••"}]}`},
		{"application/json", `{"acces\u0073_token":"abc"}`, 0, `{"access_token":"•••"}`},
		{"application/json", `{"error":{"code":"not_found"}}`, 0, `{"error":{"code":"not_found"}}`},
		{"application/json", `{"code":"aB3dE5","grant_type":"authorization_code"}`, 0, `{"code":"•••","grant_type":"authorization_code"}`},
		{"application/json", `{"id":12345678901234567890}`, 0, `{"id":12345678901234567890}`},
		{"application/json", `{"access_token":"abc"`, 0, `{"access_token":"•••"`},
		{form, "code=abc&client_id=x&redirect_uri=http%3A%2F%2F127.0.0.1", 0, "code=•••&client_id=x&redirect_uri=http%3A%2F%2F127.0.0.1"},
		{form + ";charset=utf-8", "access_token=abc&scope=repo%2Cgist", 0, "access_token=•••&scope=repo%2Cgist"},
		{"text/html", "<p>token=abc</p>", 0, "<p>token=•••</p>"},
		{"", "", 0, ""},
		{"text/plain", "äöü", 3, "ä…"},
	} {
		if got := RedactBody(c.kind, []byte(c.in), c.max); got != c.want {
			t.Errorf("RedactBody(%q, %q)\n got %q\nwant %q", c.kind, c.in, got, c.want)
		}
	}
	deep := strings.Repeat(`{"token":`, 5000) + `"abc"` + strings.Repeat("}", 5000)
	if got := RedactBody("application/json", []byte(deep), 0); strings.Contains(got, "abc") {
		t.Error("deep nesting hides a secret")
	}
}

type credentialsOf struct{ AccessToken string }

func TestHandler(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(NewHandler(slog.NewJSONHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})))
	log.With("client_secret", sentinel, "n", 1).WithGroup("g").Info("sent refresh_token="+sentinel,
		"token", sentinel, "err", errors.New("post: Bearer "+sentinel), "body", []byte(`{"access_token":"`+sentinel+`"}`),
		"struct", credentialsOf{sentinel}, slog.Group("tokens", "a", sentinel), slog.Group("in", "password", sentinel),
		"took", time.Second, "nothing", nil, "s", New(sentinel), "url", "https://a/?code="+sentinel, "state", "ok")
	got := b.String()
	if strings.Contains(got, sentinel) {
		t.Fatalf("logged: %s", got)
	}
	for _, want := range []string{`"n":1`, `"took":1000000000`, `"state":"ok"`, `"msg":"sent refresh_token=•••"`, `"nothing":null`, `"client_secret":"•••"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("a", "b")
	f.Add(`{"x":`, `}`)
	f.Add("https://", "@x")
	f.Fuzz(func(t *testing.T, before, after string) {
		// A separator, so that the name is not glued to what stands before it.
		text := before + " access_token=" + sentinel + " " + after
		for name, got := range map[string]string{
			"Redact": Redact(text), "RedactURL": RedactURL("https://a/?" + "access_token=" + sentinel + "&" + after),
			"RedactBody": RedactBody("", []byte(text), 0),
		} {
			if strings.Contains(got, sentinel) {
				t.Errorf("%s(%q) = %q", name, text, got)
			}
		}
	})
}

// Of JSON that is longer than what is wanted, the rest is not looked at; what is returned is redacted as if it were.
func TestRedactBody_ReadsNoMoreThanItReturns(t *testing.T) {
	item := `{"name":"x","credentials":{"user":"ada-lovelace-1"}},`
	long := "[" + strings.Repeat(item, 1000)
	whole := RedactBody("application/json", []byte(strings.TrimSuffix(long, ",")+"]"), 0)
	for name, body := range map[string]string{"whole": strings.TrimSuffix(long, ",") + "]", "broken behind it": long + "\x00{{"} {
		got := RedactBody("application/json", []byte(body), 5000)
		if want := whole[:5000]; strings.TrimSuffix(got, "…") != want || !strings.HasSuffix(got, "…") {
			t.Errorf("%s: %d bytes, %.200s", name, len(got), got)
		}
	}
}
