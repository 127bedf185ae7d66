package connections

import (
	"context"
	"errors"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// inspectTime bounds what Inspect asks the provider.
const inspectTime = 30 * time.Second

// Inspection is what a token says, and what the provider says of it.
type Inspection struct {
	IDToken      *Claims
	AccessToken  *Claims // if it is a JWT; its signature is not ours to check: Signature is "not checked"
	Introspected bool
	Active       bool
	Members      map[string]any
	Note         string // why something is missing
}

// Claims of a JWT.
type Claims struct {
	Header, Payload map[string]any
	Signature       string // "valid", "invalid: …", "not checked: …"
}

// Inspect looks at the tokens of a connection. Claims are foreign text.
func (s *Service) Inspect(ctx context.Context, ref string) (Inspection, error) {
	c, err := s.find(ctx, ref)
	if err != nil {
		return Inspection{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, inspectTime)
	defer cancel()
	var i Inspection
	integ, cfg, err := s.prepared(ctx, c)
	if err != nil {
		i.Note = safetext.Line(err.Error(), 200)
	}
	if header, payload, ok := decodeJWT(c.Grant.IDToken); ok {
		i.IDToken = &Claims{Header: header, Payload: payload, Signature: signature(ctx, integ, cfg, c.Grant.IDToken)}
	} else if c.Grant.IDToken.IsZero() {
		i.note("the provider gave no ID token")
	} else {
		i.note("the ID token cannot be read")
	}
	if header, payload, ok := decodeJWT(c.Grant.AccessToken); ok {
		i.AccessToken = &Claims{Header: header, Payload: payload, Signature: "not checked: an access token is the API's to read"}
	} else {
		i.note("the access token is opaque")
	}
	who, ok := integ.(integrations.Introspector)
	if !ok {
		i.note("there is no introspection")
		return i, nil
	}
	answer, err := who.Introspect(ctx, integrations.IntrospectRequest{Config: cfg, Kept: kept(c)})
	switch {
	case errors.Is(err, oauthflow.ErrNotPermitted):
		i.note("this client may not introspect")
	case err != nil:
		i.note("introspection did not answer: " + safetext.Line(err.Error(), 160))
	default:
		i.Introspected, i.Active, i.Members = true, answer.Active, answer.Members
	}
	return i, nil
}

func (i *Inspection) note(s string) { i.Note = join(i.Note, s) }

// signature says whether the issuer's keys signed a kept ID token.
func signature(ctx context.Context, integ integrations.Integration, cfg integrations.Config, raw secret.String) string {
	v, ok := integ.(integrations.IDTokenVerifier)
	if !ok {
		return "not checked: the integration names no issuer"
	}
	_, err := v.VerifyIDToken(ctx, cfg, raw)
	switch {
	case err == nil:
		return "valid"
	case errors.Is(err, oauthflow.ErrIDToken):
		return "invalid: " + safetext.Line(err.Error(), 160)
	}
	return "not checked: " + safetext.Line(err.Error(), 160)
}
