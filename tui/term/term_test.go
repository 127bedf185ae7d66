//go:build unix

package term

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// script makes a program of this name in a folder of its own and puts it first in PATH.
func script(t *testing.T, name, body string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body), 0o755); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return dir
}

func env(m map[string]string) func(string) string { return func(k string) string { return m[k] } }

// TestHelperTakesTheTextByStdin: no process list shows a token.
func TestHelperTakesTheTextByStdin(t *testing.T) {
	dir := script(t, "wl-copy", `printf '%s|' "$@" >"$(dirname "$0")/args"; cat >"$(dirname "$0")/text"`)
	h := FindHelper("linux", env(map[string]string{"WAYLAND_DISPLAY": "wayland-0"}))
	if h == nil || h.Name != "wl-copy" {
		t.Fatalf("found %+v", h)
	}
	if err := h.Copy(context.Background(), "ya29.token"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "text"))
	if err != nil || string(text) != "ya29.token" {
		t.Errorf("stdin was %q, %v", text, err)
	}
	if args, _ := os.ReadFile(filepath.Join(dir, "args")); strings.Contains(string(args), "ya29") {
		t.Errorf("the token is in the arguments: %s", args)
	}
	if err := h.Copy(context.Background(), ""); err != nil {
		t.Fatal(err)
	}
	if args, _ := os.ReadFile(filepath.Join(dir, "args")); !strings.Contains(string(args), "--clear") {
		t.Errorf("an empty text does not clear: %s", args)
	}
}

func TestHelperThatFailsSaysSo(t *testing.T) {
	script(t, "xclip", "exit 1")
	h := FindHelper("linux", env(map[string]string{"DISPLAY": ":0"}))
	if h == nil {
		t.Fatal("no helper found")
	}
	if err := h.Copy(context.Background(), "x"); err == nil || !strings.Contains(err.Error(), "xclip") {
		t.Errorf("error %v", err)
	}
}

// TestNoHelperFarFromTheDesktop: over ssh the clipboard is the other machine's.
func TestNoHelperFarFromTheDesktop(t *testing.T) {
	script(t, "wl-copy", "exit 0")
	for name, e := range map[string]map[string]string{
		"ssh":        {"WAYLAND_DISPLAY": "wayland-0", "SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"},
		"no display": {},
	} {
		if h := FindHelper("linux", env(e)); h != nil {
			t.Errorf("%s: found %s", name, h.Name)
		}
	}
}

// TestGuardKillsAndKeepsThePanic is the cure of reference/tui.md §9.
func TestGuardKillsAndKeepsThePanic(t *testing.T) {
	killed := make(chan struct{})
	g := NewGuard(func() { close(killed) })
	g.Go("keeper", func() { panic("broke") })
	g.Go("other", func() {
		select {
		case <-killed:
		case <-time.After(5 * time.Second):
			t.Error("a panic did not kill the program")
		}
	})
	stack, err := g.Wait()
	if !errors.Is(err, ErrPanic) || !strings.Contains(err.Error(), "keeper: broke") {
		t.Errorf("error %v", err)
	}
	if !bytes.Contains(stack, []byte("term_test.go")) {
		t.Errorf("the stack does not lead here:\n%s", stack)
	}
	quiet := NewGuard(func() { t.Error("killed without a panic") })
	quiet.Go("keeper", func() {})
	if _, err := quiet.Wait(); err != nil {
		t.Error(err)
	}
}

// TestPage prints the text on lines of its own, unboxed, and goes back on enter.
func TestPage(t *testing.T) {
	url := "https://accounts.example/authorize?client_id=1&state=" + strings.Repeat("x", 400)
	p := &Page{Ctx: context.Background(), Text: url}
	var out bytes.Buffer
	in, typed := io.Pipe()
	p.SetStdin(in)
	p.SetStdout(&out)
	done := make(chan error, 1)
	go func() { done <- p.Run() }()
	if _, err := io.WriteString(typed, "\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "\n"+url+"\n") {
		t.Errorf("the address is not on a line of its own:\n%s", out.String())
	}
}

// TestPageEndsWithItsContext: a signal ends it too.
func TestPageEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	p := &Page{Ctx: ctx, Text: "x"}
	in, typed := io.Pipe()
	defer func() { _ = typed.Close() }()
	p.SetStdin(in)
	p.SetStdout(io.Discard)
	done := make(chan error, 1)
	go func() { done <- p.Run() }()
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it still waits")
	}
}
