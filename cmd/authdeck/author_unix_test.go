//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAuthorsLoopInTheTerminal: new → add → set, then in the UI edit → reload → rehearse → login → run, and a mistake that
// is put right.
func TestAuthorsLoopInTheTerminal(t *testing.T) {
	t.Parallel()
	server := serveDemo(t)
	work := t.TempDir()
	env := []string{noKeyring, "AUTHDECK_DATA_DIR=" + filepath.Join(work, "data"), "PLAY_ACCOUNT=ada@example.com"}
	verb(t, env, "store", "key-file", filepath.Join(work, "key"))
	e := startIn(t, work, 80, 24, env, "integrations", "new", "acme", "--kind", "flowrunner", "--title", "Acme billing", "--icon", "")
	if code := e.exit(20 * time.Second); code != 0 {
		t.Fatalf("integrations new exited %d:\n%s", code, e.frame())
	}
	verb(t, env, "integrations", "add", filepath.Join(work, "acme"))
	verb(t, env, "integrations", "set", "acme", "issuer="+server.Issuer)

	e = start(t, 120, 32, env, "--browser", mustLook(t, "playbrowser"))
	e.until(`Make the first one`, 10*time.Second)
	e.press("3")
	e.until(`GitHub App`, 10*time.Second)
	e.press("/", "acme", "enter")
	e.until(`▸ A Acme billing +FlowRunner +yes +0 +2`, 5*time.Second)

	source := filepath.Join(work, "acme", "src", "index.js")
	edit := func(old, new string) time.Time {
		text, err := os.ReadFile(source)
		if err != nil || !bytes.Contains(text, []byte(old)) {
			t.Fatalf("%s does not hold %q, %v", source, old, err)
		}
		if err := os.WriteFile(source, bytes.Replace(text, []byte(old), []byte(new), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		return time.Now()
	}
	saved := edit("@integrationName Acme billing", "@integrationName Acme ledger")
	e.until(`▸ A Acme ledger`, 5*time.Second)
	t.Logf("a saved file was shown after %v", time.Since(saved).Round(10*time.Millisecond))
	edit("class Acme", "class {{ Acme")
	e.until(`Acme ledger +FlowRunner +mistake`, 5*time.Second)
	e.until(`src/index.js:\d+:`, 5*time.Second)
	edit("class {{ Acme", "class Acme")
	e.until(`Acme ledger +FlowRunner +yes`, 5*time.Second)

	e.press("r")
	e.until(`rotating +fresh +rotated, then rotated +ok`, 30*time.Second)
	edit("refreshToken: answer.refresh_token || refreshToken", "refreshToken")
	e.until(`rotating +fresh +refreshed, then sign in needed`, 30*time.Second)
	edit("      refreshToken,", "      refreshToken: answer.refresh_token || refreshToken,")
	e.until(`rotating +fresh +rotated, then rotated +ok`, 30*time.Second)
	e.press("esc")
	e.until(`Acme ledger +FlowRunner +yes`, 5*time.Second)

	e.press("enter")
	eventually(t, 60*time.Second, "the sign-in", func() bool { // another test may have the port just now
		frame := e.frame()
		if strings.Contains(frame, "port 53682 is in use") {
			e.press("r")
		}
		return strings.Contains(frame, "acme-ada")
	})
	e.until(`▸ ● ok +acme-ada(?s:.*)a action`, 20*time.Second)
	e.press("a")
	e.until(`Add note`, 5*time.Second)
	e.press("j", "enter")
	e.until(`Input: Add note`, 5*time.Second)
	e.press("milk and bread", "ctrl+j") // enter is a new line of the note
	e.until(`text: "milk and bread"`, 10*time.Second)
	e.press("ctrl+c")
	e.exit(10 * time.Second)
}
