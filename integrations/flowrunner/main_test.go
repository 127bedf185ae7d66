package flowrunner

import (
	"os"
	"testing"

	"authdeck/integrations/flowrunner/worker"
	"authdeck/internal/clock"
	"authdeck/oauthflow"
)

// The test program is its own worker, as authdeck is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Arg {
		os.Exit(worker.Main())
	}
	if len(os.Args) > 2 && os.Args[1] == brokenWorker {
		os.Exit(breakDown(os.Args[2]))
	}
	if len(os.Args) > 2 && os.Args[1] == hostileArg {
		os.Exit(hostileWorker(os.Args[2]))
	}
	dir, err := os.MkdirTemp("", "authdeck-worker-*")
	if err != nil {
		panic(err)
	}
	programs = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// programs is a folder for what tests build; it goes with the test program.
var programs string

// workerArgs start a worker: this program, or one that is built without the race detector, under which each would take its time.
func workerArgs(t testing.TB) []string {
	t.Helper()
	if !raceDetector {
		return []string{os.Args[0], worker.Arg}
	}
	program, err := workerProgram()
	if err != nil {
		t.Fatal(err)
	}
	return []string{program}
}

func newHost(t testing.TB) *Host {
	t.Helper()
	h := New(Options{
		Program: workerArgs(t), Caller: &oauthflow.Caller{Clock: clock.System()}, Clock: clock.System(), Files: t.TempDir(),
	})
	h.KeepReady(false) // most tests make one call
	t.Cleanup(h.Close)
	return h
}
