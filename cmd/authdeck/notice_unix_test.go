//go:build unix

package main

import (
	"strings"
	"testing"
	"time"
)

// TestNoticesInTheTerminal: the choice made in the Settings tab is kept, and an outage calls by it, once.
func TestNoticesInTheTerminal(t *testing.T) {
	t.Parallel()
	d := newDeck(t, 3*time.Second, "work")
	e := start(t, 80, 24, d.env)
	e.until(`work`, 10*time.Second)
	e.press("4")
	e.until(`terminal bell; n changes it`, 5*time.Second)
	e.press("n")
	e.until(`OSC 777, if the terminal shows it; n changes it`, 5*time.Second)
	e.press("n")
	e.until(`OSC 9, if the terminal shows it; n changes it`, 5*time.Second)
	e.until(`notices: OSC 9`, 5*time.Second) // it is kept
	until(t, 5*time.Second, "a call in the new way", func() bool { return strings.Contains(e.output(), "\x1b]9;authdeck: this is how it calls you\a") })
	e.press("q")
	e.press("q")
	if code := e.exit(10 * time.Second); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	e = start(t, 80, 24, d.env)
	e.until(`ada@example\.com`, 10*time.Second)
	d.fails(503, `{"error":"temporarily_unavailable"}`)
	e.until(`retrying`, 30*time.Second)
	until(t, 15*time.Second, "a call for the outage", func() bool { return strings.Contains(e.output(), "\x1b]9;authdeck: work: failing: ") })
	before := d.requests.Load()
	until(t, 20*time.Second, "another try", func() bool { return d.requests.Load() > before })
	if n := strings.Count(e.output(), "\x1b]9;"); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
	e.press("q")
	e.exit(10 * time.Second)
}
