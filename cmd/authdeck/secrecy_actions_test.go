package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authdeck/connections"
	"authdeck/internal/secret"
)

// TestSecrecy_17_Actions: what TestSecrecy_17 wants, of runs and calls of one's own whose secrets stand in every part of a request, and
// whose API repeats them all.
func TestSecrecy_17_Actions(t *testing.T) {
	t.Parallel()
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	s := startSentry(t)
	s.tail = "/+x"
	s.set(program)
	const text = " -p text=hello"
	const typed = "typed-by-the-user" // is in the command line, where the sweep of another test must not find it
	for _, step := range []struct {
		args string
		code int
	}{
		{"run kept keyed -v --save-preset mine" + text, 7},
		{"run kept keyed --json -v --preset mine", 7},
		{"run kept keyed --curl --json" + text, 7},
		{"run kept keyed --dry-run --json --curl" + text, 0},
		{"run kept form -v", 7},
		{"request kept GET /echo --curl -v", 7},
		{"request kept GET /echo?access_token=" + typed + " --dry-run", 0},
		{"request kept POST /echo --dry-run --json --curl -d {\"password\":\"" + typed + "\"}", 0},
		{"request kept POST /echo --curl -H X-Api-Key:" + typed + " -d client_secret=" + typed, 7},
		{"request kept GET https://u:" + typed + "@evil.example/x -v", 2},
		{"exec kept -- /nothing/there", 2},
		{"history kept --json -v", 0},
	} {
		got := s.run("", program, strings.Fields(step.args)...)
		if got.code != step.code {
			t.Errorf("%s: exit %d, want %d: %s", step.args, got.code, step.code, got.err)
		}
		if strings.Contains(string(got.out)+string(got.err), typed) {
			t.Errorf("%s: what was typed shows:\n%s%s", step.args, got.out, got.err)
		}
		if holds(got.out, s.verifier) || holds(got.err, s.verifier) {
			t.Errorf("%s: a secret shows:\n%.2000s\n%.2000s", step.args, got.out, got.err)
		}
	}
	saved := filepath.Join(t.TempDir(), "saved") // the user's own file, outside of what is swept
	if got := s.run("", program, "request", "kept", "GET", "/fine", "--save", saved); got.code != 0 {
		t.Errorf("exit %d: %s", got.code, got.err)
	}
	if info, err := os.Stat(saved); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	s.mu.Lock()
	s.tail = "\nX: y"
	s.mu.Unlock()
	s.run("", program, "refresh", "kept")
	if got := s.run("", program, "exec", "kept", "--", "env"); got.code != 1 || holds(got.out) {
		t.Errorf("a token of two lines: exit %d, %s", got.code, got.err)
	}
	report := filepath.Join(s.root, "report")
	s.silent("export --redacted", s.run("", program, "export", "--redacted", report))
}

// TestSecrecy_12: a token that would be two lines is handed to nobody (security.md §6, 12).
func TestSecrecy_12(t *testing.T) {
	t.Parallel()
	for value, fits := range map[string]bool{"a\nb": false, "a\rb": false, "a\x00": false, "a b/+=": true} {
		if err := oneLine(connections.Token{Value: secret.New(value)}, "kept"); (err == nil) != fits {
			t.Errorf("%q: %v", value, err)
		}
	}
}
