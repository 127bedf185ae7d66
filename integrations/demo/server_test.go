package demo

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestListensOnLoopbackOnly(t *testing.T) {
	s := start(t, Options{})
	u, err := url.Parse(s.Issuer())
	if err != nil || u.Hostname() != "127.0.0.1" || u.Path != "/" || u.Scheme != "http" {
		t.Fatalf("issuer %s: %v", s.Issuer(), err)
	}
	// Any other address of this machine refuses, or would if somebody listened on all of them.
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, host := range append([]string{"127.0.0.2", "::1"}, hosts(addresses)...) {
		tried++
		c, err := net.DialTimeout("tcp", net.JoinHostPort(host, u.Port()), time.Second)
		if err == nil {
			t.Errorf("something answers on %s", host)
			_ = c.Close()
		}
	}
	if tried < 2 {
		t.Errorf("%d addresses tried", tried)
	}
}

func hosts(addresses []net.Addr) []string {
	var list []string
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			list = append(list, n.IP.String())
		}
	}
	return list
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	s := start(t, Options{})
	u, err := url.Parse(s.Issuer())
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(u.Host)
	n, err := net.LookupPort("tcp", port)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Options{Port: n}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a busy port: %v", err)
	}
	if _, err := Start(t.Context(), Options{TokenTTL: -time.Second}); err == nil {
		t.Error("a negative lifetime was taken")
	}
	if _, err := Start(t.Context(), Options{Rand: strings.NewReader("short")}); err == nil {
		t.Error("a reader without randomness was taken")
	}
}

func TestTokenTTLIsRoundedUp(t *testing.T) {
	s := start(t, Options{TokenTTL: 1100 * time.Millisecond, AutoApprove: true})
	f := newFlow(t, s)
	b := newBrowser(t, s)
	b.open(f.url())
	if got := f.exchange(b.left.Query().Get("code")).body["expires_in"]; got != 2.0 {
		t.Errorf("expires_in %v, want 2", got)
	}
}

func TestTwoServersAreStrangers(t *testing.T) {
	one, two := start(t, Options{}), start(t, Options{})
	if one.Issuer() == two.Issuer() {
		t.Fatal("one issuer for both")
	}
	f := newFlow(t, one)
	a := f.tokens()
	id := registered(t, one, "http://127.0.0.1/callback")
	there := newFlow(t, two)
	call(t, http.MethodGet, two.API()+"/me", a.text("access_token"), "").want(t, http.StatusUnauthorized, "invalid_token")
	there.refresh(a.text("refresh_token")).want(t, http.StatusBadRequest, "invalid_grant")
	if got := there.introspect(a.text("access_token")); got.body["active"] != false {
		t.Errorf("the other server says %v", got.body)
	}
	there.clientID = id
	there.introspect("x").want(t, http.StatusUnauthorized, "invalid_client")
	if got := two.Stats().ReuseErrors; got != 0 {
		t.Errorf("%d reuse errors at the other server", got)
	}
	if got := f.refresh(a.text("refresh_token")); got.status != http.StatusOK {
		t.Errorf("its own server answered %v", got.body)
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s, err := Start(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	// An idle connection and one on which nothing was ever sent are open when the server closes.
	answer, err := http.Get(s.StatsURL())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	u, err := url.Parse(s.Issuer())
	if err != nil {
		t.Fatal(err)
	}
	silent, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	if _, err := net.Dial("tcp", u.Host); err == nil {
		t.Error("it still listens")
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

func TestWrapStandsBeforeTheServer(t *testing.T) {
	s := start(t, Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/oauth/token" { // the server works, its answer never leaves
				next.ServeHTTP(httptest.NewRecorder(), r)
				http.Error(w, "", http.StatusBadGateway)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	f := newFlow(t, s)
	if got := f.exchange(f.code()); got.status != http.StatusBadGateway {
		t.Errorf("answered %d", got.status)
	}
	if got := s.Stats().TokenRequests["authorization_code"]; got != 1 {
		t.Errorf("%d requests counted", got)
	}
}

func TestPlayBrowser(t *testing.T) {
	s := start(t, Options{})
	redirect, last := landing(t)
	for _, account := range []string{"ada@example.com", "eve@example.com"} {
		f := newFlow(t, s)
		f.redirect = redirect
		final, err := PlayBrowser(t.Context(), f.url(), account)
		if err != nil || final != strings.TrimSuffix(redirect, "callback")+"done" {
			t.Fatalf("ended at %q: %v", final, err)
		}
		if last().Get("state") != f.state {
			t.Errorf("the callback got %v", last())
		}
		a := f.exchange(last().Get("code"))
		if me := call(t, http.MethodGet, s.API()+"/me", a.text("access_token"), ""); me.text("email") != account {
			t.Errorf("signed in %v, want %s", me.body, account)
		}
	}
	f := newFlow(t, s)
	f.redirect = redirect
	if _, err := PlayBrowser(t.Context(), f.url(), "carol@example.com"); err == nil || !strings.Contains(err.Error(), "carol@example.com") {
		t.Errorf("an unknown account: %v", err)
	}
	f.redirect = "http://example.com/"
	if _, err := PlayBrowser(t.Context(), f.url(), "ada@example.com"); err == nil || !strings.Contains(err.Error(), "400") {
		t.Errorf("a refused request: %v", err)
	}
}

func TestPlayBrowserStaysOnLoopback(t *testing.T) {
	visited := false
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		visited = true
		http.Redirect(w, r, "http://127.0.0.2:1/", http.StatusFound) // not one of the names
	}))
	t.Cleanup(away.Close)
	for _, address := range []string{"https://127.0.0.1/", "http://example.com/", "http://127.0.0.1@example.com/", "http://192.0.2.1/", "file:///etc/hosts", "::"} {
		if _, err := PlayBrowser(t.Context(), address, "ada@example.com"); err == nil || !strings.Contains(err.Error(), "loopback") {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := PlayBrowser(t.Context(), away.URL, "ada@example.com"); err == nil || !strings.Contains(err.Error(), "loopback") || !visited {
		t.Errorf("a redirect away: %v", err)
	}
	b, err := newPlayed()
	if err != nil {
		t.Fatal(err)
	}
	// A name may lead elsewhere than it says.
	if _, err := b.client.Transport.(*http.Transport).DialContext(t.Context(), "tcp", "192.0.2.1:80"); !errors.Is(err, errNotLoopback) {
		t.Errorf("an address elsewhere is dialled: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := PlayBrowser(ctx, away.URL, "ada@example.com"); err == nil {
		t.Error("it went on after its context ended")
	}
}

func TestReadForms(t *testing.T) {
	forms := readForms(`<!-- <form action="/no"> --><p>a < b<form METHOD=post action="/a&amp;b" class='x'><input type=hidden name="n" value='1 > 0'/>
		<input name=bare value=v><button name="go" value="yes&#43;">Go</button></form><input name="outside"><form action=/second><input type="submit" name=s value="x">`)
	if len(forms) != 2 {
		t.Fatalf("%+v", forms)
	}
	f := forms[0]
	if f.action != "/a&b" || f.method != http.MethodPost || len(f.inputs) != 2 || f.inputs[0] != (field{"n", "1 > 0"}) || f.inputs[1] != (field{"bare", "v"}) ||
		len(f.buttons) != 1 || f.buttons[0] != (field{"go", "yes+"}) {
		t.Errorf("%+v", f)
	}
	if f := forms[1]; f.action != "/second" || f.method != http.MethodGet || len(f.inputs) != 0 || len(f.buttons) != 1 {
		t.Errorf("%+v", f)
	}
	for _, broken := range []string{"<", "<form", "<form a", "<form a=", `<form a="`, "<!--", "<form =x>", "< =", "<form \"\"\"="} {
		_ = readForms(broken)
	}
}
