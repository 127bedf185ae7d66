//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"authdeck/connections"
)

// hookRig is a hook with a limit of the test's own, and what it complains of.
func hookRig(t *testing.T, limit time.Duration, o hookOptions) (*hook, *lockedText) {
	t.Helper()
	said := &lockedText{}
	a := newApp(os.Stdin, io.Discard, said, os.Getenv)
	h := a.startHook(o)
	h.limit = limit // before the first event: the channel orders it
	return h, said
}

func event(n int) connections.KeepEvent {
	return connections.KeepEvent{Time: time.Unix(int64(n), 0), Connection: "work", Event: "failing", Detail: "try " + strconv.Itoa(n)}
}

func endedContext() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// alive reports whether a process is there and no zombie.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(stat), ") Z ")
}

// TestOnEvent_OneAtATimeInOrder: each run gets its event whole, and none begins before the last has ended.
func TestOnEvent_OneAtATimeInOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h, said := hookRig(t, hookTime, hookOptions{command: "cd " + dir + `; mkdir running || echo two at once >&2; cat >>all; sleep 0.02; rmdir running`})
	const n = 20
	for i := range n {
		h.put(event(i))
	}
	h.finish(t.Context())
	content, err := os.ReadFile(filepath.Join(dir, "all"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	if len(lines) != n || said.String() != "" {
		t.Fatalf("%d events came, want %d; said %q", len(lines), n, said)
	}
	for i, line := range lines {
		var e eventJSON
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Detail != "try "+strconv.Itoa(i) || e.Connection != "work" || e.Event != "failing" {
			t.Errorf("event %d is %q (%v)", i, line, err)
		}
	}
}

// TestOnEvent_ACommandThatHangs is killed with what it started, and the next event is passed on.
func TestOnEvent_ACommandThatHangs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h, said := hookRig(t, 500*time.Millisecond, hookOptions{command: "cd " + dir + `
if mkdir first 2>/dev/null; then sleep 600 & echo $! >child; echo $$ >shell; wait; fi
cat >second`})
	h.put(event(1))
	h.put(event(2))
	began := time.Now()
	h.finish(t.Context())
	if took := time.Since(began); took < 400*time.Millisecond || took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	for _, name := range []string{"child", "shell"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		until(t, 5*time.Second, "the end of the "+name, func() bool { return !alive(pid) })
	}
	if second, err := os.ReadFile(filepath.Join(dir, "second")); err != nil || !strings.Contains(string(second), "try 2") {
		t.Errorf("the second event came as %q (%v)", second, err)
	}
	if !strings.Contains(said.String(), "took longer than") {
		t.Errorf("said %q", said)
	}
}

// TestOnEvent_ACommandThatIsTooSlow: 64 events wait, what is beyond is dropped, counted and said.
func TestOnEvent_ACommandThatIsTooSlow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h, said := hookRig(t, hookTime, hookOptions{command: "cd " + dir + "; echo >>runs; until test -e go; do sleep 0.01; done"})
	h.put(event(0))
	until(t, 5*time.Second, "the first run", func() bool { _, err := os.Stat(filepath.Join(dir, "runs")); return err == nil })
	for i := range 100 {
		h.put(event(i))
	}
	if err := os.WriteFile(filepath.Join(dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	h.finish(t.Context())
	runs, err := os.ReadFile(filepath.Join(dir, "runs"))
	if err != nil || len(runs) != 1+hookMost {
		t.Errorf("%d runs, want %d", len(runs), 1+hookMost)
	}
	if !strings.Contains(said.String(), "36 events were not passed on") {
		t.Errorf("said %q", said)
	}
}

// TestOnEvent_ACommandThatFloods: stdout goes nowhere, stderr is shown up to a limit, safe and redacted.
func TestOnEvent_ACommandThatFloods(t *testing.T) {
	t.Parallel()
	h, said := hookRig(t, hookTime, hookOptions{command: `
printf 'a line \033]0;title\007 of text\n' >&2
echo 'Authorization: Bearer ya29.a0AfB_byCsecretsecretsecret' >&2
yes on-stdout | head -c 5000000
yes a-flood | head -c 5000000 >&2`})
	h.put(event(1))
	h.finish(t.Context())
	out := said.String()
	if len(out) > 3*hookSays || !strings.Contains(out, "said more") || !strings.Contains(out, "a-flood") {
		t.Errorf("%d bytes were shown: %.300q", len(out), out)
	}
	for _, bad := range []string{"on-stdout", "\x1b", "\x07", "ya29.a0AfB"} {
		if strings.Contains(out, bad) {
			t.Errorf("%q is in the output", bad)
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		if !strings.HasPrefix(line, "--on-event: ") {
			t.Errorf("line %.80q does not say where it comes from", line)
			break
		}
	}
}

// TestOnEvent_ACommandThatFails is told once, again after it had worked, and never stops the next.
func TestOnEvent_ACommandThatFails(t *testing.T) {
	t.Parallel()
	h, said := hookRig(t, hookTime, hookOptions{command: `if grep -q 'try [0-4]'; then exit 1; fi`})
	for _, n := range []int{1, 2, 3, 7, 4, 2} {
		h.put(event(n))
	}
	h.finish(t.Context())
	if n := strings.Count(said.String(), "the command failed: exit status 1"); n != 2 {
		t.Errorf("told %d times, want 2: %q", n, said)
	}
}

// TestOnEvent_WhatItLeavesBehind: a program put into the background holds up nobody.
func TestOnEvent_WhatItLeavesBehind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h, said := hookRig(t, hookTime, hookOptions{command: "sleep 600 & echo $! >" + dir + "/child"})
	h.put(event(1))
	began := time.Now()
	h.finish(t.Context())
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	text, err := os.ReadFile(filepath.Join(dir, "child"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Kill(pid, syscall.SIGKILL) }()
	if !alive(pid) || said.String() != "" {
		t.Errorf("it was ended, or complained of: %q", said)
	}
}

// TestOnEvent_OnlySome: --events chooses.
func TestOnEvent_OnlySome(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "all")
	h, _ := hookRig(t, hookTime, hookOptions{command: "cat >>" + file, events: []string{"recovered"}})
	for _, name := range []string{"failing", "recovered", "refreshed"} {
		h.put(connections.KeepEvent{Event: name})
	}
	h.finish(t.Context())
	if all, _ := os.ReadFile(file); strings.Count(string(all), "\n") != 1 || !strings.Contains(string(all), `"event":"recovered"`) {
		t.Errorf("passed on %q", all)
	}
}

// TestOnEvent_TheEndWaitsForTheLast, but not for one that hangs.
func TestOnEvent_TheEndWaitsForTheLast(t *testing.T) {
	t.Parallel()
	t.Run("one that ends", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "done")
		h, _ := hookRig(t, hookTime, hookOptions{command: "sleep 0.3; echo >" + file})
		h.put(event(1))
		h.finish(endedContext())
		if _, err := os.Stat(file); err != nil {
			t.Error("the end did not wait")
		}
	})
	t.Run("one that hangs", func(t *testing.T) {
		t.Parallel()
		h, said := hookRig(t, hookTime, hookOptions{command: "sleep 600"})
		h.put(event(1))
		h.put(event(2))
		began := time.Now()
		h.finish(endedContext())
		if took := time.Since(began); took < hooksEnd-time.Second || took > hooksEnd+5*time.Second {
			t.Errorf("the end took %v, want about %v", took, hooksEnd)
		}
		if !strings.Contains(said.String(), "1 events were not passed on") {
			t.Errorf("said %q", said)
		}
	})
}

// TestOnEvent_InTheProgram: the line is the shell's own, so its quoting is; nothing of the event is in arguments or
// environment, nothing of the service manager's is passed on, and a name that looks like shell is only text.
func TestOnEvent_InTheProgram(t *testing.T) {
	t.Parallel()
	const name = "$(touch pwned);`id`'\" x"
	d := newDeck(t, 2*time.Second, name)
	dir := t.TempDir()
	script := filepath.Join(dir, "it's a script")
	if err := os.WriteFile(script, []byte(`#!/bin/sh
cd "$1" || exit 3
cat >stdin.new; env >env; printf '%s\n' "$@" >args; ps -o args= -p $$ >ps; mv stdin.new stdin
`), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	p := d.run([]string{"NOTIFY_SOCKET=/nonexistent", "WATCHDOG_USEC=1000000"}, "watch", "--on-event",
		`"`+script+`" "`+dir+`" 'single "quoted"' "double \"quoted\"" && echo fine >&2`)
	p.says(20*time.Second, "--on-event: fine")
	p.signal(syscall.SIGTERM)
	if code := p.exit(20 * time.Second); code != 0 {
		t.Errorf("exit code %d; stderr:\n%s", code, p.stderr)
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	var e eventJSON
	if err := json.Unmarshal([]byte(read("stdin")), &e); err != nil || e.Connection != name || e.Event != "refreshed" {
		t.Errorf("stdin was %q (%v)", read("stdin"), err)
	}
	if got, want := read("args"), dir+"\nsingle \"quoted\"\ndouble \"quoted\"\n"; got != want {
		t.Errorf("arguments %q, want %q", got, want)
	}
	for file, text := range map[string]string{"env": read("env"), "ps": read("ps")} {
		for _, bad := range []string{"refreshed", "pwned", "NOTIFY_SOCKET", "WATCHDOG_USEC"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s holds %q", file, bad)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
		t.Error("the event was run as shell")
	}
}

// heldWriter is a stdout that takes nothing until it is let go.
type heldWriter struct{ letGo chan struct{} }

func (w heldWriter) Write(p []byte) (int, error) {
	<-w.letGo
	return len(p), nil
}

// TestOnEvent_AnEventThatStdoutHeldUp comes when the commands have ended already: it is not run, and does no harm.
func TestOnEvent_AnEventThatStdoutHeldUp(t *testing.T) {
	t.Parallel()
	ran := filepath.Join(t.TempDir(), "ran")
	w := heldWriter{make(chan struct{})}
	a := newApp(os.Stdin, w, io.Discard, os.Getenv)
	h := a.startHook(hookOptions{command: "touch " + ran})
	q := a.startEvents(h.put, func() {})
	q.put(event(1))
	q.close(10 * time.Millisecond)
	h.finish(endedContext())
	close(w.letGo)
	<-q.done
	if _, err := os.Stat(ran); err == nil {
		t.Error("the command ran after its end")
	}
}
