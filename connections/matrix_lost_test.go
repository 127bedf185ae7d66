package connections_test

import (
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/internal/testserver"
)

// lostRow is a server kind and what a lost answer does to a grant there.
type lostRow struct {
	name  string
	o     testserver.RotatingOptions
	kind  connections.Kind
	state connections.State
	dead  bool // the whole family is, at the server
	saved bool // the replay brings another answer
}

// lostRows is reference/security.md §5.2 once the answer is lost: K1 to K5, and one with grace.
func lostRows() []lostRow {
	return []lostRow{
		{"K1", testserver.RotatingOptions{Kind: testserver.K1}, connections.KindSignIn, dead, true, false},
		{"K2", testserver.RotatingOptions{Kind: testserver.K2}, connections.KindSignIn, dead, false, false},
		{"K3", testserver.RotatingOptions{Kind: testserver.K3}, connections.KindSignIn, dead, true, false},
		{"K4", testserver.RotatingOptions{Kind: testserver.K4}, connections.KindSignIn, dead, false, false},
		// An empty 400 is a doubtful refusal, which §5.3 believes only the third time.
		{"K5", testserver.RotatingOptions{Kind: testserver.K5}, connections.KindTransient, retries, true, false},
		{"grace", testserver.RotatingOptions{Grace: time.Minute}, "", connections.StateOK, false, true},
	}
}

// check holds the end of a lost reply against its row; requests is how many arrived at the token endpoint.
func (l lostRow) check(t *testing.T, s *scene, err error, requests int) {
	t.Helper()
	r := matrixRow{kind: l.kind, state: l.state, stored: unchanged, requests: requests}
	if l.saved {
		r.stored = whole
	} else {
		r.reason = "refresh interrupted"
	}
	if l.state == retries {
		r.soonest, r.latest = doubtfulLeast, doubtfulTop
	}
	s.holds(r, err)
	stats := s.server.Stats()
	if !l.saved && stats.Reuse != 1 || l.saved && (stats.Reuse != 0 || stats.Graced != 1) || (stats.FamiliesDead > 0) != l.dead {
		t.Errorf("the server counted %+v", stats)
	}
	if l.state != retries {
		return
	}
	for range 2 { // the doubtful refusal comes again, and again
		s.clock.pass(doubtfulTop)
		_, err = s.Token(t.Context(), "work", -1)
	}
	r.kind, r.state, r.soonest, r.latest, r.requests = connections.KindSignIn, dead, 0, 0, requests+2
	s.holds(r, err)
}

// TestMatrix_LostReply_RefresherAlive: the server works, its answer never comes; the refresher asks once more, at once.
func TestMatrix_LostReply_RefresherAlive(t *testing.T) {
	t.Parallel()
	for _, l := range lostRows() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, l.o, expired)
			s.inject(matrixRow{faults: []testserver.Fault{{Mode: testserver.CommitThenDrop}}})
			_, err := s.Token(t.Context(), "work", -1)
			l.check(t, s, err, 2)
		})
	}
}
