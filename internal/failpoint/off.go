//go:build !(failpoint && unix)

package failpoint

// Hit marks a moment. Its error is what a test injects; a mark whose error is not looked at can only be killed or stopped.
func Hit(string) error { return nil }
