package connections_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/internal/testserver"
)

// caller is what one process of a race does until it has what it wants. "UI" keeps fresh and hands out, "script" only hands
// out, "watch" only keeps fresh.
type caller string

const (
	aScript caller = "scripts"
	aUI     caller = "UI"
	aWatch  caller = "watch"
)

// joins has a Service of its own take part in a race; it returns the token that it ended up with.
func (c caller) joins(ctx context.Context, svc *connections.Service, refreshed func() bool) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var keeping sync.WaitGroup
	defer keeping.Wait()
	defer cancel()
	if c != aScript {
		keeping.Go(func() { _ = svc.Keep(ctx, nil) })
	}
	if c == aWatch {
		for !refreshed() {
			select {
			case <-time.After(5 * time.Millisecond):
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}
		d, err := svc.Show(ctx, "work")
		return d.Access.Reveal(), err
	}
	k, err := svc.Token(ctx, "work", -1)
	return k.Value.Reveal(), err
}

// race runs callers at one expired connection, each a Service of its own over the one store on disk.
func (s *scene) race(callers []caller) map[string]int {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	refreshed := func() bool { return s.is().Grant.Rotations > s.was.Grant.Rotations }
	var wg sync.WaitGroup
	var mu sync.Mutex
	tokens := map[string]int{}
	gate := make(chan struct{})
	for _, c := range callers {
		svc, _ := s.another(s.client)
		wg.Go(func() {
			<-gate
			token, err := c.joins(ctx, svc, refreshed)
			if err != nil {
				s.t.Errorf("%s: %v", c, err)
			}
			mu.Lock()
			defer mu.Unlock()
			tokens[token]++
		})
	}
	close(gate)
	wg.Wait()
	return tokens
}

// TestMatrix_Race: 2, 8, 32 callers of each sort at each kind of server: one request an expiry, equal answers, and no server
// that saw a token twice.
func TestMatrix_Race(t *testing.T) {
	t.Parallel()
	for _, kind := range testserver.Kinds() {
		for _, sort := range []caller{aUI, aScript, aWatch} {
			for _, n := range []int{2, 8, 32} {
				t.Run(fmt.Sprintf("%d %s at %s", n, sort, kind), func(t *testing.T) {
					t.Parallel()
					s := newScene(t, testserver.RotatingOptions{Kind: kind, Work: 20 * time.Millisecond}, expired)
					callers := make([]caller, n)
					for i := range callers {
						callers[i] = sort
					}
					tokens := s.race(callers)
					is := s.is()
					if len(tokens) != 1 || tokens[is.Grant.AccessToken.Reveal()] != n {
						t.Errorf("%d different tokens, %d callers have the stored one", len(tokens), tokens[is.Grant.AccessToken.Reveal()])
					}
					s.holds(matrixRow{state: connections.StateOK, stored: whole, requests: 1}, nil)
					if got := s.server.Stats(); got.Refreshes != 1 || got.Reuse+got.FamiliesDead != 0 {
						t.Errorf("the server counted %+v", got)
					}
				})
			}
		}
	}
}
