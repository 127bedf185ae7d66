package oauthflow

import (
	"strings"
	"testing"
)

// The pieces of a text are the text, and none that may be shown has a secret in it.
func FuzzPieces(f *testing.F) {
	const hidden = "S3cret/+\"é\\x"
	for _, text := range []string{
		"", "•••", "a•••b" + hidden, `{"access_token":"x","a":[1,2,"` + hidden + `"],"b":{"password":1234567890}}`, `{"note":"was S3cret\/+\"é\\x"}`,
		"access_token=a&b=%2F&password=&code=•••", "https://x.example/a?token=x&u=https%3A%2F%2Fx.example%2F%3Ftoken%3Dabc#code=1", "https://u:p@x.example/eyJhbGciOiJIUzI1NiJ9.e30.x/y?",
		"Bearer abc", "Acme " + hidden, `{"a": "unfinished`, `"a\`, "[[[[", "Basic dTpw", "sid=1; token=2", "{\"a\":1}{\"b\":\"token=abc\"}",
	} {
		for kind := range byte(6) {
			f.Add(kind, text)
		}
	}
	m := newMasker(hidden)
	f.Fuzz(func(t *testing.T, kind byte, text string) {
		var list []piece
		switch kind % 6 {
		case 0:
			list = m.urlPieces(text)
		case 1:
			list = m.headerPieces("Authorization", text)
		case 2:
			list = m.headerPieces("X-Acme-Token", text)
		case 3:
			list = m.bodyPieces("application/json", text)
		case 4:
			list = m.bodyPieces("application/x-www-form-urlencoded", text)
		case 5:
			list = m.headerPieces("Cookie", text)
		}
		var joined strings.Builder
		for _, p := range m.sure(list) {
			joined.WriteString(p.text)
			if !p.secret && strings.Contains(p.text, hidden) {
				t.Errorf("a secret shows in %q", p.text)
			}
		}
		if joined.String() != text {
			t.Errorf("%q became %q", text, joined.String())
		}
		_, _ = (Exchange{URL: text, Method: text, RequestBody: text}).Curl()
		_, _ = challenges(text), steps(text)
	})
}
