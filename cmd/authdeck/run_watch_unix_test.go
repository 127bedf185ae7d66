//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRunWatch: a save runs the action again, once, and tells what came of it; a failure ends nothing, ctrl+c ends it well.
func TestRunWatch(t *testing.T) {
	t.Parallel()
	work := t.TempDir()
	env := []string{noKeyring, "AUTHDECK_DATA_DIR=" + filepath.Join(work, "data"), "XDG_CONFIG_HOME=" + filepath.Join(work, "config")}
	verb(t, env, "store", "key-file", filepath.Join(work, "key"))
	source := filepath.Join(work, "greet", "src", "index.js")
	if err := os.MkdirAll(filepath.Dir(source), 0o700); err != nil {
		t.Fatal(err)
	}
	save := func(result, comment string) {
		t.Helper()
		text := "/** @integrationName Greet */\nclass Greet {\n  /** @operationName Hello */\n  async hello() { return " + result + " } // " + comment +
			"\n}\nFlowrunner.ServerCode.addService(Greet, [])\n"
		if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save(`{ greeting: "one" }`, "")
	verb(t, env, "integrations", "add", filepath.Join(work, "greet"))

	e := start(t, 100, 60, env, "run", "greet", "hello", "--watch")
	e.until(`"greeting": "one"`, 20*time.Second)
	e.until(`watching `+filepath.Join(work, "greet"), 5*time.Second)
	save(`{ greeting: "two" }`, "")
	e.until(`"greeting": "two"`, 20*time.Second)
	e.until(`the result has changed:\s+~ \.greeting: "one" → "two"`, 5*time.Second)
	save(`{ greeting: "two" }`, "the same")
	e.until(`the result is unchanged`, 20*time.Second)
	save(`nobody.knows`, "")
	e.until(`error: hello failed`, 20*time.Second)
	save(`{ greeting: "three" }`, "")
	e.until(`"greeting": "three"`, 20*time.Second)

	runs := strings.Count(e.output(), "watching ")
	save(`{ greeting: "four" }`, "")
	e.until(`"greeting": "four"`, 20*time.Second)
	eventually(t, 5*time.Second, "the line after it", func() bool { return strings.Count(e.output(), "watching ") > runs })
	if now := strings.Count(e.output(), "watching "); now != runs+1 {
		t.Errorf("ran %d times for one save", now-runs)
	}
	e.press("ctrl+c")
	if code := e.exit(10 * time.Second); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestStampOf: files of the integration count, in folders too; what others keep beside a manifest does not.
func TestStampOf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("page.yaml", "1")
	write("code/a.js", "1")
	for _, c := range []struct {
		origin, file string
		counts       bool
	}{
		{"page.yaml", "page.yaml", true},
		{"page.yaml", "code/a.js", true},
		{"page.yaml", "other.yaml", false},
		{"code", "code/b.js", true},
		{"code", "code/lib/c.js", true},
		{"code", "code/node_modules/d.js", false},
		{"code", "page.yaml", false},
	} {
		before := stampOf(filepath.Join(dir, c.origin))
		write(c.file, c.origin+c.file)
		if changed := stampOf(filepath.Join(dir, c.origin)) != before; changed != c.counts || before == "" {
			t.Errorf("%s saved: %s changed is %v", c.file, c.origin, changed)
		}
	}
	if stampOf(filepath.Join(dir, "gone")) != "" {
		t.Error("what is not there has a stamp")
	}
}
