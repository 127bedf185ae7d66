package manifest

import (
	"context"
	"errors"
	"net/url"
	"slices"

	"authdeck/integrations"
	"authdeck/internal/failpoint"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// Revoke ends the refresh token, then the access token (RFC 7009 §2.1), by the page's calls or the metadata's endpoint.
func (r revoker) Revoke(ctx context.Context, q integrations.RevokeRequest) (integrations.Revocation, error) {
	s, err := r.i.settings(q.Config)
	if err != nil {
		return integrations.Revocation{}, err
	}
	calls, err := s.revokeCalls(ctx)
	if err != nil {
		return integrations.Revocation{}, err
	}
	out := integrations.Revocation{RefreshToken: oauthflow.RevokeNone, AccessToken: oauthflow.RevokeNone}
	tokens := []*revocation{
		{hint: "refresh_token", token: q.Kept.RefreshToken, outcome: &out.RefreshToken},
		{hint: "access_token", token: q.Kept.AccessToken, outcome: &out.AccessToken},
	}
	for _, t := range tokens {
		if !t.token.IsZero() {
			*t.outcome = oauthflow.RevokeUnsupported
		}
	}
	s = s.with(map[string]any{
		"refresh_token": orNil(q.Kept.RefreshToken.Reveal()), "access_token": orNil(q.Kept.AccessToken.Reveal()),
	})
	for _, c := range calls {
		for _, t := range tokens {
			if t.token.IsZero() || *t.outcome == oauthflow.RevokeConfirmed || c.spec.Token != "" && c.spec.Token != t.hint {
				continue
			}
			var failed *oauthflow.Error
			if *t.outcome, err = s.revokeOne(ctx, c, *t); errors.As(err, &failed) {
				out.RetryAfter = max(out.RetryAfter, failed.RetryAfter)
				out.Hint = safetext.Line(failed.Error(), 200)
			}
			if *t.outcome == oauthflow.RevokeConfirmed && t.hint == "refresh_token" {
				_ = failpoint.Hit("revoke.refresh")
			}
			if *t.outcome == oauthflow.RevokeConfirmed && c.spec.Kills == "both" {
				confirmAll(tokens)
			}
		}
	}
	if out.RefreshToken == oauthflow.RevokeUnsupported && out.AccessToken == oauthflow.RevokeUnsupported && out.Hint == "" && len(calls) == 0 {
		out.Hint = "the server's metadata has no revocation endpoint"
	}
	return out, nil
}

// revocation is one token to end.
type revocation struct {
	hint    string
	token   secret.String
	outcome *oauthflow.RevocationOutcome
}

func confirmAll(tokens []*revocation) {
	for _, t := range tokens {
		if !t.token.IsZero() {
			*t.outcome = oauthflow.RevokeConfirmed
		}
	}
}

// revokeCallTo is a call with its address.
type revokeCallTo struct {
	spec    revokeSpec
	address string
}

// revokeCalls are the page's calls, or RFC 7009 as it is; none if the metadata has no endpoint.
func (s settings) revokeCalls(ctx context.Context) ([]revokeCallTo, error) {
	specs := []revokeSpec(s.i.spec.Revoke)
	if len(specs) == 0 {
		specs = []revokeSpec{{}}
	}
	var calls []revokeCallTo
	for _, spec := range specs {
		// An address that holds a token is filled when that token is at hand.
		if spec.URL != nil && holdsToken(spec.URL) {
			calls = append(calls, revokeCallTo{spec: spec})
			continue
		}
		address, _, err := s.endpoint(ctx, spec.URL, "revoke", func(m oauthflow.Metadata) string { return m.RevocationEndpoint })
		if err != nil {
			return nil, err
		}
		if address != "" {
			calls = append(calls, revokeCallTo{spec: spec, address: address})
		}
	}
	return calls, nil
}

func holdsToken(t *tmpl) bool {
	for _, r := range t.Refs() {
		if r.Name == "access_token" || r.Name == "refresh_token" {
			return true
		}
	}
	return false
}

func (s settings) revokeOne(ctx context.Context, c revokeCallTo, t revocation) (oauthflow.RevocationOutcome, error) {
	address := c.address
	if address == "" {
		var err error
		if address, err = s.url(c.spec.URL, "revoke.url"); err != nil {
			return oauthflow.RevokeFailed, err
		}
	}
	auth, err := s.authAt(ctx, c.spec.phaseSpec)
	var asked *oauthflow.Error
	switch {
	case errors.As(err, &asked): // of the metadata, before anything was tried
		return oauthflow.RevokePending, err
	case err != nil:
		return oauthflow.RevokeFailed, err
	}
	req, err := s.request(c.spec.phaseSpec, address, auth, url.Values{"token": {t.token.Reveal()}, "token_type_hint": {t.hint}}, t.token)
	if err != nil {
		return oauthflow.RevokeFailed, err
	}
	req.Secrets = append(slices.Clone(req.Secrets), t.token)
	a, err := s.i.c.Send(ctx, req)
	if err != nil {
		return oauthflow.RevokePending, err
	}
	return oauthflow.ReadRevocation(a, c.spec.OK...)
}

// authAt is the client authentication of revoke and introspect: their own, else that of the token endpoint.
func (s settings) authAt(ctx context.Context, p phaseSpec) (oauthflow.AuthMethod, error) {
	if p.Auth != "" {
		return oauthflow.AuthMethod(p.Auth), nil
	}
	_, auth, err := s.tokenEndpoint(ctx)
	return auth, err
}
