package manifest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// BenchmarkRunAction is an action against a server on loopback, beside the bare call of net/http.
func BenchmarkRunAction(b *testing.B) {
	item := []byte(`{"id":1,"title":"Item","tags":["alpha","beta"],"note":"the quick brown fox jumps over the lazy dog"}`)
	for name, size := range map[string]int{"small": 200, "1MB": 1_000_000, "50MB": 50_000_000} {
		body := append(append([]byte(`{"items":[`), bytes.TrimSuffix(bytes.Repeat(append(item, ','), size/(len(item)+1)+1), []byte(","))...), "]}"...)
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			_, _ = w.Write(body)
		}))
		b.Cleanup(s.Close)
		client := oauthflow.NewHTTPClient()
		b.Cleanup(client.CloseIdleConnections)
		i, err := Parse(&oauthflow.Caller{HTTP: client}, Page{Name: "x.yaml", YAML: []byte(minimal + "api: {base_url: \"" + s.URL + "\"}\nactions: {a: {request: {url: /a}}}\n")})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name+"/bare", func(b *testing.B) {
			for b.Loop() {
				r, err := client.Get(s.URL + "/a")
				if err != nil {
					b.Fatal(err)
				}
				if got, err := io.ReadAll(r.Body); err != nil || len(got) != len(body) {
					b.Fatal(len(got), err)
				}
				_ = r.Body.Close()
			}
		})
		b.Run(name+"/action", func(b *testing.B) {
			for b.Loop() {
				out, err := i.(integrations.ActionRunner).RunAction(b.Context(), integrations.ActionRequest{
					Config: config(), Action: "a", Kept: integrations.Kept{AccessToken: secret.New("the-token")},
				})
				if err != nil || len(out.Result) != len(body) {
					b.Fatal(len(out.Result), err)
				}
			}
		})
	}
}
