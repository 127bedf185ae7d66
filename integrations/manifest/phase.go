package manifest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// request makes the call of a phase from the fields its RFC sends (§5.3): dropped and renamed as the page says, then the
// page's own added. token is what AuthBearer sends.
func (s settings) request(p phaseSpec, address string, auth oauthflow.AuthMethod, fields url.Values, token secret.String) (oauthflow.Request, error) {
	r := oauthflow.Request{
		Method: p.Method, URL: address, InQuery: p.In == "query", Body: p.Body, Params: url.Values{}, Header: http.Header{},
		Auth: oauthflow.ClientAuth{Method: auth, ID: s.clientID, Secret: s.secret}, Secrets: s.secrets,
	}
	for name, values := range fields {
		r.Params[name] = slices.Clone(values)
	}
	switch {
	case auth == oauthflow.AuthBearer:
		r.Auth = oauthflow.ClientAuth{Method: auth, Secret: token}
	case p.touchesClient() && (auth == oauthflow.AuthPost || auth == oauthflow.AuthNone || auth == ""):
		// The client's own fields go another way too: put here, under whatever name.
		r.Params.Set(itemID, s.clientID)
		if !s.secret.IsZero() && auth != oauthflow.AuthNone {
			r.Params.Set(itemSecret, s.secret.Reveal())
		}
		r.Auth = oauthflow.ClientAuth{}
	}
	for _, name := range p.Drop {
		r.Params.Del(name)
	}
	renamed := url.Values{}
	for name, values := range r.Params {
		if to, ok := p.Rename[name]; ok {
			name = to
		}
		renamed[name] = values
	}
	r.Params = renamed
	env := s.env()
	if err := fillParams(r.Params, p.Params, env); err != nil {
		return r, fmt.Errorf("make the request: %w", err)
	}
	for name, t := range p.Headers {
		value, ok, err := t.Text(env)
		if err != nil {
			return r, fmt.Errorf("make the request: %w", err)
		}
		if ok {
			r.Header.Set(name, value)
		}
	}
	return r, nil
}

// touchesClient reports whether the page drops or renames the client's own fields.
func (p phaseSpec) touchesClient() bool {
	_, id := p.Rename[itemID]
	_, key := p.Rename[itemSecret]
	return id || key || slices.Contains(p.Drop, itemID) || slices.Contains(p.Drop, itemSecret)
}

// shape says how to read a token answer.
func (p phaseSpec) shape() oauthflow.Shape {
	r := p.Response
	if r == nil {
		return oauthflow.Shape{}
	}
	s := oauthflow.Shape{
		Root: r.Root, AccessToken: r.AccessToken, RefreshToken: r.RefreshToken, IDToken: r.IDToken, TokenType: r.TokenType,
		Scope: r.Scope.Path, ScopeSeparator: r.Scope.Separator, ErrorCode: r.Error.Code, ErrorText: r.Error.Text,
		Expires: r.expires(r.Expires, "expires_in"), RefreshExpires: r.expires(r.RefreshExpires, "refresh_token_expires_in"),
	}
	if r.OKWhen != nil {
		s.OK = r.OKWhen.holds
	}
	for code, as := range r.Error.As {
		if as == "invalid_grant" {
			s.DeadCodes = append(s.DeadCodes, code)
		}
	}
	return s
}

// reclassify gives an error the class of the RFC's code that the page says it means.
func (p phaseSpec) reclassify(e *oauthflow.Error) {
	if p.Response == nil || e.Status >= 500 || e.Status == http.StatusTooManyRequests {
		return
	}
	switch p.Response.Error.As[e.Code] {
	case "invalid_grant":
		e.Class = oauthflow.ClassDead
	case "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "invalid_target", "invalid_request":
		e.Class = oauthflow.ClassConfiguration
	case "temporarily_unavailable", "server_error", "slow_down":
		e.Class = oauthflow.ClassTransient
	}
}
