package main

import (
	"errors"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"authdeck/internal/testserver"
	"authdeck/store"
)

// TestCallers: real processes of the built program, `watch`, and the UI in a terminal, on one connection at a server that
// kills the whole grant when it sees a refresh token twice (reference/security.md §7, "race" and "sharing").
func TestCallers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		callers  int
		age      time.Duration // of a token that lives an hour
		end      bool          // the provider has ended the grant
		requests int
		exit     int
		screen   string
	}{
		{"2, expired", 2, 2 * time.Hour, false, 1, 0, `● ok`},
		{"8, expired", 8, 2 * time.Hour, false, 1, 0, `● ok`},
		{"32, expired", 32, 2 * time.Hour, false, 1, 0, `● ok`},
		{"8, due", 8, 59*time.Minute + 30*time.Second, false, 1, 0, `● ok`},
		{"8, valid", 8, time.Minute, false, 0, 0, `● ok`},
		{"8, dead", 8, 2 * time.Hour, true, 1, 4, `! sign.in`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			front := testserver.StartFront(t)
			server := testserver.StartRotating(t, testserver.RotatingOptions{Front: front})
			d := newRotatingDeck(t, map[string][]byte{"local": server.Manifest("local")})
			was := d.plant("shared", "local", server, c.age, time.Hour)
			if c.end {
				server.End(was.Grant.RefreshToken.Reveal())
			}
			front.Inject(testserver.Fault{Path: testserver.TokenPath, Mode: testserver.Delay, Delay: 300 * time.Millisecond}) // so that most of them meet
			ui := start(t, 100, 30, d.env)
			watch := d.watch()
			answers := d.tokens(c.callers, "shared")
			ui.until(`shared`, 20*time.Second)
			ui.until(c.screen, 20*time.Second)

			is := d.get(was.ID)
			for _, a := range answers {
				if a.exit != c.exit || c.exit == 0 && a.token != is.Grant.AccessToken.Reveal() || c.exit != 0 && a.token != "" {
					t.Errorf("exit code %d, token %q\n%s", a.exit, a.token, a.stderr)
				}
			}
			if got := server.Stats(); got.Refreshes != c.requests || got.Reuse+got.FamiliesDead != 0 {
				t.Errorf("the server counted %+v, want %d refreshes", got, c.requests)
			}
			if is.Grant.RefreshToken.IsZero() || (is.Grant.Rotations == 1) != (c.exit == 0 && c.requests == 1) {
				t.Errorf("%d rotations", is.Grant.Rotations)
			}
			watch.end(t, 0)
			ui.press("q")
			if code := ui.exit(20 * time.Second); code != 0 {
				t.Errorf("the UI ended with %d", code)
			}
		})
	}
}

// callerAnswer is what a run of `token` said.
type callerAnswer struct {
	token, stderr string
	exit          int
}

// tokens runs `token NAME` in n processes at once.
func (d *rotatingDeck) tokens(n int, name string) []callerAnswer {
	d.t.Helper()
	answers := make([]callerAnswer, n)
	var wg sync.WaitGroup
	for i := range n {
		cmd := d.command("token", name)
		wg.Go(func() { answers[i] = answerOf(cmd) })
	}
	wg.Wait()
	return answers
}

func answerOf(cmd *exec.Cmd) callerAnswer {
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	a := callerAnswer{token: strings.TrimSpace(string(out)), stderr: stderr.String()}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		a.exit = exit.ExitCode()
	case err != nil:
		a.exit, a.stderr = -1, err.Error()
	}
	return a
}

// watching is a run of `watch`.
type watching struct {
	cmd  *exec.Cmd
	said *strings.Builder
}

func (d *rotatingDeck) watch() *watching {
	d.t.Helper()
	w := &watching{cmd: d.command("watch"), said: &strings.Builder{}}
	w.cmd.Stdout, w.cmd.Stderr = w.said, w.said
	if err := w.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		if w.cmd.ProcessState == nil {
			_ = w.cmd.Process.Kill()
			_ = w.cmd.Wait()
		}
	})
	return w
}

// end ends it in good order and wants an exit code.
func (w *watching) end(t testing.TB, code int) {
	t.Helper()
	_ = w.cmd.Process.Signal(syscall.SIGTERM)
	_ = w.cmd.Wait()
	if got := w.cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("watch ended with %d, want %d:\n%s", got, code, w.said)
	}
}

// TestWaitersLeave: whoever asked for a token and goes away before the answer is there leaves no refresh half done: the
// answer is stored by the process that is ending (reference/security.md §5.1, 4).
func TestWaitersLeave(t *testing.T) {
	t.Parallel()
	const slow = 700 * time.Millisecond
	for name, leave := range map[string]func(*terminal){
		"ctrl+c":        func(e *terminal) { e.press("ctrl+c") },
		"SIGTERM":       func(e *terminal) { _ = e.cmd.Process.Signal(syscall.SIGTERM) },
		"terminal gone": func(e *terminal) { _ = e.tty.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			front := testserver.StartFront(t)
			server := testserver.StartRotating(t, testserver.RotatingOptions{Front: front})
			d := newRotatingDeck(t, map[string][]byte{"local": server.Manifest("local")})
			was := d.plant("work", "local", server, 2*time.Hour, time.Hour)
			committed := make(chan struct{})
			front.Inject(testserver.Fault{
				Path: testserver.TokenPath, Mode: testserver.DelayAnswer, Delay: slow, Times: 1, Done: func() { close(committed) },
			})
			e := start(t, 80, 24, d.env, "token", "work")
			select {
			case <-committed:
			case <-time.After(20 * time.Second):
				t.Fatalf("no request came:\n%s", e.frame())
			}
			began := time.Now()
			leave(e)
			_ = e.cmd.Wait()
			if took := time.Since(began); took < slow/2 {
				t.Errorf("the process ended after %s, before the answer came", took)
			}
			is := d.get(was.ID)
			if server.RefreshFate(is.Grant.RefreshToken.Reveal()) != testserver.FateLive || is.Grant.Rotations != 1 || is.Health != (store.Health{}) {
				t.Errorf("stored: %d rotations, the refresh token is %s, %+v", is.Grant.Rotations, server.RefreshFate(is.Grant.RefreshToken.Reveal()), is.Health)
			}
			if got := server.Stats(); got.Refreshes != 1 {
				t.Errorf("the server counted %+v", got)
			}
			if a := answerOf(d.command("token", "work")); a.exit != 0 || a.token != is.Grant.AccessToken.Reveal() {
				t.Errorf("then: %+v", a)
			}
		})
	}
}
