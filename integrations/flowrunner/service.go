package flowrunner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner/annotation"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// The three operations (§3).
const (
	opConnectionURL = "getOAuth2ConnectionURL"
	opCallback      = "executeCallback"
	opRefresh       = "refreshToken"
)

// Service is a FlowRunner service as an integration. What it does runs in workers of its host.
type Service struct {
	h         *Host
	folder    *folder
	record    record
	info      integrations.Info
	whole     func() (annotation.Service, error) // all that its text says; read when it is first wanted
	learned   func([]annotation.Item)            // is told the config items that code made; may be nil
	loose     bool                               // it works for a manifest: items by names that mean the same, and all of them
	transport http.RoundTripper                  // nil: the network
	hear      func(method, line string)          // is told each line of the console; may be nil
}

func (h *Host) service(f *folder, r record) *Service {
	s := &Service{h: h, folder: f, record: r, info: describe(f, r)}
	s.whole = sync.OnceValues(s.readWhole)
	return s
}

// readWhole takes what was kept of the text, or reads it again.
func (s *Service) readWhole() (annotation.Service, error) {
	if d, err := s.h.readDetail(s.record.Hash); err == nil {
		return d.Read, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), loadLimit)
	defer cancel()
	l := &lister{h: s.h}
	defer l.close()
	var r record
	read, _, err := l.read(ctx, s.folder.files, &r)
	return read, err
}

// Info describes it.
func (s *Service) Info() integrations.Info { return s.info }

// pending is what goes from the sign-in's start to its callback.
type pending struct {
	State string `json:"state"` // the host's
	Own   string `json:"own"`   // the service's, "" if it set none
}

// ConnectionURL asks the service for the address and completes it (§3.1).
func (s *Service) ConnectionURL(ctx context.Context, r integrations.ConnectionURLRequest) (integrations.ConnectionURL, error) {
	argument := map[string]string{"redirectUri": r.RedirectURI, "redirectURI": r.RedirectURI, "state": r.State}
	c, err := s.call(opConnectionURL, r.Config, integrations.Kept{}, []any{argument})
	if err != nil {
		return integrations.ConnectionURL{}, err
	}
	c.call.Request.Headers = map[string]string{"oauth-state": r.State}
	got, err := s.h.invoke(ctx, c)
	if err != nil {
		return integrations.ConnectionURL{}, s.failed(opConnectionURL, got, err)
	}
	var address string
	if err := json.Unmarshal(got.result, &address); err != nil {
		return integrations.ConnectionURL{}, s.failed(opConnectionURL, got, fmt.Errorf("%w: getOAuth2ConnectionURL returned no text", errReturned))
	}
	address, own, err := finish(address, r.RedirectURI, r.State)
	if err != nil {
		return integrations.ConnectionURL{}, s.failed(opConnectionURL, got, err)
	}
	kept, err := json.Marshal(pending{State: r.State, Own: own})
	if err != nil {
		return integrations.ConnectionURL{}, fmt.Errorf("start a sign-in: %w", err)
	}
	return integrations.ConnectionURL{
		URL: address, Pending: secret.New(string(kept)),
		Warnings: []string{"PKCE, nonce and ID token are the service's own business: authdeck cannot check them"},
	}, nil
}

// openParams are the parameters of redirects that are known to be no secrets; what is not among them counts as one.
var openParams = []string{
	"redirectURI", "redirectUri", "scope", "location", "accounts-server", "shop", "host", "domain", "region", "environment", "iss", "locale", "lang",
}

// ExecuteCallback hands the service all parameters of the redirect (§3.2).
func (s *Service) ExecuteCallback(ctx context.Context, r integrations.CallbackRequest) (integrations.Grant, error) {
	p := pending{State: r.Params.Get("state")}
	if !r.Pending.IsZero() {
		if err := json.Unmarshal([]byte(r.Pending.Reveal()), &p); err != nil {
			return integrations.Grant{}, errors.New("the sign-in's own notes cannot be read")
		}
	}
	callback := map[string]string{}
	for name, values := range r.Params {
		if n := len(values); n > 0 {
			callback[name] = values[n-1]
		}
	}
	state := p.State
	if p.Own != "" {
		state = p.Own
	}
	callback["state"], callback["redirectURI"], callback["redirectUri"] = state, r.RedirectURI, r.RedirectURI
	if !r.CodeVerifier.IsZero() { // a manifest made the authorization request
		callback["codeVerifier"] = r.CodeVerifier.Reveal()
	}
	c, err := s.call(opCallback, r.Config, integrations.Kept{}, []any{callback})
	if err != nil {
		return integrations.Grant{}, err
	}
	c.call.Request.Headers = map[string]string{"oauth-state": state}
	for name, v := range callback {
		if !slices.Contains(openParams, name) {
			c.secrets = append(c.secrets, secret.New(v))
		}
	}
	got, err := s.h.invoke(ctx, c)
	received := s.h.now()
	if err != nil {
		return integrations.Grant{}, s.failed(opCallback, got, err)
	}
	back, ok := readReturned(got.result)
	if !ok {
		return integrations.Grant{}, s.failed(opCallback, got, fmt.Errorf("%w: executeCallback returned no object", errReturned))
	}
	g, err := back.grant(received)
	if err != nil {
		return integrations.Grant{}, s.failed(opCallback, got, fmt.Errorf("%w: executeCallback returned no usable token", errReturned))
	}
	return s.kept(g, back, got), nil
}

// kept puts what only the service wants to see again into Extra: its user data, whole, since it may hold tokens.
func (s *Service) kept(g integrations.Grant, back returned, got came) integrations.Grant {
	if len(back.UserData) > 0 {
		g.Extra = json.RawMessage(back.UserData)
	}
	g.UserData = shownData(g.UserData)
	if len(got.console) > 0 && len(got.errors) > 0 {
		g.Warnings = append(g.Warnings, "the service printed: "+got.console[len(got.console)-1])
	}
	return g
}

// shownData is user data for people: whatever is named or looks like a secret is masked (notion keeps its tokens there).
func shownData(data map[string]any) map[string]any {
	if data == nil {
		return nil
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return nil
	}
	var shown map[string]any
	if json.Unmarshal([]byte(secret.RedactBody("application/json", raw, 0)), &shown) != nil {
		return nil
	}
	return shown
}

// RefreshToken runs the service's refreshToken (§3.4).
func (s *Service) RefreshToken(ctx context.Context, r integrations.RefreshRequest) (integrations.Grant, error) {
	if !s.has(opRefresh) {
		return integrations.Grant{}, integrations.ErrNotRefreshable
	}
	var argument any
	if !r.Kept.RefreshToken.IsZero() {
		argument = r.Kept.RefreshToken.Reveal()
	}
	c, err := s.call(opRefresh, r.Config, r.Kept, []any{argument})
	if err != nil {
		return integrations.Grant{}, err
	}
	if argument == nil {
		c.call.Undefined = []int{0}
	}
	both := map[string]any{"refreshToken": r.Kept.RefreshToken.Reveal(), "accessToken": r.Kept.AccessToken.Reveal()}
	c.call.Request.Body, c.call.Request.Context = both, both
	got, err := s.h.invoke(ctx, c)
	received := s.h.now()
	if err != nil {
		return integrations.Grant{}, s.notRefreshed(got, err)
	}
	back, ok := readReturned(got.result)
	if !ok {
		return integrations.Grant{}, s.notRefreshed(got, nil)
	}
	g, err := back.grant(received)
	if err != nil {
		return integrations.Grant{}, s.notRefreshed(got, nil)
	}
	// Identity and user data stay those of the sign-in.
	g.Identity, g.UserData = integrations.Identity{}, nil
	if g.AccessToken.Equal(r.Kept.AccessToken) && len(got.errors) > 0 {
		g.Warnings = append(g.Warnings, "the service reports success with the old token, but a request of it failed: "+got.errors[len(got.errors)-1].Error())
		g.KeepExpiry = true
	}
	return g, nil
}

// RefreshesWithoutToken says yes: refreshToken is called with undefined where no refresh token is kept; some services answer from the
// access token in the header alone (§3.4).
func (s *Service) RefreshesWithoutToken() bool { return s.has(opRefresh) }

// notRefreshed says what a refresh that brought nothing means: first by what was seen on the wire, then by its words.
func (s *Service) notRefreshed(got came, thrown error) error {
	var t *ThrownError
	if errors.As(thrown, &t) && t.Constructor {
		return &oauthflow.Error{Class: oauthflow.ClassConfiguration, Err: oauthflow.Remark(explained(opRefresh, got, thrown))}
	}
	if len(got.answered) == 0 && (thrown == nil || t != nil || errors.Is(thrown, errNoMethod)) {
		return fmt.Errorf("%w: %s", integrations.ErrNothingNew, explained(opRefresh, got, thrown))
	}
	e := &oauthflow.Error{Class: oauthflow.ClassTransientLong, Sent: true, Err: oauthflow.Remark(explained(opRefresh, got, thrown))}
	if last := got.refusal(); last != nil {
		e.Class, e.Host, e.Status, e.Code, e.Description, e.RetryAfter, e.Sent = last.Class, last.Host, last.Status, last.Code, last.Description, last.RetryAfter, last.Sent
	}
	if t != nil && e.Class != oauthflow.ClassDead {
		trouble := e.Status == 429 || e.Status >= 500 || e.Status == 0 && len(got.errors) > 0
		switch {
		case strings.Contains(t.Body, `"invalid_grant"`):
			e.Class = oauthflow.ClassDead
		case !trouble && refusedWords(t.Message):
			e.Class = oauthflow.ClassDead
		}
	}
	return e
}

// failure is the exchange that tells why an operation brought nothing: a failed one, else one that answered 2xx with an error in
// its body, as some providers do for every failure (§3.3); nil if there is none.
func (c came) failure() *oauthflow.Error {
	if last := worst(c.errors); last != nil {
		return last
	}
	return worst(c.denied)
}

// refusal is the exchange that classifies a refresh: one that refuses the grant, else one that failed in a way that passes, whatever
// came after it, else the last (§3.4).
func (c came) refusal() *oauthflow.Error {
	last := c.failure()
	if last == nil || last.Class == oauthflow.ClassDead {
		return last
	}
	for _, e := range c.errors {
		if e.Class == oauthflow.ClassTransient {
			return e
		}
	}
	return last
}

// worst is the failed exchange that says most: one that refuses the grant, else the last.
func worst(list []*oauthflow.Error) *oauthflow.Error {
	for _, e := range list {
		if e.Class == oauthflow.ClassDead {
			return e
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

// refusedWords are those by which services tell that only a sign-in helps.
func refusedWords(text string) bool {
	text = strings.ToLower(text)
	for _, w := range []string{"invalid_grant", "re-authenticate", "reauthenticate", "reconnect", "expired or", "revoked"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// failed explains why an operation brought nothing: what it threw, the last failed exchange, and what it printed, since a
// service that returns {} has told the reason nowhere else (§3.3).
func (s *Service) failed(op string, got came, err error) error {
	var broken *BrokenError
	var worker *WorkerError
	if errors.As(err, &broken) || errors.As(err, &worker) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s of %s: %w", op, s.info.ID, err)
	}
	e := &oauthflow.Error{Class: oauthflow.ClassConfiguration, Sent: len(got.answered) > 0, Err: oauthflow.Remark(explained(op, got, err))}
	if last := got.failure(); last != nil {
		e.Class, e.Host, e.Status, e.Code, e.Description, e.RetryAfter = last.Class, last.Host, last.Status, last.Code, last.Description, last.RetryAfter
	}
	return e
}

func explained(op string, got came, err error) string {
	var parts []string
	if err != nil {
		parts = append(parts, safetext.Line(err.Error(), 0))
	} else {
		parts = append(parts, op+" returned no usable token")
	}
	if n := len(got.console); n > 0 {
		parts = append(parts, "it printed: "+safetext.Line(got.console[n-1], 200))
	}
	if len(got.stubs) > 0 {
		parts = append(parts, "packages that are not there: "+safetext.Line(strings.Join(got.stubs, ", "), 100))
	}
	return strings.Join(parts, "; ")
}

// has reports whether the class has one of the three operations, as far as its annotations tell: an operation can be called without any.
func (s *Service) has(operation string) bool {
	return slices.Contains(s.record.Methods, operation) || s.record.Read.RequireOAuth
}
