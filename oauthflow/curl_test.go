package oauthflow_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"authdeck/oauthflow"
)

func TestCurl_Lines(t *testing.T) {
	const address = "https://api.example.com/v1/things"
	token := func(h http.Header) http.Header {
		if h == nil {
			h = http.Header{}
		}
		h.Set("Authorization", "Bearer "+sentinel)
		h.Del("Accept")
		return h
	}
	tests := []struct {
		name string
		r    oauthflow.APIRequest
		want string
	}{
		{"GET", oauthflow.APIRequest{URL: address, Header: token(nil)}, `curl https://api.example.com/v1/things -H 'Accept: application/json' -H "Authorization: Bearer $TOKEN"`},
		{"the same secret twice, and another one", oauthflow.APIRequest{URL: address + "?access_token=" + sentinel + "&key=k3y5ecret9&page=2", Header: token(nil)}, `curl "https://api.example.com/v1/things?access_token=$TOKEN&key=$SECRET_1&page=2" -H 'Accept: application/json' -H "Authorization: Bearer $TOKEN"`},
		{"a token in a header of its own", oauthflow.APIRequest{URL: address, Header: http.Header{"X-Acme-Token": {"Acme " + sentinel}}}, `curl https://api.example.com/v1/things -H 'Accept: application/json' -H "X-Acme-Token: Acme $TOKEN"`},
		{"Basic is no token", oauthflow.APIRequest{URL: address, Header: http.Header{"Authorization": {"Basic dXNlcjpwYXNz"}}}, `curl https://api.example.com/v1/things -H 'Accept: application/json' -H "Authorization: Basic $SECRET_1"`},
		{"JSON with secrets in it", oauthflow.APIRequest{Method: "POST", URL: address, Header: token(http.Header{"Content-Type": {"application/json"}}), Body: []byte(`{"client_secret": "shh\"hush", "text": "it's $5 \u00e9"}`)}, `curl https://api.example.com/v1/things -X POST -H 'Accept: application/json' -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' --data-raw "{\"client_secret\": \"$SECRET_1\", \"text\": \"it's \$5 \\u00e9\"}"`},
		{"a form", oauthflow.APIRequest{Method: "PUT", URL: address, Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte("a=1&password=p%2Fw&u=https%3A%2F%2Fx.example%2F%3Ftoken%3Dabc")}, `curl https://api.example.com/v1/things -X PUT -H 'Accept: application/json' -H 'Content-Type: application/x-www-form-urlencoded' --data-raw "a=1&password=$SECRET_1&u=https%3A%2F%2Fx.example%2F%3Ftoken%3D$SECRET_2"`},
		{"an exclamation mark beside a secret", oauthflow.APIRequest{URL: address, Header: http.Header{"X-A": {"hi! " + sentinel + "x"}}}, `curl https://api.example.com/v1/things -H 'Accept: application/json' -H 'X-A: hi! '"${SECRET_1}"'x'`},
		{"a name that would go on", oauthflow.APIRequest{URL: address + "/" + sentinel + "_1", Header: nil}, `curl "https://api.example.com/v1/things/${SECRET_1}_1" -H 'Accept: application/json'`},
		{"what curl reads otherwise", oauthflow.APIRequest{URL: address + "/../x?f={a}[1]", Header: http.Header{"X-Empty": {""}}}, `curl --globoff --path-as-is 'https://api.example.com/v1/things/../x?f={a}[1]' -H 'Accept: application/json' -H 'X-Empty;'`},
		{"POST of nothing", oauthflow.APIRequest{Method: "POST", URL: address}, `curl https://api.example.com/v1/things -X POST -H 'Accept: application/json' -H 'Content-Type:' --data-raw ''`},
		{"HEAD", oauthflow.APIRequest{Method: "HEAD", URL: address}, `curl https://api.example.com/v1/things --head -H 'Accept: application/json'`},
		{"no text", oauthflow.APIRequest{Method: "POST", URL: address, Header: http.Header{"Content-Type": {"image/png"}}, Body: []byte("\x89PNG\x00")}, "# body.bin is a file with the 5 bytes of the body, which are no text\ncurl https://api.example.com/v1/things -X POST -H 'Accept: application/json' -H 'Content-Type: image/png' --data-binary @body.bin"},
		{"a NUL in a text", oauthflow.APIRequest{Method: "POST", URL: address, Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("a\x00b")}, "# body.bin is a file with the 3 bytes of the body, which are no text\ncurl https://api.example.com/v1/things -X POST -H 'Accept: application/json' -H 'Content-Type: text/plain' --data-binary @body.bin"},
		{"long", oauthflow.APIRequest{Method: "POST", URL: address, Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte(strings.Repeat("x", 70_000))}, "# body.bin is a file with the 70000 bytes of the body, which are too many for a line\ncurl https://api.example.com/v1/things -X POST -H 'Accept: application/json' -H 'Content-Type: text/plain' --data-binary @body.bin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.r.Secrets = []secretString{secretOf(sentinel)}
			x, err := caller(t).Preview(t.Context(), tt.r)
			if err != nil {
				t.Fatal(err)
			}
			line, _ := x.Curl()
			if line != tt.want {
				t.Errorf("got  %s\nwant %s", line, tt.want)
			}
			if strings.Contains(line, sentinel) {
				t.Error("a secret stands in it")
			}
		})
	}
}

// An exchange that is known only as it may be shown has a line too; nobody knows the values of its variables.
func TestCurl_OfWhatIsMasked(t *testing.T) {
	for name, c := range map[string]struct {
		x    oauthflow.Exchange
		want string
	}{
		"zero": {oauthflow.Exchange{}, `curl ''`},
		"GET": {
			oauthflow.Exchange{Method: "GET", URL: "https://x.example/?key=•••&a=1", RequestHeader: http.Header{"Authorization": {"Bearer •••"}, "User-Agent": {"authdeck"}}},
			`curl "https://x.example/?key=$SECRET_1&a=1" -H "Authorization: Bearer $TOKEN"`,
		},
		"POST": {
			oauthflow.Exchange{Method: "POST", URL: "https://x.example/", RequestHeader: http.Header{"Content-Type": {"application/json"}}, RequestBody: `{"code":"•••","password":"•••"}`},
			`curl https://x.example/ -X POST -H 'Content-Type: application/json' --data-raw "{\"code\":\"$SECRET_1\",\"password\":\"$SECRET_2\"}"`,
		},
		"no text": {
			oauthflow.Exchange{Method: "POST", URL: "https://x.example/", RequestBody: "(12 bytes that are no text)"},
			"# body.bin is a file with the 12 bytes of the body, which are no text\ncurl https://x.example/ -X POST -H 'Content-Type:' --data-binary @body.bin",
		},
	} {
		t.Run(name, func(t *testing.T) {
			line, variables := c.x.Curl()
			if line != c.want {
				t.Errorf("got  %s\nwant %s", line, c.want)
			}
			for _, v := range variables {
				if !v.Value.IsZero() {
					t.Errorf("%s has a value", v.Name)
				}
			}
			if again, _ := c.x.Reveal().Forget().Curl(); again != line {
				t.Errorf("after Reveal and Forget: %s", again)
			}
		})
	}
	if s := fmt.Sprintf("%+v", oauthflow.CurlVariable{Name: "TOKEN", Value: secretOf(sentinel)}); strings.Contains(s, sentinel) {
		t.Errorf("a variable prints as %s", s)
	}
}
