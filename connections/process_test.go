//go:build unix

package connections_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"authdeck/connections"
	"authdeck/integrations/demo"
	"authdeck/store"
)

// TestMain also is the body of the child processes that tests start: real processes, to be killed.
func TestMain(m *testing.M) {
	if role := os.Getenv("CONNECTIONS_TEST_CHILD"); role != "" {
		os.Exit(child(role, os.Getenv("CONNECTIONS_TEST_DIR"), os.Getenv("CONNECTIONS_TEST_ISSUER")))
	}
	if settings := os.Getenv(refresherEnv); settings != "" {
		os.Exit(refresherMain(settings))
	}
	goleak.VerifyTestMain(m)
}

// child says "ready", waits for a line, asks for a token of "work" and prints it. Its role is "token", or the point of
// the refresh at which it kills itself.
func child(role, dir, issuer string) int {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	fail := func(err error) int {
		fmt.Println("error:", err)
		return 1
	}
	s, err := bolt(ctx, dir)
	if err != nil {
		return fail(err)
	}
	w, err := newWire(ctx, issuer)
	if err != nil {
		return fail(err)
	}
	svc := service(&suicidal{Store: s, at: role}, w)
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return fail(err)
	}
	k, err := svc.Token(ctx, "work", 0)
	if err != nil {
		return fail(err)
	}
	fmt.Println(k.Value.Reveal())
	if err := svc.Close(); err != nil {
		return fail(err)
	}
	return 0
}

// suicidal kills its process at one point of a refresh.
type suicidal struct {
	store.Store
	at string
}

func (s *suicidal) die(point string) {
	if s.at == point {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

func (s *suicidal) SetIntent(ctx context.Context, id string, i *store.Intent) error {
	s.die("lock taken")
	err := s.Store.SetIntent(ctx, id, i)
	s.die("intent written")
	return err
}

func (s *suicidal) Put(ctx context.Context, c store.Connection, w store.Write) (store.Connection, error) {
	s.die("answer read")
	c, err := s.Store.Put(ctx, c, w)
	s.die("answer stored")
	return c, err
}

// process is a child of a test.
type process struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func (r *real) start(t *testing.T, role string) *process {
	t.Helper()
	p := &process{Cmd: exec.CommandContext(t.Context(), os.Args[0])}
	p.Env = append(os.Environ(), "CONNECTIONS_TEST_CHILD="+role, "CONNECTIONS_TEST_DIR="+r.dir, "CONNECTIONS_TEST_ISSUER="+r.server.Issuer())
	p.Stderr = os.Stderr
	var err error
	if p.in, err = p.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewScanner(out)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Process.Kill()
		_ = p.Wait()
	})
	if got := p.line(); got != "ready" {
		t.Fatalf("the child says %q", got)
	}
	return p
}

// line is what the child says next, "" if it is gone.
func (p *process) line() string {
	p.out.Scan()
	return p.out.Text()
}

func (p *process) ask(t *testing.T) {
	t.Helper()
	if _, err := io.WriteString(p.in, "go\n"); err != nil {
		t.Error(err)
	}
}

// expired makes a connection "work" whose access token has ended.
func (r *real) expired(t *testing.T) connections.Detail {
	t.Helper()
	d := r.login(t, connections.LoginRequest{Integration: "demo", Name: "work"}, "ada@example.com")
	c, err := r.store.Get(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	c.Grant.ObtainedAt, c.Grant.ExpiresAt = c.Grant.ObtainedAt.Add(-time.Hour), c.Grant.ExpiresAt.Add(-time.Hour)
	if _, err := r.store.Put(t.Context(), c, store.Write{}); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestRace: 8 goroutines and 8 processes ask at once for a token of an expired connection with a rotating refresh token:
// one refresh at the server, 16 equal answers.
func TestRace(t *testing.T) {
	t.Parallel()
	r := newReal(t, demo.Options{})
	r.expired(t)
	var children []*process
	for range 8 {
		children = append(children, r.start(t, "token"))
	}
	tokens := make(chan string, 16)
	var wg sync.WaitGroup
	for _, p := range children {
		wg.Go(func() {
			p.ask(t)
			tokens <- p.line()
		})
		wg.Go(func() {
			k, err := r.Token(t.Context(), "work", 0)
			if err != nil {
				t.Error(err)
			}
			tokens <- k.Value.Reveal()
		})
	}
	wg.Wait()
	close(tokens)
	seen := map[string]int{}
	for k := range tokens {
		seen[k]++
	}
	if s := r.server.Stats(); s.TokenRequests["refresh_token"] != 1 || s.ReuseErrors != 0 {
		t.Errorf("%+v", s)
	}
	d, err := r.Show(t.Context(), "work")
	if err != nil || len(seen) != 1 || seen[d.Access.Reveal()] != 16 {
		t.Errorf("%d different answers, %v", len(seen), err)
	}
}

// TestKill9: a refresher that is killed loses no grant whose answer is on disk, leaves no lock, and what it began is
// taken up once.
func TestKill9(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		point    string
		requests int // at the server, in all
		reuse    int
		kind     connections.Kind
	}{
		{"lock taken", 1, 0, ""},
		{"intent written", 1, 0, ""},
		{"answer read", 2, 1, connections.KindSignIn}, // a lost reply at a server without grace
		{"answer stored", 1, 0, ""},
	} {
		t.Run(c.point, func(t *testing.T) {
			t.Parallel()
			r := newReal(t, demo.Options{})
			r.expired(t)
			p := r.start(t, c.point)
			p.ask(t)
			if got := p.line(); got != "" {
				t.Fatalf("the child lived on and said %q", got)
			}
			_ = p.Wait()
			if status, ok := p.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
				t.Fatalf("the child ended by %v", p.ProcessState)
			}
			began := time.Now()
			k, err := r.Token(t.Context(), "work", 0)
			if kindOf(t, err) != c.kind || err == nil && k.Value.IsZero() {
				t.Errorf("%v, want %q", err, c.kind)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %s: was the lock left behind?", took)
			}
			if s := r.server.Stats(); s.TokenRequests["refresh_token"] != c.requests || s.ReuseErrors != c.reuse {
				t.Errorf("%+v, want %d refreshes and %d reuse errors", s, c.requests, c.reuse)
			}
			d, err := r.Show(t.Context(), "work")
			if err != nil || d.Refresh.IsZero() {
				t.Fatalf("%+v %v", d, err)
			}
			if c.kind != "" && !strings.HasPrefix(d.Reason, "refresh interrupted") {
				t.Errorf("reason %q", d.Reason)
			}
			if c.kind == "" {
				if _, _, err := r.Refresh(t.Context(), "work"); err != nil {
					t.Errorf("the grant is lost: %v", err)
				}
			}
		})
	}
}
