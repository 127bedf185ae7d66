package connections_test

import (
	"testing"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/clock"
	"authdeck/internal/secret"
	"authdeck/store"
)

// BenchmarkRefresh is one refresh without the provider's time: lock, intent and answer fsynced (at most 10 ms).
func BenchmarkRefresh(b *testing.B) { benchmark(b, true) }

// BenchmarkToken is a hand-out of a token that lives.
func BenchmarkToken(b *testing.B) { benchmark(b, false) }

func benchmark(b *testing.B, refresh bool) {
	s, err := bolt(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	p := newProvider(clock.System())
	p.refresh = []answer{{grant: integrations.Grant{}}}
	svc := service(s, p)
	defer func() { _ = svc.Close() }()
	now := clock.System().Wall()
	if _, err := s.Put(b.Context(), store.Connection{
		Name: "work", Integration: "example", CreatedAt: now,
		Grant: store.Grant{AccessToken: secret.New("a"), RefreshToken: secret.New("r"), ObtainedAt: now, Lifetime: store.LifetimeNever},
	}, store.Write{}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if refresh {
			_, _, err = svc.Refresh(b.Context(), "work")
		} else {
			_, err = svc.Token(b.Context(), "work", -1)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRun is what a run costs beside its requests: the token that lives, the line of history and what is kept of the run.
func BenchmarkRun(b *testing.B) {
	s, err := bolt(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	svc := service(s, &able{provider: newProvider(clock.System()), run: echo, actions: []integrations.Action{{Name: "list", SignIn: true}}})
	defer func() { _ = svc.Close() }()
	now := clock.System().Wall()
	if _, err := s.Put(b.Context(), store.Connection{
		Name: "work", Integration: "example", CreatedAt: now,
		Grant: store.Grant{AccessToken: secret.New("a"), RefreshToken: secret.New("r"), ObtainedAt: now, Lifetime: store.LifetimeNever},
	}, store.Write{}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := svc.Run(b.Context(), connections.RunRequest{Connection: "work", Action: "list"}); err != nil {
			b.Fatal(err)
		}
	}
}
