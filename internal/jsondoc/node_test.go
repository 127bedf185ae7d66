package jsondoc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// nodes calls each with every value of a document.
func nodes(n Node, each func(Node)) {
	each(n)
	for c := range n.Children() {
		nodes(c, each)
	}
}

// TestNodes_AreThoseOfEncodingJSON for made documents, as they are and made long enough to be indexed.
func TestNodes_AreThoseOfEncodingJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := document(t, 4)
		if rapid.Bool().Draw(t, "long") {
			text = "[" + strings.Repeat(text+" ,", 200) + `"` + strings.Repeat("x", leastBig) + `"]`
		}
		d, err := Open([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var want any
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		if err := dec.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if got, want := plainOf(d.Root()), fmt.Sprintf("%v", want); fmt.Sprintf("%v", got) != want {
			t.Fatalf("%s\nis %v\nwant %s", text, got, want)
		}
	})
}

// plainOf is a value as encoding/json with UseNumber makes it.
func plainOf(n Node) any {
	switch n.Kind() {
	case Object:
		m := map[string]any{}
		for i := range n.Len() {
			key, _ := n.Child(i).Key()
			m[key] = plainOf(n.Child(i))
		}
		return m
	case Array:
		list := []any{}
		for i := range n.Len() {
			list = append(list, plainOf(n.Child(i)))
		}
		return list
	case String:
		return n.Value()
	case Number:
		return json.Number(n.Value())
	case Bool:
		return n.Value() == "true"
	default:
		return nil
	}
}

// TestChild_InAnyOrder finds the same children whichever was asked for first, and their chains lead to them.
func TestChild_InAnyOrder(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"array", "object"} {
		var b strings.Builder
		const n = 1000
		b.WriteString(map[string]string{"array": "[", "object": "{"}[name])
		for i := range n {
			if i > 0 {
				b.WriteString(" ,\n")
			}
			if name == "object" {
				fmt.Fprintf(&b, `"k%d" : `, i)
			}
			fmt.Fprintf(&b, `{"v":%d,"pad":"%s"}`, i, strings.Repeat("[", i%50))
		}
		b.WriteString(map[string]string{"array": "]", "object": "}"}[name])
		d := open(t, b.String())
		if d.Root().Len() != n || d.Root().Child(n).OK() || d.Root().Child(-1).OK() {
			t.Fatalf("%s: %d children", name, d.Root().Len())
		}
		for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(n) {
			c := d.Root().Child(i)
			if got := c.Member("v").Value(); got != fmt.Sprint(i) || c.Index() != i {
				t.Fatalf("%s: child %d is %s, index %d", name, i, got, c.Index())
			}
			chain := d.Chain(c.Child(0).Offset())
			if len(chain) != 3 || chain[1] != c || chain[2] != c.Child(0) {
				t.Fatalf("%s: the chain to child %d is %v", name, i, chain)
			}
		}
	}
}

func TestChain_OfEveryValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, err := Open([]byte(document(t, 5)))
		if err != nil {
			t.Fatal(err)
		}
		nodes(d.Root(), func(n Node) {
			chain := d.Chain(n.Offset())
			if last := chain[len(chain)-1]; last != n {
				t.Fatalf("%s: the chain to %+v ends at %+v", d.Text(), n, last)
			}
		})
	})
}

func TestPath(t *testing.T) {
	t.Parallel()
	d := open(t, `{"items":[1,{"name":"x"}],"odd key":{"":1},"1st":2,"é":3,"q\"\\":4,"a_b9":5,"\u0000":6}`)
	var got []string
	nodes(d.Root(), func(n Node) { got = append(got, n.Path()) })
	want := []string{
		".", ".items", ".items[0]", ".items[1]", ".items[1].name", `.["odd key"]`, `.["odd key"][""]`, `.["1st"]`, `.["é"]`,
		`.["q\"\\"]`, ".a_b9", `.["\u0000"]`,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("paths\n%q, want\n%q", got, want)
	}
	if p := open(t, `{"abcdefgh":{"b":1}}`).Root().Child(0).Child(0).ShortPath(4); p != `.["abcd…"].b` {
		t.Error(p)
	}
	if p := open(t, `[[1]]`).Root().Child(0).Child(0).Path(); p != ".[0][0]" {
		t.Error(p)
	}
}

func TestMember_OfADuplicateIsTheLast(t *testing.T) {
	t.Parallel()
	d := open(t, `{"a":1,"b":2,"\u0061":3}`)
	if d.Root().Len() != 3 || d.Root().Member("a").Value() != "3" || d.Root().Member("c").OK() {
		t.Error(d.Root().Member("a").Value())
	}
	if d = open(t, "{\"\xff\":1}"); d.Root().Member("\xff").OK() || !d.Root().Member("\ufffd").OK() {
		t.Error("a key that is no UTF-8 has not the name that Key says")
	}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{`"a\u00e9\n\t\"\\\u0007"`, 100, `"aé\n\t\"\\\u0007"`},
		{`12345678901234567890`, 100, `12345678901234567890`},
		{`12345678901234567890`, 10, `1234567890…`},
		{`"12345678901234567890"`, 10, `"1234567890"…`},
		{`"1234567\u00e9\u00e9\u00e9"`, 8, `"1234567é"…`},
		{`"日本語日本語"`, 10, `"日本語日"…`},
		{`{"a":1,"b c":[1,2,{"d":[{}]}],"e":{}}`, 100, `{a: 1, "b c": [1, 2, {…}], e: {}}`},
		{`[1,2,3,4,5,6,7,8,9]`, 10, `[1, 2, 3, …]`},
		{`[1,2,3,4]`, 11, `[1, 2, 3, 4]`},
		{`{"a":"` + strings.Repeat("x", 100) + `"}`, 20, `{a: "` + strings.Repeat("x", 16) + `"…}`},
		{"\"a\xffb\"", 100, "\"a\ufffdb\""},
		{`[]`, 1, `[]`},
	} {
		if got := open(t, c.text).Root().Preview(c.most); got != c.want {
			t.Errorf("%.60s in %d: %s, want %s", c.text, c.most, got, c.want)
		}
	}
}

// TestPreview_IsJSONOfTheValue if it is a scalar that is not cut, and never fails.
func TestPreview_IsJSONOfTheValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, err := Open([]byte(document(t, 4)))
		if err != nil {
			t.Fatal(err)
		}
		nodes(d.Root(), func(n Node) {
			for _, most := range []int{0, 3, 9, 20} {
				if p := n.Preview(most); p == "" || len(p) > most+200 {
					t.Fatalf("%s in %d: %s", n.Raw(), most, p)
				}
			}
			if n.Container() {
				return
			}
			var got, want any
			if err := json.Unmarshal([]byte(n.Preview(1000)), &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(n.Raw(), &want); err != nil || got != want {
				t.Fatalf("%s: %v", n.Raw(), got)
			}
		})
	})
}

func TestColumns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"frequent ones first, else in their order", `[{"a":1,"b":"xy"},{"b":"x","c":null},{"c":2.5,"b":"xyz"}]`, "b 3 3 false, c 2 4 true, a 1 1 true"},
		{"a number and a text", `[{"a":1},{"a":"x"}]`, "a 2 1 false"},
		{"no list", `{"a":[{}]}`, ""},
		{"empty", `[]`, ""},
		{"objects without keys", `[{},{}]`, ""},
		{"scalars", `[1,2]`, ""},
		{"one in ten is another", `[{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},7]`, "a 9 1 true"},
		{"one in nine is another", `[{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},7]`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			columns, ok := open(t, c.text).Root().Columns()
			for _, x := range columns {
				got = append(got, fmt.Sprint(x.Key, " ", x.Count, " ", x.Width, " ", x.Numbers))
			}
			if s := strings.Join(got, ", "); s != c.want || ok != (c.want != "") {
				t.Errorf("%s, %v; want %s", s, ok, c.want)
			}
		})
	}
}

// TestOpen_RemembersLongContainersOnly, and forgets the shorter of too many.
func TestOpen_RemembersLongContainersOnly(t *testing.T) {
	t.Parallel()
	one := `[` + strings.Repeat(`"`+strings.Repeat("x", 8)+`",`, 2) + `[[[[[[[[[[` + strings.Repeat("1,", leastBig/2) + `1]]]]]]]]]]]`
	text := []byte("[" + strings.Repeat(one+",", 1+mostBigs/8) + "0]")
	if len(text) > MaxBytes {
		text = append(text[:bytes.LastIndex(text[:MaxBytes/2], []byte("],["))+1], ']')
	}
	d, err := Open(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.bigs) > mostBigs || len(d.bigs) == 0 {
		t.Errorf("%d are remembered", len(d.bigs))
	}
	for i := 1; i < len(d.bigs); i++ {
		if d.bigs[i].start <= d.bigs[i-1].start || d.bigs[i].end == 0 {
			t.Fatalf("out of order at %d: %v", i, d.bigs[i-1:i+1])
		}
	}
	if n := d.Root().Child(d.Root().Len() / 2); n.Len() != 3 || n.Child(2).Child(0).Len() != 1 {
		t.Error("a child is another one")
	}
}

// TestHead is the whole value, or its beginning, and cuts no character and no escape.
func TestHead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "é", "日", "😀", `\n`, `\u00e9`, `\ud83d\ude00`, `\\`, `\"`}), 0, 12).Draw(t, "parts")
		text := `"` + strings.Join(parts, "") + `"`
		d, err := Open([]byte("{" + text + ":" + text + "}"))
		if err != nil {
			t.Fatal(err)
		}
		n := d.Root().Child(0)
		most := rapid.IntRange(0, 30).Draw(t, "most")
		head, cut := n.Head(most)
		key, keyCut := n.KeyHead(most)
		if key != head || keyCut != cut {
			t.Fatalf("%q, %v as a key; %q, %v as a value", key, keyCut, head, cut)
		}
		if !cut && head != n.Value() || cut && head == n.Value() || len(text)-2 <= most && cut || len(text)-2 > most+12 && !cut {
			t.Fatalf("%s in %d: %q, cut %v", text, most, head, cut)
		}
		// The second half of a pair of escapes may be cut off.
		if cut && !strings.HasPrefix(n.Value(), strings.TrimSuffix(head, "\ufffd")) {
			t.Fatalf("%s in %d: %q, cut %v", text, most, head, cut)
		}
	})
}
