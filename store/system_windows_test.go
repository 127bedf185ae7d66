package store

import (
	"context"
	"fmt"
	"os"
)

func childHere(_ context.Context, _ *Bolt, name, _ string) error {
	return fmt.Errorf("no role %q", name)
}

// suspend has no counterpart here; the test that uses it sees a holder that is merely idle.
func suspend(*os.Process) error { return nil }

func childMount(context.Context, string) error { return fmt.Errorf("no mounts here") }
