package rehearse

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"
	"time"

	"authdeck/browser"
	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/integrations/flowrunner"
	"authdeck/internal/clock"
	"authdeck/oauthflow"
	"authdeck/store"
)

// set is a service with its config items.
type set struct {
	*flowrunner.Service

	cfg integrations.Config
}

func (s set) Info() integrations.Info {
	i := s.Service.Info()
	i.Inputs = nil
	return i
}

func (s set) Open(context.Context) integrations.Integration { return s }

func (s set) RefreshToken(ctx context.Context, r integrations.RefreshRequest) (integrations.Grant, error) {
	r.Config = s.cfg
	return s.Service.RefreshToken(ctx, r)
}

func (s set) Integrations(context.Context) ([]integrations.Integration, error) {
	return []integrations.Integration{s}, nil
}

type noBrowser struct{}

func (noBrowser) Open(context.Context, string, string) error { return browser.ErrHeadless }
func (noBrowser) Available(string) (bool, string)            { return false, "none" }

// TestAgreement: what a report says of a refresh is what connections makes of the same refresh, with a real record. A short run takes
// the services that differ most. Slow is left out: connections waits its own time.
func TestAgreement(t *testing.T) {
	names := []string{"01-servicedesk", "02-chat", "16-storefront", "24-sites", "25-debits"}
	if os.Getenv("AUTHDECK_LONG") == "1" {
		dirs, err := filepath.Glob("../testdata/services/*")
		if err != nil {
			t.Fatal(err)
		}
		names = nil
		for _, dir := range dirs {
			names = append(names, filepath.Base(dir))
		}
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			agrees(t, name)
		})
	}
}

func agrees(t *testing.T, name string) {
	t.Helper()
	s := open(t, name)
	cfg, _, err := complete(nil, s.Info().Inputs)
	if err != nil {
		t.Fatal(err)
	}
	r := &rehearsal{ctx: t.Context(), service: s, cfg: cfg, now: time.Now}
	r.address()
	r.signInOnce()
	if r.failed != nil {
		return // nothing to refresh
	}
	for _, situation := range []Situation{Plain, Rotating, NoRefreshToken, Expired, Trouble, InvalidGrant} {
		reported := r.play(situation).Refresh
		take, g := r.take(situation), r.grant
		if situation == NoRefreshToken {
			if g, err = take.callback(false); err != nil {
				t.Fatal(err)
			}
		}
		if situation == Expired {
			take.p.expire()
		}
		take.p.begin("refreshToken", situation.troubled())
		outcome, state := refreshedByConnections(t, set{take.service, cfg}, g, situation == Expired)
		if string(state) != reported.State {
			t.Errorf("%s: connections says %s, the report %s", situation, state, reported.State)
		}
		said := map[Outcome]connections.Outcome{Refreshed: connections.OutcomeRefreshed, Rotated: connections.OutcomeRefreshed, Unchanged: connections.OutcomeUnchanged}[reported.Outcome]
		if said == "" {
			said = connections.OutcomeFailed
		}
		if outcome != said {
			t.Errorf("%s: connections says %s, the report %s", situation, outcome, reported.Outcome)
		}
	}
}

// refreshedByConnections refreshes a stored connection; ended: its hour is over.
func refreshedByConnections(t *testing.T, s set, g integrations.Grant, ended bool) (connections.Outcome, connections.State) {
	t.Helper()
	c := clock.System()
	st := store.NewMemory(store.Options{Clock: c})
	service := connections.New(connections.Options{Store: st, Registry: integrations.NewRegistry(s), Clock: c, Rand: rand.Reader, Browser: noBrowser{}})
	defer func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	}()
	obtained := c.Wall()
	if ended {
		obtained = obtained.Add(-20 * 365 * 24 * time.Hour)
	}
	record := store.Connection{Name: "work", Integration: s.Info().ID, CreatedAt: obtained, Grant: store.Grant{
		AccessToken: g.AccessToken, RefreshToken: g.RefreshToken, TokenType: g.TokenType, ObtainedAt: obtained, Lifetime: store.LifetimeUnknown, Extra: g.Extra,
	}}
	if g.Lifetime.Kind == oauthflow.LifetimeKnown {
		record.Grant.Lifetime, record.Grant.ExpiresAt = store.LifetimeKnown, obtained.Add(g.Lifetime.For)
	}
	if _, err := st.Put(t.Context(), record, store.Write{}); err != nil {
		t.Fatal(err)
	}
	d, outcome, _ := service.Refresh(t.Context(), "work") // the outcome tells of the error
	return outcome, d.State
}
