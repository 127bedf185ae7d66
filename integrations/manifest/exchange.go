package manifest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// errOtherServer: between the connection URL and the callback the config items were changed.
var errOtherServer = errors.New("the settings of the integration changed during the sign-in; start it again")

// ExecuteCallback trades the code. From the moment the token answer is here, only an ID token or a userinfo answer that is
// refused ends the login; whatever else fails stands in Grant.Warnings.
func (i *integration) ExecuteCallback(ctx context.Context, r integrations.CallbackRequest) (integrations.Grant, error) {
	s, err := i.settings(r.Config)
	if err != nil {
		return integrations.Grant{}, err
	}
	var p pending
	if err := json.Unmarshal([]byte(r.Pending.Reveal()), &p); err != nil {
		return integrations.Grant{}, errors.New("the sign-in brought nothing back of what it began with; start it again")
	}
	if r.Params.Get("error") != "" {
		return integrations.Grant{}, i.refusal(p, r.Params)
	}
	if i.spec.Token.Code != "" {
		return i.codeCallback(ctx, s, p, r)
	}
	code := r.Params.Get("code")
	if code == "" {
		return integrations.Grant{}, &oauthflow.Error{
			Class: oauthflow.ClassTransientLong, Host: hostOf(p.Token), Err: errors.New("the redirect brought neither a code nor an error"),
		}
	}
	endpoint, auth, err := s.tokenEndpoint(ctx)
	if err != nil {
		return integrations.Grant{}, err
	}
	if endpoint != p.Token {
		return integrations.Grant{}, errOtherServer
	}
	t, err := s.trade(ctx, i.spec.Token, endpoint, auth, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {r.RedirectURI},
	}, p.Verifier, map[string]any{
		"code": code, "verifier": orNil(p.Verifier), "redirect_uri": r.RedirectURI, "scopes": strings.Join(p.Scopes, " "),
		"callback": flat(r.Params),
	})
	if err != nil {
		return integrations.Grant{}, err
	}
	g := s.grant(t)
	claims, err := s.checkLogin(ctx, &g, p)
	if err != nil {
		return integrations.Grant{}, err
	}
	s = s.with(map[string]any{"callback": flat(r.Params), "token": t.Members})
	if err := s.identify(ctx, &g, claims, t.Members); err != nil {
		return integrations.Grant{}, err
	}
	s.explainNoRefresh(&g)
	return g, nil
}

// trade makes a token call and reads its answer.
func (s settings) trade(ctx context.Context, p phaseSpec, endpoint string, auth oauthflow.AuthMethod, fields url.Values, verifier string, vars map[string]any) (oauthflow.Token, error) {
	if verifier != "" {
		fields.Set("code_verifier", verifier)
	}
	req, err := s.with(vars).request(p, endpoint, auth, fields, secret.String{})
	if err != nil {
		return oauthflow.Token{}, err
	}
	a, err := s.i.c.Send(ctx, req)
	if err != nil {
		return oauthflow.Token{}, err
	}
	t, err := oauthflow.ReadToken(a, p.shape())
	var refused *oauthflow.Error
	if errors.As(err, &refused) {
		p.reclassify(refused)
	}
	return t, err
}

// grant is what a token answer says.
func (s settings) grant(t oauthflow.Token) integrations.Grant {
	g := integrations.Grant{
		AccessToken: t.AccessToken, RefreshToken: t.RefreshToken, IDToken: t.IDToken, TokenType: t.TokenType,
		Lifetime: t.Lifetime, RefreshLifetime: t.RefreshLifetime, Received: t.Received, Skew: t.Skew, Scopes: t.Scopes,
	}
	life := s.i.spec.Lifetime.Refresh
	g.RefreshIdle, g.RefreshAbsolute = life.Idle.said, life.Absolute.said
	if s.i.spec.Scopes.GrantedFrom == "none" {
		g.Scopes = nil
	}
	if !oauthflow.Bearer(t.TokenType) {
		g.Warnings = append(g.Warnings, "the token is of the type "+safetext.Line(t.TokenType, 40)+", which is not known here; it is sent as a bearer token")
	}
	return g
}

// explainNoRefresh says why no refresh token came, where the page knows.
func (s settings) explainNoRefresh(g *integrations.Grant) {
	n := s.i.spec.Refresh.Needs
	if !g.RefreshToken.IsZero() || s.i.spec.Refresh.Strategy == "none" {
		return
	}
	switch {
	case n.Scope != "":
		g.Warnings = append(g.Warnings, "no refresh token came; this provider gives one for the scope "+safetext.Line(n.Scope, 60))
	case n.Param != "":
		g.Warnings = append(g.Warnings, "no refresh token came; this provider gives one for the parameter "+safetext.Line(n.Param, 60)+" and may give it once only")
	}
}

// refusal classifies the authorization endpoint's error answer (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6).
func (i *integration) refusal(p pending, answer url.Values) error {
	e := &oauthflow.Error{
		Class: oauthflow.ClassTransientLong, Host: hostOf(p.Token), Sent: true,
		Code: safetext.Line(answer.Get("error"), 64), Description: safetext.Line(secret.Redact(answer.Get("error_description")), 200),
	}
	switch e.Code {
	case "access_denied", "login_required", "consent_required", "interaction_required", "account_selection_required":
		e.Class = oauthflow.ClassDead
	case "invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope", "invalid_client", "invalid_target",
		"redirect_uri_mismatch", "invalid_redirect_uri", "invalid_request_object", "application_suspended":
		e.Class = oauthflow.ClassConfiguration
	case "server_error", "temporarily_unavailable":
		e.Class = oauthflow.ClassTransient
	default:
		i.spec.Token.reclassify(e)
	}
	return e
}

// flat are the redirect's parameters as variables.
func flat(v url.Values) map[string]any {
	m := make(map[string]any, len(v))
	for k := range v {
		m[k] = v.Get(k)
	}
	return m
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// problem is a failure for a warning.
func problem(doing string, err error) string {
	return fmt.Sprintf("%s: %s", doing, safetext.Line(err.Error(), 200))
}
