package connections_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	stdlog "log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/internal/testserver"
	"authdeck/oauthflow"
	"authdeck/store"
)

// The files matrix_*_test.go are the fault matrix of reference/security.md §7 as far as it concerns refreshes. Each row
// names what goes wrong and says what must be the case afterwards; in none of them a refresh token may be gone.

// long reports whether the settings are the long ones.
func long() bool { return os.Getenv("AUTHDECK_LONG") == "1" }

// matrixRow is one line of the matrix: what the client does and what goes wrong are its test's, the rest is what must be the case
// afterwards.
type matrixRow struct {
	name   string
	faults []testserver.Fault // at the token endpoint, each for one request unless it says otherwise

	kind     connections.Kind  // of the error that the caller gets, "" for a token
	state    connections.State // everywhere
	reason   string            // a part of it
	stored   stored
	requests int           // that arrived at the token endpoint
	soonest  time.Duration // until the keeper's next try, zero if there must be none
	latest   time.Duration
}

// stored says which bytes the store must hold.
type stored string

const (
	unchanged stored = "unchanged"        // the whole grant as it was
	whole     stored = "the whole answer" // all of the last answer
)

// The next try: backoff from the first failure on, what is asked for by 120 s and 30 s, the longest pause, and the pause
// between the tries of a doubtful refusal (§5.3, §5.6).
const (
	backoffLeast, backoffTop   = 500 * time.Millisecond, 2 * time.Second
	longestLeast, longestTop   = 13*time.Minute + 30*time.Second, 15 * time.Minute
	doubtfulLeast, doubtfulTop = time.Minute, 75 * time.Second
)

// scene is a Service over a store on disk, a rotating server behind a fault front, and one connection.
type scene struct {
	*connections.Service
	t      *testing.T
	front  *testserver.Front
	server *testserver.Rotating
	client *plain
	clock  *stepClock
	dir    string
	store  *store.Bolt
	was    store.Connection
	began  time.Time // when the faults were put in place
}

// age of the connection of a scene, whose access token lives an hour.
type age time.Duration

const (
	valid   = age(10 * time.Minute)
	due     = age(59*time.Minute + 30*time.Second) // not long enough for a caller that says nothing
	expired = age(2 * time.Hour)
)

// newScene makes one; the connection "work" has the given age.
func newScene(t *testing.T, o testserver.RotatingOptions, a age) *scene {
	t.Helper()
	s := &scene{t: t, front: testserver.StartFront(t), clock: newClock(), dir: t.TempDir()}
	o.Front = s.front
	s.server = testserver.StartRotating(t, o)
	s.client = newPlain(t, s.server.Issuer)
	s.Service, s.store = s.another(s.client)
	s.was = s.plant("work", a)
	return s
}

// another is one more Service over the scene's store: another process, but for the memory. It ends with the test.
func (s *scene) another(i integrations.Integration) (*connections.Service, *store.Bolt) {
	s.t.Helper()
	st, err := bolt(s.t.Context(), s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	svc := connections.New(connections.Options{
		Store: st, Registry: integrations.NewRegistry(source{i}), Clock: s.clock, Rand: rand.Reader, Browser: noBrowser{},
	})
	s.t.Cleanup(func() {
		if err := svc.Close(); err != nil {
			s.t.Errorf("Close: %v", err)
		}
	})
	return svc, st
}

// plant stores a connection with a grant of the server's.
func (s *scene) plant(name string, a age) store.Connection {
	s.t.Helper()
	access, refresh := s.server.Grant("ada@example.com")
	now := s.clock.Wall()
	c, err := s.store.Put(s.t.Context(), store.Connection{
		Name: name, Integration: "plain", Identity: "ada@example.com", CreatedAt: now.Add(-time.Duration(a)),
		Grant: store.Grant{
			AccessToken: secret.New(access), RefreshToken: secret.New(refresh), TokenType: "Bearer",
			ObtainedAt: now.Add(-time.Duration(a)), Lifetime: store.LifetimeKnown, ExpiresAt: now.Add(time.Hour - time.Duration(a)),
		},
	}, store.Write{})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// inject puts a row's faults before the token endpoint.
func (s *scene) inject(r matrixRow) {
	for _, f := range r.faults {
		f.Path = testserver.TokenPath
		if f.Times == 0 {
			f.Times = 1
		}
		s.front.Inject(f)
	}
}

// is the connection as it stands in the store.
func (s *scene) is() store.Connection {
	s.t.Helper()
	c, err := s.store.Get(context.Background(), s.was.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// holds checks all that a row says, and what holds for every row: the refresh token is there, no intent is left, and the
// state is the same for whoever opens the store.
func (s *scene) holds(r matrixRow, err error) {
	s.t.Helper()
	is := s.is()
	if got := kindOf(s.t, err); got != r.kind {
		s.t.Errorf("the caller got %q (%v), want %q", got, err, r.kind)
	}
	s.refreshTokenIsThere(is)
	switch r.stored {
	case unchanged:
		if diff := cmp.Diff(s.was.Grant, is.Grant); diff != "" {
			s.t.Errorf("the grant changed:\n%s", diff)
		}
	case whole:
		s.wholeAnswer(is)
	}
	if got := s.front.Arrived(testserver.TokenPath); got != r.requests {
		s.t.Errorf("%d requests, want %d", got, r.requests)
	}
	if i, err := s.store.Intent(s.t.Context(), is.ID); err != nil || i != nil {
		s.t.Errorf("intent %+v %v, want none", i, err)
	}
	if got, reason := connections.StateOf(is.Summary(), s.clock.Wall()); got != r.state || !strings.Contains(reason, r.reason) {
		s.t.Errorf("state %s (%s), want %s with %q", got, reason, r.state, r.reason)
	}
	switch next := is.Health.RetryAt; {
	case r.latest == 0 && !next.IsZero():
		s.t.Errorf("a next try at %s, want none", next)
	case r.latest > 0 && (next.Before(s.began.Add(r.soonest)) || next.After(s.clock.Wall().Add(r.latest))):
		s.t.Errorf("the next try in %s, want %s to %s", next.Sub(s.clock.Wall()), r.soonest, r.latest)
	}
}

// refreshTokenIsThere is the promise: whatever happens, none is ever deleted.
func (s *scene) refreshTokenIsThere(is store.Connection) {
	s.t.Helper()
	if is.Grant.RefreshToken.IsZero() {
		s.t.Error("the refresh token is gone")
	}
}

// wholeAnswer checks that what the store holds is the server's newest, all of it.
func (s *scene) wholeAnswer(is store.Connection) {
	s.t.Helper()
	g := is.Grant
	if s.server.RefreshFate(g.RefreshToken.Reveal()) != testserver.FateLive || s.server.AccessFate(g.AccessToken.Reveal()) != testserver.FateLive {
		s.t.Errorf("the stored tokens are %s and %s", s.server.AccessFate(g.AccessToken.Reveal()), s.server.RefreshFate(g.RefreshToken.Reveal()))
	}
	if g.RefreshToken.Equal(s.was.Grant.RefreshToken) || !g.PreviousRefreshToken.Equal(s.was.Grant.RefreshToken) ||
		g.Rotations != s.was.Grant.Rotations+1 || g.Lifetime != store.LifetimeKnown || !g.ExpiresAt.Equal(g.ObtainedAt.Add(time.Hour)) {
		s.t.Errorf("not the whole answer: %d rotations, %s until %s", g.Rotations, g.Lifetime, g.ExpiresAt)
	}
}

// plain is an integration by hand for any token endpoint: no identity but the account, no ID token.
type plain struct {
	c      *oauthflow.Caller
	issuer string
	signIn string        // the authorization endpoint
	token  string        // the token endpoint
	within time.Duration // deadline of a request, zero for the product's own
	// mark, if set, is told when a refresh request is about to go and when its answer was read.
	mark func(string)
}

func newPlain(t testing.TB, issuer string) *plain {
	t.Helper()
	client := oauthflow.NewHTTPClient()
	t.Cleanup(client.CloseIdleConnections)
	return &plain{c: &oauthflow.Caller{HTTP: client}, issuer: issuer, signIn: issuer + testserver.AuthorizePath, token: issuer + testserver.TokenPath}
}

func (p *plain) Info() integrations.Info {
	return integrations.Info{ID: "plain", Name: "Plain", Redirect: integrations.Redirect{Class: integrations.RedirectAnyPort, Host: "127.0.0.1", Path: "/callback"}}
}

func (p *plain) ConnectionURL(_ context.Context, r integrations.ConnectionURLRequest) (integrations.ConnectionURL, error) {
	verifier, err := oauthflow.NewVerifier(rand.Reader)
	if err != nil {
		return integrations.ConnectionURL{}, err
	}
	u, err := oauthflow.AuthorizationURL(oauthflow.AuthorizationRequest{
		Endpoint: p.signIn, ClientID: testserver.RotatingClient, RedirectURI: r.RedirectURI, State: r.State,
		Verifier: verifier, Params: url.Values{"login_hint": {r.Account}},
	})
	return integrations.ConnectionURL{URL: u, Issuer: p.issuer, Pending: verifier}, err
}

func (p *plain) ExecuteCallback(ctx context.Context, r integrations.CallbackRequest) (integrations.Grant, error) {
	g, err := p.ask(ctx, url.Values{
		"grant_type": {"authorization_code"}, "code": {r.Params.Get("code")}, "redirect_uri": {r.RedirectURI}, "code_verifier": {r.Pending.Reveal()},
	})
	g.Identity = integrations.Identity{Name: "ada@example.com"}
	return g, err
}

func (p *plain) RefreshToken(ctx context.Context, r integrations.RefreshRequest) (integrations.Grant, error) {
	if p.mark != nil {
		p.mark("sending")
		defer p.mark("read")
	}
	return p.ask(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {r.Kept.RefreshToken.Reveal()}})
}

func (p *plain) ask(ctx context.Context, params url.Values) (integrations.Grant, error) {
	if p.within > 0 {
		var cancel context.CancelFunc
		ctx, cancel = oauthflow.WithTimeout(ctx, p.within)
		defer cancel()
	}
	auth := oauthflow.ClientAuth{Method: oauthflow.AuthNone, ID: testserver.RotatingClient}
	a, err := p.c.Send(ctx, oauthflow.Request{URL: p.token, Auth: auth, Params: params})
	if err != nil {
		return integrations.Grant{}, err
	}
	t, err := oauthflow.ReadToken(a, oauthflow.Shape{})
	return integrations.Grant{
		AccessToken: t.AccessToken, RefreshToken: t.RefreshToken, TokenType: t.TokenType,
		Lifetime: t.Lifetime, RefreshLifetime: t.RefreshLifetime, Received: t.Received, Scopes: t.Scopes,
	}, err
}

// signIn plays a whole sign-in, browser included.
func signIn(ctx context.Context, s *connections.Service, r connections.LoginRequest) (connections.Detail, error) {
	l, err := s.Login(ctx, r)
	if err != nil {
		return connections.Detail{}, err
	}
	visited := make(chan error, 1)
	go func() {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.URL(), nil)
		if err == nil {
			req.Header.Set("Sec-Fetch-Mode", "navigate")
			var res *http.Response
			if res, err = client.Do(req); err == nil {
				err = res.Body.Close()
			}
		}
		visited <- err
	}()
	d, err := l.Wait(ctx)
	if visit := <-visited; visit != nil && err == nil {
		err = fmt.Errorf("visit the callback: %w", visit)
	}
	return d, err
}

// quiet is the log of a server whose clients misbehave on purpose.
func quiet() *stdlog.Logger { return stdlog.New(io.Discard, "", 0) }
