package flowrunner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"authdeck/integrations/flowrunner/wire"
	"authdeck/internal/clock"
	"authdeck/oauthflow"
)

// FuzzSession: whatever bytes a worker sends while a call is under way, the host neither panics nor waits, keeps little of them,
// and ends with a result that is JSON or an error with safe words.
func FuzzSession(f *testing.F) {
	for _, seed := range []string{
		`{"kind":"result","text":"{\"a\":1}"}`,
		`{"kind":"failed","reason":"threw","failure":{"name":"Error","message":"m","code":"c","status":401,"body":"{}"}}`,
		`{"kind":"failed","reason":"unregistered"}` + "\n" + `{"kind":"result","text":"2"}`,
		`{"kind":"open","name":"src/index.js"}` + "\n" + `{"kind":"open","name":"../../etc/passwd"}` + "\n" + `{"kind":"result","text":"null"}`,
		`{"kind":"open","name":"/etc/passwd"}` + "\n" + `{"kind":"open","name":"src/\u0000"}`,
		`{"kind":"console","name":"log","text":"\u001b[2J"}` + "\n" + `{"kind":"result","text":"1"}`,
		`{"kind":"send","id":1,"request":{"method":"GET","url":"https://a.example/","headers":[["A","b\r\nC: d"]]}}` + "\n" + `{"kind":"result","text":"1"}`,
		`{"kind":"send","id":-1,"body":"AAAA","request":{"method":"G T","url":"http://[::1"}}` + "\n" + `{"kind":"send"}`,
		`{"kind":"send","request":{"method":"GET","url":"https://files.authdeck.invalid/000000000000000000000000/../../x"}}`,
		`{"kind":"upload","id":3,"name":"{\"filename\":\"../../x\"}","body":"eA=="}` + "\n" + `{"kind":"result","text":"[]"}`,
		`{"kind":"loaded","items":"["}`, `{"kind":"invoke"}`, `{"kind":"listed","service":{}}`, "null", "[]", "{}", "\x00", `{"kind":"result"`,
		`{"kind":"result","text":"[[[[[["}`, `{"kind":"result","stubs":[null,"a"],"text":"1","__proto__":1}`,
	} {
		f.Add([]byte(seed + "\n"))
	}
	h := New(Options{Program: []string{"none"}, Caller: &oauthflow.Caller{Clock: clock.System()}, Clock: clock.System(), Files: f.TempDir()})
	provider := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	f.Fuzz(func(t *testing.T, said []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		s := &session{
			cmd: exec.Command("none"), conn: wire.NewConn(bytes.NewReader(said), io.Discard), in: io.NopCloser(nil), errors: &tail{},
			files: os.DirFS("testdata/services/plain"), seen: map[string]stamp{}, waited: make(chan struct{}),
		}
		r := &recorder{h: h, c: call{}, http: &http.Client{Transport: played{provider}}, came: came{uploads: map[string]string{}}}
		m, err := s.ask(ctx, wire.Message{Kind: wire.Invoke}, handler{send: r.send, upload: r.upload, console: r.console}, wire.Result, wire.Failed)
		s.close()
		if errors.Is(err, context.DeadlineExceeded) {
			t.Fatal("it waited")
		}
		if err == nil && m.Kind == wire.Failed {
			err = failure(m)
		}
		got := r.result()
		if err == nil && json.Valid([]byte(m.Text)) && shallow(m.Text) {
			var v any
			if err := json.Unmarshal([]byte(m.Text), &v); err != nil {
				t.Errorf("a result was taken that does not read: %v", err)
			}
		}
		words := got.console
		if err != nil {
			words = append(words, err.Error())
		}
		for _, w := range words {
			for _, c := range w {
				if c < ' ' && c != '\n' && c != '\t' || c == 0x7f || c >= 0x80 && c < 0xa0 {
					t.Errorf("%q would reach a terminal", w)
				}
			}
		}
		for name := range s.seen {
			if !fs.ValidPath(name) {
				t.Errorf("the file %q was looked for", name)
			}
		}
		for _, file := range got.uploads {
			if bytes.Contains([]byte(file), []byte("..")) {
				t.Errorf("kept as %s", file)
			}
		}
	})
}
