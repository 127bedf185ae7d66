package main

import (
	"bytes"
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
	"authdeck/integrations/demo"
	"authdeck/internal/testserver"
)

// The soak: how long it lasts, and what happens in it. AUTHDECK_SOAK=3m is CI's (.ci/run), AUTHDECK_SOAK=2h the one before
// a release: AUTHDECK_SOAK=2h go test -run '^TestSoak$' -timeout 3h -v ./cmd/authdeck
const (
	soakShort    = 20 * time.Second
	soakEach     = 10               // connections at each of the two servers
	soakStrict   = 8 * time.Second  // lifetime of tokens at the server without grace (zitadel)
	soakGraced   = 5 * time.Second  // and at the one with grace
	soakDropped  = 0.2              // of the token requests, before the server sees them
	soakLost     = 0.1              // of the answers of the server with grace
	soakKill     = 30 * time.Second // between two kills; in the short setting a sixth of it
	soakAnswered = 0.99
	soakRSS      = 0.10
)

// TestSoak runs two `watch` and a `token` a second on 20 connections with tokens of 5 and 8 s at two servers behind a faulty
// front, and kills a process now and then. Goals (reference/security.md §7): no expired token handed out, no grant lost, 99 %
// of the `token` calls answered, and the memory of `watch` stays where it is.
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
	deck    *deck
	strict  *demo.Server
	graced  *testserver.Rotating
	fronts  []*testserver.Front
	gate    sync.RWMutex // held shared while the server without grace works
	names   []string
	apis    map[string]string // by connection
	draw    *rand.Rand
	client  *http.Client
	steady  *watching // never killed: its memory is measured
	mortal  *watching
	started time.Time

	calls, unanswered, refused, kills int
	rss                               []float64 // MB of steady, since the warm-up
}

func newSoak(t testing.TB) *soak {
	t.Helper()
	s := &soak{
		t: t, lasts: soakShort, pause: time.Second / 4, kill: soakKill / 6, apis: map[string]string{},
		draw:   rand.New(rand.NewPCG(20, 5)), //nolint:gosec // repeatable on purpose
		client: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}},
	}
	if long := os.Getenv("AUTHDECK_SOAK"); long != "" {
		d, err := time.ParseDuration(long)
		if err != nil {
			t.Fatalf("AUTHDECK_SOAK: %v", err)
		}
		s.lasts, s.pause, s.kill = d, time.Second, soakKill
	}
	before, behind := testserver.StartFront(t), testserver.StartFront(t)
	s.fronts = []*testserver.Front{before, behind}
	var err error
	if s.strict, err = demo.Start(t.Context(), demo.Options{
		TokenTTL: soakStrict, Wrap: func(h http.Handler) http.Handler { return before.Before(s.gated(h)) },
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.strict.Close() })
	s.graced = testserver.StartRotating(t, testserver.RotatingOptions{Kind: testserver.K1, Grace: time.Minute, TTL: soakGraced, Front: behind})
	s.deck = newDeck(t, map[string][]byte{
		"zitadel": bytes.Replace(s.strict.Manifest(), []byte("\nid: demo\n"), []byte("\nid: zitadel\n"), 1), "graced": s.graced.Manifest("graced"),
	})
	for i := range soakEach {
		name := fmt.Sprintf("strict-%02d", i)
		verb(t, s.deck.env, "login", "zitadel", "--name", name, "--browser", mustLook(t, "playbrowser"))
		s.names, s.apis[name] = append(s.names, name), s.strict.API()+"/me"
	}
	for i := range soakEach {
		name := fmt.Sprintf("graced-%02d", i)
		s.deck.plant(name, "graced", s.graced, 0, soakGraced)
		s.names, s.apis[name] = append(s.names, name), s.graced.Issuer+testserver.UserinfoPath
	}
	before.Inject(testserver.Fault{Path: "/oauth/token", Mode: testserver.Drop, Share: soakDropped})
	behind.Inject(testserver.Fault{Path: testserver.TokenPath, Mode: testserver.Drop, Share: soakDropped})
	behind.Inject(testserver.Fault{Path: testserver.TokenPath, Mode: testserver.CommitThenDrop, Share: soakLost})
	return s
}

// gated lets no request to the server without grace while a process is being killed: its answer would be lost, which is what
// that server cannot be asked to mend.
func (s *soak) gated(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.gate.RLock()
		defer s.gate.RUnlock()
		if r.Context().Err() != nil {
			panic(http.ErrAbortHandler) // whoever asked was killed while the gate was closed
		}
		h.ServeHTTP(w, r)
	})
}

// toDisk is how long an answer that has left the server may take to be on the client's disk, on a machine that is busy.
const toDisk = 250 * time.Millisecond

// killed kills a process with SIGKILL, at no moment of a refresh at the server without grace.
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
	for i := 0; ; {
		select {
		case <-end:
			return
		case <-call.C:
			s.call(s.names[i%len(s.names)])
			i += 7 // no neighbours one after the other
			s.measure()
		case <-kill.C:
			s.killOne()
		}
	}
}

// call asks for a token as a script does, and holds it against the API.
func (s *soak) call(name string) {
	s.calls++
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
	if res.StatusCode != http.StatusOK {
		s.refused++
		s.t.Errorf("at %s: the API answers %s to the token of %s\n%s", time.Since(s.started).Round(time.Second), res.Status, name, a.stderr)
	}
}

// killOne kills `watch`, or a `token` in the middle of what it does.
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
	for _, f := range s.fronts {
		f.Clear()
	}
	s.steady.end(t, 0)
	s.mortal.end(t, 0)
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
	strict, graced := s.strict.Stats(), s.graced.Stats()
	t.Logf("%s: %d calls of token, %d unanswered, %d refused; %d processes killed; watch: %s", s.lasts, s.calls, s.unanswered, s.refused, s.kills, steady)
	t.Logf("token requests: %d arrived at zitadel, %d passed, %d reuse errors; %d arrived at the one with grace, %d passed, %d saved by grace, %d reuse errors",
		s.fronts[0].Arrived("/oauth/token"), strict.TokenRequests["refresh_token"], strict.ReuseErrors,
		s.fronts[1].Arrived(testserver.TokenPath), graced.Refreshes, graced.Graced, graced.Reuse)
	if strict.ReuseErrors+graced.Reuse+graced.FamiliesDead > 0 {
		t.Errorf("a refresh token was used twice")
	}
}

// nothingLost refreshes every connection once more, now that nothing is in the way.
func (s *soak) nothingLost() {
	path, err := built()
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(path, "refresh", "--all", "--json")
	cmd.Env = s.deck.env
	out, err := cmd.Output()
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
