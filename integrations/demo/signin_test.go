package demo

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestRFC6749_4_1_2_1_DenyLeadsBack(t *testing.T) {
	s := start(t, Options{})
	f := newFlow(t, s)
	b := newBrowser(t, s)
	b.open(f.url())
	b.click("account", "bob@example.com")
	if !strings.Contains(b.page, "bob@example.com") || !strings.Contains(b.page, "read your notes") {
		t.Errorf("the consent page does not say who and what:\n%s", b.page)
	}
	consent := *b
	b.click("decision", "deny")
	wantErrorRedirect(t, b, f, "access_denied")
	consent.click("decision", "allow")
	if consent.left != nil || consent.code != http.StatusGone {
		t.Errorf("a denied request went on: %d, sent to %v", consent.code, consent.left)
	}
}

func TestRFC9207_IssInTheAnswer(t *testing.T) {
	f := newFlow(t, start(t, Options{}))
	f.redirect += "?keep=this"
	b := newBrowser(t, f.s)
	b.open(f.url())
	b.click("account", "ada@example.com")
	b.click("decision", "allow")
	if b.left == nil {
		t.Fatalf("not sent back: %d %s", b.code, b.page)
	}
	q := b.left.Query()
	if q.Get("iss") != f.s.Issuer() || q.Get("state") != f.state || q.Get("code") == "" || q.Get("keep") != "this" {
		t.Errorf("sent back with %v", q)
	}
}

func TestOIDC_3_1_2_1_WhichAccount(t *testing.T) {
	s := start(t, Options{})
	list := func(b *browser) bool { return strings.Contains(b.page, "Choose an account") }
	hinted := func(b *browser, email string) bool {
		return strings.Contains(b.page, `value="`+email+`" class="hinted" autofocus`)
	}
	b := newBrowser(t, s)
	f := newFlow(t, s)

	f.extra.Set("login_hint", "eve@example.com")
	b.open(f.url())
	if !list(b) || !hinted(b, "eve@example.com") || strings.Count(b.page, "hinted") != 1 {
		t.Errorf("login_hint does not preselect:\n%s", b.page)
	}
	f.extra.Set("login_hint", "<carol>")
	b.open(f.url())
	if !list(b) || !strings.Contains(b.page, "no account &lt;carol&gt;") {
		t.Errorf("an unknown login_hint is not named:\n%s", b.page)
	}
	f.extra.Del("login_hint")
	b.open(f.url())
	b.click("account", "ada@example.com")
	b.click("decision", "allow")
	if b.left == nil {
		t.Fatalf("not sent back: %s", b.page)
	}

	// Signed in now: no list, but consent is asked for each time (RFC 8252 §8.6).
	b.open(f.url())
	if list(b) || !strings.Contains(b.page, "ada@example.com") || b.left != nil {
		t.Errorf("want the consent page at once:\n%s", b.page)
	}
	for _, extra := range []url.Values{
		{"prompt": {"select_account"}},
		{"prompt": {"select_account consent"}},
		{"prompt": {"login"}},
		{"max_age": {"0"}, "prompt": {"login"}},
		{"login_hint": {"bob@example.com"}},
		{"login_hint": {"carol"}},
	} {
		f.extra = extra
		if b.open(f.url()); !list(b) {
			t.Errorf("%v: want the list:\n%s", extra, b.page)
		}
	}
	for _, extra := range []url.Values{{"prompt": {"consent"}}, {"login_hint": {"ada@example.com"}}, {"max_age": {"60"}}} {
		f.extra = extra
		if b.open(f.url()); list(b) || !strings.Contains(b.page, "Allow authdeck?") {
			t.Errorf("%v: want the consent page:\n%s", extra, b.page)
		}
	}
	link := strings.ReplaceAll(between(b.page, `<a href="`, `"`), "&amp;", "&")
	b.open(strings.TrimSuffix(s.Issuer(), "/") + link)
	if !list(b) {
		t.Errorf("another account cannot be chosen:\n%s", b.page)
	}
	f.extra = url.Values{"prompt": {"none"}}
	b.open(f.url())
	wantErrorRedirect(t, b, f, "interaction_required")
}

func TestOIDC_3_1_2_1_MaxAge(t *testing.T) {
	h := newHand()
	s := start(t, Options{Now: h.now})
	f := newFlow(t, s)
	b := newBrowser(t, s)
	b.open(f.url())
	b.click("account", "ada@example.com")
	f.extra.Set("max_age", "60")
	h.move(2 * time.Minute)
	if b.open(f.url()); !strings.Contains(b.page, "Choose an account") {
		t.Errorf("a session older than max_age was taken:\n%s", b.page)
	}
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

func TestRFC6749_4_1_2_1_NoRedirectToWrongAddress(t *testing.T) {
	s := start(t, Options{})
	for name, extra := range map[string]url.Values{
		"unknown client":   {"client_id": {"nobody"}},
		"foreign host":     {"redirect_uri": {"http://example.com/cb"}},
		"foreign https":    {"redirect_uri": {"https://example.com/cb"}},
		"https on 1":       {"redirect_uri": {"https://127.0.0.1/cb"}},
		"user in front":    {"redirect_uri": {"http://127.0.0.1:1@example.com/cb"}},
		"user on loopback": {"redirect_uri": {"http://x@127.0.0.1/cb"}},
		"fragment":         {"redirect_uri": {"http://127.0.0.1/cb#x"}},
		"other loopback":   {"redirect_uri": {"http://127.0.0.2/cb"}},
		"own scheme":       {"redirect_uri": {"app:/cb"}},
		"none":             {"redirect_uri": nil},
		"two":              {"redirect_uri": {"http://127.0.0.1:1/a", "http://127.0.0.1:1/b"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFlow(t, s)
			f.extra = extra
			b := newBrowser(t, s)
			b.open(f.url())
			if b.left != nil || b.code != http.StatusBadRequest {
				t.Errorf("answered %d, sent to %v", b.code, b.left)
			}
		})
	}
	for _, redirect := range []string{"http://127.0.0.1/", "http://localhost:81/a/b?c=d", "http://[::1]:4000/callback"} {
		f := newFlow(t, s)
		f.redirect = redirect
		b := newBrowser(t, s)
		b.open(f.url())
		b.click("account", "ada@example.com")
		want := "http://" + b.mustHost(redirect)
		if strings.Contains(redirect, "[") {
			want = "http:"
		}
		if csp := b.head.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' "+want+";") {
			t.Errorf("%s: a browser would stop the form at %s", redirect, csp)
		}
		b.click("decision", "allow")
		if b.left == nil || b.left.Query().Get("code") == "" {
			t.Errorf("%s: not sent back: %d %s", redirect, b.code, b.page)
		}
	}
}

func (b *browser) mustHost(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		b.t.Fatal(err)
	}
	return u.Host
}

func TestPagesAreLocked(t *testing.T) {
	h := newHand()
	s := start(t, Options{Now: h.now})
	b := newBrowser(t, s)
	pages := []string{"", "signin?request=none", "consent?request=none", "authorize", "authorize/callback?id=none"}
	for _, page := range append(pages, strings.TrimPrefix(newFlow(t, s).url(), s.Issuer())) {
		b.open(s.Issuer() + page)
		csp := b.head.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("/%s: Content-Security-Policy %q without %s", page, csp, want)
			}
		}
		if strings.Contains(b.page, "<script") || strings.Contains(b.page, "style=") || !strings.Contains(b.page, "</html>") {
			t.Errorf("/%s:\n%s", page, b.page)
		}
	}
	t.Run("another site's form", func(t *testing.T) {
		f := newFlow(t, s)
		b.open(f.url())
		id := between(b.page, `name="request" value="`, `"`)
		for _, path := range []string{"signin", "consent"} {
			r, err := http.NewRequest(http.MethodPost, s.Issuer()+path, strings.NewReader(url.Values{"request": {id}, "account": {"ada"}, "decision": {"allow"}}.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			if b.do(r, nil); b.code != http.StatusForbidden {
				t.Errorf("/%s answered %d", path, b.code)
			}
		}
	})
	t.Run("DNS rebinding", func(t *testing.T) {
		r, err := http.NewRequest(http.MethodGet, s.StatsURL(), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "rebound.example.com"
		if b.do(r, nil); b.code != http.StatusMisdirectedRequest {
			t.Errorf("answered %d", b.code)
		}
	})
	t.Run("another origin's script", func(t *testing.T) {
		for _, page := range []string{"stats", "oauth/token", ".well-known/openid-configuration"} {
			r, err := http.NewRequest(http.MethodGet, s.Issuer()+page, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Origin", "http://example.com")
			if b.do(r, nil); b.head.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("/%s lets another origin read it", page)
			}
		}
	})
	t.Run("consent without sign-in", func(t *testing.T) {
		f := newFlow(t, s)
		fresh := newBrowser(t, s)
		fresh.open(f.url())
		id := between(fresh.page, `name="request" value="`, `"`)
		r, err := http.NewRequest(http.MethodPost, s.Issuer()+"consent", strings.NewReader("decision=allow&request="+url.QueryEscape(id)))
		if err == nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		if fresh.do(r, err); fresh.left != nil {
			t.Errorf("sent to %v", fresh.left)
		}
		if fresh.open(s.Issuer() + "authorize/callback?id=" + id); fresh.left != nil {
			t.Errorf("sent to %v", fresh.left)
		}
	})
	t.Run("a code once per request", func(t *testing.T) {
		f := newFlow(t, s)
		fresh := newBrowser(t, s)
		fresh.open(f.url())
		id := between(fresh.page, `name="request" value="`, `"`)
		fresh.click("account", "ada@example.com")
		fresh.click("decision", "allow")
		if fresh.open(s.Issuer() + "authorize/callback?id=" + id); fresh.left != nil || fresh.code != http.StatusGone {
			t.Errorf("answered %d, sent to %v", fresh.code, fresh.left)
		}
	})
	t.Run("a sign-in ends", func(t *testing.T) {
		f := newFlow(t, s)
		fresh := newBrowser(t, s)
		fresh.open(f.url())
		h.move(signInTime + time.Second)
		if fresh.click("account", "ada@example.com"); fresh.code != http.StatusGone {
			t.Errorf("answered %d", fresh.code)
		}
		fresh.open(f.url())
		s.storage.mu.Lock()
		defer s.storage.mu.Unlock()
		if n := fmt.Sprint(len(s.storage.requests), len(s.storage.queue), len(s.storage.codes)); n != "1 1 0" {
			t.Errorf("requests, queue and codes kept: %s, want 1 1 0", n)
		}
	})
}

func TestAutoApproveByRedirectsAlone(t *testing.T) {
	s := start(t, Options{AutoApprove: true})
	for hint, want := range map[string]string{"": "ada@example.com", "eve@example.com": "eve@example.com", "nobody": "ada@example.com"} {
		f := newFlow(t, s)
		f.extra.Set("login_hint", hint)
		f.extra.Set("prompt", "select_account consent")
		b := newBrowser(t, s)
		b.http.Jar = nil // as curl -L
		b.open(f.url())
		if b.left == nil {
			t.Fatalf("stopped at %s: %d %s", b.at, b.code, b.page)
		}
		for _, r := range b.seen {
			if !strings.HasPrefix(r, "GET ") {
				t.Errorf("on the way: %s", r)
			}
		}
		a := f.exchange(b.left.Query().Get("code"))
		if me := call(t, http.MethodGet, s.API()+"/me", a.text("access_token"), ""); me.text("email") != want {
			t.Errorf("login_hint %q signed in %v, want %s", hint, me.body, want)
		}
	}
}
