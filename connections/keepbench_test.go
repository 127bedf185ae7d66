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

// BenchmarkKeepIdle10000 keeps 10,000 connections that are not due for a minute: the share of a core it takes, with its one
// reading of the list, and the memory (-benchtime 1x).
func BenchmarkKeepIdle10000(b *testing.B) {
	const n, minute = 10_000, time.Minute
	for b.Loop() {
		b.StopTimer()
		c := &oauthflow.Caller{HTTP: oauthflow.NewHTTPClient(), Clock: clock.System()}
		st, err := bolt(b.Context(), b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		svc := connections.New(connections.Options{
			Store: st, Clock: clock.System(), Rand: rand.Reader, Browser: noBrowser{},
			Registry: integrations.NewRegistry(source{&endpoint{"works", "http://127.0.0.1:1/token", c}}),
		})
		now := clock.System().Wall()
		for i := range n {
			if _, err := st.Put(b.Context(), store.Connection{
				Name: fmt.Sprintf("c%05d", i), Integration: "works", CreatedAt: now,
				Grant: store.Grant{
					AccessToken: secret.New("a"), RefreshToken: secret.New("r"), Lifetime: store.LifetimeKnown, ObtainedAt: now, ExpiresAt: now.Add(10 * time.Hour),
				},
			}, store.Write{}); err != nil {
				b.Fatal(err)
			}
		}
		runtime.GC()
		ctx, cancel := context.WithCancel(b.Context())
		ended := make(chan error, 1)
		before := cpuTime(b)
		b.StartTimer()
		go func() { ended <- svc.Keep(ctx, func(e connections.KeepEvent) { b.Errorf("%+v", e) }) }()
		time.Sleep(minute)
		b.StopTimer()
		b.ReportMetric(100*(cpuTime(b)-before).Seconds()/minute.Seconds(), "%-of-a-core")
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MB-heap")
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		if err := svc.Close(); err != nil {
			b.Error(err)
		}
		b.StartTimer()
	}
}

// cpuTime is what this process has used, to 10 ms; the benchmark ends where the system does not tell.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		b.Fatal("measured on Linux only: ", err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	var user, system int64
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		b.Fatal(err)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}
