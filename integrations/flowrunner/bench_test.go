package flowrunner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/internal/secret"
)

var benchConfig = integrations.Config{"clientId": secret.New("id"), "clientSecret": secret.New("shh")}

func (s *Service) benchURL(b *testing.B) {
	b.Helper()
	u, err := s.ConnectionURL(b.Context(), integrations.ConnectionURLRequest{Config: benchConfig, RedirectURI: "http://127.0.0.1:1/", State: "st"})
	if err != nil || u.URL == "" {
		b.Fatal(err)
	}
}

// BenchmarkColdURL is a worker's start, the load of a service and its connection URL; no worker waits.
func BenchmarkColdURL(b *testing.B) {
	h := newLimitedHost(b)
	s := open(b, h, "testdata/services/plain")
	var took []time.Duration
	for b.Loop() {
		b.StopTimer()
		h.forget()
		b.StartTimer()
		began := time.Now()
		s.benchURL(b)
		took = append(took, time.Since(began))
	}
	b.StopTimer()
	reportMedian(b, took)
	h.making.Wait()
}

// reportMedian tells the median: other work on the machine makes a mean of two or three times as much.
func reportMedian(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/median")
	b.ReportMetric(float64(took[0].Microseconds())/1000, "ms/least")
}

// forget ends the worker that waits, or is being made ready.
func (h *Host) forget() {
	h.making.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	for folder, w := range h.warm {
		w.s.close()
		delete(h.warm, folder)
	}
}

// BenchmarkWarmCall is a connection URL where a worker waits: what a call costs besides the service's own work.
func BenchmarkWarmCall(b *testing.B) {
	h := newLimitedHost(b)
	s := open(b, h, "testdata/services/plain")
	s.benchURL(b)
	var took []time.Duration
	for b.Loop() {
		b.StopTimer()
		h.making.Wait()
		b.StartTimer()
		began := time.Now()
		s.benchURL(b)
		took = append(took, time.Since(began))
	}
	b.StopTimer()
	reportMedian(b, took)
	h.making.Wait()
}

// BenchmarkWorkerMemory is the resident memory of a worker that has loaded a service of 100 KB.
func BenchmarkWorkerMemory(b *testing.B) {
	dir := b.TempDir()
	var text strings.Builder
	text.WriteString("class Large {\n")
	for i := 0; text.Len() < 100<<10; i++ {
		fmt.Fprintf(&text, `  /**
   * @operationName Operation %d
   * @category Items
   * @paramDef {"type":"String","name":"id","label":"Item","required":true}
   */
  async operation%d(id, more) {
    const answer = await Flowrunner.Request.get(`+"`https://large.example/items/%d/${id}`"+`).query({ more, page: %d })
      .set({ Authorization: this.request.headers['oauth-access-token'] })
    return { id: answer.id, items: (answer.items || []).map(item => ({ label: item.name, value: item.id, note: item.note })) }
  }
`, i, i, i, i)
	}
	text.WriteString("}\nFlowrunner.ServerCode.addService(Large, [])\n")
	if err := os.MkdirAll(filepath.Join(dir, "src"), 0o700); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "src", "index.js"), []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	h := newLimitedHost(b)
	s := open(b, h, dir)
	total, took := 0.0, time.Duration(0)
	for b.Loop() {
		began := time.Now()
		w, err := h.load(context.Background(), s.folder)
		if err != nil {
			b.Fatal(err)
		}
		took += time.Since(began)
		total += residentKB(b, w.s.cmd.Process.Pid)
		w.s.close()
	}
	b.ReportMetric(total/float64(b.N)/1024, "MB")
	b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "ms/load")
}

// residentKB reads what /proc says of a process; 0 where there is none.
func residentKB(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("this system has no /proc")
	}
	for _, line := range strings.Split(string(status), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			var n float64
			if _, err := fmt.Sscan(rest, &n); err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatal("no VmRSS")
	return 0
}
