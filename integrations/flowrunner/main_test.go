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

func newHost(t testing.TB) *Host {
	t.Helper()
	h := New(Options{
		Program: []string{os.Args[0], worker.Arg}, Caller: &oauthflow.Caller{Clock: clock.System()}, Clock: clock.System(), Files: t.TempDir(),
	})
	t.Cleanup(h.Close)
	return h
}
