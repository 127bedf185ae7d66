//go:build !(failpoint && unix)

package failpoint

import "context"

// Hit marks a moment. Its error is what a test injects; a mark whose error is not looked at can only be killed or stopped.
func Hit(string) error { return nil }

// Answering makes a context under which an HTTP request passes the mark when the first byte of its answer is there: the
// server has heard the request, and nobody has read the answer yet.
func Answering(ctx context.Context, _ string) context.Context { return ctx }
