package backup

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"authdeck/internal/secret"
	"authdeck/store"
)

// many is a dump of 10,000 connections of about 2 KB, with five events each.
func many() store.Dump {
	d := store.Dump{StoreID: strings.Repeat("0", 32), Created: day}
	for i := range 10_000 {
		c := sample().Connections[0]
		c.ID, c.Name = fmt.Sprintf("%032x", i+1), fmt.Sprintf("connection-%05d", i)
		c.UserData, c.Newer = []byte(`"`+strings.Repeat("x", 1500)+`"`), nil
		c.Grant.RefreshToken = secret.New(fmt.Sprintf("refresh-%d", i))
		c.Events = nil
		for n := range 5 {
			c.Events = append(c.Events, store.Event{Time: day.AddDate(0, 0, n), Connection: c.Name, Event: "refresh", Outcome: "ok", Detail: "lives 1 h"})
		}
		d.Connections = append(d.Connections, c)
	}
	return d
}

// BenchmarkWrite10000 is what `export` does after it has read the store.
func BenchmarkWrite10000(b *testing.B) {
	to, _ := identity(b)
	d := many()
	b.ReportAllocs()
	for b.Loop() {
		b.ReportMetric(float64(len(written(b, d, to, Options{})))/1e6, "MB/file")
	}
}

// BenchmarkImport10000 reads a backup and takes it over: all new, then all replaced.
func BenchmarkImport10000(b *testing.B) {
	to, with := identity(b)
	d := many()
	file := written(b, d, to, Options{})
	for i := range d.Connections {
		d.Connections[i].Grant.ObtainedAt = d.Connections[i].Grant.ObtainedAt.AddDate(0, 0, 1)
	}
	newer := written(b, d, to, Options{})
	n := 0
	for _, c := range []struct {
		name string
		file []byte
		want store.Decision
	}{{"added", file, store.Added}, {"replaced", newer, store.Replaced}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				n++
				s, err := store.Open(b.Context(), filepath.Join(b.TempDir(), fmt.Sprint(n)), store.Options{Keys: []store.KeySource{store.MemoryKey(make([]byte, 32))}, Create: true})
				if err != nil {
					b.Fatal(err)
				}
				if c.want == store.Replaced {
					importFile(b, s, file, with)
				}
				b.StartTimer()
				if got := importFile(b, s, c.file, with); len(got.Lines) != 10_000 || got.Lines[0].Decision != c.want {
					b.Fatalf("%d lines, %+v", len(got.Lines), got.Lines[0])
				}
			}
		})
	}
}

func importFile(b *testing.B, s *store.Bolt, file []byte, with Opener) store.MergeReport {
	d, err := Read(bytes.NewReader(file), with)
	if err != nil {
		b.Fatal(err)
	}
	r, err := s.Merge(b.Context(), d.Dump, store.MergeOptions{})
	if err != nil {
		b.Fatal(err)
	}
	return r
}
