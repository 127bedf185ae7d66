package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkRunOverhead is a whole process of `authdeck run` and of `authdeck request` against the bare HTTP call that it makes, in
// turns, over a store of 10,000 connections; the differences of the medians are the figures (docs/benchmarks.md). The FlowRunner
// service makes no call: an address of this machine is not open to it.
func BenchmarkRunOverhead(b *testing.B) {
	path, err := built()
	if err != nil {
		b.Fatal(err)
	}
	api := httptest.NewServer(&rough{})
	defer api.Close()
	env := roughStore(b, api.URL)
	calls := []struct {
		name string
		call func() time.Duration
		took []time.Duration
	}{
		{"http", func() time.Duration { return bareCall(b, api.URL+"/echo?text=milk") }, nil},
		{"run", func() time.Duration { return process(b, path, env, "run", "kept", "echo", "-p", "text=milk") }, nil},
		{"request", func() time.Duration {
			return process(b, path, env, "request", "kept", "GET", api.URL+"/echo?text=milk")
		}, nil},
		{"flowrunner", func() time.Duration {
			return process(b, path, env, "run", "greet", "hello", "-p", "url="+api.URL+"/echo?text=milk")
		}, nil},
	}
	for i := range calls {
		calls[i].call() // once for the caches
	}
	for b.Loop() {
		for i := range calls {
			calls[i].took = append(calls[i].took, calls[i].call())
		}
	}
	bare := median(calls[0].took)
	b.ReportMetric(float64(bare.Microseconds())/1000, "http-ms")
	for _, c := range calls[1:] {
		b.ReportMetric(float64((median(c.took)-bare).Microseconds())/1000, c.name+"-overhead-ms")
	}
}

// bareCall is the call with a connection of its own, as a process makes it.
func bareCall(b *testing.B, address string) time.Duration {
	b.Helper()
	began := time.Now()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get(address)
	if err != nil {
		b.Fatal(err)
	}
	_ = res.Body.Close()
	return time.Since(began)
}

func process(b *testing.B, path string, env []string, args ...string) time.Duration {
	b.Helper()
	cmd := exec.Command(path, args...)
	cmd.Env = env
	return timed(b, cmd)
}

// greeting is a FlowRunner service that answers by itself.
const greeting = `/** @integrationName Greet */
class Greet {
  /** @operationName Hello
   * @paramDef {"type":"String","name":"url"} */
  async hello(url) { return { greeting: url } }
}
Flowrunner.ServerCode.addService(Greet, [])
`

// roughStore is a store with the connection "kept" of the API at address.
func roughStore(b *testing.B, address string) []string {
	b.Helper()
	env := filledStore(b)
	server := serveDemo(b, "--token-ttl", "1h")
	page := "manifest: 1\nid: demo\nname: Demo provider\nclient: {needs: none, id: " + server.ClientID + "}\nissuer: " + server.Issuer +
		"\ntoken: {auth: none}\npkce: required\nredirect: {class: any_port}\nscopes: {default: [openid, email, offline_access]}\n" +
		"identity: {request: {url: \"" + server.Issuer + "userinfo\"}, name: email, id: sub}\napi:\n"
	manifest := filepath.Join(b.TempDir(), "rough.yaml")
	if err := os.WriteFile(manifest, []byte(roughManifest(page, address)), 0o600); err != nil {
		b.Fatal(err)
	}
	verb(b, env, "remove", "kept")
	verb(b, env, "integrations", "add", manifest)
	source := filepath.Join(b.TempDir(), "greet", "src", "index.js")
	if err := os.MkdirAll(filepath.Dir(source), 0o700); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(source, []byte(greeting), 0o600); err != nil {
		b.Fatal(err)
	}
	verb(b, env, "integrations", "add", filepath.Dir(filepath.Dir(source)))
	verb(b, env, "login", "rough", "--name", "kept", "--browser", mustLook(b, "playbrowser"))
	return env
}
