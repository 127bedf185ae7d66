package store

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"authdeck/internal/secret"
)

// process is a child of a test.
type process struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// start runs this test binary as a child with a role on the store in dir.
func start(t testing.TB, role, dir string) *process {
	t.Helper()
	return startAs(t, role, dir, exec.CommandContext(t.Context(), os.Args[0]))
}

// startAs runs a command that ends in this test binary.
func startAs(t testing.TB, role, dir string, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{Cmd: cmd}
	p.Env = append(os.Environ(), "STORE_TEST_CHILD="+role, "STORE_TEST_DIR="+dir)
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
	return p
}

// line waits for the child to say something.
func (p *process) line(t testing.TB) string {
	t.Helper()
	if !p.out.Scan() {
		t.Fatalf("the child said nothing: %v", p.out.Err())
	}
	return p.out.Text()
}

// childPut puts one connection again and again and says each generation once it is acknowledged.
func childPut(ctx context.Context, b *Bolt) error {
	c, err := b.Find(ctx, "victim")
	if err != nil {
		return err
	}
	for {
		n := strconv.FormatUint(c.Generation+1, 10)
		if err := b.SetIntent(ctx, c.ID, &Intent{Generation: c.Generation, Sent: true}); err != nil {
			return err
		}
		c.Grant.RefreshToken = secret.New("refresh-" + n)
		c.UserData = []byte(strings.Repeat("x", int(c.Generation%7)*1000))
		if c, err = b.Put(ctx, c, Write{ClearIntent: true, Events: []Event{{Event: "refresh", Outcome: n}}}); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

func TestKill_NoAcknowledgedWriteIsLost(t *testing.T) {
	rounds := 12
	if long() {
		rounds = 300
	}
	dir := folder(t)
	b := open(t, dir)
	victim := put(t, b, Connection{Name: "victim"}, Write{})
	for i := range 200 {
		put(t, b, sample(i), Write{})
		if i == 20 && !long() {
			break
		}
	}
	acknowledged := victim.Generation
	for range rounds {
		p := start(t, "put", dir)
		after := time.Duration(rand.IntN(40)) * time.Millisecond
		p.line(t) // it is at work
		timer := time.AfterFunc(after, func() { _ = p.Process.Kill() })
		for p.out.Scan() {
			n, err := strconv.ParseUint(p.out.Text(), 10, 64)
			if err != nil {
				t.Fatalf("the child failed: %s", p.out.Text())
			}
			acknowledged = n
		}
		timer.Stop()
		_ = p.Wait()

		again := open(t, dir)
		c, err := again.Get(t.Context(), victim.ID)
		if err != nil {
			t.Fatal(err)
		}
		if c.Generation < acknowledged || c.Grant.RefreshToken.Reveal() != fmt.Sprintf("refresh-%d", c.Generation) {
			t.Fatalf("generation %d with %q, but %d was acknowledged", c.Generation, c.Grant.RefreshToken.Reveal(), acknowledged)
		}
		if events, err := again.History(t.Context(), victim.ID); err != nil || events[len(events)-1].Outcome != strconv.FormatUint(c.Generation, 10) {
			t.Fatalf("the history is not of the same write: %v", err)
		}
		sound(t, again)
		acknowledged = c.Generation
	}
	t.Logf("%d generations over %d kills", acknowledged, rounds)
}

// sound runs bbolt's own check.
func sound(t *testing.T, b *Bolt) {
	t.Helper()
	err := b.with(t.Context(), reading, func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Errorf("check: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
