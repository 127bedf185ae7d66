package jsondoc

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func open(t testing.TB, text string) *Doc {
	t.Helper()
	d, err := Open([]byte(text))
	if err != nil {
		t.Fatalf("%.200s: %v", text, err)
	}
	return d
}

// agree fails the test if Open and encoding/json see a text differently.
func agree(t testing.TB, text []byte) {
	t.Helper()
	d, err := Open(text)
	if got, want := err == nil, json.Valid(text); got != want {
		t.Fatalf("%.200q: valid %v, want %v: %v", text, got, want, err)
	}
	if err != nil {
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Offset > len(text) || syntax.Line < 1 || syntax.Column < 1 {
			t.Fatalf("%.200q: %v", text, err)
		}
		return
	}
	var want any
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.UseNumber()
	if err := dec.Decode(&want); err != nil {
		t.Fatal(err)
	}
	same(t, d.Root(), want)
}

// same compares a node with what encoding/json made of it.
func same(t testing.TB, n Node, want any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		seen := map[string]bool{}
		for i := range n.Len() {
			key, ok := n.Child(i).Key()
			if !ok {
				t.Fatalf("member %d has no key", i)
			}
			if seen[key] {
				continue
			}
			seen[key] = true
			same(t, n.Member(key), want[key])
		}
		if len(seen) != len(want) || n.Kind() != Object {
			t.Fatalf("%d keys of %s, want %d", len(seen), n.Kind(), len(want))
		}
	case []any:
		if n.Kind() != Array || n.Len() != len(want) {
			t.Fatalf("%s of %d, want an array of %d", n.Kind(), n.Len(), len(want))
		}
		for i, w := range want {
			same(t, n.Child(i), w)
		}
	case string:
		if n.Kind() != String || n.Value() != want {
			t.Fatalf("%q, want %q", n.Value(), want)
		}
	case json.Number:
		if n.Kind() != Number || n.Value() != want.String() {
			t.Fatalf("%q, want %q", n.Value(), want)
		}
	case bool:
		if n.Kind() != Bool || n.Value() != fmt.Sprint(want) {
			t.Fatalf("%q, want %v", n.Value(), want)
		}
	case nil:
		if n.Kind() != Null || n.Value() != "null" {
			t.Fatalf("%q, want null", n.Value())
		}
	}
}

var texts = []string{
	"", " ", "null", "true", "false", "nul", "nulll", "tru", "0", "-0", "01", "-", "-a", "1.", "1.5", "1.e3", "1e", "1e+", "1E-07", ".5", "+1",
	"123456789012345678901234567890.5e400", `""`, `"a`, `"\`, `"\u12`, `"\u12g4"`, `"\x"`, "\"a\nb\"", "\"\x00\"", "\"\xff\xfe\"", `"\ud83d\ude00"`, `"\ud83d"`, `"\ud83d\u0041"`, `"\ude00\ud83d"`,
	`"\"\\\/\b\f\n\r\t"`, "[", "]", "[]", "[ ]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1]]", "{", "}", "{}", "{ }", `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1`, `{a:1}`, `{"a" : 1 , "a" : 2}`,
	`{"a":1]`, `[1}`, "\ufeff{}", "1 2", "1,", "// x\n1", `{"\u0061":1,"a":2,"":3," ":4,"é":5}`, "[\t1\r\n,\n2 ]", "\x0b1", "'a'", "NaN", `{"a":[{"b":[[[]]]},{}]}`, "\"\x7f\u0080\u202e\"",
	"\"12345678\\n12345678\"", "\"1234567890\x1f1234567890\"", "\"12345678901234567890\n\"", "\"é2345678\x00\x7f\xff234567890\"", "        [        1        ]        ", "[1]\x00", "tRue",
}

func TestOpen_AgreesWithEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, text := range texts {
		t.Run(fmt.Sprintf("%q", text), func(t *testing.T) { agree(t, []byte(text)) })
	}
}

func FuzzOpen(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { agree(t, text) })
}

// TestOpen_AgreesOnMadeDocuments are valid texts with one byte changed or not.
func TestOpen_AgreesOnMadeDocuments(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(document(t, 4))
		if rapid.Bool().Draw(t, "broken") {
			text[rapid.IntRange(0, len(text)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		agreeRapid(t, text)
	})
}

func agreeRapid(t *rapid.T, text []byte) {
	_, err := Open(text)
	if got, want := err == nil, json.Valid(text); got != want {
		t.Fatalf("%.200q: valid %v, want %v: %v", text, got, want, err)
	}
}

// document draws a JSON text with odd keys, odd spacing, duplicates and big numbers.
func document(t *rapid.T, depth int) string {
	gap := rapid.SampledFrom([]string{"", " ", "\n  ", "         \t"})
	scalar := rapid.SampledFrom([]string{
		"1", "-0.5", "12345678901234567890123", "1e3", "1000", "true", "false", "null", `"a"`, `"b"`, `"\u0061"`, `"caf\u00e9"`, `"café"`, `"\ud83d\ude00"`,
		`"quote \" and \\ back"`, `""`, `"long enough to have more than eight bytes"`,
	})
	key := rapid.SampledFrom([]string{`"a"`, `"b"`, `"id"`, `"name"`, `"odd key"`, `"\u0061"`, `""`, `"1st"`, `"é"`, `"q\"\\"`, `"if"`, `"x\ny"`})
	kind := rapid.IntRange(0, 4).Draw(t, "kind")
	if depth == 0 {
		kind = 4
	}
	g := gap.Draw(t, "gap")
	n := 0
	if kind < 4 {
		n = rapid.IntRange(0, 5).Draw(t, "n")
	}
	var parts []string
	for range n {
		if kind < 2 {
			parts = append(parts, g+key.Draw(t, "key")+g+":"+g+document(t, depth-1)+g)
		} else {
			parts = append(parts, g+document(t, depth-1)+g)
		}
	}
	switch {
	case kind < 2:
		return "{" + g + strings.Join(parts, ",") + "}"
	case kind < 4:
		return "[" + g + strings.Join(parts, ",") + "]"
	}
	return scalar.Draw(t, "scalar")
}

func TestOpen_Deep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		ok         bool
	}{
		{"as deep as may be", strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth), true},
		{"one deeper", strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1), false},
		{"objects", strings.Repeat(`{"a":`, MaxDepth) + "1" + strings.Repeat("}", MaxDepth), true},
		{"many deep ones", "[" + strings.Repeat(strings.Repeat("[", 5000)+strings.Repeat("]", 5000)+",", 300) + "1]", true},
		{"a million brackets", strings.Repeat("[", 1<<20), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, err := Open([]byte(c.text))
			if (err == nil) != c.ok {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			if len(d.bigs) > mostBigs {
				t.Errorf("%d containers are remembered", len(d.bigs))
			}
			n, depth := d.Root(), 0
			for n.Container() && !n.Empty() {
				n = n.Child(0)
				depth++
			}
			if depth < 5000 {
				t.Errorf("walked %d deep", depth)
			}
			if p := n.Path(); len(p) < 2*depth {
				t.Errorf("the path has %d bytes", len(p))
			}
		})
	}
}

func TestOpen_TooLong(t *testing.T) {
	t.Parallel()
	if _, err := Open(make([]byte, MaxBytes+1)); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
}

func TestSyntaxError_NamesThePlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"{\n  \"a\": 1,\n  b: 2}", "line 3, column 3: 'b' instead of a key"},
		{"[1, 2", "line 1, column 6: the text ends too early"},
		{"", "line 1, column 1: the text ends too early"},
		{"<html>", "line 1, column 1: '<' instead of a value"},
		{"[1]x", "line 1, column 4: 'x' after the value"},
		{"[1 2]", "line 1, column 4: '2' instead of ',' or ']'"},
		{"\"a\tb\"", "line 1, column 3: byte 0x09 in a string"},
		{`["\q"]`, `line 1, column 4: \ before 'q' in a string`},
	} {
		_, err := Open([]byte(c.text))
		if err == nil || err.Error() != c.want {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
	}
}
