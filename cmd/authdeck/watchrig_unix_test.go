//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"authdeck/integrations/demo"
)

// deck is a data folder with connections of a real authorization server, whose refreshes can be made to fail.
type deck struct {
	t        testing.TB
	data     string
	env      []string
	server   *demo.Server
	answer   atomic.Pointer[func(http.ResponseWriter, *http.Request) bool] // true: it answered
	requests atomic.Int64                                                  // for tokens
}

// newDeck makes it with one connection for each name.
func newDeck(t testing.TB, ttl time.Duration, names ...string) *deck {
	t.Helper()
	d := &deck{t: t, data: filepath.Join(t.TempDir(), "data")}
	var err error
	d.server, err = demo.Start(t.Context(), demo.Options{TokenTTL: ttl, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.Contains(r.URL.Path, "token") {
				d.requests.Add(1)
				if f := d.answer.Load(); f != nil && (*f)(w, r) {
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.server.Close() })
	d.env = []string{
		noKeyring, "AUTHDECK_DATA_DIR=" + d.data, "XDG_CONFIG_HOME=" + t.TempDir(), "HOME=" + t.TempDir(),
		"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(),
	}
	verb(t, d.env, "store", "key-file", filepath.Join(t.TempDir(), "key"))
	verb(t, d.env, "integrations", "add", d.server.Issuer(), "--name", "local")
	for _, name := range names {
		d.login(name)
	}
	return d
}

func (d *deck) login(name string) {
	d.t.Helper()
	verb(d.t, d.env, "login", "local", "--name", name, "--browser", mustLook(d.t, "playbrowser"))
}

// fails makes refreshes fail from now on.
func (d *deck) fails(status int, body string) {
	f := func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
	d.answer.Store(&f)
}

// works takes that back.
func (d *deck) works() { d.answer.Store(nil) }

// program is a run of the built program whose lines of stdout are read as they come.
type program struct {
	t      testing.TB
	cmd    *exec.Cmd
	lines  chan string // closed at the end of stdout
	stderr *lockedText
	ended  chan struct{}
}

// run starts authdeck with args; extra is added to the environment.
func (d *deck) run(extra []string, args ...string) *program {
	d.t.Helper()
	path, err := built()
	if err != nil {
		d.t.Fatal(err)
	}
	p := &program{t: d.t, cmd: exec.Command(path, args...), lines: make(chan string, 1000), stderr: &lockedText{}, ended: make(chan struct{})}
	p.cmd.Env = append(append([]string{}, d.env...), extra...)
	p.cmd.Stderr = p.stderr
	out, in, err := os.Pipe()
	if err != nil {
		d.t.Fatal(err)
	}
	p.cmd.Stdout = in
	if err := p.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	_ = in.Close()
	go func() {
		defer close(p.lines)
		s := bufio.NewScanner(out)
		for s.Scan() {
			p.lines <- s.Text()
		}
	}()
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait()
	}()
	d.t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
		_ = out.Close()
	})
	return p
}

func (p *program) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// exit waits for the end and returns the exit code, -1 after a signal.
func (p *program) exit(within time.Duration) int {
	p.t.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(within):
		p.t.Fatalf("still running after %v; stderr:\n%s", within, p.stderr)
		return 0
	}
}

// event waits for the next line that is one of these events, as JSON; others are passed over.
func (p *program) event(within time.Duration, events ...string) eventJSON {
	p.t.Helper()
	late := time.After(within)
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				p.t.Fatalf("stdout ended before %v came; stderr:\n%s", events, p.stderr)
			}
			var e eventJSON
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				p.t.Fatalf("%q is no JSON object: %v", line, err)
			}
			for _, want := range events {
				if e.Event == want {
					return e
				}
			}
		case <-late:
			p.t.Fatalf("no event of %v within %v; stderr:\n%s", events, within, p.stderr)
		}
	}
}

// until waits until a condition holds.
func until(t testing.TB, within time.Duration, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("not within %v: %s", within, what)
		case <-time.After(5 * time.Millisecond): // polls with a deadline: it happens in another process
		}
	}
}

// says waits for text on stderr.
func (p *program) says(within time.Duration, text string) {
	p.t.Helper()
	until(p.t, within, text+" on stderr", func() bool { return strings.Contains(p.stderr.String(), text) })
}

// worstOf lets each connection fail in a way of its own: the first refresh token that comes one way, others the other.
func (d *deck) worstOf(status1 int, body1 string, status2 int, body2 string) {
	var first atomic.Pointer[string]
	f := func(w http.ResponseWriter, r *http.Request) bool {
		token := r.FormValue("refresh_token")
		first.CompareAndSwap(nil, &token)
		status, body := status1, body1
		if *first.Load() != token {
			status, body = status2, body2
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
	d.answer.Store(&f)
}

func testCommand(t testing.TB, env []string, path string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(path, args...)
	cmd.Env = env
	return cmd
}
