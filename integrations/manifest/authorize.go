package manifest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"authdeck/integrations"
	"authdeck/integrations/manifest/template"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// pending is what a sign-in carries from the connection URL to the exchange. It holds secrets.
type pending struct {
	Verifier string   `json:"v,omitempty"`
	Nonce    string   `json:"n,omitempty"`
	Issuer   string   `json:"i,omitempty"`
	Token    string   `json:"t,omitempty"` // the token endpoint: the verifier goes nowhere else (C3)
	Scopes   []string `json:"s,omitempty"`
	Code     string   `json:"c,omitempty"` // what authorize.code keeps
}

// ConnectionURL makes the authorization request. Metadata that cannot be read is an error only if something is needed
// from it.
func (i *integration) ConnectionURL(ctx context.Context, r integrations.ConnectionURLRequest) (integrations.ConnectionURL, error) {
	if i.spec.Authorize.Code != "" {
		return i.codeURL(ctx, r)
	}
	var out integrations.ConnectionURL
	s, err := i.settings(r.Config)
	if err != nil {
		return out, err
	}
	out.Scopes = i.wanted(r.Scopes)
	p := pending{Scopes: out.Scopes}
	if err := i.issuerRules(ctx, s, &out); err != nil {
		return out, err
	}
	p.Issuer = out.Issuer
	endpoint, _, err := s.endpoint(ctx, i.spec.Authorize.URL, "authorize", func(m oauthflow.Metadata) string { return m.AuthorizationEndpoint })
	if err != nil {
		return out, err
	}
	if endpoint == "" {
		return out, fmt.Errorf("%w: the server's metadata has no authorization endpoint", integrations.ErrNotConfigured)
	}
	if i.spec.Token.Code == "" {
		if p.Token, _, err = s.tokenEndpoint(ctx); err != nil {
			return out, err
		}
	}
	req := oauthflow.AuthorizationRequest{
		Endpoint: endpoint, ClientID: s.clientID, RedirectURI: r.RedirectURI, State: r.State, Scopes: out.Scopes,
		ScopeSeparator: i.spec.Scopes.Separator, Drop: i.spec.Authorize.Drop, Rename: i.spec.Authorize.Rename,
	}
	if i.spec.PKCE != "none" {
		if req.Verifier, err = oauthflow.NewVerifier(i.rand); err != nil {
			return out, err
		}
		p.Verifier = req.Verifier.Reveal()
	}
	if openID(out.Scopes) {
		if p.Nonce, err = oauthflow.NewState(i.rand); err != nil {
			return out, err
		}
		req.Nonce = p.Nonce
	}
	if req.Params, err = i.authorizeParams(s, r, req); err != nil {
		return out, err
	}
	if out.URL, err = oauthflow.AuthorizationURL(req); err != nil {
		return out, fmt.Errorf("make the authorization request: %w", err)
	}
	kept, err := json.Marshal(p)
	if err != nil {
		return out, fmt.Errorf("keep what the callback needs: %w", err)
	}
	out.Pending = secret.New(string(kept))
	return out, nil
}

// wanted are the scopes to ask for.
func (i *integration) wanted(asked []string) []string {
	switch {
	case i.spec.Scopes.Send == "never":
		return nil
	case asked != nil:
		return splitScopes(asked)
	}
	return i.spec.Scopes.Default
}

// issuerRules reads what the metadata says of the redirect and of PKCE.
func (i *integration) issuerRules(ctx context.Context, s settings, out *integrations.ConnectionURL) error {
	issuer, err := s.issuer()
	if err != nil || issuer == "" {
		return err
	}
	out.Issuer = issuer
	m, _, err := i.metadata(ctx, issuer)
	if err != nil {
		if i.spec.Authorize.URL != nil && i.spec.Token.URL != nil && !openID(out.Scopes) {
			out.Warnings = append(out.Warnings, "the server's metadata could not be read, so what it promises is not checked: "+err.Error())
			return nil
		}
		return err
	}
	out.IssRequired = m.IssParameterSupported
	if m.PARRequired {
		return &oauthflow.Error{
			Class: oauthflow.ClassConfiguration, Host: hostOf(issuer),
			Err: fmt.Errorf("the server takes pushed authorization requests only (RFC 9126), which this version cannot do"),
		}
	}
	if i.spec.PKCE != "none" && !slices.Contains(m.CodeChallengeMethods, "S256") {
		out.Warnings = append(out.Warnings, hostOf(issuer)+" does not announce PKCE with S256: the challenge is sent all the same, but the server may ignore it")
	}
	return nil
}

// authorizeParams are the page's further parameters: always, when signing in again, when there are other connections.
func (i *integration) authorizeParams(s settings, r integrations.ConnectionURLRequest, req oauthflow.AuthorizationRequest) (url.Values, error) {
	a := i.spec.Authorize
	more := map[string]any{
		"redirect_uri": r.RedirectURI, "state": r.State, "scopes": strings.Join(req.Scopes, " "), "nonce": orNil(req.Nonce),
	}
	if !req.Verifier.IsZero() {
		more["challenge"] = oauthflow.Challenge(req.Verifier)
	}
	env := s.with(more).env()
	params := url.Values{}
	sets := []map[string]valueTmpl{a.Params}
	switch {
	case r.Again:
		sets = append(sets, a.ParamsAgain)
	case r.OtherToo:
		sets = append(sets, a.ParamsOther)
	}
	for _, set := range sets {
		if err := fillParams(params, set, env); err != nil {
			return nil, fmt.Errorf("make the authorization request: %w", err)
		}
	}
	if r.Account != "" {
		name := a.Hint
		if name == "" {
			name = "login_hint"
		}
		params.Set(name, r.Account)
	}
	if a.DropEmpty {
		for k := range params {
			if params.Get(k) == "" {
				params.Del(k)
			}
		}
	}
	return params, nil
}

// fillParams adds or replaces fields; one whose value is not set is left out.
func fillParams(into url.Values, set map[string]valueTmpl, env template.Env) error {
	for name, v := range set {
		value, ok, err := v.fill(env)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if list, ok := value.([]any); ok {
			into.Del(name)
			for _, e := range list {
				into.Add(name, template.Text(e))
			}
			continue
		}
		into.Set(name, template.Text(value))
	}
	return nil
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}
