package connections_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/clock"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

func putExpired(tb testing.TB, s store.Store, name, integration string) {
	tb.Helper()
	now := clock.System().Wall()
	if _, err := s.Put(context.Background(), store.Connection{
		Name: name, Integration: integration, CreatedAt: now,
		Grant: store.Grant{
			AccessToken: secret.New("access"), RefreshToken: secret.New("refresh-" + name), TokenType: "Bearer", Lifetime: store.LifetimeKnown,
			ObtainedAt: now.Add(-2 * time.Hour), ExpiresAt: now.Add(-time.Hour),
		},
	}, store.Write{}); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkKeep10000 refreshes 10,000 connections that are all due, four at a time, against a server on loopback and the
// store on disk (-benchtime 1x).
func BenchmarkKeep10000(b *testing.B) {
	const n = 10_000
	for b.Loop() {
		b.StopTimer()
		server, count := tokenServer(b, nil)
		c := &oauthflow.Caller{HTTP: oauthflow.NewHTTPClient(), Clock: clock.System()}
		st, err := bolt(b.Context(), b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		svc := connections.New(connections.Options{
			Store: st, Clock: clock.System(), Rand: rand.Reader, Browser: noBrowser{},
			Registry: integrations.NewRegistry(source{&endpoint{"works", server.URL + "/token", c}}),
		})
		for i := range n {
			putExpired(b, st, fmt.Sprintf("c%05d", i), "works")
		}
		runtime.GC()
		b.StartTimer()
		ctx, cancel := context.WithCancel(b.Context())
		refreshed, ended := make(chan struct{}), make(chan error, 1)
		left := n
		go func() {
			ended <- svc.Keep(ctx, func(e connections.KeepEvent) {
				if e.Event != "refreshed" {
					b.Errorf("%+v", e)
				}
				if left--; left == 0 {
					close(refreshed)
				}
			})
		}()
		select {
		case <-refreshed:
		case err := <-ended:
			b.Fatal(err)
		}
		b.StopTimer()
		b.ReportMetric(float64(peakRSS())/(1<<20), "MB-peak-RSS")
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		if err := svc.Close(); err != nil || count.Load() != n {
			b.Errorf("%d requests, %v", count.Load(), err)
		}
		c.HTTP.CloseIdleConnections()
		b.StartTimer()
	}
}

// peakRSS is the most memory this process has had, in bytes; 0 where the system does not tell.
func peakRSS() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kb int64
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kb); n == 1 {
			return kb << 10
		}
	}
	return 0
}
