package engine

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"testing"
	"testing/fstest"
	"time"
)

func newEngine(t testing.TB, send func(Request) Response, files ...string) *Engine {
	t.Helper()
	m := fstest.MapFS{}
	for i := 0; i+1 < len(files); i += 2 {
		m[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	e, err := New(Options{
		Folder: m, Rand: rand.Reader, Now: time.Now,
		Send: func(r Request, done func(Response)) {
			go func() { done(send(r)) }()
		},
		Console: func(level, line string) bool { t.Log(level, line); return true },
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// eval runs the body of an async method of a service and returns the JSON of what it returns.
func eval(t testing.TB, send func(Request) Response, body string) string {
	t.Helper()
	e := newEngine(t, send, Entry, "class S { async m() {"+body+"\n} }\nFlowrunner.ServerCode.addService(S, [])")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := e.Load(ctx); err != nil {
		t.Fatal(err)
	}
	out, err := e.Call(ctx, Call{Method: "m", Args: []json.RawMessage{}})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return out
}

func TestFirst(t *testing.T) {
	for body, want := range map[string]string{
		"return 1": "1",
		"return Buffer.from('héllo').toString('hex')":                                     `"68c3a96c6c6f"`,
		"return new URL('https://Ex.com:443/a/../b?x=1').href":                            `"https://ex.com/b?x=1"`,
		"return require('crypto').createHash('sha256').update('a').digest('hex')":         `"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"`,
		"await new Promise(r => setTimeout(r, 5)); return 'late'":                         `"late"`,
		"return (1234.5).toLocaleString('en-US', {minimumFractionDigits: 2})":             `"1,234.50"`,
		"const p = new URLSearchParams({a: 'x y', b: undefined}); return p.toString()":    `"a=x+y&b=undefined"`,
		"return [typeof require('nothing').x.y, String(require('nothing'))]":              `["function","[package nothing is not installed]"]`,
		"return new Date(Date.UTC(2026,0,15,10)).toLocaleString()":                        `"1/15/2026, 10:00:00 AM"`,
		"return (await fetch('https://api.example/x')).json()":                            `{"ok":true}`,
		"return Flowrunner.Request.get('https://api.example/x').query({a:[1,2],b:'c d'})": `{"ok":true}`,
	} {
		got := eval(t, func(r Request) Response {
			return Response{Status: 200, StatusText: "OK", Body: []byte(`{"ok":true}`), URL: r.URL, Headers: [][2]string{{"Content-Type", "application/json"}}}
		}, body)
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", body, got, want)
		}
	}
}
