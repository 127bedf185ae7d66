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
	learned   func(record)                       // is told the config items that code made; may be nil
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
