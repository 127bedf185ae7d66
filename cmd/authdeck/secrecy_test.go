package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// said is what one run of the program said.
type said struct {
	code     int
	out, err []byte
}

// run runs the built program, or another that stands for it.
func (s *sentry) run(stdin, program string, args ...string) said {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env, cmd.Dir, cmd.Stdin = s.env(), s.root, strings.NewReader(stdin)
	cmd.WaitDelay = time.Second // what it started may hold its output open
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil || ctx.Err() != nil {
		s.t.Fatalf("%s %s: %v", program, strings.Join(args, " "), err)
	}
	return said{cmd.ProcessState.ExitCode(), out.Bytes(), stderr.Bytes()}
}

// set makes the store and the integration, with the client's secret from stdin.
func (s *sentry) set(program string) {
	s.t.Helper()
	for _, step := range []struct {
		stdin string
		args  []string
	}{
		{"", []string{"store", "key-file", s.root + "/config/key"}},
		{"", []string{"integrations", "add", s.manifest()}},
		{sentinel + "client-secret", []string{"integrations", "set", "sentry", "client_id=me", "--stdin", "client_secret", "-v"}},
		{"", []string{"login", "sentry", "--name", "kept", "--browser", s.browser(), "-v"}},
	} {
		got := s.run(step.stdin, program, step.args...)
		if got.code != 0 {
			s.t.Fatalf("%v: exit %d: %s", step.args, got.code, got.err)
		}
		s.silent(strings.Join(step.args, " "), got)
	}
}

// silent wants that neither stream nor anything that was left behind holds a secret.
func (s *sentry) silent(what string, got said) {
	s.t.Helper()
	for stream, content := range map[string][]byte{"stdout": got.out, "stderr": got.err} {
		if holds(content, s.verifier) {
			s.t.Errorf("%s: %s holds a secret:\n%.2000s", what, stream, content)
		}
	}
	s.sweep("after " + what)
}

// TestSecrecy_17: a token, a code, a verifier, a client's secret are in no file of any folder, in no log at its most
// talkative, in no error, in no command line or environment, whatever the program does (security.md §6, 17); only the
// verbs whose purpose it is print one.
func TestSecrecy_17(t *testing.T) {
	t.Parallel()
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	s := startSentry(t)
	s.set(program)
	if started, err := os.ReadFile(filepath.Join(s.root, "started")); err != nil || !strings.Contains(string(started), "/authorize?") {
		t.Fatalf("the browser did not keep what it was started with: %v", err)
	}
	const (
		never  = iota
		always // the verb's purpose: it must print one, or this test sees nothing
	)
	good, bad := func() { s.refuse = false }, func() { s.refuse = true }
	for _, step := range []struct {
		args   string
		code   int
		prints int
		before func()
	}{
		{"list", 0, never, nil},
		{"list --json -v", 0, never, nil},
		{"show kept", 0, never, nil},
		{"show kept --json -v", 0, never, nil},
		{"show kept --reveal --json", 0, always, nil},
		{"show kept --reveal", 0, always, nil},
		{"token kept", 0, always, nil},
		{"token kept --json", 0, always, nil},
		{"token kept --header", 0, always, nil},
		{"inspect kept -v", 0, never, nil},
		{"inspect kept --json", 0, never, nil},
		{"actions kept --json", 0, never, nil},
		{"run kept things -v", 0, never, nil},
		{"run kept things --json", 0, never, nil},
		{"run kept things --dry-run", 0, never, nil},
		{"run kept things --dry-run --json", 0, never, nil},
		{"run kept broken -v", 7, never, nil},
		{"run kept broken --json", 7, never, nil},
		{"refresh kept -v", 0, never, nil},
		{"refresh kept --json", 0, never, nil},
		{"refresh kept --json", 0, never, nil},
		{"watch --once -v --json", 0, never, nil},
		{"integrations show sentry --json", 0, never, nil},
		{"store status --json", 0, never, nil},
		{"rename kept other", 0, never, nil},
		{"show kept --json", 3, never, nil},
		{"login sentry --name other --browser BROWSER -v --json", 0, never, nil},
		{"token other --min-valid 2h -v", 0, always, bad}, // the old one, which still lives, and a warning
		{"refresh other --json -v", 4, never, bad},
		{"refresh other", 4, never, bad},
		{"show other --json", 0, never, nil},
		{"history other --json", 0, never, nil},
		{"history -v", 0, never, nil},
		{"login other --browser BROWSER -v", 0, never, good},
		{"revoke other -v", 0, never, nil},
		{"token other -v --json", 4, never, nil},
		{"remove other -v", 0, never, nil},
		{"history --json", 0, never, nil},
	} {
		if step.before != nil {
			s.mu.Lock()
			step.before()
			s.mu.Unlock()
		}
		got := s.run("", program, strings.Fields(strings.ReplaceAll(step.args, "BROWSER", filepath.Join(s.root, "browser.sh")))...)
		if got.code != step.code {
			t.Errorf("%s: exit %d, want %d: %s", step.args, got.code, step.code, got.err)
		}
		if step.prints == always {
			if !holds(got.out) {
				t.Errorf("%s prints no secret", step.args)
			}
			got.out = nil
		}
		s.silent(step.args, got)
	}
	// What can be sent along with a report, once the program has it.
	report := filepath.Join(s.root, "report")
	got := s.run("", program, "export", "--redacted", report)
	s.silent("export --redacted", got)
	if _, err := os.Stat(report); got.code == 0 && err != nil {
		t.Errorf("nothing was exported: %v", err)
	}
}

// TestSecrecy_17_Crash: what the runtime prints of a program that is ended in the middle of a refresh, and what is left on
// disk. The grant is still there for the next run.
func TestSecrecy_17_Crash(t *testing.T) {
	t.Parallel()
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	s := startSentry(t)
	s.set(program)
	survives := func(what string) {
		t.Helper()
		if got := s.run("", program, "token", "kept"); got.code != 0 || !holds(got.out) {
			t.Errorf("after %s the grant is gone: exit %d, %s", what, got.code, got.err)
		}
	}
	for _, signal := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGABRT, syscall.SIGSEGV} {
		s.crash(program, signal)
		survives(signal.String())
		// The one replay of a lost answer is used up by then.
		if got := s.run("", program, "login", "kept", "--browser", filepath.Join(s.root, "browser.sh")); got.code != 0 {
			t.Fatalf("login: exit %d, %s", got.code, got.err)
		}
	}
	got := s.run("", mustLook(t, "panicdeck"), "refresh", "kept", "-v")
	if !strings.Contains(string(got.err), "panic: planted") || !strings.Contains(string(got.err), "goroutine ") {
		t.Fatalf("no panic: exit %d, %s", got.code, got.err)
	}
	s.silent("a panic", got)
	survives("a panic")
}

// crash sends a signal to the program while its refresh waits for an answer.
func (s *sentry) crash(program string, signal syscall.Signal) {
	s.t.Helper()
	arrived, release := s.blocking()
	defer release()
	cmd := exec.CommandContext(s.t.Context(), program, "refresh", "kept", "-v")
	cmd.Env, cmd.Dir = s.env(), s.root
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	arrived()
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", cmd.Process.Pid))
	if core := regexp.MustCompile(`Max core file size +0 +0 `); err == nil && !core.Match(limits) {
		s.t.Errorf("it may leave a core file: %s", limits)
	}
	s.sweep("in the middle of a refresh")
	if err := cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		s.t.Errorf("%s did not end it", signal)
	}
	if !strings.Contains(stderr.String(), "goroutine ") {
		s.t.Errorf("no dump after %s: %s", signal, stderr.String())
	}
	s.silent("signal "+signal.String(), said{out: out.Bytes(), err: stderr.Bytes()})
}

// panicMain is the program with a stderr that panics once the answer to the refresh has arrived.
func panicMain() {
	harden()
	a := newApp(os.Stdin, os.Stdout, panicky{os.Stderr}, os.Getenv)
	os.Exit(a.execute(context.Background(), os.Args[1:]))
}

type panicky struct{ io.Writer }

func (p panicky) Write(b []byte) (int, error) {
	if bytes.HasPrefix(b, []byte("< 200")) {
		panic("planted")
	}
	return p.Writer.Write(b)
}
