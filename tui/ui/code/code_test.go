package code

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestTokens: the kinds of a line, with a letter each.
func TestTokens(t *testing.T) {
	const letters = " nsdlpe"
	for _, test := range []struct{ name, line, want string }{
		{"member", `"a": "b",`, `nnnp sssp`},
		{"name with blanks before its colon", `"a"  : 1`, `nnn  p d`},
		{"string of an array", `["a", "b"]`, `psssp sssp`},
		{"literals", `true,false,null`, `llllplllllpllll`},
		{"numbers", `-1.5e+3 0 10`, `ddddddd d dd`},
		{"no number", `01 1. .5 +1 1e`, `ee ee ee ee ee`},
		{"a word that is none", `nul True`, `eee eeee`},
		{"string without its end", `"a": "b`, `nnnp ee`},
		{"escaped quote", `"a\"b"`, `ssssss`},
		{"no escape", `"a\xb"`, `eeeeee`},
		{"escape at the end", `"a\`, `eee`},
		{"unicode escape", `"\u00e9"`, `ssssssss`},
		{"comment", `// x`, `ee e`},
		{"not of ASCII", `"é"`, `ssss`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b strings.Builder
			for _, x := range Tokens(test.line) {
				b.WriteString(strings.Repeat(letters[x.Kind:x.Kind+1], x.To-x.From))
			}
			if b.String() != test.want {
				t.Errorf("%q\nis   %q\nwant %q", test.line, b.String(), test.want)
			}
		})
	}
}

// TestCheck: where the first fault is, and what it misses.
func TestCheck(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"object", `{"a": [1, {}, []], "b": null}`, ""},
		{"nothing", "", "1:1: a value is expected"},
		{"blanks", " \n ", "2:2: a value is expected"},
		{"open array", "[1", "1:3: a comma or ] is expected"},
		{"empty open array", "[", "1:2: a value or ] is expected"},
		{"open object", "{\n  \"a\": 1\n", "3:1: a comma or } is expected"},
		{"no comma", "{\n  \"a\": 1\n  \"b\": 2\n}", "3:3: a comma or } is expected"},
		{"comma too many in an object", `{"a": 1,}`, "1:9: a name in quotes is expected"},
		{"comma too many in an array", `[1,]`, "1:4: a value is expected"},
		{"name without quotes", `{a: 1}`, "1:2: a name in quotes or } is expected"},
		{"no colon", `{"a" 1}`, "1:6: a colon is expected"},
		{"no value", `{"a": }`, "1:7: a value is expected"},
		{"wrong bracket", `{"a": 1]`, "1:8: a comma or } is expected"},
		{"string without its end", "{\"é\": \"b\n}", `1:9: " at the end of the text is expected`},
		{"tab in a string", "\"a\tb\"", `1:3: \t or another escape is expected`},
		{"wrong escape", `"a\x"`, `1:3: \\, \" or another escape is expected`},
		{"single quotes", `'a'`, "1:1: a value is expected"},
		{"two values", `1 2`, "1:3: nothing more is expected"},
		{"leading zero", `01`, "1:1: a value is expected"},
		{"too deep", strings.Repeat("[", 10001), "1:10001: less nesting is expected"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if f := Check(test.text); f != nil {
				got = f.String()
			}
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			if json.Valid([]byte(test.text)) != (got == "") {
				t.Errorf("encoding/json says otherwise")
			}
		})
	}
}

// TestMatch: the other bracket.
func TestMatch(t *testing.T) {
	for _, test := range []struct {
		name, text string
		at, want   int
	}{
		{"opening", `{"a": [1]}`, 0, 9},
		{"closing", `{"a": [1]}`, 8, 6},
		{"none in a string", `{"a]": 1}`, 3, -1},
		{"past one in a string", `["]"]`, 0, 4},
		{"without its fellow", `[1`, 0, -1},
		{"of another kind", `[}`, 1, -1},
		{"no bracket", `[1]`, 1, -1},
		{"outside", `[1]`, 3, -1},
		{"a string without its end, line by line", "[\"a\n]", 0, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Match(test.text, test.at); got != test.want {
				t.Errorf("%d, want %d", got, test.want)
			}
		})
	}
}

// TestAnyText: tokens cover the line, and Check agrees with encoding/json, whatever the text.
func TestAnyText(t *testing.T) {
	part := rapid.SampledFrom([]string{`{`, `}`, `[`, `]`, `,`, `:`, `"a"`, `"`, `\`, ` `, "\n", "\t", `1`, `-`, `0`, `.5`, `e9`, `true`, `nul`, "é", "\xff", "\x00"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(part, 0, 12).Draw(t, "parts"), "")
		if f := Check(text); (f == nil) != json.Valid([]byte(text)) {
			t.Fatalf("%q: %v, encoding/json says valid %v", text, f, json.Valid([]byte(text)))
		}
		for line := range strings.SplitSeq(text, "\n") {
			at := 0
			for _, x := range Tokens(line) {
				if x.From != at || x.To <= x.From {
					t.Fatalf("%q: a token from %d to %d behind one that ends at %d", line, x.From, x.To, at)
				}
				at = x.To
			}
			if at != len(line) {
				t.Fatalf("%q: the tokens end at %d", line, at)
			}
		}
		Match(text, rapid.IntRange(-1, 20).Draw(t, "at"))
	})
}
