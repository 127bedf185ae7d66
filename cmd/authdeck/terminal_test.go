package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// builds are the folders of the programs that a test run builds; they go with it.
var builds struct {
	mu   sync.Mutex
	dirs []string
}

func buildDir(kind string) (string, error) {
	builds.mu.Lock()
	defer builds.mu.Unlock()
	dir, err := os.MkdirTemp("", "authdeck-"+kind+"-")
	if err == nil {
		builds.dirs = append(builds.dirs, dir)
	}
	return dir, err
}

// tests are those of the package; what they built is removed after them.
type tests struct{ *testing.M }

func (t tests) Run() int {
	code := t.M.Run()
	for _, dir := range builds.dirs {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	return code
}

// built is the program as a user builds it, made once a test run.
var built = sync.OnceValues(func() (string, error) {
	dir, err := buildDir("built")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "authdeck")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build authdeck: %w\n%s", err, out)
	}
	return path, nil
})

// terminal is the built program in a pseudo-terminal, its output drawn by an emulator.
type terminal struct {
	t    testing.TB
	cmd  *exec.Cmd
	tty  *os.File
	done chan struct{} // closed when the program's output ended
	raw  *strings.Builder

	mu  sync.Mutex // x/vt's own lock does not cover String
	emu *vt.Emulator
}

// start runs the program with args at a size; env is added to a clean environment.
func start(t testing.TB, cols, rows int, env []string, args ...string) *terminal {
	t.Helper()
	return startIn(t, "", cols, rows, env, args...)
}

// startIn runs it in a folder.
func startIn(t testing.TB, dir string, cols, rows int, env []string, args ...string) *terminal {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = dir
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8", "HOME=" + t.TempDir(), "TMPDIR=" + os.TempDir(),
	}, env...)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}) //nolint:gosec // small numbers
	if err != nil {
		cancel()
		t.Fatalf("start in a pseudo-terminal: %v", err)
	}
	e := &terminal{t: t, cmd: cmd, tty: tty, done: make(chan struct{}), raw: &strings.Builder{}, emu: vt.NewEmulator(cols, rows)}
	answers := make(chan struct{})
	go func() { // what the terminal answers to queries
		defer close(answers)
		_, _ = io.Copy(tty, e.emu)
	}()
	go func() {
		defer close(e.done)
		buf := make([]byte, 32<<10)
		for {
			n, err := tty.Read(buf)
			e.mu.Lock()
			e.raw.Write(buf[:n])
			_, _ = e.emu.Write(buf[:n])
			e.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		_ = tty.Close()
		<-e.done
		if in, ok := e.emu.InputPipe().(io.Closer); ok { // the emulator's own Close races with its Read
			_ = in.Close()
		}
		<-answers
	})
	return e
}

// frame is the screen as text.
func (e *terminal) frame() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.emu.String()
}

// output is every byte that the program wrote.
func (e *terminal) output() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.raw.String()
}

var keyBytes = map[string]string{
	"enter": "\r", "esc": "\x1b", "tab": "\t", "up": "\x1b[A", "down": "\x1b[B", "ctrl+c": "\x03", "ctrl+j": "\n", "space": " ", "left": "\x1b[D", "right": "\x1b[C",
}

// press types keys, or texts of several characters, one after the other.
func (e *terminal) press(keys ...string) {
	e.t.Helper()
	for _, k := range keys {
		text, ok := keyBytes[k]
		if !ok {
			text = k
		}
		if _, err := io.WriteString(e.tty, text); err != nil {
			e.t.Fatalf("press %s: %v", k, err)
		}
	}
}

// until waits for the screen to match, and returns the submatches.
func (e *terminal) until(what string, within time.Duration) []string {
	e.t.Helper()
	re := regexp.MustCompile(what)
	deadline := time.After(within)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if m := re.FindStringSubmatch(e.frame()); m != nil {
			return m
		}
		select {
		case <-tick.C:
		case <-deadline:
			e.t.Fatalf("the screen did not show %q within %s:\n%s", what, within, e.frame())
		}
	}
}

// exit waits for the program to end and returns its exit code.
func (e *terminal) exit(within time.Duration) int {
	e.t.Helper()
	select {
	case <-e.done:
	case <-time.After(within):
		e.t.Fatalf("the program did not end within %s:\n%s", within, e.frame())
	}
	_ = e.cmd.Wait()
	return e.cmd.ProcessState.ExitCode()
}

// eventually waits for a condition that another process makes true.
func eventually(t testing.TB, within time.Duration, what string, held func() bool) {
	t.Helper()
	deadline := time.After(within)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !held() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited %s for %s", within, what)
		}
	}
}
