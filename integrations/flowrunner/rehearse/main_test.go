package rehearse

import (
	"os"
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
	os.Exit(m.Run())
}

func newHost(t testing.TB) *flowrunner.Host {
	t.Helper()
	h := flowrunner.New(flowrunner.Options{
		Program: []string{os.Args[0], worker.Arg}, Caller: &oauthflow.Caller{Clock: clock.System()}, Clock: clock.System(), Files: t.TempDir(),
	})
	t.Cleanup(h.Close)
	return h
}
