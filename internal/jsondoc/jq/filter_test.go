package jq

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"authdeck/internal/jsondoc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const input = `{"items":[{"id":12345678901234567890,"name":"a","price":1.50},{"id":2,"name":"<b>","price":1e400}],"odd key":{"x":null}}`

func TestFilter(t *testing.T) {
	for _, c := range []struct {
		name, expr, want string
		values           int
	}{
		{"a path", ".items[1].name", `"<b>"`, 1},
		{"numbers stay as they are written", `.items[0] | .id, .price`, `[12345678901234567890,1.50]`, 2},
		{"so do those that no float holds", `.items[1].price`, `1e400`, 1},
		{"several results are a list", ".items[].name", `["a","<b>"]`, 2},
		{"no result is null", "empty", `null`, 0},
		{"null is a result", `.["odd key"].x`, `null`, 1},
		{"a made object", `{n: (.items | length)}`, `{"n":2}`, 1},
		{"not a number is null, as in jq", "nan", `null`, 1},
		{"halt ends it", "1, halt, 2", `1`, 1},
		{"blanks around", "  .items | length ", `2`, 1},
		{"empty is the whole document", "", "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Filter(context.Background(), []byte(input), c.expr, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := json.Compact(&b, got.JSON); err != nil {
				t.Fatal(err)
			}
			if c.want != "" && b.String() != c.want || got.Values != c.values {
				t.Errorf("%d: %s, want %d: %s", got.Values, b.String(), c.values, c.want)
			}
		})
	}
}

func TestFilter_IsIndented(t *testing.T) {
	got, err := Filter(context.Background(), []byte(input), `."odd key", 1`, Limits{})
	if want := "[\n  {\n    \"x\": null\n  },\n  1\n]"; err != nil || string(got.JSON) != want {
		t.Errorf("%s, %v; want %s", got.JSON, err, want)
	}
}

func TestFilter_NamesWhereAnExpressionIsWrong(t *testing.T) {
	for _, c := range []struct {
		expr   string
		column int
		what   string
	}{
		{".items[", 8, "unexpected EOF"},
		{".items | ]", 10, "unexpected token"},
		{"é | }", 1, "token"},
		{`.a | "x`, 8, "unterminated string"},
		{".a +* 2", 5, "unexpected token"},
		{`"\q"`, 2, "invalid escape"},
	} {
		_, err := Filter(context.Background(), []byte(input), c.expr, Limits{})
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Column != c.column || !strings.Contains(err.Error(), c.what) {
			t.Errorf("%s: %v, want column %d: %s", c.expr, err, c.column, c.what)
		}
		if Check(c.expr) == nil {
			t.Errorf("%s is no expression, but passes", c.expr)
		}
	}
	if err := Check(".a | length"); err != nil {
		t.Error(err)
	}
}

// TestFilter_ReachesNothingBesideItsInput: no environment, further input, module, file or terminal.
func TestFilter_ReachesNothingBesideItsInput(t *testing.T) {
	t.Setenv("AUTHDECK_JQ_SECRET", "s3cret")
	for _, expr := range []string{"env", "$ENV", "[env, $ENV] | add", `$ENV.AUTHDECK_JQ_SECRET`, `env.AUTHDECK_JQ_SECRET`, `$ENV | keys`} {
		got, err := Filter(context.Background(), []byte(input), expr, Limits{})
		if err != nil || strings.Trim(string(got.JSON), "{}[]nul \n") != "" {
			t.Errorf("%s: %s, %v", expr, got.JSON, err)
		}
	}
	for _, expr := range []string{
		"input", "[inputs]", "debug", "debug(\"x\")", "stderr", "input_filename", `include "x"; .`, `import "x" as x; .`, `import "/etc/passwd" as $x; $x`,
		`"x" | modulemeta`, "get_search_list", "$__prog_args", "input_line_number",
	} {
		if got, err := Filter(context.Background(), []byte(input), expr, Limits{}); err == nil {
			t.Errorf("%s: %s", expr, got.JSON)
		}
	}
}

func TestFilter_SaysWhatFailed(t *testing.T) {
	for _, c := range []struct{ expr, want string }{
		{".items.x", "expected an object"},
		{`error("it is " + .items[0].name)`, "it is a"},
		{"unknown", "function not defined"},
		{"$x", "variable not defined"},
		{`error("` + strings.Repeat("long ", 1000) + `")`, "…"},
	} {
		_, err := Filter(context.Background(), []byte(input), c.expr, Limits{})
		if err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 400 {
			t.Errorf("%.30s: %v, want %s", c.expr, err, c.want)
		}
	}
	if _, err := Filter(context.Background(), []byte("{"), ".", Limits{}); err == nil {
		t.Error("half a document is filtered")
	}
}

func TestFilter_IsBounded(t *testing.T) {
	for _, c := range []struct {
		name, expr string
		limits     Limits
		want       string
	}{
		{"time", "[limit(1; repeat(1) | select(false))]", Limits{Time: 50 * time.Millisecond}, "50ms"},
		{"time, of a recursion", "def f: f; f", Limits{Time: 50 * time.Millisecond}, "50ms"},
		{"results", "range(1e9)", Limits{Values: 100}, "100 results"},
		{"bytes of many results", `range(1e9) | "0123456789"`, Limits{Output: 1000}, "1000 bytes"},
		{"bytes of one result", `"x" * 100000`, Limits{Output: 1000}, "1000 bytes"},
		{"memory", `[range(1e9)]`, Limits{Memory: 32 << 20}, "32 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			_, err := Filter(context.Background(), []byte(input), c.expr, c.limits)
			if !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("after %s", took)
			}
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Filter(ctx, []byte(input), "def f: f; f", Limits{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestPathsResolve: jsondoc's path of each value is jq's way to it.
func TestPathsResolve(t *testing.T) {
	for _, text := range []string{
		input, `[[[1]],{"a":{"b":[{"c d":1}]}}]`, `"x"`, `{"":{"":[0]},"if":1,"and":2,"def":3,"__loc__":4,"a.b":5,"a[0]":6,"$x":7,"\"":8,"\\(1)":9,"\\":10}`,
		"{\"\\u0000\":1,\"\\n\\t\":2,\"\u2028\":3,\"\U0001f600\":4,\"\\ud800\":5,\"\u009b\":6,\"1\":7,\"_\":8,\"A1\":9,\"é\":10,\"a-b\":11,\"\x7f\":12}",
	} {
		d, err := jsondoc.Open([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var walk func(n jsondoc.Node)
		walk = func(n jsondoc.Node) {
			got, err := Filter(context.Background(), []byte(text), n.Path(), Limits{})
			if err != nil {
				t.Errorf("%s: %v", n.Path(), err)
			} else if a, b := normal(t, got.JSON), normal(t, n.Raw()); a != b {
				t.Errorf("%s is %s, want %s", n.Path(), a, b)
			}
			for c := range n.Children() {
				walk(c)
			}
		}
		walk(d.Root())
	}
}

func normal(t *testing.T, text []byte) string {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%#v", v)
}

// BenchmarkFilter takes one key out of each object of a document of 5 MB.
func BenchmarkFilter(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("[")
	for i := 0; text.Len() < 5_000_000; i++ {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `{"id":%d,"title":"Issue number %d","state":"open","labels":[{"name":"bug"}],"comments":%d}`, i, i, i%13)
	}
	text.WriteString("]")
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		r, err := Filter(context.Background(), text.Bytes(), `[.[] | select(.comments > 6) | {id, title}]`, Limits{})
		if err != nil || len(r.JSON) < 1_000_000 {
			b.Fatal(len(r.JSON), err)
		}
	}
}
