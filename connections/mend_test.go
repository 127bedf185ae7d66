package connections_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

// frail is an integration whose manifest the test breaks.
type frail struct {
	*provider
	mu  sync.Mutex
	why string
}

func (f *frail) Info() integrations.Info {
	f.mu.Lock()
	defer f.mu.Unlock()
	info := f.info
	info.Broken = f.why
	return info
}

func (f *frail) broken(why string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.why = why
}

// TestBrokenIntegration: its connections are not tried while it is broken, and go on by themselves once it is sound, with no
// request in between.
func TestBrokenIntegration(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"keep", "once"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var f *frail
				b := newBench(t, nil, func(p *provider) integrations.Integration {
					f = &frail{provider: p, why: "example.yaml:3: no such key"}
					return f
				})
				b.p.refresh = []answer{{}}
				c := b.put("work", 2*time.Hour, time.Hour)
				d := b.put("refused", 2*time.Hour, time.Hour, func(c *store.Connection) {
					c.Health = store.Health{Trouble: store.TroubleConfiguration, Reason: "client id or secret is refused"}
				})
				run := func() {
					if how == "once" {
						if err := b.KeepOnce(t.Context(), nil); err != nil {
							t.Fatal(err)
						}
					} else {
						time.Sleep(6 * time.Minute)
					}
				}
				if how == "keep" {
					_, stop := b.keep()
					defer stop()
				}
				run()
				if h := b.get(c.ID).Health; h.Trouble != store.TroubleConfiguration || b.p.requests() != 0 {
					t.Errorf("%+v after %d requests", h, b.p.requests())
				}
				f.broken("")
				run()
				if h := b.get(c.ID).Health; h.Trouble != store.TroubleNone || b.p.requests() != 1 {
					t.Errorf("%+v after %d requests", h, b.p.requests())
				}
				if h := b.get(d.ID).Health; h.Trouble != store.TroubleConfiguration {
					t.Errorf("settings that a provider refused: %+v", h)
				}
			})
		})
	}
}

// TestSetConfig_AtOnce: of two settings at once none is lost.
func TestSetConfig_AtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var services []*connections.Service
	names := []string{"a", "b", "c", "d", "e", "f"}
	for range 2 { // two processes of one store
		s, err := bolt(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		p := newProvider(newClock())
		for _, n := range names {
			p.info.Inputs = append(p.info.Inputs, integrations.Input{Name: n, Type: "string"})
		}
		svc := service(s, p)
		defer func() { _ = svc.Close() }()
		services = append(services, svc)
	}
	var wg sync.WaitGroup
	for i, n := range names {
		wg.Go(func() {
			if err := services[i%2].SetConfig(context.Background(), "example", integrations.Config{n: secret.New("value")}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	cfg, err := services[0].Config(t.Context(), "example")
	if err != nil || len(cfg) != len(names) {
		t.Errorf("%d of %d items are set: %v", len(cfg), len(names), err)
	}
}

// TestS51_NotSent: what never left this machine is not taken up again: its intent is cleared, nothing is replayed.
func TestS51_NotSent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		sent     bool
		class    oauthflow.Class
		requests int
	}{
		{"no such host", false, oauthflow.ClassTransient, 1},
		{"refused", false, oauthflow.ClassTransient, 1},
		{"TLS", false, oauthflow.ClassPortal, 1},
		{"timeout after it was sent", true, oauthflow.ClassTransient, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, nil)
				conn := b.put("work", 2*time.Hour, time.Hour)
				var seen *store.Intent
				b.p.refresh = []answer{{
					err:  &oauthflow.Error{Class: c.class, Host: "provider.example", Sent: c.sent, Err: errors.New(c.name)},
					hook: func() { seen, _ = b.store.Intent(context.Background(), conn.ID) },
				}}
				_, _, err := b.Refresh(t.Context(), "work")
				if kindOf(t, err) != connections.KindTransient {
					t.Errorf("%v", err)
				}
				if seen == nil || !seen.Sent {
					t.Errorf("intent during the request: %+v", seen)
				}
				after, err := b.store.Intent(t.Context(), conn.ID)
				if err != nil || after != nil || b.p.requests() != c.requests {
					t.Errorf("intent %+v %v after %d requests", after, err, b.p.requests())
				}
				if v := mustList(t, b)[0]; v.State != connections.StateRetrying || strings.HasPrefix(v.Reason, "refresh interrupted") != c.sent {
					t.Errorf("%s: %s", v.State, v.Reason)
				}
			})
		})
	}
}

// TestRestored: a record that came back from a copy says so; a refusal names the copy, an answer clears it.
func TestRestored(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 10, 30, 0, 0, time.UTC)
	restored := func(c *store.Connection) { c.RestoredFrom = at }
	for _, c := range []struct {
		name   string
		answer answer
		state  connections.State
		reason string
		kept   bool
	}{
		{"refused", answer{err: invalidGrant}, connections.StateSignIn, "restored from a copy or backup of 2026-11-20 10:30 UTC; the refresh token had been used since", true},
		{"not reached", answer{err: refused}, connections.StateRetrying, "provider.example: not reached: connection refused", true},
		{"answered", answer{}, connections.StateOK, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.p.refresh = []answer{c.answer}
			conn := b.put("work", time.Minute, time.Hour, restored)
			if v := mustList(t, b)[0]; v.State != connections.StateOK || !strings.HasPrefix(v.Reason, "restored from a copy or backup of 2026-11-20 10:30 UTC") {
				t.Errorf("before: %s: %s", v.State, v.Reason)
			}
			_, _, err := b.Refresh(t.Context(), "work")
			if (err != nil) != (c.answer.err != nil) {
				t.Fatal(err)
			}
			if kindOf(t, err) == connections.KindSignIn && (!strings.Contains(err.Error(), c.reason) || !strings.Contains(connections.Explain(err).Hint, "authdeck login work")) {
				t.Errorf("%v (%s)", err, connections.Explain(err).Hint)
			}
			d, err := b.Show(t.Context(), "work")
			if err != nil || d.State != c.state || d.Reason != c.reason {
				t.Errorf("%s: %q %v", d.State, d.Reason, err)
			}
			warned := len(d.Warnings) > 0 && strings.HasPrefix(d.Warnings[0], "restored from a copy")
			if got := b.get(conn.ID); got.RestoredFrom.IsZero() == c.kept || warned != c.kept {
				t.Errorf("restored from %v, warnings %q", got.RestoredFrom, d.Warnings)
			}
		})
	}
}
