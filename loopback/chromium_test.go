package loopback

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"authdeck/internal/testserver/chromium"
)

// TestB7_InChromium has a provider's page send the browser to the callback by a click, and looks at where it ends.
func TestB7_InChromium(t *testing.T) {
	l, out := start(t, Options{}, usual(), Expect{State: state})
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			_, _ = w.Write([]byte(`<a id=allow href=/allow>allow</a>`))
		case "/allow":
			http.Redirect(w, r, l.RedirectURI()+"?code=secret-code&state="+state, http.StatusFound)
		}
	}))
	defer provider.Close()

	ctx, cancel := chromedp.NewContext(chromium.Allocator(t))
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, 60*time.Second)
	defer stop()
	if err := chromedp.Do(ctx, chromedp.Navigate(provider.URL), chromedp.Click("#allow")); err != nil {
		t.Fatal(err)
	}
	select {
	case w := <-out:
		if w.err != nil || w.values.Get("code") != "secret-code" {
			t.Fatalf("Wait = %v, %v", w.values, w.err)
		}
	case <-ctx.Done():
		t.Fatal("no answer came")
	}
	l.Finish(true)
	if _, err := chromedp.Run(ctx, chromedp.Text("h1")); err != nil {
		t.Fatal(err)
	}
	look := func(expression string) string {
		t.Helper()
		s, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
		if err != nil {
			t.Fatalf("%s: %v", expression, err)
		}
		return s
	}
	const heading = "document.querySelector('h1').textContent"
	for expression, want := range map[string]string{
		"location.href":                   "http://" + l.uri.Host + "/done",
		"document.referrer":               "",
		heading:                           "Connected, you can close this tab",
		"String(document.scripts.length)": "0",
		"getComputedStyle(document.body).display":                                                              "grid", // the policy lets our style through
		"JSON.stringify(performance.getEntriesByType('resource').filter(e => e.name.includes('secret-code')))": "[]",
	} {
		if got := look(expression); got != want {
			t.Errorf("%s = %q, want %q", expression, got, want)
		}
	}
	if folder := os.Getenv("AUTHDECK_PICTURES"); folder != "" {
		picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "callback-page.png"), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil { // the page was fetched: no wait for it
		t.Error(err)
	}
	history, err := chromedp.Run(ctx, chromedp.NavigationEntries())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range history.Entries {
		if strings.Contains(e.URL, "callback") || strings.Contains(e.URL, "secret-code") {
			t.Errorf("the history holds %s", e.URL)
		}
	}
}
