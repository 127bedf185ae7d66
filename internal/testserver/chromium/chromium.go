package chromium

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"authdeck/internal/testserver"
)

// Path finds the program: $CHROME, or chromium by one of its names. Without it the test is skipped, and fails if CI=true.
func Path(t testing.TB) string {
	t.Helper()
	if p := os.Getenv("CHROME"); p != "" {
		return p
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	testserver.Missing(t, "a browser: neither $CHROME nor chromium")
	return ""
}

// flags keep Chromium to itself: no window, and no connection but those to the pages it is sent to.
var flags = []string{
	"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
	"disable-component-update", "disable-sync",
}

// Args are the arguments for starting it by hand, a script that plays $BROWSER for example, with its data in a folder.
func Args(folder string) []string {
	args := []string{"--user-data-dir=" + folder}
	for _, f := range flags {
		args = append(args, "--"+f)
	}
	return args
}

// Allocator returns a context for chromedp.NewContext whose browser has an empty profile. The browser starts with the first
// action and has ended when the test has.
func Allocator(t testing.TB) context.Context {
	t.Helper()
	path := Path(t)
	folder := t.TempDir()
	var said output
	opts := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(folder), chromedp.CombinedOutput(&said)}
	for _, f := range flags {
		opts = append(opts, chromedp.Flag(f, true))
	}
	ctx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), opts...)
	t.Cleanup(func() {
		cancel()
		if c := chromedp.FromContext(ctx); c != nil && c.Allocator != nil {
			c.Allocator.Wait() // it writes into its folder until then
		}
		if t.Failed() {
			t.Logf("chromium said: %s", said.String())
		}
	})
	return ctx
}

// output keeps what a process says.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
