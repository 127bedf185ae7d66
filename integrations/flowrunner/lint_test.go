package flowrunner

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authdeck/integrations/flowrunner/lint"
)

// entries makes a folder of services, each with this text as its entry.
func entries(t *testing.T, texts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		file := filepath.Join(dir, name, "src", "index.js")
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestLint: findings of many folders come from one worker, those of a folder that kills it too, and no text of a service
// reaches a terminal as it is.
func TestLint(t *testing.T) {
	t.Parallel()
	dir := entries(t, map[string]string{
		"a-bomb":   "x = " + strings.Repeat("(", 1_000_000),
		"b-wrong":  "class A {\n/**\n * @registerAs X\x1b[2J\n */\na() {}\n}\nFlowrunner.ServerCode.addService(A)",
		"c-broken": "\nlet a = = 1",
		"d-clean":  "class A {}\nFlowrunner.ServerCode.addService(A)",
	})
	found, err := newHost(t).Lint(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	type place struct {
		file string
		line int
		rule string
	}
	want := []place{{"a-bomb", 1, "unreadable"}, {"b-wrong", 3, "register-as"}, {"c-broken", 2, "syntax"}}
	if len(found) != len(want) {
		t.Fatalf("%+v", found)
	}
	for i, w := range want {
		f := found[i]
		if f.File != filepath.Join(dir, w.file, "src", "index.js") || f.Line != w.line || f.Rule != w.rule || f.Severity != lint.Error {
			t.Errorf("got %+v, want %+v", f, w)
		}
		if strings.ContainsAny(f.Message+f.Hint, "\x1b\n") {
			t.Errorf("unsafe: %q", f.Message)
		}
	}
	if m := found[0].Message; !strings.Contains(m, "nested deeper") && !strings.Contains(m, "more memory") {
		t.Errorf("the bomb: %s", m)
	}
}

func TestLint_NoService(t *testing.T) {
	t.Parallel()
	found, err := newHost(t).Lint(t.Context(), t.TempDir())
	if err != nil || len(found) != 1 || found[0].Rule != "no-service" {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestLint_Canceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if found, err := newHost(t).Lint(ctx, "testdata/services/plain"); !errors.Is(err, context.Canceled) || len(found) > 0 {
		t.Errorf("%+v, %v", found, err)
	}
}
