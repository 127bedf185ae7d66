package manifest

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"authdeck/integrations"
	"authdeck/oauthflow"
)

// RefreshToken trades the refresh token. An answer without one keeps the old (Q3).
func (i *integration) RefreshToken(ctx context.Context, r integrations.RefreshRequest) (integrations.Grant, error) {
	if i.spec.Refresh.Code != "" {
		return i.codeRefresh(ctx, r)
	}
	if i.spec.Refresh.Strategy == "none" || r.Kept.RefreshToken.IsZero() {
		return integrations.Grant{}, integrations.ErrNotRefreshable
	}
	s, err := i.settings(r.Config)
	if err != nil {
		return integrations.Grant{}, err
	}
	p := i.refreshPhase()
	endpoint, auth, err := s.tokenEndpoint(ctx)
	if err != nil {
		return integrations.Grant{}, err
	}
	if p.URL != nil {
		if endpoint, err = s.url(p.URL, "refresh.url"); err != nil {
			return integrations.Grant{}, err
		}
	}
	if own := i.spec.Refresh.Auth; own != "" && s.auth == "" {
		auth = oauthflow.AuthMethod(own)
	}
	t, err := s.trade(ctx, p, endpoint, auth, url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {r.Kept.RefreshToken.Reveal()},
	}, "", map[string]any{
		"refresh_token": r.Kept.RefreshToken.Reveal(), "access_token": orNil(r.Kept.AccessToken.Reveal()),
		"scopes": strings.Join(r.Kept.ScopesAsked, " "),
	})
	if err != nil {
		return integrations.Grant{}, fmt.Errorf("refresh: %w", err)
	}
	g := s.grant(t)
	s.checkRefreshed(ctx, &g, r.Kept)
	return g, nil
}

// refreshPhase is refresh with the transport of token; params and drop are never taken over.
func (i *integration) refreshPhase() phaseSpec {
	p, t := i.spec.Refresh.phaseSpec, i.spec.Token
	if p.Method == "" {
		p.Method = t.Method
	}
	if p.In == "" {
		p.In = t.In
	}
	if p.Body == "" {
		p.Body = t.Body
	}
	if p.Headers == nil {
		p.Headers = t.Headers
	}
	if p.Rename == nil {
		p.Rename = t.Rename
	}
	if p.Response == nil {
		p.Response = t.Response
	}
	return p
}
