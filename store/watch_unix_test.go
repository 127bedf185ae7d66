//go:build unix

package store

import (
	"context"
	"slices"
	"syscall"
	"testing"
	"time"

	"authdeck/store/watch"
)

// bothWays are the two ways in which a process learns of another's write.
var bothWays = []struct {
	name   string
	notify func(context.Context, string) (<-chan struct{}, error)
}{{"looking", nil}, {"notified", watch.File}}

// BenchmarkWatch_AnotherProcess is the time from a write on disk in one process to its signal in another.
func BenchmarkWatch_AnotherProcess(b *testing.B) {
	for _, way := range bothWays {
		b.Run(way.name, func(b *testing.B) {
			dir := folder(b)
			here := openNotified(b, dir, way.notify)
			changes, err := here.Watch(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			writer := start(b, "write", dir)
			var took []time.Duration
			for n := 0; b.Loop(); n++ {
				written := writer.write(b, n)
				wait(b, changes)
				took = append(took, max(0, time.Since(written)))
				time.Sleep(watchPause + time.Millisecond) // the pause after a signal is not what is measured
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "median-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkWatch_Idle is what a Watch costs while nobody writes.
func BenchmarkWatch_Idle(b *testing.B) {
	for _, way := range bothWays {
		b.Run(way.name, func(b *testing.B) {
			here := openNotified(b, folder(b), way.notify)
			if _, err := here.Watch(b.Context()); err != nil {
				b.Fatal(err)
			}
			time.Sleep(watchPause)
			began, before := time.Now(), cpu(b)
			for b.Loop() {
				time.Sleep(time.Second)
			}
			b.ReportMetric(float64((cpu(b)-before).Microseconds())/time.Since(began).Seconds(), "cpu-µs/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// cpu is what this process has used of the processors.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
