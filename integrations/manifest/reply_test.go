package manifest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/internal/testserver"
	"authdeck/oauthflow"
)

// onLoopback runs the action "a" against a handler.
func onLoopback(t *testing.T, more string, h http.HandlerFunc) (integrations.ActionResult, error) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	client := oauthflow.NewHTTPClient()
	t.Cleanup(client.CloseIdleConnections)
	i, err := Parse(&oauthflow.Caller{HTTP: client}, Page{Name: "x.yaml", YAML: []byte(minimal + "api: {base_url: \"" + s.URL + "\"}\nactions: {a: {request: {url: /a}, timeout: 20s" + more + "}}\n")})
	if err != nil {
		t.Fatal(err)
	}
	return i.(integrations.ActionRunner).RunAction(t.Context(), integrations.ActionRequest{Config: config(), Action: "a"})
}

// TestAnswersThatLie: the content decides; what a header says about it may be wrong in any way.
func TestAnswersThatLie(t *testing.T) {
	png := "\x89PNG\r\n\x1a\n\x00\x00\xff"
	raw := func(head, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nConnection: close\r\n"+head+"\r\n\r\n"+body)
			_ = c.Close()
		}
	}
	deep := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
	for _, c := range []struct {
		name   string
		h      http.HandlerFunc
		result string
		kind   string // of Body, "" for none
		broken bool
	}{
		{"JSON as a picture", raw("Content-Type: image/png", `{"a":1}`), `{"a":1}`, "", false},
		{"a picture as JSON", raw("Content-Type: application/json", png), `"(11 bytes of image/png)"`, "image/png", false},
		{"a picture as text", raw("Content-Type: text/html; charset=utf-8", png), `"(11 bytes of image/png)"`, "image/png", false},
		{"a picture as a form", raw("Content-Type: application/x-www-form-urlencoded", png), `"(11 bytes of application/x-www-form-urlencoded)"`, "application/x-www-form-urlencoded", false},
		{"bytes as nothing", raw("X: y", "\xff\xfe\x00\x01"), `"(4 bytes of application/octet-stream)"`, "application/octet-stream", false},
		{"bytes as nonsense", raw("Content-Type: ;;;=\"", "a\xff"), `"(2 bytes of application/octet-stream)"`, "application/octet-stream", false},
		{"text with a NUL", raw("Content-Type: text/plain", "a\x00b"), `"(3 bytes of application/octet-stream)"`, "application/octet-stream", false},
		{"text as JSON", raw("Content-Type: application/json", "all is well"), `"all is well"`, "", false},
		{"half JSON as JSON", raw("Content-Type: application/json", `{"a":`), `"{\"a\":"`, "", false},
		{"JSON deeper than any reader goes", raw("Content-Type: application/json", deep), strconv.Quote(deep), "", false},
		{"a mark before JSON", raw("Content-Type: application/json", "\ufeff{}"), `{}`, "", false},
		{"a length that is too short", raw("Content-Length: 7", `{"a":1}{"b":2}`), `{"a":1}`, "", false},
		{"a length that is too long", raw("Content-Length: 900", `{"a":1}`), "", "", true},
		{"a length that is none", raw("Content-Length: many", `{"a":1}`), "", "", true},
		{"two lengths", raw("Content-Length: 7\r\nContent-Length: 8", `{"a":1}`), "", "", true},
		{"packed, it says", raw("Content-Encoding: gzip", `{"a":1}`), "", "", true},
		{"chunks that are none", raw("Transfer-Encoding: chunked", `{"a":1}`), "", "", true},
		{"204 with a body", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, `null`, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := onLoopback(t, "", c.h)
			if (err != nil) != c.broken || len(r.Exchanges) != 1 {
				t.Fatalf("%v, %d exchanges", err, len(r.Exchanges))
			}
			equal(t, "result", string(r.Result), c.result)
			equal(t, "type", r.BodyType, c.kind)
			if (len(r.Body) > 0) != (c.kind != "") {
				t.Errorf("a body of %d bytes", len(r.Body))
			}
		})
	}
}

// TestAnswersOf64MiB: one of the limit comes whole, one above it is an error that names the limit.
func TestAnswersOf64MiB(t *testing.T) {
	blank := bytes.Repeat([]byte(" "), 1<<20)
	send := func(size int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"data":[1,2]`)
			for left := size - 14; left > 0; left -= len(blank) {
				if _, err := w.Write(blank[:min(left, len(blank))]); err != nil {
					return
				}
			}
			_, _ = io.WriteString(w, "}")
		}
	}
	r, err := onLoopback(t, ", response: {root: data, ok_when: {path: data.0, is: 1}}", send(1<<20))
	if err != nil || string(r.Result) != "[1,2]" {
		t.Fatalf("%s, %v", r.Result, err)
	}
	r, err = onLoopback(t, "", send(64<<20))
	if err != nil || len(r.Result) != 64<<20 {
		t.Fatalf("%d bytes, %v", len(r.Result), err)
	}
	if _, response := r.Exchanges[0].Raw(); len(response) != 64<<20 {
		t.Errorf("%d bytes are kept", len(response))
	}
	r, err = onLoopback(t, "", send(64<<20+1))
	var transient *oauthflow.Error
	if !errors.Is(err, oauthflow.ErrAnswerTooLarge) || errors.As(err, &transient) || !strings.Contains(err.Error(), "64 MiB") || len(r.Exchanges) != 1 {
		t.Errorf("%v, %d exchanges", err, len(r.Exchanges))
	}
}

// TestAnswersKeepTheirOrder: a result is what stands in the answer, not what a map made of it.
func TestAnswersKeepTheirOrder(t *testing.T) {
	const body = `{"data":{"z":1.0,"a":12345678901234567890,"m":"\u00e9"}}`
	r, err := onLoopback(t, ", response: {root: data}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
	if err != nil || !json.Valid(r.Result) {
		t.Fatalf("%s, %v", r.Result, err)
	}
	equal(t, "result", string(r.Result), `{"z":1.0,"a":12345678901234567890,"m":"\u00e9"}`)
}

// TestReply_WordsOfAnErrorHoldNoSecret: an API that repeats what it was sent does not bring it into messages, logs and histories, in
// whatever spelling.
func TestReply_WordsOfAnErrorHoldNoSecret(t *testing.T) {
	const token, key = "tok/en-marker", "k3y+marker"
	s := testserver.StartProviderStandIn(t, testserver.Route{Path: "*", Handle: func(r testserver.Seen) testserver.Answer {
		basic := base64.StdEncoding.EncodeToString([]byte("u:" + token))
		return testserver.Answer{Status: 400, JSON: map[string]any{
			"message": "no " + r.Header.Get("X-Key") + ", " + url.QueryEscape(key) + ", " + url.QueryEscape(token) + ", " + basic,
		}}
	}})
	_, err := parse(t, s, actionPage).(integrations.ActionRunner).RunAction(t.Context(), integrations.ActionRequest{
		Config: config("apikey", key), Action: "get", Params: map[string]any{}, Kept: integrations.Kept{AccessToken: secret.New(token)},
	})
	if err == nil || strings.Contains(err.Error(), "marker") || strings.Contains(err.Error(), "bWFya2Vy") || strings.Count(err.Error(), secret.Mask) < 4 {
		t.Error(err)
	}
}
