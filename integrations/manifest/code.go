package manifest

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"authdeck/integrations"
	"authdeck/internal/secret"
)

// Code opens what a page leaves to JavaScript: the file of a FlowRunner class, or the folder of a service. dir is the page's folder;
// name, with slashes, must not lead out of it, by a link neither.
type Code func(ctx context.Context, dir, name string) (Program, error)

// Program is such code. It runs in a process of its own and sees the page's config items by name.
type Program interface {
	integrations.Integration
	// Call calls one method with these arguments; one that is nil is not given.
	Call(ctx context.Context, method string, r integrations.ActionRequest, args []any) (integrations.ActionResult, error)
}

// program opens the file or folder that a key of the page names.
func (i *integration) program(ctx context.Context, name string) (Program, error) {
	if i.code == nil || i.info.Origin == "" {
		return nil, fmt.Errorf("%w: this page leaves work to %s, and only the pages of a folder can", integrations.ErrNotConfigured, name)
	}
	p, err := i.code(ctx, filepath.Dir(i.info.Origin), name)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", integrations.ErrNotConfigured, name, err)
	}
	return p, nil
}

// codeConfig is what code sees as its config: the items, and the client id that the page itself may bring.
func (i *integration) codeConfig(given integrations.Config) integrations.Config {
	cfg := integrations.Config{}
	for name, v := range given {
		cfg[name] = v
	}
	if cfg[itemID].IsZero() && i.spec.Client.ID != "" {
		cfg[itemID] = secret.New(i.spec.Client.ID)
	}
	return cfg
}

// codeURL is the connection URL by authorize.code.
func (i *integration) codeURL(ctx context.Context, r integrations.ConnectionURLRequest) (integrations.ConnectionURL, error) {
	s, err := i.settings(r.Config)
	if err != nil {
		return integrations.ConnectionURL{}, err
	}
	code, err := i.program(ctx, i.spec.Authorize.Code)
	if err != nil {
		return integrations.ConnectionURL{}, err
	}
	r.Config = i.codeConfig(r.Config)
	out, err := code.ConnectionURL(ctx, r)
	if err != nil {
		return out, err
	}
	p := pending{Code: out.Pending.Reveal()}
	if i.spec.Token.Code == "" {
		if p.Token, _, err = s.tokenEndpoint(ctx); err != nil {
			return out, err
		}
	}
	kept, err := json.Marshal(p)
	if err != nil {
		return out, fmt.Errorf("keep what the callback needs: %w", err)
	}
	out.Pending = secret.New(string(kept))
	return out, nil
}

// codeCallback is the exchange by token.code. Who is connected is what the code says or, if it says nothing, what the page asks.
func (i *integration) codeCallback(ctx context.Context, s settings, p pending, r integrations.CallbackRequest) (integrations.Grant, error) {
	code, err := i.program(ctx, i.spec.Token.Code)
	if err != nil {
		return integrations.Grant{}, err
	}
	r.Config, r.Pending, r.CodeVerifier = i.codeConfig(r.Config), secret.New(p.Code), secret.New(p.Verifier)
	g, err := code.ExecuteCallback(ctx, r)
	if err != nil || g.Identity.Name != "" {
		return g, err
	}
	if err := s.identify(ctx, &g, nil, nil); err != nil {
		return integrations.Grant{}, err
	}
	return g, nil
}

// codeRefresh is the refresh by refresh.code.
func (i *integration) codeRefresh(ctx context.Context, r integrations.RefreshRequest) (integrations.Grant, error) {
	if _, err := i.settings(r.Config); err != nil {
		return integrations.Grant{}, err
	}
	code, err := i.program(ctx, i.spec.Refresh.Code)
	if err != nil {
		return integrations.Grant{}, err
	}
	r.Config = i.codeConfig(r.Config)
	return code.RefreshToken(ctx, r)
}

// RefreshesWithoutToken: code may be able to ([integrations.Tokenless]).
func (i *integration) RefreshesWithoutToken() bool { return i.spec.Refresh.Code != "" }

// runCode runs an action's method with the parameters in the page's order.
func (r runner) runCode(ctx context.Context, q integrations.ActionRequest, a actionSpec, params map[string]any) (integrations.ActionResult, error) {
	file, method, ok := strings.Cut(a.Code, "#")
	if !ok {
		method = q.Action
	}
	code, err := r.i.program(ctx, file)
	if err != nil {
		return integrations.ActionResult{}, err
	}
	args := make([]any, len(a.Params))
	for n, p := range a.Params {
		args[n] = params[p.Name]
	}
	q.Config = r.i.codeConfig(q.Config)
	return code.Call(ctx, method, q, args)
}

// service is the FlowRunner service whose actions run on the page's connection; nil if the page names none.
func (r runner) service(ctx context.Context) (integrations.ActionRunner, error) {
	if r.i.spec.Service == "" {
		return nil, nil
	}
	p, err := r.i.program(ctx, r.i.spec.Service)
	if err != nil {
		return nil, err
	}
	runs, ok := p.(integrations.ActionRunner)
	if !ok {
		return nil, fmt.Errorf("%w: %s has no actions", integrations.ErrNotConfigured, r.i.spec.Service)
	}
	return runs, nil
}

// borrowed are the service's actions that the page does not have itself; none if it cannot be read.
func (r runner) borrowed() []integrations.Action {
	s, err := r.service(context.Background())
	if err != nil || s == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.Actions()), func(a integrations.Action) bool {
		_, own := r.i.spec.Actions.values[a.Name]
		return own
	})
}

// hiddenOfService finds what the service does not list.
func (r runner) hiddenOfService(name string) (integrations.Action, bool) {
	s, err := r.service(context.Background())
	if err != nil || s == nil {
		return integrations.Action{}, false
	}
	h, ok := s.(integrations.Hider)
	if !ok {
		return integrations.Action{}, false
	}
	return h.HiddenAction(name)
}
