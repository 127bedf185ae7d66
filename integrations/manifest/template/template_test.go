package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// env is what the tests fill from.
func env() Env {
	vars := map[string]any{
		"host": "acme.example", "empty": "", "n": json.Number("42"), "yes": true, "list": []any{"a", "b"}, "map": map[string]any{"k": "v"},
		"null": nil, "path": "a/b c", "query": "a&b=c d", "dots": "..", "url": "https://x.example/base", "dc": "eu", "key": "secret",
	}
	return Env{
		Lookup: func(name string) (any, bool) { v, ok := vars[name]; return v, ok },
		Now:    func() time.Time { return time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) },
		Rand:   bytes.NewReader(bytes.Repeat([]byte{0xab}, 256)),
	}
}

// TestTemplateValues is reference/manifests.md §5.4, one row a sentence.
func TestTemplateValues(t *testing.T) {
	unset := errors.New("not set")
	tests := []struct {
		text string
		want any // unset if a variable is missing
	}{
		{"plain", "plain"},
		{"", ""},
		{"a {single} brace", "a {single} brace"},
		{"{{host}}", "acme.example"},
		{"{{ host }}", "acme.example"},
		{"https://{{host}}/x", "https://acme.example/x"},
		{"{{n}}", json.Number("42")},
		{"{{yes}}", true},
		{"{{list}}", []any{"a", "b"}},
		{"{{map}}", map[string]any{"k": "v"}},
		{"n={{n}} yes={{yes}} map={{map}}", `n=42 yes=true map={"k":"v"}`},
		{"{{missing}}", unset},
		{"{{null}}", unset},
		{"x {{missing}}", unset},
		{"{{empty}}", ""},
		{"{{missing ?? host}}", "acme.example"},
		{"{{missing ?? null ?? 'x'}}", "x"},
		{"{{empty ?? 'x'}}", ""},
		{"{{missing ?? ('https://accounts.' + dc)}}/token", "https://accounts.eu/token"},
		{"{{'a' + 'b' + n}}", "ab42"},
		{"{{'a' + missing}}", unset},
		{"{{'it''s'}}", "it's"},
		{"{{missing | default 'x'}}", "x"},
		{"{{host | default 'x'}}", "acme.example"},
		{"{{host | upper}}", "ACME.EXAMPLE"},
		{"{{'ABC' | lower}}", "abc"},
		{"{{host | trim_suffix '.example' | trim_prefix 'ac'}}", "me"},
		{"{{host | replace '.' '-'}}", "acme-example"},
		{"{{host | split '.'}}", []any{"acme", "example"}},
		{"{{host | split '.' | join '/'}}", "acme/example"},
		{"{{list | json}}", `["a","b"]`},
		{"{{host | slice 0 4}}", "acme"},
		{"{{host | slice 5 99}}", "example"},
		{"{{host | slice 50 99}}", ""},
		{"{{query | urlencode}}", "a%26b%3Dc%20d"},
		{"{{path | raw}}", "a/b c"},
		{"{{'hello' | base64}}", "aGVsbG8="},
		{"{{'h?>' | base64url}}", "aD8-"},
		{"{{'hi' | hex}}", "6869"},
		{"{{'' | md5}}", "d41d8cd98f00b204e9800998ecf8427e"},
		{"{{'abc' | sha1}}", "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{"{{'abc' | sha256}}", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"{{'abc' | sha256 | base64}}", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="},
		{"{{'what do ya want for nothing?' | hmac_sha256 'Jefe'}}", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{"{{'x' | hmac_sha256 key | slice 0 4}}", "117e"},
		{"{{now_s}}", int64(1795608000)},
		{"{{now_ms}}", int64(1795608000000)},
		{"{{now_iso}}", "2026-11-25T12:00:00Z"},
		{"{{random 3}}", "q6ur"},
		{"{{uuid}}", "abababab-abab-4bab-abab-abababababab"},
	}
	for _, tt := range tests {
		c, err := Compile(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		got, ok, err := c.Value(env())
		switch {
		case err != nil:
			t.Errorf("%s: %v", tt.text, err)
		case tt.want == any(unset): // the mark itself
			if ok {
				t.Errorf("%s = %v, want not set", tt.text, got)
			}
		case !ok:
			t.Errorf("%s is not set, want %v", tt.text, tt.want)
		default:
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("%s (-want +got):\n%s", tt.text, d)
			}
		}
	}
}

// TestTemplateURLs: values are encoded by where they stand, and cannot name another host or climb in the path.
func TestTemplateURLs(t *testing.T) {
	tests := []struct{ text, want, problem string }{
		{text: "https://{{host}}/a", want: "https://acme.example/a"},
		{text: "https://api.{{dc}}.example/a", want: "https://api.eu.example/a"},
		{text: "https://a.example/{{path}}/x", want: "https://a.example/a%2Fb%20c/x"},
		{text: "https://a.example/{{path | raw}}", want: "https://a.example/a/b c"},
		{text: "https://a.example/{{dots}}/x", want: "https://a.example/%2E%2E/x"},
		{text: "https://a.example/?q={{query}}", want: "https://a.example/?q=a%26b%3Dc%20d"},
		{text: "{{url}}/{{path}}", want: "https://x.example/base/a%2Fb%20c"},
		{text: "/boards/{{path}}", want: "/boards/a%2Fb%20c"},
		{text: "https://{{path}}/", problem: `"a/b c" cannot be part of a host`},
		{text: "https://a.example{{query}}", problem: `"a&b=c d" cannot be part of a host`},
		{text: "https://a.example/{{missing}}", problem: "missing is not set"},
	}
	for _, tt := range tests {
		c, err := Compile(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.URL(env())
		problem := ""
		if err != nil {
			problem = err.Error()
		}
		if got != tt.want || problem != tt.problem {
			t.Errorf("%s = %q, %q; want %q, %q", tt.text, got, problem, tt.want, tt.problem)
		}
	}
}

func TestTemplateMistakes(t *testing.T) {
	tests := []struct {
		text   string
		offset int
		want   string
	}{
		{"x {{a", 2, "{{ is not closed by }}"},
		{"{{}}", 2, "a value is missing in a template"},
		{"{{a b}}", 4, `unexpected "b" in a template`},
		{"{{a | }}", 6, "a function's name must follow |"},
		{"{{a | nope}}", 6, "unknown function \"nope\"; there are " + strings.Join(Functions(), ", ")},
		{"{{a | ed25519 k}}", 6, "the function ed25519 is not supported by this version"},
		{"{{a | upper 'x'}}", 6, "upper takes no argument, not 1"},
		{"{{random}}", 2, "random takes one argument, not 0"},
		{"{{'a}}", 2, "a text in quotes is not closed"},
		{"{{(a}}", 2, "( is not closed by )"},
		{"{{a +}}", 5, "a value is missing in a template"},
		{"{{99999999999999999999}}", 2, "99999999999999999999 is too large a number"},
		{"{{" + strings.Repeat("(", 40), 34, "parentheses nested deeper than 32"},
	}
	for _, tt := range tests {
		_, err := Compile(tt.text)
		var e *Error
		if !errors.As(err, &e) || e.Msg != tt.want || e.Offset != tt.offset {
			t.Errorf("%s: %v at %d, want %s at %d", tt.text, err, e.Offset, tt.want, tt.offset)
		}
	}
}

func TestTemplateFailures(t *testing.T) {
	for text, want := range map[string]string{
		"{{host | join ','}}":       "join: needs a list",
		"{{random 1000}}":           "random: takes a number from 1 to 256",
		"{{host | slice host 'x'}}": "slice: from and to must be numbers",
	} {
		c, err := Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err = c.Value(env()); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestTemplateRefs(t *testing.T) {
	c, err := Compile("x{{a ?? (b + c.d)}}{{e | hmac_sha256 f}}")
	if err != nil {
		t.Fatal(err)
	}
	want := []Ref{{"a", 3}, {"b", 9}, {"c.d", 13}, {"e", 21}, {"f", 37}}
	if d := cmp.Diff(want, c.Refs()); d != "" {
		t.Error(d)
	}
	if got := c.Missing(env()); len(got) != 5 {
		t.Errorf("missing %v, want all", got)
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"{{a}}", "{{a ?? ('x' + b) | slice 0 1}}", "{{(", "{{'}}", "x{{random 3}}y", "{{a | | b}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Compile(s)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(s) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		for _, r := range c.Refs() {
			if !strings.HasPrefix(s[r.Offset:], r.Name) {
				t.Fatalf("%q: %q is not at %d", s, r.Name, r.Offset)
			}
		}
		_, _, _ = c.Value(env())
		_, _ = c.URL(env())
	})
}
