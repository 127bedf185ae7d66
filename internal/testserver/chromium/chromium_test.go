package chromium

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

func page(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "<title>hello</title><p id=mode>"+r.Header.Get("Sec-Fetch-Mode")+"</p>")
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestAllocator(t *testing.T) {
	url := page(t)
	ctx, cancel := chromedp.NewContext(Allocator(t))
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, 60*time.Second)
	defer stop()
	if _, err := chromedp.Run(ctx, chromedp.Navigate(url)); err != nil {
		t.Fatal(err)
	}
	title, err := chromedp.Run(ctx, chromedp.Title())
	if err != nil {
		t.Fatal(err)
	}
	mode, err := chromedp.Run(ctx, chromedp.Text("#mode"))
	if err != nil {
		t.Fatal(err)
	}
	if title != "hello" || mode != "navigate" {
		t.Errorf("title %q, mode %q", title, mode)
	}
}

func TestArgs(t *testing.T) {
	args := append(Args(t.TempDir()), "--dump-dom", page(t))
	out, err := exec.CommandContext(t.Context(), Path(t), args...).Output()
	if err != nil || !strings.Contains(string(out), "<title>hello</title>") {
		t.Errorf("%v: %s", err, out)
	}
}
