package browser

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"sync"
	"time"

	pkgbrowser "github.com/pkg/browser"
)

// settle is how long a started program is watched for failing. Whatever runs longer is the browser itself.
const settle = time.Second

// errFailed is all that is said of a program that ended with a status: its output is not for our terminal.
var errFailed = errors.New("it ended at once with an error")

// start runs a program in a session of its own, so that neither ctrl+c in our terminal nor our end is its end.
func start(ctx context.Context, name string, args ...string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// Not bound to ctx: a login that ends shall not close the user's browser.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), name, args...)
	cmd.SysProcAttr = detached()
	if err := cmd.Start(); err != nil {
		return err
	}
	// Waits for as long as the browser lives, which is how the process is reaped; it holds nothing else.
	return watch(ctx, func() error { return cmd.Wait() })
}

// discardOutput silences github.com/pkg/browser. It pipes what the browser prints into our terminal unless these
// variables of its package say otherwise; there is no other way to tell it.
var discardOutput = sync.OnceFunc(func() { pkgbrowser.Stdout, pkgbrowser.Stderr = io.Discard, io.Discard })

// openSystem is pkg/browser's call, with a time limit.
func openSystem(ctx context.Context, address string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	discardOutput()
	return watch(ctx, func() error { return pkgbrowser.OpenURL(address) })
}

// watch returns wait's failure if it comes soon, else nil: then the browser runs.
func watch(ctx context.Context, wait func() error) error {
	ended := make(chan error, 1)
	go func() { ended <- wait() }()
	t := time.NewTimer(settle)
	defer t.Stop()
	select {
	case err := <-ended:
		var status *exec.ExitError
		if errors.As(err, &status) {
			return errFailed
		}
		return err
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
