package connections_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/clock"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

// TestIsolation: 20 connections of a provider that hangs, with callers that wait for them, cost nobody else a moment: not
// the tokens of another provider, not the list, not the keeper's other work.
func TestIsolation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, all := newHosts(t, "hangs", "works")
		all["hangs"].script(answer{delay: time.Hour})
		for i := range 20 {
			b.put(fmt.Sprint("hangs", i), 2*time.Hour, time.Hour, of("hangs"))
		}
		for i := range 3 {
			b.put(fmt.Sprint("due", i), 56*time.Minute, time.Hour, of("works"))
		}
		b.put("over", 2*time.Hour, time.Hour, of("works"), func(c *store.Connection) { c.Grant.RefreshToken = secret.New("over") })
		l, stop := b.keep()
		ctx, cancel := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		for i := range 20 {
			waiting.Go(func() { _, _ = b.Token(ctx, fmt.Sprint("hangs", i), -1) })
		}
		time.Sleep(time.Second)
		quick := func(what string, f func() error) {
			began := b.clock.Mono()
			if err := f(); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			if took := b.clock.Mono() - began; took > 0 {
				t.Errorf("%s took %s", what, took)
			}
		}
		quick("token", func() error { _, err := b.Token(t.Context(), "over", -1); return err })
		quick("refresh", func() error { _, _, err := b.Refresh(t.Context(), "over"); return err })
		quick("list", func() error { _, err := b.List(t.Context()); return err })
		quick("details", func() error { _, err := b.Details(t.Context()); return err })
		quick("rename", func() error { return b.Rename(t.Context(), "hangs0", "other") })
		time.Sleep(10 * time.Second)
		refreshed := 0
		for _, w := range l.words() {
			if w == "due0 refreshed" || w == "due1 refreshed" || w == "due2 refreshed" {
				refreshed++
			}
		}
		if refreshed != 3 {
			t.Errorf("the keeper's other work: %v", l.words())
		}
		cancel()
		waiting.Wait()
		stop()
	})
}

// endpoint refreshes at a real token endpoint.
type endpoint struct {
	id, url string
	c       *oauthflow.Caller
}

func (e *endpoint) Info() integrations.Info { return integrations.Info{ID: e.id, Name: e.id} }

func (e *endpoint) ConnectionURL(context.Context, integrations.ConnectionURLRequest) (integrations.ConnectionURL, error) {
	return integrations.ConnectionURL{}, integrations.ErrNotConfigured
}

func (e *endpoint) ExecuteCallback(context.Context, integrations.CallbackRequest) (integrations.Grant, error) {
	return integrations.Grant{}, integrations.ErrNotConfigured
}

func (e *endpoint) RefreshToken(ctx context.Context, r integrations.RefreshRequest) (integrations.Grant, error) {
	a, err := e.c.Send(ctx, oauthflow.Request{
		Method: http.MethodPost, URL: e.url, Params: url.Values{"grant_type": {"refresh_token"}, "refresh_token": {r.Kept.RefreshToken.Reveal()}},
	})
	if err != nil {
		return integrations.Grant{}, err
	}
	t, err := oauthflow.ReadToken(a, oauthflow.Shape{})
	if err != nil {
		return integrations.Grant{}, err
	}
	return integrations.Grant{
		AccessToken: t.AccessToken, RefreshToken: t.RefreshToken, TokenType: t.TokenType, Lifetime: t.Lifetime, Received: t.Received, Skew: t.Skew,
	}, nil
}

func (e *endpoint) TokenHost(integrations.Config) string {
	u, err := url.Parse(e.url)
	if err != nil {
		return ""
	}
	return u.Host
}

func (e *endpoint) Probe(ctx context.Context, _ integrations.Config) error {
	return e.c.Probe(ctx, e.url)
}

// tokenServer answers each refresh with new tokens of an hour, after held is closed (nil: at once).
func tokenServer(tb testing.TB, held <-chan struct{}) (*httptest.Server, *atomic.Int64) {
	tb.Helper()
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if held != nil {
			select {
			case <-held:
			case <-r.Context().Done():
				return
			}
		}
		i := n.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"access_token":"access-%d","refresh_token":"refresh-%d","token_type":"Bearer","expires_in":3600}`, i, i)
	}))
	tb.Cleanup(s.Close)
	return s, &n
}

// TestIsolation_RealServers is the same over HTTP and the store on disk.
func TestIsolation_RealServers(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	slow, _ := tokenServer(t, release)
	quick, n := tokenServer(t, nil)
	c := &oauthflow.Caller{HTTP: oauthflow.NewHTTPClient(), Clock: clock.System()}
	t.Cleanup(c.HTTP.CloseIdleConnections)
	st, err := bolt(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	svc := connections.New(connections.Options{
		Store: st, Clock: clock.System(), Rand: rand.Reader, Browser: noBrowser{},
		Registry: integrations.NewRegistry(source{&endpoint{"hangs", slow.URL + "/token", c}, &endpoint{"works", quick.URL + "/token", c}}),
	})
	for i := range 20 {
		putExpired(t, st, fmt.Sprint("hangs", i), "hangs")
	}
	for i := range 3 {
		putExpired(t, st, fmt.Sprint("works", i), "works")
	}
	ctx, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	ended := make(chan error, 1)
	go func() { ended <- svc.Keep(ctx, nil) }()
	defer func() {
		cancel()
		close(release)
		waiting.Wait()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := svc.Close(); err != nil {
			t.Error(err)
		}
	}()
	for i := range 20 {
		waiting.Go(func() { _, _ = svc.Token(ctx, fmt.Sprint("hangs", i), -1) })
	}
	within := func(what string, most time.Duration, f func() error) {
		began := time.Now()
		if err := f(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if took := time.Since(began); took > most {
			t.Errorf("%s took %s beside a provider that hangs", what, took)
		}
	}
	const most = 5 * time.Second // of 30 s that the hanging one would take, on a busy machine
	within("token", most, func() error { _, err := svc.Token(t.Context(), "works0", -1); return err })
	within("list", most, func() error { _, err := svc.List(t.Context()); return err })
	within("the keeper's other work", most, func() error {
		for n.Load() < 3 && t.Context().Err() == nil {
			changed, err := svc.Changes(t.Context())
			if err != nil {
				return err
			}
			select {
			case <-changed:
			case <-time.After(100 * time.Millisecond):
			}
		}
		return nil
	})
}
