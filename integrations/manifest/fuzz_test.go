package manifest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"authdeck/oauthflow"
)

// FuzzManifest: whatever is read as a page either loads or is refused with places, without a panic and in bounded time.
func FuzzManifest(f *testing.F) {
	files, err := catalog.ReadDir("catalog")
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range files {
		text, err := catalog.ReadFile("catalog/" + e.Name())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, s := range []string{
		minimal, actionPage, string(Template("a", "b")), "", "{", "- - - -", "&a [*a]", "a: !!binary x", "? a\n: b", "a: |\n  x\nb: >\n  y", "\xff", "%YAML 1.2\n---\na: b",
		strings.Repeat("[", 100), "a: &b {c: *b}", minimal + "inputs: {a: {default: 1e400}}", minimal + "actions: {a: {sample: .inf}}", "a: \"\\x1b\"", "<<: *a",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		started := time.Now()
		i, err := Parse(&oauthflow.Caller{}, Page{Name: "x.yaml", YAML: []byte(s)})
		if took := time.Since(started); took > 10*time.Second {
			t.Fatalf("took %v", took)
		}
		if err == nil {
			_ = i.Info()
			return
		}
		var mistakes *Errors
		if !errors.As(err, &mistakes) || len(mistakes.Issues) == 0 {
			t.Fatalf("%v", err)
		}
		for _, m := range mistakes.Issues {
			if m.Line < 1 || m.Column < 1 {
				t.Fatalf("a mistake without a place: %+v", m)
			}
		}
		if strings.ContainsAny(err.Error(), "\x1b\u202e") || mistakes.First() == "" {
			t.Fatalf("not safe to show: %q", err.Error())
		}
	})
}
