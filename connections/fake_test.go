package connections_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"authdeck/browser"
	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/clock"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

// answer is one scripted answer of the provider.
type answer struct {
	grant integrations.Grant
	err   error
	delay time.Duration // until the answer, or until the request's context ends
	hook  func()        // while the request is under way
}

// provider is an integration whose answers are scripted; the last one is given again and again.
type provider struct {
	info integrations.Info
	now  func() time.Time

	tokenless bool // it can refresh without a refresh token

	url     string // of the authorization endpoint
	warning string // before the browser opens

	mu       sync.Mutex
	refresh  []answer
	callback answer
	asked    []integrations.RefreshRequest
	urls     []integrations.ConnectionURLRequest
	at       []time.Time
	inFlight int
	most     int
	issued   int
}

func (p *provider) Info() integrations.Info { return p.info }

func (p *provider) RefreshesWithoutToken() bool { return p.tokenless }

func (p *provider) ConnectionURL(_ context.Context, r integrations.ConnectionURLRequest) (integrations.ConnectionURL, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.urls = append(p.urls, r)
	scopes := r.Scopes
	if scopes == nil {
		scopes = p.info.Scopes.Default
	}
	q := url.Values{"redirect_uri": {r.RedirectURI}, "state": {r.State}, "login_hint": {r.Account}}
	return integrations.ConnectionURL{
		URL: cmp.Or(p.url, "https://provider.example/authorize") + "?" + q.Encode(), Scopes: scopes, Pending: secret.New("verifier"),
		Issuer: "https://provider.example", Warnings: []string{p.warning},
	}, nil
}

func (p *provider) ExecuteCallback(ctx context.Context, _ integrations.CallbackRequest) (integrations.Grant, error) {
	return p.give(ctx, p.callback)
}

func (p *provider) RefreshToken(ctx context.Context, r integrations.RefreshRequest) (integrations.Grant, error) {
	p.mu.Lock()
	p.asked = append(p.asked, r)
	p.at = append(p.at, p.now())
	p.inFlight++
	p.most = max(p.most, p.inFlight)
	a := answer{}
	if len(p.refresh) > 0 {
		a = p.refresh[0]
		if len(p.refresh) > 1 {
			p.refresh = p.refresh[1:]
		}
	}
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.inFlight--
		p.mu.Unlock()
	}()
	return p.give(ctx, a)
}

func (p *provider) give(ctx context.Context, a answer) (integrations.Grant, error) {
	if a.hook != nil {
		a.hook()
	}
	if a.delay > 0 {
		select {
		case <-time.After(a.delay):
		case <-ctx.Done():
			return integrations.Grant{}, timeout
		}
	}
	if a.err != nil {
		return integrations.Grant{}, a.err
	}
	g := a.grant
	if g.AccessToken.IsZero() && !g.RefreshToken.Equal(noToken) {
		p.mu.Lock()
		p.issued++
		n := p.issued
		p.mu.Unlock()
		g.AccessToken = secret.New(fmt.Sprintf("access-%d", n))
		if g.RefreshToken.IsZero() {
			g.RefreshToken = secret.New(fmt.Sprintf("refresh-%d", n))
		}
		if g.Lifetime.Kind == "" {
			g.Lifetime = oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: time.Hour}
		}
	}
	if g.TokenType == "" {
		g.TokenType = "Bearer"
	}
	g.Received = p.now()
	return g, nil
}

// noRefresh is the empty secret.
var noRefresh secret.String

// noToken in RefreshToken asks for an answer without any token.
var noToken = secret.New("none")

func (p *provider) requests() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.asked)
}

// all are the refresh requests so far.
func (p *provider) all() []integrations.RefreshRequest {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

// The failures of a token endpoint as oauthflow classifies them.
var (
	timeout      = &oauthflow.Error{Class: oauthflow.ClassTransient, Host: "provider.example", Sent: true, Err: errors.New("timed out")}
	refused      = &oauthflow.Error{Class: oauthflow.ClassTransient, Host: "provider.example", Err: errors.New("connection refused")}
	invalidGrant = &oauthflow.Error{Class: oauthflow.ClassDead, Host: "provider.example", Status: 400, Code: "invalid_grant", Sent: true}
)

func failing(c oauthflow.Class, status int, code string) *oauthflow.Error {
	return &oauthflow.Error{Class: c, Host: "provider.example", Status: status, Code: code, Sent: true}
}

// able is a provider that can do everything.
type able struct {
	*provider
	revoke     func(integrations.RevokeRequest) (integrations.Revocation, error)
	introspect func(integrations.IntrospectRequest) (oauthflow.Introspection, error)
	verify     func(secret.String) (oauthflow.IDToken, error)
	register   func(redirectURI string) (integrations.Config, error)
	run        func(integrations.ActionRequest) (integrations.ActionResult, error)
	actions    []integrations.Action
}

func (a *able) Revoke(_ context.Context, r integrations.RevokeRequest) (integrations.Revocation, error) {
	return a.revoke(r)
}

func (a *able) Introspect(_ context.Context, r integrations.IntrospectRequest) (oauthflow.Introspection, error) {
	return a.introspect(r)
}

func (a *able) VerifyIDToken(_ context.Context, _ integrations.Config, t secret.String) (oauthflow.IDToken, error) {
	return a.verify(t)
}

func (a *able) Register(_ context.Context, _ integrations.Config, redirectURI string) (integrations.Config, error) {
	return a.register(redirectURI)
}

func (a *able) Actions() []integrations.Action { return a.actions }

func (a *able) RunAction(_ context.Context, r integrations.ActionRequest) (integrations.ActionResult, error) {
	return a.run(r)
}

// source lists integrations of a test.
type source []integrations.Integration

func (s source) Integrations(context.Context) ([]integrations.Integration, error) { return s, nil }

// stepClock is a clock whose wall the test moves apart from its monotonic reading.
type stepClock struct {
	mu           sync.Mutex
	step, passed time.Duration
	start        time.Time
}

func newClock() *stepClock { return &stepClock{start: time.Now()} }

func (c *stepClock) Wall() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Round(0).UTC().Add(c.step + c.passed)
}

func (c *stepClock) Mono() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Since(c.start) + c.passed
}

func (c *stepClock) jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.step += d
}

// pass lets time go by on both readings.
func (c *stepClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passed += d
}

var _ clock.Clock = (*stepClock)(nil)

// noBrowser is a machine without a display.
type noBrowser struct{}

func (noBrowser) Open(context.Context, string, string) error { return browser.ErrHeadless }
func (noBrowser) Available(string) (bool, string)            { return false, "there is no display" }

// bench is a Service over a store with a scripted provider.
type bench struct {
	*connections.Service
	t     *testing.T
	store store.Store
	clock *stepClock
	p     *provider

	registry *integrations.Registry
}

func newProvider(c clock.Clock) *provider {
	return &provider{now: c.Wall, info: integrations.Info{
		ID: "example", Name: "Example", Kind: integrations.KindManifest,
		Redirect: integrations.Redirect{Class: integrations.RedirectAnyPort, Host: "127.0.0.1", Path: "/callback"},
		Scopes:   integrations.Scopes{Default: []string{"read", "write"}},
	}}
}

// newBench makes one; wrap may stand between service and store, more are further integrations.
func newBench(t *testing.T, wrap func(store.Store) store.Store, more ...func(*provider) integrations.Integration) *bench {
	t.Helper()
	c := newClock()
	p := newProvider(c)
	var st store.Store = store.NewMemory(store.Options{Clock: c})
	if wrap != nil {
		st = wrap(st)
	}
	list := source{p}
	if len(more) > 0 {
		list = nil
	}
	for _, m := range more {
		list = append(list, m(p))
	}
	registry := integrations.NewRegistry(list)
	b := &bench{t: t, store: st, clock: c, p: p, registry: registry, Service: connections.New(connections.Options{
		Store: st, Registry: registry, Clock: c, Rand: rand.Reader, Browser: noBrowser{},
		SSHLine: func(port int) string { return fmt.Sprintf("ssh -L %d:127.0.0.1:%d user@host", port, port) },
	})}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return b
}

// put stores a connection that was made age ago and lives for life; change may change it before.
func (b *bench) put(name string, age, life time.Duration, change ...func(*store.Connection)) store.Connection {
	b.t.Helper()
	now := b.clock.Wall()
	c := store.Connection{
		Name: name, Integration: "example", Identity: "ada@example.com", CreatedAt: now.Add(-age),
		ScopesAsked: []string{"read", "write"}, ScopesGranted: []string{"read", "write"},
		Grant: store.Grant{
			AccessToken: secret.New("access-0"), RefreshToken: secret.New("refresh-0"), TokenType: "Bearer",
			ObtainedAt: now.Add(-age), Lifetime: store.LifetimeKnown, ExpiresAt: now.Add(life - age),
		},
	}
	for _, f := range change {
		f(&c)
	}
	stored, err := b.store.Put(b.t.Context(), c, store.Write{})
	if err != nil {
		b.t.Fatal(err)
	}
	return stored
}

func (b *bench) get(id string) store.Connection {
	b.t.Helper()
	c, err := b.store.Get(context.Background(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *bench) events(id string) []string {
	b.t.Helper()
	list, err := b.store.History(context.Background(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	words := []string{}
	for _, e := range list {
		words = append(words, e.Event+" "+e.Outcome)
	}
	return words
}

// kindOf is the kind of an error of this package, "" for nil; every one has a hint.
func kindOf(t *testing.T, err error) connections.Kind {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *connections.Error
	if !errors.As(err, &e) {
		t.Fatalf("%T is no *connections.Error: %v", err, err)
	}
	if e.Hint == "" {
		t.Errorf("%q has no hint", e.Message)
	}
	return e.Kind
}

func jsonOf(t *testing.T, v any) json.RawMessage {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
