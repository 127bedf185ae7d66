package manifest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// errNoIntrospection: the metadata has no endpoint, or this kind of token is not known there.
var errNoIntrospection = errors.New("the provider has no introspection for this token")

// Introspect asks about a token by RFC 7662, or by the page's own call.
func (n introspector) Introspect(ctx context.Context, q integrations.IntrospectRequest) (oauthflow.Introspection, error) {
	s, err := n.i.settings(q.Config)
	if err != nil {
		return oauthflow.Introspection{}, err
	}
	spec := introspectSpec{}
	if n.i.spec.Introspect != nil {
		spec = *n.i.spec.Introspect
	}
	token, hint := q.Kept.AccessToken, "access_token"
	if q.RefreshToken {
		token, hint = q.Kept.RefreshToken, "refresh_token"
	}
	if token.IsZero() || spec.Token != "" && spec.Token != hint {
		return oauthflow.Introspection{}, errNoIntrospection
	}
	s = s.with(map[string]any{
		"refresh_token": orNil(q.Kept.RefreshToken.Reveal()), "access_token": orNil(q.Kept.AccessToken.Reveal()),
	})
	address, _, err := s.endpoint(ctx, spec.URL, "introspect", func(m oauthflow.Metadata) string { return m.IntrospectionEndpoint })
	if err != nil {
		return oauthflow.Introspection{}, err
	}
	if address == "" {
		return oauthflow.Introspection{}, errNoIntrospection
	}
	auth, err := s.authAt(ctx, spec.phaseSpec)
	if err != nil {
		return oauthflow.Introspection{}, err
	}
	req, err := s.request(spec.phaseSpec, address, auth, url.Values{"token": {token.Reveal()}, "token_type_hint": {hint}}, token)
	if err != nil {
		return oauthflow.Introspection{}, err
	}
	req.Secrets = append(slices.Clone(req.Secrets), token)
	a, err := s.i.c.Send(ctx, req)
	if err != nil {
		return oauthflow.Introspection{}, err
	}
	return spec.read(a, token)
}

// read judges an answer: by the page's condition where it has one. The token itself is taken out of what is shown.
func (spec introspectSpec) read(a oauthflow.Answer, token secret.String) (oauthflow.Introspection, error) {
	if slices.Contains(spec.Inactive, a.Status) {
		return oauthflow.Introspection{Active: false}, nil
	}
	if spec.Active == nil {
		in, err := oauthflow.ReadIntrospection(a)
		in.Members = without(in.Members, token)
		return in, err
	}
	switch {
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		return oauthflow.Introspection{}, fmt.Errorf("%w (HTTP %d)", oauthflow.ErrNotPermitted, a.Status)
	case a.Status/100 != 2 || a.Value == nil:
		return oauthflow.Introspection{}, &oauthflow.Error{
			Class: oauthflow.ClassTransientLong, Host: a.Host, Status: a.Status, Sent: true, RetryAfter: a.RetryAfter(),
		}
	}
	return oauthflow.Introspection{Active: spec.Active.holds(a.Value), Members: without(a.Members, token)}, nil
}

// without leaves out the members that are the token itself, or a hash that stands for it.
func without(members map[string]any, token secret.String) map[string]any {
	out := make(map[string]any, len(members))
	for k, v := range members {
		if s, ok := v.(string); ok && (s == token.Reveal() || k == "hashed_token") {
			continue
		}
		out[k] = v
	}
	return out
}
