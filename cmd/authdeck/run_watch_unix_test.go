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
	ran := strings.Count(e.output(), "error: hello failed")
	save(`{ greeting: `, "")
	e.until(`nothing was run; save it without the mistake`, 20*time.Second)
	if now := strings.Count(e.output(), "error: hello failed"); now != ran {
		t.Error("the version before the mistake was run")
	}
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
