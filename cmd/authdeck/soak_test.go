package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"authdeck/connections"
)

// The soak: how long it lasts, and what happens in it. AUTHDECK_SOAK=3m is CI's (.ci/run), AUTHDECK_SOAK=2h the one before
// a release: AUTHDECK_SOAK=2h go test -run '^TestSoak$' -timeout 3h -v ./cmd/authdeck
const (
	soakShort    = 20 * time.Second
	soakAll      = 20               // connections
	soakStrict   = 8 * time.Second  // lifetime of tokens at the servers without grace
	soakGraced   = 5 * time.Second  // and at the one with grace
	soakDropped  = 0.2              // of the token requests, before the server sees them
	soakLost     = 0.1              // of the answers of the server with grace
	soakKill     = 30 * time.Second // between two kills; in the short setting a sixth of it
	soakAnswered = 0.99
	soakPromise  = soakGraced / 5 // what a token that is handed out has left, at least
	soakRSS      = 0.10
)

// TestSoak runs two `watch` and a `token` a second on 20 connections with tokens of 5 and 8 s at two servers behind a faulty
// front (a third, in Node, joins when AUTHDECK_SOAK is set), and kills a process now and then. Goals (reference/security.md
// §7): no expired token handed out, no grant lost, 99 % of the `token` calls answered, and the memory of `watch` stays where
// it is.
func TestSoak(t *testing.T) {
	t.Parallel()
	s := newSoak(t)
	s.run()
	s.judge()
}

type soak struct {
	t       testing.TB
	lasts   time.Duration
	pause   time.Duration // between two calls of token
	kill    time.Duration // between two kills
	deck    *rotatingDeck
	servers []*soakServer
	gate    sync.RWMutex // held shared while a server without grace works
	names   []string
	apis    map[string]string // by connection
	draw    *rand.Rand
	client  *http.Client
	steady  *watching // never killed: its memory is measured
	mortal  *watching
	started time.Time

	calls, unanswered, refused, late, kills int
	rss                                     []float64 // MB of steady, since the warm-up
}

func newSoak(t testing.TB) *soak {
	t.Helper()
	s := &soak{
		t: t, lasts: soakShort, pause: time.Second / 4, kill: soakKill / 6, apis: map[string]string{},
		draw:   rand.New(rand.NewPCG(20, 5)), //nolint:gosec // repeatable on purpose
		client: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}},
		deck:   newRotatingDeck(t, nil),
	}
	start := []func() *soakServer{s.zitadel, s.graced}
	if long := os.Getenv("AUTHDECK_SOAK"); long != "" {
		d, err := time.ParseDuration(long)
		if err != nil {
			t.Fatalf("AUTHDECK_SOAK: %v", err)
		}
		s.lasts, s.pause, s.kill = d, time.Second, soakKill
		start = append(start, s.oidcProvider)
	}
	for i, f := range start {
		server := f()
		s.servers = append(s.servers, server)
		var connecting sync.WaitGroup
		for n := i; n < soakAll; n += len(start) {
			name := fmt.Sprintf("%s-%02d", server.name, n)
			connecting.Go(func() { server.connect(name) })
			s.names, s.apis[name] = append(s.names, name), server.api
		}
		connecting.Wait()
		if t.Failed() {
			t.FailNow() // a goroutine of the loop could not
		}
		server.spoil()
	}
	return s
}

// toDisk is how long an answer that has left the server may take to be on the client's disk, on a machine that is busy.
const toDisk = 250 * time.Millisecond

// killed kills a process with SIGKILL, at no moment of a refresh at a server without grace: an answer that is lost so is what
// such a server cannot be asked to mend.
func (s *soak) killed(cmd *exec.Cmd) {
	s.gate.Lock()
	defer s.gate.Unlock()
	<-time.After(toDisk)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	<-time.After(10 * time.Millisecond) // the server notices that the client is gone
	s.kills++
}

func (s *soak) run() {
	s.started = time.Now()
	s.steady, s.mortal = s.deck.watch(), s.deck.watch()
	end := time.After(s.lasts)
	call, kill := time.NewTicker(s.pause), time.NewTicker(s.kill)
	defer call.Stop()
	defer kill.Stop()
	for i := 0; ; i += 7 { // no neighbours one after the other
		select {
		case <-end:
			return
		case <-call.C:
			s.call(s.names[i%len(s.names)])
			s.measure()
		case <-kill.C:
			s.killOne()
		}
	}
}

// call asks for a token as a script does, and holds it against the API.
func (s *soak) call(name string) {
	s.calls++
	began := time.Now()
	a := answerOf(s.deck.command("token", name))
	if a.exit != 0 {
		s.unanswered++
		s.t.Logf("at %s: token %s: exit code %d\n%s", time.Since(s.started).Round(time.Second), name, a.exit, a.stderr)
		return
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.apis[name], nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+a.token)
	res, err := s.client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = res.Body.Close()
	// What is handed out lives for another fifth of its lifetime, 1 s of the shortest. Where call and answer together took longer, as
	// they do when all processors are taken, it may have ended since.
	if took := time.Since(began); res.StatusCode == http.StatusUnauthorized && took >= soakPromise {
		s.late++
		s.t.Logf("at %s: the token of %s was used %s after it was asked for", time.Since(s.started).Round(time.Second), name, took.Round(time.Millisecond))
		return
	}
	if res.StatusCode != http.StatusOK {
		s.refused++
		s.t.Errorf("at %s: the API answers %s to the token of %s\n%s", time.Since(s.started).Round(time.Second), res.Status, name, a.stderr)
	}
}

// killOne kills `watch`, or a `refresh` in the middle of what it does.
func (s *soak) killOne() {
	if s.kills%2 == 0 {
		s.killed(s.mortal.cmd)
		s.mortal = s.deck.watch()
		return
	}
	victim := s.deck.command("refresh", s.names[s.draw.IntN(len(s.names))])
	if err := victim.Start(); err != nil {
		s.t.Fatal(err)
	}
	<-time.After(time.Duration(s.draw.IntN(int(60 * time.Millisecond))))
	s.killed(victim)
}

// measure notes the memory of the steady watch, once it is warm.
func (s *soak) measure() {
	if runtime.GOOS != "linux" || time.Since(s.started) < s.lasts/3 {
		return
	}
	text, err := os.ReadFile("/proc/" + strconv.Itoa(s.steady.cmd.Process.Pid) + "/statm")
	if err != nil {
		s.t.Errorf("the steady watch: %v", err)
		return
	}
	pages, _ := strconv.Atoi(strings.Fields(string(text))[1])
	s.rss = append(s.rss, float64(pages*os.Getpagesize())/(1<<20))
}

func (s *soak) judge() {
	t := s.t
	for _, server := range s.servers {
		server.front.Clear()
	}
	s.steady.end(t, 0)
	s.mortal.end(t, 0)
	if s.late > s.calls/20 {
		t.Errorf("%d of %d tokens were used too late to tell anything", s.late, s.calls)
	}
	if s.refused > 0 {
		t.Errorf("%d tokens were handed out that the API refused", s.refused)
	}
	// In the short setting one call is more than a hundredth of all.
	if allowed := max(1, int(float64(s.calls)*(1-soakAnswered))); s.unanswered > allowed {
		t.Errorf("%d of %d calls of token had no answer, at most %d may", s.unanswered, s.calls, allowed)
	}
	s.nothingLost()
	steady := "not measured"
	if len(s.rss) > 0 {
		middle := slices.Sorted(slices.Values(s.rss))[len(s.rss)/2]
		least, most := slices.Min(s.rss), slices.Max(s.rss)
		steady = fmt.Sprintf("%.1f MB, from %.1f to %.1f", middle, least, most)
		if most > middle*(1+soakRSS) || least < middle*(1-soakRSS) {
			t.Errorf("the memory of watch is not flat: %s", steady)
		}
	}
	t.Logf("%s: %d calls of token, %d unanswered, %d refused, %d used late; %d processes killed; watch: %s", s.lasts, s.calls, s.unanswered, s.refused, s.late, s.kills, steady)
	for _, server := range s.servers {
		counted, reused := server.counted()
		t.Logf("%s: %d token requests, %d of them reached the server; %s", server.name, server.front.Arrived(server.token), server.front.Passed(server.token), counted)
		if reused > 0 {
			t.Errorf("%s saw %d refresh tokens twice", server.name, reused)
		}
	}
}

// nothingLost refreshes every connection once more, now that nothing is in the way.
func (s *soak) nothingLost() {
	out, err := s.deck.command("refresh", "--all", "--json").Output()
	var rows []refreshed
	if bad := json.Unmarshal(out, &rows); bad != nil || len(rows) != len(s.names) {
		s.t.Fatalf("refresh --all: %d rows, %v, %v", len(rows), bad, err)
	}
	for _, r := range rows {
		if r.Outcome != connections.OutcomeRefreshed {
			s.t.Errorf("the grant of %s is lost: %+v", r.Name, r.Error)
		}
	}
}
