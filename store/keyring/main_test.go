package keyring

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// inside names the environment variable by which this binary knows that it runs below dbus-run-session.
const inside = "KEYRING_TEST_INSIDE"

func TestMain(m *testing.M) {
	if os.Getenv(inside) != "" {
		os.Exit(m.Run()) // the library's connection to the bus lives as long as its process
	}
	goleak.VerifyTestMain(m)
}
