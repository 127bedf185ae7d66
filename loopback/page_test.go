package loopback

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestN5_StyleIsTheOneThePolicyNames(t *testing.T) {
	sum := sha256.Sum256([]byte(style))
	if want := base64.StdEncoding.EncodeToString(sum[:]); styleHash != want {
		t.Errorf("styleHash = %q, want %q", styleHash, want)
	}
}

func TestN5_PagesHoldNothingForeign(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)<script|\son\w+=|javascript:|https?:|//|url\(|@import|<img|<link|<iframe|<form|<a\b|style=`)
	for name, page := range map[string]string{"connected": connectedPage, "failed": failedPage, "refused": refusedPage} {
		if m := forbidden.FindString(page); m != "" {
			t.Errorf("%s: %q", name, m)
		}
		if strings.Count(page, "<style>") != 1 || !strings.Contains(page, "<style>"+style+"</style>") {
			t.Errorf("%s: its style is not the hashed one", name)
		}
	}
}

func TestN5_HeadersOfEveryAnswer(t *testing.T) {
	l, _ := start(t, Options{}, quick(), Expect{State: state})
	l.Finish(true)
	want := map[string]string{
		"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Set-Cookie": "", "Server": "",
	}
	for _, target := range []string{"/nothing", "/callback?code=c&state=" + state, "/done"} {
		_, whole := get(t, l, target)
		res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(whole)), nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		for name, value := range want {
			if got := res.Header.Get(name); got != value {
				t.Errorf("%s: %s = %q, want %q", target, name, got, value)
			}
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
}

// TestB7 follows the way as a browser does: the address it ends on holds nothing, and the page tells the truth.
func TestB7_CleanAddressAndTruth(t *testing.T) {
	for _, ok := range []bool{true, false} {
		l, out := start(t, Options{Path: "/oauth/cb"}, quick(), Expect{State: state})
		type page struct {
			address, text string
			err           error
		}
		shown := make(chan page, 1)
		go func() {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.RedirectURI()+"?code=c&state="+state, nil)
			if err != nil {
				shown <- page{err: err}
				return
			}
			transport := &http.Transport{DisableKeepAlives: true}
			res, err := (&http.Client{Transport: transport}).Do(req)
			if err != nil {
				shown <- page{err: err}
				return
			}
			text, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			shown <- page{res.Request.URL.String(), string(text), err}
		}()
		received(t, out)
		<-l.gate.when(func(g *gate) bool { return len(g.busy) == 1 })
		select {
		case p := <-shown:
			t.Fatalf("the page did not wait for Finish: %+v", p)
		default:
		}
		l.Finish(ok)
		if err := l.Close(); err != nil { // waits until the page is served
			t.Fatal(err)
		}
		p := <-shown
		if p.err != nil {
			t.Fatal(p.err)
		}
		if want := "http://" + l.uri.Host + "/done"; p.address != want {
			t.Errorf("the browser ended at %s, want %s", p.address, want)
		}
		want := map[bool]string{true: connectedPage, false: failedPage}[ok]
		if p.text != want {
			t.Errorf("Finish(%v) showed:\n%s", ok, p.text)
		}
	}
}

func TestPage_GivesUpWaiting(t *testing.T) {
	lim := quick()
	lim.page = lim.drain
	l, out := start(t, Options{}, lim, Expect{State: state})
	succeed(t, l, out)
	if _, whole := get(t, l, "/done"); !strings.HasSuffix(whole, failedPage) {
		t.Errorf("without Finish the page was:\n%s", whole)
	}
}

func TestPage_OutlastsTheTimeoutOfRequests(t *testing.T) {
	lim := quick()
	lim.io = lim.page / 20
	l, out := start(t, Options{}, lim, Expect{State: state})
	succeed(t, l, out)
	text := make(chan string, 1)
	go func() {
		_, whole := get(t, l, "/done")
		text <- whole
	}()
	<-l.gate.when(func(g *gate) bool { return len(g.busy) == 1 })
	// A silent connection that comes after the page's is ended by the request timeout: so that has passed.
	raw(t, l, "")
	l.Finish(true)
	if whole := <-text; !strings.HasSuffix(whole, connectedPage) {
		t.Errorf("the page was:\n%s", whole)
	}
}
