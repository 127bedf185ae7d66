package connections_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/integrations/demo"
	"authdeck/internal/clock"
	"authdeck/oauthflow"
	"authdeck/store"
)

// wire is the demo's integration by hand, over oauthflow alone: what the tests of this floor put on the wire does not
// depend on manifests.
type wire struct {
	c    *oauthflow.Caller
	meta oauthflow.Metadata
	keys *oauthflow.Keys
	api  string
}

func newWire(ctx context.Context, issuer string) (*wire, error) {
	c := &oauthflow.Caller{HTTP: oauthflow.NewHTTPClient(), Clock: clock.System()}
	meta, err := c.Discover(ctx, issuer)
	if err != nil {
		return nil, err
	}
	return &wire{c: c, meta: meta, keys: oauthflow.NewKeys(c, meta.JWKSURI), api: issuer + "api"}, nil
}

func (w *wire) Info() integrations.Info {
	return integrations.Info{
		ID: "demo", Name: "Demo", Redirect: integrations.Redirect{Class: integrations.RedirectAnyPort},
		Scopes: integrations.Scopes{Default: []string{"openid", "profile", "email", "offline_access", "notes"}},
	}
}

func (w *wire) auth() oauthflow.ClientAuth {
	return oauthflow.ClientAuth{Method: oauthflow.AuthNone, ID: demo.ClientID}
}

func (w *wire) ConnectionURL(_ context.Context, r integrations.ConnectionURLRequest) (integrations.ConnectionURL, error) {
	verifier, err := oauthflow.NewVerifier(rand.Reader)
	if err != nil {
		return integrations.ConnectionURL{}, err
	}
	scopes := r.Scopes
	if scopes == nil {
		scopes = w.Info().Scopes.Default
	}
	u, err := oauthflow.AuthorizationURL(oauthflow.AuthorizationRequest{
		Endpoint: w.meta.AuthorizationEndpoint, ClientID: demo.ClientID, RedirectURI: r.RedirectURI, State: r.State,
		Scopes: scopes, Verifier: verifier, Params: url.Values{"login_hint": {r.Account}},
	})
	return integrations.ConnectionURL{
		URL: u, Scopes: scopes, Issuer: w.meta.Issuer, IssRequired: w.meta.IssParameterSupported, Pending: verifier,
	}, err
}

func (w *wire) ExecuteCallback(ctx context.Context, r integrations.CallbackRequest) (integrations.Grant, error) {
	g, err := w.token(ctx, url.Values{
		"grant_type": {"authorization_code"}, "code": {r.Params.Get("code")}, "redirect_uri": {r.RedirectURI},
		"code_verifier": {r.Pending.Reveal()},
	})
	if err != nil {
		return g, err
	}
	id, err := w.keys.Verify(ctx, g.IDToken, oauthflow.IDTokenRules{Issuer: w.meta.Issuer, ClientID: demo.ClientID, AccessToken: g.AccessToken})
	if err != nil {
		return g, err
	}
	a, err := w.c.Send(ctx, oauthflow.Request{
		URL: w.meta.UserinfoEndpoint, Method: "GET", Auth: oauthflow.ClientAuth{Method: oauthflow.AuthBearer, Secret: g.AccessToken},
	})
	if err != nil {
		return g, err
	}
	g.Identity = integrations.Identity{Name: fmt.Sprint(a.Members["email"]), Subject: id.Subject}
	return g, nil
}

func (w *wire) RefreshToken(ctx context.Context, r integrations.RefreshRequest) (integrations.Grant, error) {
	return w.token(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {r.Kept.RefreshToken.Reveal()}})
}

func (w *wire) token(ctx context.Context, params url.Values) (integrations.Grant, error) {
	a, err := w.c.Send(ctx, oauthflow.Request{URL: w.meta.TokenEndpoint, Auth: w.auth(), Params: params})
	if err != nil {
		return integrations.Grant{}, err
	}
	t, err := oauthflow.ReadToken(a, oauthflow.Shape{})
	return integrations.Grant{
		AccessToken: t.AccessToken, RefreshToken: t.RefreshToken, IDToken: t.IDToken, TokenType: t.TokenType,
		Lifetime: t.Lifetime, RefreshLifetime: t.RefreshLifetime, Received: t.Received, Scopes: t.Scopes,
	}, err
}

func (w *wire) Revoke(ctx context.Context, r integrations.RevokeRequest) (integrations.Revocation, error) {
	var out integrations.Revocation
	for hint, token := range map[string]string{"refresh_token": r.Kept.RefreshToken.Reveal()} {
		a, err := w.c.Send(ctx, oauthflow.Request{URL: w.meta.RevocationEndpoint, Auth: w.auth(), Params: url.Values{"token": {token}, "token_type_hint": {hint}}})
		if err != nil {
			return out, err
		}
		out.RefreshToken, _ = oauthflow.ReadRevocation(a)
	}
	a, err := w.c.Send(ctx, oauthflow.Request{URL: w.meta.RevocationEndpoint, Auth: w.auth(), Params: url.Values{"token": {r.Kept.AccessToken.Reveal()}, "token_type_hint": {"access_token"}}})
	if err != nil {
		return out, err
	}
	out.AccessToken, err = oauthflow.ReadRevocation(a)
	return out, err
}

func (w *wire) Introspect(ctx context.Context, r integrations.IntrospectRequest) (oauthflow.Introspection, error) {
	token := r.Kept.AccessToken
	if r.RefreshToken {
		token = r.Kept.RefreshToken
	}
	a, err := w.c.Send(ctx, oauthflow.Request{URL: w.meta.IntrospectionEndpoint, Auth: w.auth(), Params: url.Values{"token": {token.Reveal()}}})
	if err != nil {
		return oauthflow.Introspection{}, err
	}
	return oauthflow.ReadIntrospection(a)
}

func (w *wire) Actions() []integrations.Action {
	return []integrations.Action{{Name: "who-am-i", SignIn: true}}
}

func (w *wire) RunAction(ctx context.Context, r integrations.ActionRequest) (integrations.ActionResult, error) {
	var out integrations.ActionResult
	c := w.c.Observing(func(x oauthflow.Exchange) { out.Exchanges = append(out.Exchanges, x) })
	a, err := c.Send(ctx, oauthflow.Request{URL: w.api + "/me", Method: "GET", Auth: oauthflow.ClientAuth{Method: oauthflow.AuthBearer, Secret: r.Kept.AccessToken}})
	if err != nil {
		return out, err
	}
	if a.Status != 200 {
		return out, &integrations.ActionError{Status: a.Status, Message: fmt.Sprint(a.Status), Unauthorized: a.Status == 401}
	}
	out.Result = bytes.TrimSpace(a.Body)
	return out, nil
}

// bolt opens the store on disk; its key lies beside the folder.
func bolt(ctx context.Context, dir string) (*store.Bolt, error) {
	return boltWith(ctx, dir, clock.System())
}

func boltWith(ctx context.Context, dir string, c clock.Clock) (*store.Bolt, error) {
	return store.Open(ctx, filepath.Join(dir, "data"), store.Options{
		Keys: []store.KeySource{store.MemoryKey(bytes.Repeat([]byte{7}, 32))}, Create: true, Clock: c,
	})
}

// real is a Service over the store on disk and the demo's server.
type real struct {
	*connections.Service
	server *demo.Server
	store  *store.Bolt
	dir    string
}

func newReal(t *testing.T, o demo.Options) *real {
	t.Helper()
	server, err := demo.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	r := &real{server: server, dir: t.TempDir()}
	w, err := newWire(t.Context(), server.Issuer())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.c.HTTP.CloseIdleConnections)
	if r.store, err = bolt(t.Context(), r.dir); err != nil {
		t.Fatal(err)
	}
	r.Service = service(r.store, w)
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func service(s store.Store, i integrations.Integration) *connections.Service {
	return connections.New(connections.Options{
		Store: s, Registry: integrations.NewRegistry(source{i}), Clock: clock.System(), Rand: rand.Reader, Browser: noBrowser{},
	})
}

// login signs account in by real HTTP.
func (r *real) login(t *testing.T, req connections.LoginRequest, account string) connections.Detail {
	t.Helper()
	l, err := r.Login(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	played := make(chan error, 1)
	go func() {
		final, err := demo.PlayBrowser(t.Context(), l.URL(), account)
		if err == nil && strings.Contains(final, "code=") {
			err = fmt.Errorf("the browser ended on %s", final)
		}
		played <- err
	}()
	d, err := l.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := <-played; err != nil {
		t.Error(err)
	}
	return d
}
