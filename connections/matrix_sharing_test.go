package connections_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/internal/testserver"
)

// sharingRow is a state in which UI, watch and scripts meet one connection.
type sharingRow struct {
	name   string
	age    age
	faults []testserver.Fault
	end    bool // the provider has ended the grant

	kind     connections.Kind // of each script's error
	state    connections.State
	stored   stored
	requests int
	warning  string
	soonest  time.Duration
	latest   time.Duration
}

// TestMatrix_Sharing: UI + watch + 1, 8, 32 scripts over one store on disk: one request an expiry, equal answers, and one
// state everywhere.
func TestMatrix_Sharing(t *testing.T) {
	t.Parallel()
	for _, r := range []sharingRow{
		{name: "valid", age: valid, state: connections.StateOK, stored: unchanged},
		{name: "due", age: due, state: connections.StateOK, stored: whole, requests: 1},
		{name: "expired", age: expired, state: connections.StateOK, stored: whole, requests: 1},
		{
			name: "provider failing", age: expired, faults: says(503, "", retryAfter("600")), kind: connections.KindTransient, state: retries,
			stored: unchanged, requests: 1, soonest: 10 * time.Minute, latest: 11 * time.Minute,
		},
		{name: "grant dead", age: expired, end: true, kind: connections.KindSignIn, state: dead, stored: unchanged, requests: 1},
	} {
		for _, scripts := range []int{1, 8, 32} {
			t.Run(fmt.Sprintf("%s, %d scripts", r.name, scripts), func(t *testing.T) {
				t.Parallel()
				r.share(t, scripts)
			})
		}
	}
}

func (r sharingRow) share(t *testing.T, scripts int) {
	t.Helper()
	s := newScene(t, testserver.RotatingOptions{}, r.age)
	if r.end {
		s.server.End(s.was.Grant.RefreshToken.Reveal())
	}
	// Whoever asks first is kept waiting until all are there: they ask of one expiry.
	arrived, all := make(chan struct{}, 99), make(chan struct{})
	hold := testserver.Fault{Mode: testserver.Delay}
	if len(r.faults) > 0 {
		hold = r.faults[0]
	}
	hold.Times = 99
	hold.Hit = func() { <-all }
	s.inject(matrixRow{faults: []testserver.Fault{hold}})

	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	keeping, stop := context.WithCancel(ctx)
	var keepers, callers sync.WaitGroup
	services := make([]*connections.Service, 0, scripts+2)
	for range scripts + 2 {
		svc, _ := s.another(s.client)
		services = append(services, svc)
	}
	for _, svc := range services[:2] { // the UI's keeper, and watch
		keepers.Go(func() {
			if err := svc.Keep(keeping, nil); err != nil {
				t.Errorf("keep: %v", err)
			}
		})
	}
	tokens := make(chan string, scripts)
	var last error
	var mu sync.Mutex
	for _, svc := range services[2:] {
		callers.Go(func() {
			arrived <- struct{}{}
			k, err := svc.Token(ctx, "work", -1)
			if kindOf(t, err) != r.kind {
				t.Errorf("a script got %v, want %q", err, r.kind)
			}
			tokens <- k.Value.Reveal()
			mu.Lock()
			defer mu.Unlock()
			last = err
		})
	}
	for range scripts {
		<-arrived
	}
	time.AfterFunc(300*time.Millisecond, func() { close(all) }) // they have begun; by now they wait
	callers.Wait()
	stop()
	keepers.Wait()
	close(tokens)
	is := s.is()
	want := is.Grant.AccessToken.Reveal()
	if r.kind != "" {
		want = ""
	}
	for k := range tokens {
		if k != want {
			t.Errorf("a script got the token %q, want %q", k, want)
		}
	}
	s.holds(matrixRow{kind: r.kind, state: r.state, stored: r.stored, requests: r.requests, soonest: r.soonest, latest: r.latest}, last)
	var states []string
	for _, svc := range services {
		d, err := svc.Show(t.Context(), "work")
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, string(d.State)+" "+d.Reason)
	}
	if first := states[0]; strings.Count(strings.Join(states, "\n")+"\n", first+"\n") != len(states) {
		t.Errorf("not one state everywhere: %q", states)
	}
}

// TestMatrix_WaitersLeave_OwnDeadline: a caller whose deadline is shorter than the request leaves; the exchange is finished
// and stored. Ctrl+c, SIGTERM and a terminal that is gone are rows of cmd/authdeck.
func TestMatrix_WaitersLeave_OwnDeadline(t *testing.T) {
	t.Parallel()
	s := newScene(t, testserver.RotatingOptions{}, expired)
	s.inject(matrixRow{faults: []testserver.Fault{{Mode: testserver.DelayAnswer, Delay: 500 * time.Millisecond}}})
	svc, _ := s.another(s.client)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := svc.Token(ctx, "work", -1)
	if took := time.Since(began); kindOf(t, err) != connections.KindTransient || took > 450*time.Millisecond {
		t.Errorf("%v after %s", err, took)
	}
	if err := svc.Close(); err != nil { // the process ends
		t.Error(err)
	}
	s.holds(matrixRow{state: connections.StateOK, stored: whole, requests: 1}, nil)
}
