package integrations

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestElementOf: the spellings of reference/flowrunner.md §2.5, broken ones too.
func TestElementOf(t *testing.T) {
	for kind, want := range map[string]struct {
		elem   string
		isList bool
	}{
		"Array": {"", true}, "array<String>": {"String", true}, "Array.<Number>": {"Number", true}, " Contact[] ": {"Contact", true},
		"Array.<Object": {"Object", true}, "Array<Array<String>>": {"Array<String>", true},
		"String": {}, "ArrayBuffer": {}, "": {}, "Arr": {},
	} {
		if elem, isList := ElementOf(kind); elem != want.elem || isList != want.isList {
			t.Errorf("%q: %q %v", kind, elem, isList)
		}
	}
}

func TestDateOf(t *testing.T) {
	for text, want := range map[string]int64{
		"2026-01-15": 1768435200000, "2026-01-15 10:30": 1768473000000, "2026-01-15T10:30": 1768473000000,
		"2026-01-15T10:30:00": 1768473000000, "2026-01-15T12:30:00.000+02:00": 1768473000000,
	} {
		if at, ok := DateOf(text); !ok || at.UnixMilli() != want {
			t.Errorf("%q: %v %v", text, at, ok)
		}
	}
	for _, text := range []string{"", "15.1.2026", "2026-13-01", "tomorrow"} {
		if at, ok := DateOf(text); ok {
			t.Errorf("%q is %v", text, at)
		}
	}
}

// TestJSONOf: one value and nothing behind it, not even what closes something that was never open.
func TestJSONOf(t *testing.T) {
	for text, want := range map[string]any{
		`{"n":12345678901234567890}`: map[string]any{"n": json.Number("12345678901234567890")}, ` "a" `: "a", "null": nil,
	} {
		v, ok := JSONOf(text)
		if diff := cmp.Diff(want, v); !ok || diff != "" {
			t.Errorf("%s: %v\n%s", text, ok, diff)
		}
	}
	for _, text := range []string{"", `{"a":1}]`, `{} }`, "1 2", "[1", "01"} {
		if v, ok := JSONOf(text); ok {
			t.Errorf("%q is %v", text, v)
		}
	}
}

// TestTextOf: what is written is read again as what it was, by what its parameter wants.
func TestTextOf(t *testing.T) {
	for want, v := range map[string]any{
		"": nil, "a b": "a b", "true": true, "25": float64(25), "1000000": 1e6, "12345678901234567890": json.Number("12345678901234567890"),
		`{"a":["<&>"]}`: map[string]any{"a": []any{"<&>"}},
	} {
		if got := TextOf(v); got != want {
			t.Errorf("%v is %q, want %q", v, got, want)
		}
	}
	for _, o := range []struct{ option, value, label any }{
		{"date", "date", "date"},
		{json.Number("3"), json.Number("3"), "3"},
		{map[string]any{"value": "from", "label": "sender"}, "from", "sender"},
		{map[string]any{"value": json.Number("3")}, json.Number("3"), "3"},
	} {
		if value, label := OptionOf(o.option); value != o.value || label != o.label {
			t.Errorf("%v: %v %q", o.option, value, label)
		}
	}
}
