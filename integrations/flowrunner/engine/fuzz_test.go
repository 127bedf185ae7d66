package engine

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzFormData: a form's body is what Node would write, and reads back to the same parts.
func FuzzFormData(f *testing.F) {
	f.Add("a", "1", "f", "x.txt", []byte("data"))
	f.Add("a\"b\r\nc", "x\ny\rz", "ü 😀", "na\"me\n.png", []byte("\r\n--BOUNDARY\r\n"))
	f.Add("", "", "", "", []byte{})
	f.Add("a\\\"b", "%22", "f%0A", "a;b=c\\", []byte{0, 255})
	f.Add("a\rb\nc\r\nd", "\u2028", "\u0000", "\t", []byte("--"))
	const service = `class S { m(name, value, file, filename, bytes) {
		const f = new FormData()
		f.append(name, value)
		f.append(file, new Blob([Buffer.from(bytes, 'base64')]), filename)
		return { type: f.getHeaders()['content-type'], body: f.getBuffer().toString('base64'), length: f.getLengthSync() }
	} }
	Flowrunner.ServerCode.addService(S, [])`
	e := newEngine(f, nil, Entry, service)
	if err := e.Load(f.Context()); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, value, file, filename string, data []byte) {
		for _, s := range []string{name, value, file, filename} {
			if !utf8.ValidString(s) {
				return // JSON cannot hand it over
			}
		}
		c := Call{Method: "m"}
		for _, v := range []any{name, value, file, filename, data} {
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			c.Args = append(c.Args, raw)
		}
		out, err := e.Call(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Type   string `json:"type"`
			Body   []byte `json:"body"`
			Length int    `json:"length"`
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err)
		}
		kind, params, err := mime.ParseMediaType(got.Type)
		if err != nil || kind != "multipart/form-data" || got.Length != len(got.Body) {
			t.Fatalf("%q, %v, %d of %d", got.Type, err, got.Length, len(got.Body))
		}
		if bytes.Contains(append([]byte(name+value+file+filename), data...), []byte(params["boundary"])) {
			t.Fatal("the boundary could be guessed")
		}
		head := func(n, fn string) string {
			h := `form-data; name="` + escaped(normal(n)) + `"`
			if fn != "" {
				h += `; filename="` + escaped(fn) + `"`
			}
			return h
		}
		want := "--" + params["boundary"] + "\r\nContent-Disposition: " + head(name, "") + "\r\n\r\n" + normal(value) + "\r\n" +
			"--" + params["boundary"] + "\r\nContent-Disposition: " + head(file, filename) + "\r\nContent-Type: application/octet-stream\r\n\r\n" + string(data) + "\r\n" +
			"--" + params["boundary"] + "--\r\n"
		if string(got.Body) != want {
			t.Fatalf("\n got %q\nwant %q", got.Body, want)
		}
		if strings.ContainsFunc(name+file+filename, func(c rune) bool { return c < ' ' && c != '\r' && c != '\n' || c == 0x7f }) {
			return // such heads Go's reader refuses
		}
		r := multipart.NewReader(bytes.NewReader(got.Body), params["boundary"])
		for i, part := range []struct{ head, body string }{{head(name, ""), normal(value)}, {head(file, filename), string(data)}} {
			p, err := r.NextRawPart()
			if err != nil {
				t.Fatalf("part %d: %v", i, err)
			}
			body, err := io.ReadAll(p)
			if err != nil || string(body) != part.body || p.Header.Get("Content-Disposition") != part.head {
				t.Errorf("part %d: %q %q, %v", i, p.Header, body, err)
			}
		}
		if _, err := r.NextRawPart(); err != io.EOF {
			t.Errorf("after the parts: %v", err)
		}
	})
}

// normal makes the line ends of a form's names and values CRLF.
func normal(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.ReplaceAll(s, "\n", "\r\n")
}

func escaped(s string) string {
	return strings.NewReplacer("\n", "%0A", "\r", "%0D", `"`, "%22").Replace(s)
}

// FuzzProperties: the writing out of classes keeps what is none as it is, and never makes an expression that does not compile of one
// that did.
func FuzzProperties(f *testing.F) {
	for _, s := range []string{`\p{L}`, `[^\P{Lu}x-z]`, `\\p{L}`, `\p{`, `\p`, `[\p{Emoji}]`, `\p{Script=Han}`, `\p{L=}`, `a\`, `[\]\p{N}]`} {
		f.Add(s, "u")
		f.Add(s, "g")
	}
	f.Add(`\xc4\xb0[\uD800-\uDBFF]\[\udc00-\udfff]`, "g")
	f.Fuzz(func(t *testing.T, pattern, flags string) {
		if plain, err := rewrite(pattern, ""); err != nil || len(plain) < len(pattern) || !strings.Contains(asciiLower(pattern), "-\\ud") && plain != pattern {
			t.Errorf("%q became %q (%v)", pattern, plain, err)
		}
		out, err := expandProperties(pattern, flags)
		if err != nil {
			return
		}
		if !strings.Contains(flags, "u") && out != pattern {
			t.Errorf("%q became %q without the flag", pattern, out)
		}
		if again, err := expandProperties(out, flags); !strings.Contains(out, `\\`) && (err != nil || again != out) {
			t.Errorf("%q became %q, and that %q (%v)", pattern, out, again, err)
		}
	})
}
