package connections

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"authdeck/browser"
	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/loopback"
	"authdeck/oauthflow"
	"authdeck/store"
)

// LoginRequest starts a sign-in. Integration or Connection must be set; with both, Connection counts.
type LoginRequest struct {
	Integration string // id
	Connection  string // name or id: sign in again, in place
	// Name is wanted for the new connection; "" makes one from integration and identity. With Connection it is the name
	// under which another account than the expected one is kept; "" refuses that account.
	Name    string
	Account string // login_hint
	// Scopes to ask for instead of the integration's default. In place they are asked for beside those of the grant, which stays as it
	// is until the sign-in succeeds.
	Scopes  []string
	Flow    string        // "auto", "browser", "paste"; "device" and "client-credentials" are not built yet: KindUnsupported
	Browser string        // "", "none" or a command; "" with Connection: the kept choice
	Port    int           // 0: by the integration's rule
	Timeout time.Duration // default 5 min, at most 10
}

const (
	loginTime     = 5 * time.Minute
	loginTimeMost = 10 * time.Minute // how long a state may be used, reference/security.md §6 row 1
)

// Login is a sign-in under way: the callback server listens. End it with Wait or Cancel.
type Login struct {
	s        *Service
	r        LoginRequest
	integ    integrations.Integration
	info     integrations.Info
	cfg      integrations.Config
	listener *loopback.Listener
	state    string
	to       integrations.ConnectionURL
	again    *store.Connection // the connection that is signed in again; nil for a new one
	started  time.Time
	deadline time.Time
	ends     time.Duration // the deadline on the monotonic clock
	canceled sync.Once
}

// Login listens and makes the URL; no browser is opened yet.
func (s *Service) Login(ctx context.Context, r LoginRequest) (*Login, error) {
	if err := checkLogin(&r); err != nil {
		return nil, err
	}
	l := &Login{s: s, r: r}
	if err := l.find(ctx); err != nil {
		return nil, err
	}
	if err := l.configure(ctx); err != nil {
		return nil, err
	}
	if err := l.listen(ctx); err != nil {
		return nil, err
	}
	if err := l.makeURL(ctx); err != nil {
		l.Cancel()
		return nil, err
	}
	l.started = s.now()
	l.deadline = l.started.Add(l.r.Timeout)
	l.ends = s.o.Clock.Mono() + l.r.Timeout
	return l, nil
}

// checkLogin refuses what cannot be done, and fills in defaults.
func checkLogin(r *LoginRequest) error {
	switch r.Flow {
	case "", "auto", "browser", "paste":
	case "device", "client-credentials", "client_credentials":
		return &Error{Kind: KindUnsupported, Message: "the flow " + r.Flow + " is not built yet", Hint: "use --flow browser or --flow paste"}
	default:
		return &Error{Kind: KindUsage, Message: "there is no flow " + quote(r.Flow), Hint: "there are: auto, browser, paste"}
	}
	if r.Port < 0 || r.Port > 65535 {
		return &Error{Kind: KindUsage, Message: fmt.Sprintf("%d is no port", r.Port), Hint: "a port is a number from 1 to 65535"}
	}
	if r.Timeout == 0 {
		r.Timeout = loginTime
	}
	if r.Timeout < 0 || r.Timeout > loginTimeMost {
		return &Error{Kind: KindUsage, Message: "a sign-in waits for at most 10 min", Hint: "--timeout 10m is the longest"}
	}
	if r.Name != "" {
		return checkName(r.Name)
	}
	return nil
}

// find looks up what is signed in to. A wanted name that an existing connection of the integration has is signed in
// again, provided that the same account comes back; of another integration it is an error at once.
func (l *Login) find(ctx context.Context) error {
	id := l.r.Integration
	ref := l.r.Connection
	if ref == "" && id == "" {
		return &Error{Kind: KindUsage, Message: "nothing to sign in to was named", Hint: "`authdeck integrations list` names what there is"}
	}
	switch {
	case ref != "":
		c, err := l.s.find(ctx, ref)
		if err != nil {
			return err
		}
		l.again, id = &c, c.Integration
	case l.r.Name != "":
		c, err := l.s.o.Store.Find(ctx, l.r.Name)
		switch {
		case err == nil && c.Integration != id:
			return nameTaken(l.r.Name, c, "a new connection of "+safetext.Line(id, 60))
		case err == nil:
			l.again = &c
		case !errors.Is(err, store.ErrNotFound):
			return storeError("look up connection", err)
		}
	}
	var err error
	if l.integ, err = l.s.integration(ctx, id); err != nil {
		if errors.Is(err, integrations.ErrNotFound) {
			return l.s.unknownIntegration(ctx, id, err)
		}
		return err
	}
	l.info = l.integ.Info()
	if l.info.NoSignIn {
		return &Error{
			Kind: KindUnsupported, Message: quote(id) + " needs no sign-in: it has no OAuth2 operations",
			Hint: "its actions run under its own name: authdeck actions " + safetext.Line(id, 60),
		}
	}
	if err := l.notByName(); err != nil {
		return err
	}
	if c := l.again; c != nil {
		if l.r.Browser == "" {
			l.r.Browser = c.Browser
		}
		if l.r.Account == "" {
			l.r.Account = c.Identity
		}
		l.r.Scopes = scopesOf(*c, l.info, l.r.Scopes)
	}
	return nil
}

// configure collects the config items, and registers a client where the server makes one and the user has none.
func (l *Login) configure(ctx context.Context) error {
	var captured map[string]string
	if l.again != nil {
		captured = l.again.Config
	}
	cfg, err := l.s.fullConfig(ctx, l.info, captured)
	if err != nil {
		return err
	}
	l.cfg = cfg
	if item := missingItem(l.info, cfg); item != "" {
		return l.s.notConfigured(l.info, item, nil)
	}
	if !l.info.NeedsID || !cfg[itemClientID].IsZero() {
		return nil
	}
	reg, ok := l.integ.(integrations.Registrar)
	if !ok {
		return l.s.notConfigured(l.info, itemClientID, nil)
	}
	return l.register(ctx, reg)
}

// notConfigured says which config item is missing, and where it comes from.
func (s *Service) notConfigured(info integrations.Info, item string, cause error) error {
	if cause == nil {
		cause = integrations.ErrNotConfigured
	}
	id := safetext.Line(info.ID, 60)
	return &Error{
		Kind: KindConfiguration, Message: fmt.Sprintf("%s has no %s yet", safetext.Line(info.Name, 60), safetext.Line(item, 60)),
		Hint: fmt.Sprintf("`authdeck integrations show %s` says where it comes from; then: authdeck integrations set %s %s=…", id, id, safetext.Line(item, 60)),
		Err:  cause,
	}
}

// listen binds before anything is opened, so that the address is certain.
func (l *Login) listen(ctx context.Context) error {
	o := listenOptions(l.info.Redirect, l.r.Port)
	listener, err := loopback.Listen(ctx, o)
	var busy *loopback.BusyError
	if errors.As(err, &busy) {
		e := &Error{Kind: KindPortBusy, Message: fmt.Sprintf("port %d is in use", busy.Port), Err: err}
		if busy.Holder != "" {
			e.Message += " by " + safetext.Line(busy.Holder, 60)
		}
		e.Hint = "end that program, or take another port with --port N"
		if l.info.Redirect.Class != integrations.RedirectAnyPort {
			e.Hint += ", which has to be registered at the provider as well (`authdeck integrations show " + safetext.Line(l.info.ID, 60) + "`)"
		}
		return e
	}
	if err != nil {
		e := explain(fmt.Errorf("listen on %s: %w", safetext.Line(o.Host, 60), err))
		var x *Error
		if errors.As(e, &x) && x.Kind == KindFailed {
			x.Hint = "another port may help: --port N"
		}
		return e
	}
	l.listener = listener
	return nil
}

// makeURL asks the integration for the address at which the user signs in.
func (l *Login) makeURL(ctx context.Context) error {
	var err error
	if l.state, err = oauthflow.NewState(l.s.o.Rand); err != nil {
		return explain(err)
	}
	others, err := l.s.connectionsPerIntegration(ctx)
	if err != nil {
		return err
	}
	l.to, err = l.integ.ConnectionURL(ctx, integrations.ConnectionURLRequest{
		Config: l.cfg, RedirectURI: l.listener.RedirectURI(), State: l.state, Scopes: l.r.Scopes, Account: l.r.Account,
		Again: l.again != nil, OtherToo: l.again == nil && others[l.info.ID] > 0,
	})
	if errors.Is(err, integrations.ErrNotConfigured) {
		return l.s.notConfigured(l.info, itemClientID, err)
	}
	if err != nil {
		return explain(fmt.Errorf("prepare the sign-in with %s: %w", safetext.Line(l.info.Name, 60), err))
	}
	for i, w := range l.to.Warnings {
		l.to.Warnings[i] = safetext.Line(w, 300)
	}
	if l.to.URL, err = browser.CheckURL(l.to.URL); err != nil { // it is printed and copied as well as opened
		return &Error{
			Kind: KindConfiguration, Message: safetext.Line(l.info.Name, 60) + " gives no address to sign in at that is safe to open",
			Hint: "`authdeck integrations show " + safetext.Line(l.info.ID, 60) + "` shows its settings", Err: err,
		}
	}
	return nil
}
