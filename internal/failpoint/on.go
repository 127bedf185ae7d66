//go:build failpoint && unix

package failpoint

import (
	"context"
	"fmt"
	"net/http/httptrace"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// plan is what AUTHDECK_FAILPOINT asks for: NAME:N:WHAT, where WHAT is done at the N-th pass (from 1) of the mark NAME, and
// is "kill" or "stop" (a signal to this process) or an error's text.
type plan struct {
	name, what string
	n          int
}

var read = sync.OnceValue(func() plan {
	name, rest, _ := strings.Cut(os.Getenv("AUTHDECK_FAILPOINT"), ":")
	count, what, _ := strings.Cut(rest, ":")
	n, err := strconv.Atoi(count)
	if err != nil {
		n = 1
	}
	return plan{name: name, what: what, n: n}
})

var passes struct {
	sync.Mutex
	n int
}

// Hit marks a moment. Its error is what a test injects; a mark whose error is not looked at can only be killed or stopped.
func Hit(name string) error {
	p := read()
	if p.name != name {
		return nil
	}
	passes.Lock()
	passes.n++
	hit := passes.n == p.n
	passes.Unlock()
	switch {
	case !hit:
		return nil
	case p.what == "kill":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case p.what == "stop":
		return syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	}
	return fmt.Errorf("injected at %s: %s", name, p.what)
}

// Answering makes a context under which an HTTP request passes the mark when the first byte of its answer is there: the
// server has heard the request, and nobody has read the answer yet.
func Answering(ctx context.Context, name string) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotFirstResponseByte: func() { _ = Hit(name) }})
}
