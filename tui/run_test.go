//go:build linux

package tui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"authdeck/store"
	"authdeck/tui/internal/fakedeck"
	"authdeck/tui/term"
)

// play is what this test binary does instead of testing when it runs in a pseudo-terminal: the UI, with a keeper that
// breaks on SIGUSR1, as what says.
func play(what string) int {
	now := make(chan os.Signal, 1)
	signal.Notify(now, syscall.SIGUSR1)
	d := fakedeck.New(time.Now, fakedeck.Eight(time.Now())...)
	d.Known = fakedeck.Catalogue()
	err := Run(context.Background(), Options{Deck: d, Now: time.Now, Colour: true, Motion: true, Notice: term.NoticeOSC777, Keep: func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-now: // SIGUSR1
		}
		if what == "trouble" {
			d.Set(func(rows []store.Summary) []store.Summary {
				rows[0].Health = store.Health{Trouble: store.TroubleDead, Reason: "invalid_grant"}
				return rows
			})
			<-ctx.Done()
			return ctx.Err()
		}
		if what == "panic" {
			panic("the keeper broke")
		}
		return errors.New("no disk")
	}})
	if err != nil {
		fmt.Fprintln(os.Stderr, "ended: "+err.Error())
		return 3
	}
	return 0
}

// played is the UI in a pseudo-terminal.
type played struct {
	t    *testing.T
	cmd  *exec.Cmd
	ptmx *os.File
	tty  *os.File // kept open, so that its modes outlive the program
	was  *unix.Termios
	done chan struct{}

	mu  sync.Mutex
	out bytes.Buffer
}

func startPlay(t *testing.T, what string) *played {
	t.Helper()
	ptmx, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(ptmx, &pty.Winsize{Cols: 80, Rows: 24}); err != nil {
		t.Fatal(err)
	}
	p := &played{t: t, ptmx: ptmx, tty: tty, done: make(chan struct{})}
	if p.was, err = modes(tty); err != nil {
		t.Fatal(err)
	}
	p.cmd = exec.Command(os.Args[0])
	p.cmd.Env = append(os.Environ(), "AUTHDECK_TUI_PLAYS="+what, "TERM=xterm-256color", "NO_COLOR=")
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = tty, tty, tty
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		buf := make([]byte, 32<<10)
		for {
			n, err := ptmx.Read(buf)
			p.mu.Lock()
			p.out.Write(buf[:n])
			p.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		_ = tty.Close()
		<-p.done
		_ = ptmx.Close()
	})
	return p
}

func (p *played) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// until waits for text in the output from a place on.
func (p *played) until(from int, text string) {
	p.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		if out := p.output(); len(out) > from && strings.Contains(out[from:], text) {
			return
		}
		time.Sleep(10 * time.Millisecond) // polls with a deadline: the terminal is another process's
	}
	p.t.Fatalf("no %q within 10 s; the output ends in %q", text, tail(p.output()))
}

func tail(s string) string { return s[max(0, len(s)-400):] }

// ends waits for the program to end, and checks that the terminal is as it was.
func (p *played) ends(code int) {
	p.t.Helper()
	ended := make(chan struct{})
	go func() { _ = p.cmd.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		p.t.Fatalf("the program did not end; the output ends in %q", tail(p.output()))
	}
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		p.t.Errorf("exit code %d, want %d; the output ends in %q", got, code, tail(p.output()))
	}
	p.restored()
}

func (p *played) restored() {
	p.t.Helper()
	deadline := time.Now().Add(2 * time.Second) // what the program wrote last may not have been read yet
	for strings.LastIndex(p.output(), "\x1b[?1004l") < strings.LastIndex(p.output(), "\x1b[?1004h") && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
	out := p.output()
	for _, mode := range []struct{ on, off, what string }{
		{"\x1b[?1049h", "\x1b[?1049l", "the alternate screen is on"},
		{"\x1b[?2004h", "\x1b[?2004l", "bracketed paste is on"},
		{"\x1b[?1004h", "\x1b[?1004l", "focus reports are on"},
		{"\x1b[?25l", "\x1b[?25h", "the cursor is hidden"},
	} {
		if strings.LastIndex(out, mode.off) < strings.LastIndex(out, mode.on) {
			p.t.Errorf("%s; the output ends in %q", mode.what, tail(out))
		}
	}
	now, err := modes(p.tty)
	if err != nil {
		p.t.Fatal(err)
	}
	if now.Lflag != p.was.Lflag || now.Iflag != p.was.Iflag || now.Oflag != p.was.Oflag {
		p.t.Errorf("the terminal is raw: lflag %#x, was %#x", now.Lflag, p.was.Lflag)
	}
}

// TestTerminalIsRestored for every way in which the program can end (reference/tui.md §9).
func TestTerminalIsRestored(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		what string
		end  func(*played)
		code int
		says string
	}{
		"q":                     {"wait", func(p *played) { p.typed("q") }, 0, ""},
		"ctrl+c":                {"wait", func(p *played) { p.typed("\x03") }, 0, ""},
		"SIGTERM":               {"wait", func(p *played) { p.signal(syscall.SIGTERM) }, 3, "ended: context canceled"},
		"SIGINT":                {"wait", func(p *played) { p.signal(syscall.SIGINT) }, 3, "ended: context canceled"},
		"SIGHUP":                {"wait", func(p *played) { p.signal(syscall.SIGHUP) }, 3, "ended: context canceled"},
		"SIGQUIT":               {"wait", func(p *played) { p.signal(syscall.SIGQUIT) }, 3, "ended: context canceled"},
		"a panic in the keeper": {"panic", func(p *played) { p.signal(syscall.SIGUSR1) }, 3, "keeper: the keeper broke"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startPlay(t, c.what)
			p.until(0, "google-work")
			c.end(p)
			p.ends(c.code)
			if c.says != "" {
				p.until(strings.LastIndex(p.output(), "\x1b[?1049l"), c.says)
			}
		})
	}
}

// TestKeeperErrorKeepsTheUI: a keeper that ends is told, and the UI goes on.
func TestKeeperErrorKeepsTheUI(t *testing.T) {
	t.Parallel()
	p := startPlay(t, "error")
	p.until(0, "google-work")
	p.signal(syscall.SIGUSR1)
	p.until(0, "the keeper ended")
	p.typed("q")
	p.ends(0)
}

// TestSuspend: ctrl+z and a SIGTSTP from outside give the terminal back; SIGCONT takes it again.
func TestSuspend(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*played){
		"ctrl+z":  func(p *played) { p.typed("\x1a") },
		"SIGTSTP": func(p *played) { p.signal(syscall.SIGTSTP) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startPlay(t, "wait")
			p.until(0, "google-work")
			stop(p)
			p.until(0, "\x1b[?1049l")
			p.stopped()
			p.restored()
			n := len(p.output())
			p.signal(syscall.SIGCONT)
			p.until(n, "google-work")
			p.typed("q")
			p.ends(0)
		})
	}
}

// TestNoticeIsNotWrittenWhileSuspended: trouble that came while another program had the terminal is told once it is back.
func TestNoticeIsNotWrittenWhileSuspended(t *testing.T) {
	t.Parallel()
	p := startPlay(t, "trouble")
	p.until(0, "google-work")
	p.typed("\x1a")
	p.until(0, "\x1b[?1049l")
	p.stopped()
	p.signal(syscall.SIGUSR1)
	n := len(p.output())
	p.signal(syscall.SIGCONT)
	const call = "\x1b]777;notify;authdeck;google-work: sign-in needed: invalid_grant\a"
	p.until(n, call)
	out := p.output()
	if i := strings.Index(out, call); i < n || strings.LastIndex(out[:i], "\x1b[?1049h") < n {
		t.Errorf("the call comes before the terminal is taken again: %q", tail(out[:i+1]))
	}
	p.typed("q")
	p.ends(0)
}

func (p *played) typed(s string) {
	p.t.Helper()
	if _, err := io.WriteString(p.ptmx, s); err != nil {
		p.t.Fatal(err)
	}
}

func (p *played) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}
