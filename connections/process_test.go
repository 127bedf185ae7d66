//go:build unix

package connections_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"authdeck/connections"
	"authdeck/internal/testserver"
)

// TestMain also is the body of the child processes that tests start: real processes, to be killed.
func TestMain(m *testing.M) {
	if settings := os.Getenv(refresherEnv); settings != "" {
		os.Exit(refresherMain(settings))
	}
	goleak.VerifyTestMain(m)
}

// process is a child of a test.
type process struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
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

// TestRace: 8 goroutines and 8 processes ask at once for a token of an expired connection with a rotating refresh token:
// one refresh at the server, 16 equal answers.
func TestRace(t *testing.T) {
	t.Parallel()
	s := newScene(t, testserver.RotatingOptions{}, expired)
	var children []*process
	for range 8 {
		children = append(children, s.child(refresher{}))
	}
	tokens := make(chan string, 16)
	var wg sync.WaitGroup
	for _, p := range children {
		wg.Go(func() {
			p.ask(t)
			token, _ := p.token()
			tokens <- token
		})
		wg.Go(func() {
			k, err := s.Token(t.Context(), "work", -1)
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
	s.holds(matrixRow{state: connections.StateOK, stored: whole, requests: 1}, nil)
	if len(seen) != 1 || seen[s.is().Grant.AccessToken.Reveal()] != 16 {
		t.Errorf("%d different answers", len(seen))
	}
}
