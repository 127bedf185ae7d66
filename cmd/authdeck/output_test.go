package main

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestN11_JSON: no character that steers a terminal comes out of --json, and the JSON says the same.
func TestN11_JSON(t *testing.T) {
	t.Parallel()
	hostile := "a\x1b[31m\u009b31m\u007f\u202eb\u2066\u200b\U000e0041 <ü&日>\n"
	want := map[string]string{hostile: hostile}
	for _, indent := range []string{"", "  "} {
		var b strings.Builder
		if err := writeJSON(&b, want, indent); err != nil {
			t.Fatal(err)
		}
		var got map[string]string
		if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
			t.Fatalf("%v: %s", err, b.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if strings.ContainsAny(b.String(), "\x1b\u009b\u007f\u202e\u2066\u200b\U000e0041") {
			t.Errorf("%q", b.String())
		}
		if !strings.Contains(b.String(), "<ü&日>") {
			t.Errorf("harmless text was escaped: %q", b.String())
		}
	}
}

// TestTableKeepsWhatIsSaidLast: a reason at the end of a row is a sentence, and is not cut where a name would be.
func TestTableKeepsWhatIsSaidLast(t *testing.T) {
	t.Parallel()
	long, reason := strings.Repeat("n", 90), "restored from a copy or backup of 2026-11-20 10:30 UTC; whether its refresh token was used since shows at the next refresh"
	var out strings.Builder
	a := newApp(nil, &out, io.Discard, func(string) string { return "" })
	a.table([][]string{{"NAME", "REASON"}, {long, reason}})
	if !strings.Contains(out.String(), reason+"\n") || strings.Contains(out.String(), long) {
		t.Errorf("got\n%s", out.String())
	}
}
