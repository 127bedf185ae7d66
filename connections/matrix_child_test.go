//go:build unix

package connections_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
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

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/clock"
	"authdeck/internal/testserver"
	"authdeck/oauthflow"
	"authdeck/store"
)

// The moments of a refresh that a refresher passes, in order.
const (
	lockTaken     = "lock taken"
	intentWritten = "intent written"
	sending       = "sending"
	answerRead    = "answer read"
	inTransaction = "inside the store transaction"
	answerStored  = "answer stored"
)

// refresher is what a child process is told: it asks for a token of "work" and may kill or stop itself on the way.
type refresher struct {
	Dir, Issuer string
	Within      time.Duration // deadline of its request, zero for the product's own
	At          string        // the moment at which it does something to itself
	Stop        bool          // SIGSTOP, else SIGKILL
	Marks       bool          // it prints each moment as it passes it
}

const refresherEnv = "CONNECTIONS_TEST_REFRESHER"

// refresherMain is the body of such a child.
func refresherMain(settings string) int {
	fail := func(err error) int {
		fmt.Println("error:", err)
		return 1
	}
	var r refresher
	if err := json.Unmarshal([]byte(settings), &r); err != nil {
		return fail(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	c := &tellingClock{Clock: clock.System()}
	st, err := boltWith(ctx, r.Dir, c)
	if err != nil {
		return fail(err)
	}
	passing := &passing{Store: st, r: r, clock: c}
	p := &plain{
		c: &oauthflow.Caller{HTTP: oauthflow.NewHTTPClient()}, issuer: r.Issuer, token: r.Issuer + testserver.TokenPath,
		within: r.Within, mark: passing.mark,
	}
	svc := connections.New(connections.Options{
		Store: passing, Registry: integrations.NewRegistry(source{p}), Clock: clock.System(), Rand: rand.Reader, Browser: noBrowser{},
	})
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return fail(err)
	}
	k, err := svc.Token(ctx, "work", -1)
	if err != nil {
		return fail(err)
	}
	fmt.Println(k.Value.Reveal())
	if err := svc.Close(); err != nil {
		return fail(err)
	}
	return 0
}

// passing tells of each moment of a refresh that its process passes.
type passing struct {
	store.Store
	r     refresher
	clock *tellingClock
	once  sync.Once // the intent may be written twice
	sent  sync.Once
}

func (p *passing) mark(moment string) {
	if moment == "read" {
		moment = answerRead
	}
	if p.r.Marks {
		fmt.Println("passing", time.Now().UnixMicro(), moment)
	}
	if p.r.At != moment {
		return
	}
	if p.r.Stop {
		goesOn := make(chan os.Signal, 1) // the stop may come a little later than Kill returns
		signal.Notify(goesOn, syscall.SIGCONT)
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		<-goesOn
		return
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

func (p *passing) SetIntent(ctx context.Context, id string, i *store.Intent) error {
	p.once.Do(func() { p.mark(lockTaken) })
	err := p.Store.SetIntent(ctx, id, i)
	p.sent.Do(func() { p.mark(intentWritten) })
	return err
}

func (p *passing) Put(ctx context.Context, c store.Connection, w store.Write) (store.Connection, error) {
	if p.r.At == inTransaction {
		p.clock.tell(func() { p.mark(inTransaction) })
	}
	c, err := p.Store.Put(ctx, c, w)
	p.mark(answerStored)
	return c, err
}

// tellingClock calls back once when it is looked at next: the store does so inside its transaction.
type tellingClock struct {
	clock.Clock
	mu   sync.Mutex
	next func()
}

func (c *tellingClock) tell(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next = f
}

func (c *tellingClock) Wall() time.Time {
	c.mu.Lock()
	f := c.next
	c.next = nil
	c.mu.Unlock()
	if f != nil {
		f()
	}
	return c.Clock.Wall()
}

// child starts a refresher on the scene's store and waits until it is ready.
func (s *scene) child(r refresher) *process {
	s.t.Helper()
	r.Dir, r.Issuer = s.dir, s.server.Issuer
	settings, err := json.Marshal(r)
	if err != nil {
		s.t.Fatal(err)
	}
	p := &process{Cmd: exec.CommandContext(context.WithoutCancel(s.t.Context()), os.Args[0])}
	p.Env = append(os.Environ(), refresherEnv+"="+string(settings))
	p.Stderr = os.Stderr
	if p.in, err = p.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	out, err := p.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	p.out = bufio.NewScanner(out)
	if err := p.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = p.Process.Kill()
		_, _ = io.Copy(io.Discard, out)
		_ = p.Wait()
	})
	if got := p.line(); got != "ready" {
		s.t.Fatalf("the child says %q", got)
	}
	return p
}

// killed waits for the child's end, which must be SIGKILL.
func (p *process) killed(t *testing.T) {
	t.Helper()
	if got := p.line(); got != "" {
		t.Fatalf("the child lived on and said %q", got)
	}
	_ = p.Wait()
	if status, ok := p.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("the child ended by %v", p.ProcessState)
	}
}

// stopped waits until the child is stopped.
func (p *process) stopped(t *testing.T) {
	t.Helper()
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(p.Process.Pid, &status, syscall.WUNTRACED, nil)
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil || pid != p.Process.Pid || !status.Stopped():
			t.Fatalf("wait for the stop: %v, %v", status, err)
		}
		return
	}
}

func (p *process) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(p.Process.Pid, sig); err != nil {
		t.Error(err)
	}
}

// token is what the child prints last, and whether it is one.
func (p *process) token() (string, bool) {
	line := p.line()
	for strings.HasPrefix(line, "passing ") {
		line = p.line()
	}
	return line, line != "" && !strings.HasPrefix(line, "error:")
}
