package oauthflow_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authdeck/oauthflow"
)

// PathRaw finds what Path finds, as it was written.
func TestPathRaw(t *testing.T) {
	const body = ` {"z": {"b": 1.50, "a": [ {"x.y": null}, 12345678901234567890 ]}, "z2": "t\u00e9", "twice": 1, "twice": 2} `
	var value any
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"":  `{"z": {"b": 1.50, "a": [ {"x.y": null}, 12345678901234567890 ]}, "z2": "t\u00e9", "twice": 1, "twice": 2}`,
		"z": `{"b": 1.50, "a": [ {"x.y": null}, 12345678901234567890 ]}`, "z.b": `1.50`, "z.a.0": `{"x.y": null}`, `z.a.0.x\.y`: `null`, "z.a.1": `12345678901234567890`,
		"z2": `"t\u00e9"`, "twice": `2`, "z.a.2": "", "z.a.-1": "", "z.a.b": "", "no": "", "z.b.c": "", "z2.0": "",
	} {
		got, ok := oauthflow.PathRaw([]byte(body), path)
		_, found := oauthflow.Path(value, path)
		if string(got) != want || ok != found || ok != (want != "") {
			t.Errorf("%q is %s, %v; want %s, %v", path, got, ok, want, found)
		}
	}
	for _, broken := range []string{"", "{", `{"a":`, "[1", "x", "\xff"} {
		if v, ok := oauthflow.PathRaw([]byte(broken), "a.0"); ok {
			t.Errorf("%q has %s", broken, v)
		}
	}
	if d := cmp.Diff("x", mustPath(t, `["x"]`, "0")); d != "" {
		t.Error(d)
	}
}

func mustPath(t *testing.T, body, path string) string {
	t.Helper()
	raw, _ := oauthflow.PathRaw([]byte(body), path)
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	return s
}
