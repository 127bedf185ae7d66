package connections_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/browser"
	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/oauthflow"
)

// who is the grant of an account.
func who(name, subject string) integrations.Grant {
	return integrations.Grant{Identity: integrations.Identity{Name: name, Subject: subject}}
}

// redirect is what the browser does at the end of a sign-in: it returns the page it sees.
func redirect(t *testing.T, l *connections.Login, params url.Values) string {
	t.Helper()
	to, err := url.Parse(l.URL())
	if err != nil {
		t.Fatal(err)
	}
	if params.Get("state") == "" {
		params.Set("state", to.Query().Get("state"))
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.RedirectURI()+"?"+params.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	return string(body)
}

// signIn runs a whole login and returns what came of it, and the page that the browser saw.
func (b *bench) signIn(r connections.LoginRequest, params url.Values) (connections.Detail, string, error) {
	b.t.Helper()
	l, err := b.Login(b.t.Context(), r)
	if err != nil {
		return connections.Detail{}, "", err
	}
	page := make(chan string, 1)
	go func() { page <- redirect(b.t, l, params) }()
	d, err := l.Wait(b.t.Context())
	return d, <-page, err
}

func code() url.Values { return url.Values{"code": {"c"}, "iss": {"https://provider.example"}} }

func TestLogin(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	g := who("ada@example.com", "1")
	g.Scopes, g.UserData, g.Warnings = []string{"read"}, map[string]any{"plan": "free"}, []string{"no picture"}
	g.RefreshLifetime = oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: 48 * time.Hour}
	b.p.callback = answer{grant: g}
	d, page, err := b.signIn(connections.LoginRequest{Integration: "example", Browser: "none", Account: "ada"}, code())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page, "Connected") {
		t.Errorf("the page does not tell of the success: %s", page)
	}
	got := []string{d.Name, d.Identity, d.Subject, string(d.State), d.Flow, d.Browser, d.Access.Reveal(), d.Refresh.Reveal(), strings.Join(d.Missing, " "), strings.Join(d.Warnings, "; ")}
	want := []string{
		"example-ada", "ada@example.com", "1", "ok", "browser", "none", "access-1", "refresh-1", "write",
		"no picture; not granted: write; refresh token ends in 1 d",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if u := b.p.urls[0]; u.Account != "ada" || u.Again || u.OtherToo || u.Scopes != nil {
		t.Errorf("asked with %+v", u)
	}
	if diff := cmp.Diff([]string{"login ok"}, b.events(d.ID)); diff != "" {
		t.Error(diff)
	}
	if d.CreatedAt.IsZero() || !d.RefreshedAt.IsZero() || d.ExpiresAt.Sub(d.ObtainedAt) != time.Hour {
		t.Errorf("times %v %v %v %v", d.CreatedAt, d.ObtainedAt, d.RefreshedAt, d.ExpiresAt)
	}

	d2, _, err := b.signIn(connections.LoginRequest{Integration: "example"}, code())
	if err != nil || d2.Name != "example-ada-2" || !b.p.urls[1].OtherToo {
		t.Errorf("second: %q %v, asked with %+v", d2.Name, err, b.p.urls[1])
	}
}

func TestLoginRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		params url.Values
		err    error
		kind   connections.Kind
		hint   string
	}{
		{"denied", url.Values{"error": {"access_denied"}}, nil, connections.KindSignIn, "agree"},
		{"redirect", url.Values{"error": {"redirect_uri_mismatch"}}, nil, connections.KindConfiguration, "register exactly http://127.0.0.1:"},
		{"redirect in words", url.Values{"error": {"invalid_request"}, "error_description": {"The redirect URI is not registered"}}, nil, connections.KindConfiguration, "register exactly http://127.0.0.1:"},
		{"client", url.Values{"error": {"unauthorized_client"}}, nil, connections.KindConfiguration, "integrations set example"},
		{"scope", url.Values{"error": {"invalid_scope"}}, nil, connections.KindConfiguration, "--scope"},
		{"trouble", url.Values{"error": {"server_error"}}, nil, connections.KindTransient, "later"},
		{"hostile words", url.Values{"error": {"x\x1b]0;y\x07"}, "error_description": {strings.Repeat("a", 1000)}}, nil, connections.KindFailed, "integrations show example"},
		{"exchange: invalid_client", code(), failing(oauthflow.ClassConfiguration, 401, "invalid_client"), connections.KindConfiguration, "integrations set example"},
		{"exchange: redirect", code(), &oauthflow.Error{Class: oauthflow.ClassDead, Status: 400, Code: "invalid_grant", Description: "redirect_uri does not match"}, connections.KindConfiguration, "register exactly"},
		{"exchange: code refused", code(), invalidGrant, connections.KindSignIn, "start again"},
		{"exchange: no answer", code(), timeout, connections.KindTransient, "start again"},
		{"exchange: not configured", code(), integrations.ErrNotConfigured, connections.KindConfiguration, "integrations set example client_id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.p.callback = answer{err: c.err}
			_, page, err := b.signIn(connections.LoginRequest{Integration: "example"}, c.params)
			var e *connections.Error
			if kindOf(t, err) != c.kind || !errors.As(err, &e) || !strings.Contains(e.Hint, c.hint) {
				t.Errorf("%v, want %q and a hint with %q", err, c.kind, c.hint)
			}
			if e != nil && (strings.ContainsRune(e.Message, 0x1b) || len(e.Message) > 500) {
				t.Errorf("unsafe: %q", e.Message)
			}
			if c.err != nil && strings.Contains(page, "Connected") {
				t.Error("the page claims a success")
			}
			if list, err := b.List(t.Context()); err != nil || len(list) != 0 {
				t.Errorf("%v %v", list, err)
			}
		})
	}
}

func TestLoginCannotStart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*integrations.Info)
		r      connections.LoginRequest
		kind   connections.Kind
		hint   string
	}{
		{"device", nil, connections.LoginRequest{Integration: "example", Flow: "device"}, connections.KindUnsupported, "browser"},
		{"client credentials", nil, connections.LoginRequest{Integration: "example", Flow: "client-credentials"}, connections.KindUnsupported, "browser"},
		{"no such flow", nil, connections.LoginRequest{Integration: "example", Flow: "implicit"}, connections.KindUsage, "auto"},
		{"no such integration", nil, connections.LoginRequest{Integration: "exmple"}, connections.KindNotFound, "did you mean example?"},
		{"no such connection", nil, connections.LoginRequest{Connection: "work"}, connections.KindNotFound, "authdeck list"},
		{"nothing named", nil, connections.LoginRequest{}, connections.KindUsage, "integrations list"},
		{"too long", nil, connections.LoginRequest{Integration: "example", Timeout: time.Hour}, connections.KindUsage, "10m"},
		{"bad name", nil, connections.LoginRequest{Integration: "example", Name: "a\nb"}, connections.KindUsage, "another name"},
		{"no client id", func(i *integrations.Info) { i.NeedsID = true }, connections.LoginRequest{Integration: "example"}, connections.KindConfiguration, "authdeck integrations set example client_id=…"},
		{"no host", func(i *integrations.Info) { i.Inputs = []integrations.Input{{Name: "host", Required: true}} }, connections.LoginRequest{Integration: "example"}, connections.KindConfiguration, "integrations set example host=…"},
		{"broken", func(i *integrations.Info) { i.Broken = "example.yaml:3: unknown key" }, connections.LoginRequest{Integration: "example"}, connections.KindConfiguration, "correct the file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil, func(p *provider) integrations.Integration {
				if c.change != nil {
					c.change(&p.info)
				}
				return p
			})
			_, err := b.Login(t.Context(), c.r)
			var e *connections.Error
			if kindOf(t, err) != c.kind || !errors.As(err, &e) || !strings.Contains(e.Hint, c.hint) {
				t.Errorf("%v, want %q with hint %q", err, c.kind, c.hint)
			}
		})
	}
}

// TestLoginPortBusy: a busy fixed port is an error, never another port.
func TestLoginPortBusy(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	held, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Close() }()
	addr, ok := held.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatal(held.Addr())
	}
	b := newBench(t, nil, func(p *provider) integrations.Integration {
		p.info.Redirect.Class, p.info.Redirect.Port = integrations.RedirectLoopback, addr.Port
		return p
	})
	_, err = b.Login(t.Context(), connections.LoginRequest{Integration: "example"})
	if kindOf(t, err) != connections.KindPortBusy || !strings.Contains(err.Error(), fmt.Sprint(addr.Port)) {
		t.Errorf("%v", err)
	}
}

// TestN10_LoginAddress: the address is printed and copied as well as opened, so it is held against the same rules; what an
// integration says before is foreign text.
func TestN10_LoginAddress(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"https://provider.example/authorize":         true,
		"http://127.0.0.1:8080/authorize":            true,
		"http://provider.example/authorize":          false,
		"https://ada@provider.example/authorize":     false,
		"https://provider.example/\u009b31m":         false,
		"https://provider.example/\u202eeziruohtua/": false,
		"javascript:alert(1)//":                      false,
		"/authorize":                                 false,
	} {
		b := newBench(t, nil)
		b.p.url, b.p.warning = address, "look \x1b]52;c;eA==\x07here"
		l, err := b.Login(t.Context(), connections.LoginRequest{Integration: "example"})
		if ok != (err == nil) || err != nil && kindOf(t, err) != connections.KindConfiguration {
			t.Errorf("%q: %v", address, err)
		}
		if err == nil {
			if got := l.Warnings(); len(got) != 1 || got[0] != "look here" || !strings.HasPrefix(l.URL(), address) {
				t.Errorf("%q %q", l.URL(), got)
			}
			l.Cancel()
		}
	}
}

func TestLoginEnds(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	t.Run("canceled", func(t *testing.T) {
		t.Parallel()
		l, err := b.Login(t.Context(), connections.LoginRequest{Integration: "example"})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() {
			_, err := l.Wait(context.WithoutCancel(t.Context()))
			done <- err
		}()
		l.Cancel()
		if err := <-done; kindOf(t, err) != connections.KindCanceled {
			t.Error(err)
		}
		l.Cancel()
	})
	t.Run("caller gone", func(t *testing.T) {
		t.Parallel()
		l, err := b.Login(t.Context(), connections.LoginRequest{Integration: "example"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := l.Wait(ctx); kindOf(t, err) != connections.KindCanceled {
			t.Error(err)
		}
	})
	t.Run("time over", func(t *testing.T) {
		t.Parallel()
		l, err := b.Login(t.Context(), connections.LoginRequest{Integration: "example", Timeout: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Wait(t.Context()); kindOf(t, err) != connections.KindSignIn {
			t.Error(err)
		}
	})
	t.Run("another issuer (RFC 9207)", func(t *testing.T) {
		t.Parallel()
		_, _, err := b.signIn(connections.LoginRequest{Integration: "example"}, url.Values{"code": {"c"}, "iss": {"https://evil.example"}})
		if kindOf(t, err) != connections.KindFailed || !strings.Contains(err.Error(), "issuer") {
			t.Error(err)
		}
	})
}

// TestLoginPaste: the redirected address is taken from the user too, with the same checks; the exchange goes on although
// the caller leaves in the middle.
func TestLoginPaste(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	b.p.callback = answer{grant: who("ada@example.com", "1"), hook: cancel}
	l, err := b.Login(ctx, connections.LoginRequest{Integration: "example", Flow: "paste"})
	if err != nil {
		t.Fatal(err)
	}
	why, ssh := l.Headless()
	if why == "" || !strings.HasPrefix(ssh, "ssh -L ") {
		t.Errorf("%q %q", why, ssh)
	}
	if err := l.OpenBrowser(ctx); !errors.Is(err, browser.ErrHeadless) || kindOf(t, err) != connections.KindFailed {
		t.Error(err)
	}
	if err := l.Paste("https://evil.example/callback?code=x&state=y"); kindOf(t, err) != connections.KindUsage {
		t.Error(err)
	}
	to, err := url.Parse(l.URL())
	if err != nil {
		t.Fatal(err)
	}
	q := code()
	q.Set("state", to.Query().Get("state"))
	go func() {
		if err := l.Paste(l.RedirectURI() + "?" + q.Encode()); err != nil {
			t.Error(err)
		}
	}()
	d, err := l.Wait(ctx)
	if err != nil || d.Flow != "paste" || d.Name != "example-ada" {
		t.Errorf("%q %q %v", d.Name, d.Flow, err)
	}
}
