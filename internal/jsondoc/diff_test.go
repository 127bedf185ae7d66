package jsondoc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	mathbig "math/big"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func changes(t testing.TB, old, new string) Changes {
	t.Helper()
	c, err := Diff(context.Background(), open(t, old), open(t, new))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, old, new, want string }{
		{"equal", `{"a":1}`, `{ "a" : 1 }`, ""},
		{"the order of keys does not count", `{"a":1,"b":[{"c":1,"d":2}]}`, `{"b":[{"d":2,"c":1}],"a":1}`, ""},
		{"how a value is written does not count", `["é",1.0,100,-0]`, `["\u00e9",1,1e2,0.0]`, ""},
		{"nor of a member", `{"a":1.0,"b":"\u0041","c":1}`, `{"a":1,"b":"A","c":2}`, "~ .c: 1 → 2"},
		{"nor the order of keys in what an array has in common", `[9,{"c":1,"d":2}]`, `[{"d":2,"c":1}]`, "- .[0]"},
		{"big numbers differ in their last digit", `[12345678901234567890]`, `[12345678901234567891]`, `~ .[0]: 12345678901234567890 → 12345678901234567891`},
		{"changed, added, removed", `{"items":[{"title":"a","y":2}]}`, `{"items":[{"title":"b","x":1}]}`, "~ .items[0].title: \"a\" → \"b\"\n- .items[0].y\n+ .items[0].x: 1"},
		{"another kind", `{"a":[1]}`, `{"a":{"b":1}}`, "~ .a: [1] → {b: 1}"},
		{"the root", `1`, `"1"`, `~ .: 1 → "1"`},
		{"odd keys", `{"odd key":1}`, `{"odd key":2,"":3}`, "~ .[\"odd key\"]: 1 → 2\n+ .[\"\"]: 3"},
		{"a duplicate key", `{"a":1,"a":2}`, `{"a":1,"a":3}`, "~ .a: 2 → 3"},
		{"one element put in", `[1,2,3,4]`, `[1,2,9,3,4]`, "+ .[2]: 9"},
		{"one element taken out", `["a","b","c"]`, `["a","c"]`, "- .[1]"},
		{"one put in and one taken out", `["a","b","c","d","e"]`, `["x","a","b","d","e"]`, "+ .[0]: \"x\"\n- .[2]"},
		{"an element changed within", `[{"n":[1,2]},{"n":[3]}]`, `[{"n":[1,5]},{"n":[3]}]`, "~ .[0].n[1]: 2 → 5"},
		{"by id, though its place is another", `[{"id":1,"v":1},{"id":2,"v":2}]`, `[{"id":0,"v":0},{"id":1,"v":9},{"id":2,"v":2}]`, "~ .[1].v: 1 → 9\n+ .[0]: {id: 0, v: 0}"},
		{"by name", `[{"name":"a","v":1},{"name":"b"}]`, `[{"name":"b"}]`, "- .[0]"},
		{"another order", `[{"id":1},{"id":2},{"id":3}]`, `[{"id":1},{"id":3},{"id":2}]`, "~ .: the same elements in another order"},
		{"ids that are there twice tell nothing", `[{"id":1,"v":1},{"id":1,"v":2}]`, `[{"id":1,"v":1},{"id":1,"v":3}]`, "~ .[1].v: 2 → 3"},
		{"from empty", `[]`, `[{"id":1},2]`, "+ .[0]: {id: 1}\n+ .[1]: 2"},
		{"null and absent", `{"a":null}`, `{}`, "- .a"},
		{"true and false", `[true]`, `[false]`, "~ .[0]: true → false"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(changes(t, c.old, c.new).Lines(), "\n"); got != c.want {
				t.Errorf("\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// meaning is a value with its numbers exact, so that values of equal meaning are deeply equal; twice reports a key that is
// there twice.
func meaning(t *rapid.T, n Node) (v any, twice bool) {
	switch n.Kind() {
	case Object:
		m := map[string]any{}
		for c := range n.Children() {
			key, _ := c.Key()
			_, had := m[key]
			x, y := meaning(t, c)
			m[key], twice = x, twice || had || y
		}
		return m, twice
	case Array:
		list := []any{}
		for c := range n.Children() {
			x, y := meaning(t, c)
			list, twice = append(list, x), twice || y
		}
		return list, twice
	case Number:
		r, ok := new(mathbig.Rat).SetString(n.Value())
		if !ok {
			t.Fatal(n.Value())
		}
		return r.String(), false
	case String:
		return "\"" + n.Value(), false
	default:
		return n.Value(), false
	}
}

// TestDiff_IsEmptyForEqualMeaningOnly, and each change names what is at its path.
func TestDiff_IsEmptyForEqualMeaningOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := document(t, 4)
		other := document(t, 4)
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0: // the same, keys sorted and written anew
			var v any
			dec := json.NewDecoder(strings.NewReader(text))
			dec.UseNumber()
			if err := dec.Decode(&v); err != nil {
				t.Fatal(err)
			}
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			other = string(b)
		case 1: // two lists that have much in common
			text, other = `[1,`+text+`,{"id":1,"x":2},`+other+`]`, `[`+text+`,{"x":2,"id":1},`+other+`,null]`
		}
		a, b := must(t, text), must(t, other)
		c, err := Diff(context.Background(), a, b)
		if err != nil || c.Cut {
			t.Fatal(c.Cut, err)
		}
		for _, d := range []*Doc{a, b} {
			if same, err := Diff(context.Background(), d, d); err != nil || len(same.List) > 0 {
				t.Fatalf("%s differs from itself: %v, %v", d.Text(), same.List, err)
			}
		}
		x, twice := meaning(t, a.Root())
		y, too := meaning(t, b.Root())
		if twice || too {
			return
		}
		if equal := reflect.DeepEqual(x, y); equal != (len(c.List) == 0) {
			t.Fatalf("%s\n%s\nequal %v, but: %v", text, other, equal, c.Lines())
		}
		was, is := paths(a), paths(b)
		for _, x := range c.List {
			if n, ok := was[x.Path]; x.Kind == Removed && (!ok || n.Preview(previewed) != x.Old || x.New != "") {
				t.Fatalf("%s\n%s\n%+v", text, other, x)
			}
			if n, ok := is[x.Path]; x.Kind != Removed && (!ok || n.Preview(previewed) != x.New) {
				t.Fatalf("%s\n%s\n%+v", text, other, x)
			}
			if x.Kind == Added && x.Old != "" {
				t.Fatalf("%+v", x)
			}
		}
	})
}

func must(t *rapid.T, text string) *Doc {
	d, err := Open([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func paths(d *Doc) map[string]Node {
	all := map[string]Node{}
	nodes(d.Root(), func(n Node) { all[n.Path()] = n })
	return all
}

// TestDiff_AppliedGivesTheNewDocument for objects: what was removed taken away, the rest set.
func TestDiff_AppliedGivesTheNewDocument(t *testing.T) {
	t.Parallel()
	scalar := rapid.SampledFrom([]string{`1`, `"a"`, `null`, `true`})
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) map[string]string {
			return rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "c", "odd key", ""}), scalar, 0, 5).Draw(t, name)
		}
		write := func(m map[string]string) string {
			var parts []string
			for k, v := range m {
				parts = append(parts, fmt.Sprintf("%q:%s", k, v))
			}
			return "{" + strings.Join(parts, ",") + "}"
		}
		old, new := draw("old"), draw("new")
		c, err := Diff(context.Background(), must(t, write(old)), must(t, write(new)))
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range c.List {
			key := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(x.Path, "."), `["`), `"]`)
			if x.Kind == Removed {
				delete(old, key)
			} else {
				old[key] = x.New
			}
		}
		if !reflect.DeepEqual(old, new) {
			t.Fatalf("%v, want %v, by %v", old, new, c.Lines())
		}
	})
}

func TestDiff_IsBounded(t *testing.T) {
	t.Parallel()
	numbers := func(n, by int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%d,", i*by)
		}
		return "[" + b.String() + "0]"
	}
	t.Run("many changes", func(t *testing.T) {
		t.Parallel()
		c := changes(t, numbers(20_000, 1), numbers(20_000, 7))
		if len(c.List) != mostChanges || !c.Cut || !strings.HasPrefix(c.Lines()[mostChanges], "…") {
			t.Errorf("%d changes, cut %v", len(c.List), c.Cut)
		}
	})
	t.Run("arrays too long for a common part", func(t *testing.T) {
		t.Parallel()
		c := changes(t, "[9,"+numbers(mostListed+5, 1)[1:], "[8,"+numbers(mostListed+5, 1)[1:])
		if got := strings.Join(c.Lines(), "\n"); got != "~ .[0]: 9 → 8" {
			t.Error(got)
		}
	})
	t.Run("deep", func(t *testing.T) {
		t.Parallel()
		deep := func(v string) string { return strings.Repeat(`[`, MaxDepth) + v + strings.Repeat(`]`, MaxDepth) }
		c := changes(t, deep("1"), deep("2"))
		if len(c.List) != 1 {
			t.Errorf("%d changes", len(c.List))
		}
	})
	t.Run("ended by its context", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := Diff(ctx, open(t, numbers(1000, 1)), open(t, numbers(1000, 2))); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
