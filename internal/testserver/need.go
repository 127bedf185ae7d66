package testserver

import (
	"os"
	"testing"
)

// Missing ends a test whose machine lacks something: skipped on a developer's, failed where CI=true, since there
// everything is installed.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI lacks "+format, args...)
	}
	t.Skipf("this machine lacks "+format, args...)
}
