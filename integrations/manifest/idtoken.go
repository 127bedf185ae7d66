package manifest

import (
	"context"
	"errors"
	"fmt"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// checkLogin verifies the ID token of a login (OpenID Connect Core §3.1.3.7). One that is refused ends the login; one that
// cannot be checked because the keys are out of reach is kept with a warning: the grant must not be lost. Without openid
// among the scopes an ID token is no concern of ours and is left away.
func (s settings) checkLogin(ctx context.Context, g *integrations.Grant, p pending) (map[string]any, error) {
	if !openID(p.Scopes) {
		g.IDToken = secret.String{}
		return nil, nil
	}
	if g.IDToken.IsZero() {
		g.Warnings = append(g.Warnings, "the provider sent no ID token although openid was asked for")
		return nil, nil
	}
	if p.Issuer == "" {
		g.Warnings = append(g.Warnings, "the ID token is not checked: the integration names no issuer")
		return nil, nil
	}
	t, err := s.verify(ctx, p.Issuer, g.IDToken, oauthflow.IDTokenRules{Nonce: p.Nonce, AccessToken: g.AccessToken})
	if err == nil {
		return t.Claims, nil
	}
	if errors.Is(err, oauthflow.ErrIDToken) {
		return nil, fmt.Errorf("check who signed in at %s: %w", hostOf(p.Issuer), err)
	}
	g.Warnings = append(g.Warnings, problem("the ID token could not be checked", err))
	return nil, nil
}

// verify checks an ID token against an issuer's keys; issuer and client are filled in.
func (s settings) verify(ctx context.Context, issuer string, raw secret.String, r oauthflow.IDTokenRules) (oauthflow.IDToken, error) {
	m, keys, err := s.i.metadata(ctx, issuer)
	if err != nil {
		return oauthflow.IDToken{}, err
	}
	if m.JWKSURI == "" {
		return oauthflow.IDToken{}, errNoKeys
	}
	r.Issuer, r.ClientID = issuer, s.clientID
	return keys.Verify(ctx, raw, r)
}

// checkRefreshed holds a refreshed ID token against the one of the login (O11). One that is refused is left away with a
// warning, the tokens stay; of another account it says so in the grant.
func (s settings) checkRefreshed(ctx context.Context, g *integrations.Grant, kept integrations.Kept) {
	if g.IDToken.IsZero() {
		return
	}
	refuse := func(err error) {
		g.IDToken = secret.String{}
		g.OtherAccount = errors.Is(err, oauthflow.ErrOtherSubject)
		g.Warnings = append(g.Warnings, problem("the ID token of the refresh was not taken", err))
	}
	issuer, err := s.issuer()
	if err != nil || issuer == "" || kept.IDToken.IsZero() {
		g.IDToken = secret.String{} // nothing to hold it against
		return
	}
	fresh, err := s.verify(ctx, issuer, g.IDToken, oauthflow.IDTokenRules{AccessToken: g.AccessToken})
	if err != nil {
		refuse(err)
		return
	}
	old, err := s.verify(ctx, issuer, kept.IDToken, oauthflow.IDTokenRules{AllowExpired: true})
	if err != nil {
		// The keys that signed the login's token may be gone by now: what it said of the account is compared all the same.
		if kept.Identity.Subject != "" && kept.Identity.Subject != fresh.Subject {
			refuse(fmt.Errorf("%w: %w", oauthflow.ErrIDToken, oauthflow.ErrOtherSubject))
		}
		return
	}
	if err := oauthflow.CheckRefreshed(old, fresh); err != nil {
		refuse(err)
	}
}

// VerifyIDToken checks a kept ID token; exp is reported and not enforced.
func (m issuer) VerifyIDToken(ctx context.Context, cfg integrations.Config, idToken secret.String) (oauthflow.IDToken, error) {
	s, err := m.i.settings(cfg)
	if err != nil {
		return oauthflow.IDToken{}, err
	}
	issuer, err := s.issuer()
	if err != nil {
		return oauthflow.IDToken{}, err
	}
	return s.verify(ctx, issuer, idToken, oauthflow.IDTokenRules{AllowExpired: true})
}
