//go:build unix

package connections_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/internal/testserver"
	"authdeck/store"
)

// phase is a part of a refresh, named after the moment that begins it; the phases of reference/security.md §7.
type phase struct {
	name, from string
	lost       bool // a kill in it costs the grant at a server without grace
}

var phases = []phase{
	{"lock taken", lockTaken, false},
	{"intent on disk", intentWritten, false},
	{"request sent", sending, true},
	{"answer read", answerRead, true},
	{"committed", answerStored, false},
}

// phaseEnd is how the outcome of a kill is told.
type phaseEnd struct {
	phase, outcome string
}

const (
	eachPhase  = 5  // kills that each phase has to have had
	leastKills = 40 // in all
	mostKills  = 160
	answerTime = 50 * time.Millisecond // that the front keeps the answer back
	diskTime   = 10 * time.Millisecond // from the answer's last byte to the disk
)

// TestMatrix_KillByTime kills the refresher with SIGKILL at moments drawn from within its refresh; the front keeps the answer
// back for 50 ms. Nothing is lost but what dies between the server's work and the disk at a server without grace: there the
// kill is a lost reply. The table of phase and outcome is printed.
func TestMatrix_KillByTime(t *testing.T) {
	draw := rand.New(rand.NewPCG(7, 40)) //nolint:gosec // repeatable on purpose
	scenes := []*scene{
		newScene(t, testserver.RotatingOptions{}, expired),
		newScene(t, testserver.RotatingOptions{Grace: time.Hour}, expired),
	}
	lasts := undisturbed(t, scenes[0])
	ends := map[phaseEnd]int{}
	hits := map[string]int{}
	kills := 0
	for ; kills < mostKills && (kills < leastKills || !eachHit(hits)); kills++ {
		s := scenes[kills%2]
		want := rarest(hits, kills)
		died, outcome := s.kill(want, time.Duration(draw.Float64()*float64(lasts[want.from])), kills%2 == 1)
		ends[phaseEnd{died, outcome}]++
		hits[died]++
	}
	t.Logf("%d kills; a refresh lasts: %s", kills, durations(lasts))
	out := t.Output()
	for _, p := range phases {
		_, _ = fmt.Fprintf(out, "%-15s", p.name)
		for _, o := range outcomes {
			_, _ = fmt.Fprintf(out, "  %3d %s", ends[phaseEnd{p.name, o}], o)
		}
		_, _ = fmt.Fprintln(out)
	}
	for _, p := range phases {
		if hits[p.name] < eachPhase {
			t.Errorf("the phase %q was hit %d times in %d kills, want %d", p.name, hits[p.name], kills, eachPhase)
		}
	}
}

// The outcomes of a kill.
const (
	refreshedAnew = "refreshed by the next one"
	handedOut     = "handed out from the disk"
	savedByGrace  = "saved by grace"
	lostReply     = "lost reply"
)

var outcomes = []string{refreshedAnew, handedOut, savedByGrace, lostReply}

// rarest is the phase to aim at: each in turn, then those that have been missed.
func rarest(hits map[string]int, kills int) phase {
	if kills < leastKills {
		return phases[kills/2%len(phases)]
	}
	return slices.MinFunc(phases, func(a, b phase) int { return hits[a.name] - hits[b.name] })
}

func eachHit(hits map[string]int) bool {
	return !slices.ContainsFunc(phases, func(p phase) bool { return hits[p.name] < eachPhase })
}

// passed reads a child's marks up to the moment named, or all to the end for "".
func (p *process) passed(until string) (moments []string, at map[string]time.Time) {
	at = map[string]time.Time{}
	for line := p.line(); line != ""; line = p.line() {
		_, rest, marked := strings.Cut(line, "passing ")
		if !marked {
			continue
		}
		micros, moment, _ := strings.Cut(rest, " ")
		n, _ := strconv.ParseInt(micros, 10, 64)
		moments = append(moments, moment)
		at[moment] = time.UnixMicro(n)
		if moment == until {
			break
		}
	}
	return moments, at
}

// undisturbed measures how long each phase lasts when nobody is killed, over some refreshes; the time from the last byte of
// the answer to the disk is a number to hold.
func undisturbed(t *testing.T, s *scene) map[string]time.Duration {
	t.Helper()
	all := map[string][]time.Duration{}
	for range 9 {
		s.again()
		p := s.child(refresher{Marks: true})
		p.ask(t)
		_, at := p.passed("")
		for i, ph := range phases {
			last := time.Millisecond // the rest of the process's life
			if i+1 < len(phases) {
				last = at[phases[i+1].from].Sub(at[ph.from])
			}
			all[ph.from] = append(all[ph.from], last)
		}
	}
	lasts := map[string]time.Duration{}
	for from, list := range all {
		slices.Sort(list)
		lasts[from] = list[len(list)/2]
	}
	disk := all[answerRead]
	t.Logf("from the last byte of the answer to the disk: %s at best, %s in the middle, %s at worst of %d", disk[0], disk[len(disk)/2], disk[len(disk)-1], len(disk))
	if disk[len(disk)/2] > diskTime {
		t.Errorf("the answer is on disk after %s, want %s", disk[len(disk)/2], diskTime)
	}
	return lasts
}

// again gives the scene's connection a grant of its own that has ended, and the next answer its delay.
func (s *scene) again() {
	s.t.Helper()
	c := s.is()
	if err := s.store.Delete(s.t.Context(), c.ID, store.Write{}); err != nil {
		s.t.Fatal(err)
	}
	s.was = s.plant("work", expired)
	s.front.Clear()
	s.front.Inject(testserver.Fault{Path: testserver.TokenPath, Mode: testserver.DelayAnswer, Delay: answerTime, Times: 1})
}

// kill kills one refresher a while after it entered a phase, and returns the phase it died in and what became of the grant.
func (s *scene) kill(aim phase, after time.Duration, grace bool) (died, outcome string) {
	s.t.Helper()
	s.again()
	before := s.server.Stats()
	p := s.child(refresher{Marks: true})
	p.ask(s.t)
	began, _ := p.passed(aim.from)
	spin(after)
	p.signal(s.t, syscall.SIGKILL)
	rest, _ := p.passed("")
	_ = p.Wait()
	moments := append(began, rest...)
	in := phaseOf(moments)
	dead := s.server.Stats()

	k, err := s.Token(s.t.Context(), "work", -1)
	is := s.is()
	s.refreshTokenIsThere(is)
	then := s.server.Stats()
	asked, reuse := then.Refreshes-before.Refreshes, then.Reuse-before.Reuse
	switch {
	case err == nil && asked == 1 && then == dead:
		outcome = handedOut
	case err == nil && asked == 1:
		outcome = refreshedAnew
	case err == nil && asked == 2 && grace:
		outcome = savedByGrace
	case kindOf(s.t, err) == connections.KindSignIn && asked == 2 && reuse == 1 && !grace:
		outcome = lostReply
		if !strings.HasPrefix(is.Health.Reason, "refresh interrupted") {
			s.t.Errorf("killed in %q: reason %q", in.name, is.Health.Reason)
		}
	default:
		s.t.Errorf("killed in %q: %v after %d requests and %d reuses", in.name, err, asked, reuse)
	}
	if (outcome == lostReply || outcome == savedByGrace) && !in.lost {
		s.t.Errorf("killed in %q: %s", in.name, outcome)
	}
	if err == nil && s.server.AccessFate(k.Value.Reveal()) != testserver.FateLive {
		s.t.Errorf("killed in %q: a token was handed out that is %s", in.name, s.server.AccessFate(k.Value.Reveal()))
	}
	if outcome != lostReply { // the grant lives on
		if _, _, err := s.Refresh(s.t.Context(), "work"); err != nil {
			s.t.Errorf("killed in %q: %s, but the grant is lost: %v", in.name, outcome, err)
		}
	}
	return in.name, outcome
}

// phaseOf is the phase that begins with the last moment passed.
func phaseOf(moments []string) phase {
	in := phases[0]
	for _, p := range phases {
		if slices.Contains(moments, p.from) {
			in = p
		}
	}
	return in
}

// spin waits more exactly than a timer does.
func spin(d time.Duration) {
	if d > 2*time.Millisecond {
		<-time.After(d - time.Millisecond)
		d = time.Millisecond
	}
	for end := time.Now().Add(d); time.Now().Before(end); {
	}
}

func durations(lasts map[string]time.Duration) string {
	var b strings.Builder
	for _, p := range phases {
		fmt.Fprintf(&b, "%s %s, ", p.name, lasts[p.from].Round(10*time.Microsecond))
	}
	return strings.TrimSuffix(b.String(), ", ")
}
