package rehearse

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"authdeck/integrations/flowrunner"
	"authdeck/integrations/flowrunner/worker"
	"authdeck/internal/clock"
	"authdeck/oauthflow"
)

// The test program is its own worker, as authdeck is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Arg {
		os.Exit(worker.Main())
	}
	if !raceDetector {
		os.Exit(m.Run())
	}
	// A worker under the race detector would take its time, and there are hundreds.
	dir, err := os.MkdirTemp("", "authdeck-worker-*")
	if err != nil {
		panic(err)
	}
	workerArgs = []string{filepath.Join(dir, "worker")}
	if out, err := exec.Command("go", "build", "-o", workerArgs[0], "../internal/workerprog").CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// workerArgs start a worker.
var workerArgs = []string{os.Args[0], worker.Arg}

func newHost(t testing.TB) *flowrunner.Host {
	t.Helper()
	h := flowrunner.New(flowrunner.Options{
		Program: workerArgs, Caller: &oauthflow.Caller{Clock: clock.System()}, Clock: clock.System(), Files: t.TempDir(),
	})
	t.Cleanup(h.Close)
	return h
}
