package connections_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/store"
)

// TestLoginRegisters: where the server makes clients and the user has none, one is made once and kept.
func TestLoginRegisters(t *testing.T) {
	t.Parallel()
	var registered []string
	b := newBench(t, nil, func(p *provider) integrations.Integration {
		p.info.NeedsID, p.info.Register = true, true
		return &able{provider: p, register: func(uri string) (integrations.Config, error) {
			registered = append(registered, uri)
			return integrations.Config{"client_id": secret.New("made")}, nil
		}}
	})
	b.p.callback = answer{grant: who("ada@example.com", "1")}
	for range 2 {
		if _, _, err := b.signIn(connections.LoginRequest{Integration: "example"}, code()); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"http://127.0.0.1/callback"}, registered); diff != "" {
		t.Error(diff)
	}
	if got := b.p.urls[1].Config["client_id"].Reveal(); got != "made" {
		t.Errorf("client id %q", got)
	}
}

// TestLoginRegisters_Once: two sign-ins at once make one client, by two processes as well.
func TestLoginRegisters_Once(t *testing.T) {
	t.Parallel()
	var registered atomic.Int32
	b := newBench(t, nil, func(p *provider) integrations.Integration {
		p.info.NeedsID, p.info.Register = true, true
		return &able{provider: p, register: func(string) (integrations.Config, error) {
			n := registered.Add(1)
			time.Sleep(50 * time.Millisecond)
			return integrations.Config{"client_id": secret.New(fmt.Sprint("client ", n))}, nil
		}}
	})
	other := newBench(t, func(store.Store) store.Store { return b.store }, func(*provider) integrations.Integration {
		i, err := b.registry.Find(t.Context(), "example")
		if err != nil {
			t.Fatal(err)
		}
		return i
	})
	var wg sync.WaitGroup
	for _, s := range []*bench{b, b, other} {
		wg.Go(func() {
			l, err := s.Login(t.Context(), connections.LoginRequest{Integration: "example"})
			if err != nil {
				t.Error(err)
				return
			}
			l.Cancel()
		})
	}
	wg.Wait()
	kept, err := b.Config(t.Context(), "example")
	if err != nil || registered.Load() != 1 {
		t.Errorf("%d clients, %v", registered.Load(), err)
	}
	for _, r := range b.p.urls {
		if got := r.Config["client_id"]; !got.Equal(kept["client_id"]) {
			t.Errorf("signs in as %s, refreshes as %s", got.Reveal(), kept["client_id"].Reveal())
		}
	}
}
