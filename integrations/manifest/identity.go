package manifest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"authdeck/integrations"
	"authdeck/integrations/manifest/template"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// Limits of the user data that is kept beside the identity.
const (
	maxUserData = 24
	maxUserText = 200 // cells
)

// errOtherSubject: O10. The login is refused, the answer discarded.
var errOtherSubject = errors.New("the userinfo answer is of another account than the ID token (O10)")

// identify finds out who is connected: by the page's identity, else by the metadata's userinfo endpoint, else by the ID
// token. Only an answer of another subject is an error; what cannot be learned is a warning.
func (s settings) identify(ctx context.Context, g *integrations.Grant, claims, members map[string]any) error {
	spec := s.i.spec.Identity
	answer := any(claims)
	switch {
	case spec != nil && spec.From == "token":
		answer = members
	case spec != nil && spec.From == "id_token":
	default:
		got, err := s.askIdentity(ctx, g.AccessToken)
		switch {
		case err != nil:
			g.Warnings = append(g.Warnings, problem("could not ask who is connected", err))
		case got != nil:
			if err := sameSubject(claims, got); err != nil {
				return fmt.Errorf("check who signed in: %w", err)
			}
			answer = got
		}
	}
	if m, ok := answer.(map[string]any); ok && m == nil {
		return nil
	}
	env := s.with(map[string]any{"identity": answer, "id_token": asAny(claims)}).env()
	g.Identity = pickIdentity(spec, answer, env)
	if sub, ok := claims["sub"].(string); ok {
		g.Identity.Subject = sub
	}
	g.UserData = userData(spec, answer, env)
	return nil
}

func asAny(m map[string]any) any {
	if m == nil {
		return nil
	}
	return m
}

func sameSubject(claims map[string]any, answer any) error {
	want, ok := claims["sub"].(string)
	m, isMap := answer.(map[string]any)
	if !ok || !isMap {
		return nil
	}
	if got, there := m["sub"]; there && got != want {
		return errOtherSubject
	}
	return nil
}

// askIdentity makes the page's call, or that of the userinfo endpoint; nil if there is none.
func (s settings) askIdentity(ctx context.Context, access secret.String) (any, error) {
	spec := s.i.spec.Identity
	var call requestSpec
	address := ""
	if spec != nil && spec.Request != nil {
		call = *spec.Request
	} else {
		var err error
		if address, _, err = s.endpoint(ctx, nil, "userinfo", func(m oauthflow.Metadata) string { return m.UserinfoEndpoint }); err != nil || address == "" {
			return nil, err
		}
	}
	req, err := s.with(map[string]any{"access_token": access.Reveal()}).free(call, address, access)
	if err != nil {
		return nil, err
	}
	a, err := s.i.c.SendAPI(ctx, req)
	if err != nil {
		return nil, err
	}
	if a.Status/100 != 2 {
		return nil, fmt.Errorf("%s answered HTTP %d", safetext.Line(a.Host, 100), a.Status)
	}
	if a.Value == nil {
		return nil, fmt.Errorf("the answer of %s is no JSON", safetext.Line(a.Host, 100))
	}
	return a.Value, nil
}

// usual is how OpenID's claims name people, most telling first.
var usual = []string{"email", "preferred_username", "nickname", "name", "sub"}

func pickIdentity(spec *identitySpec, answer any, env template.Env) integrations.Identity {
	var id integrations.Identity
	if spec != nil && spec.Name != nil {
		id.Name = spec.Name.from(answer, env)
		id.Subject = spec.ID.from(answer, env)
		id.Image = spec.Image.from(answer, env)
	} else {
		for _, name := range usual {
			if v, ok := oauthflow.Path(answer, name); ok && id.Name == "" {
				id.Name, _ = v.(string)
			}
		}
		if v, ok := oauthflow.Path(answer, "picture"); ok {
			id.Image, _ = v.(string)
		}
		if v, ok := oauthflow.Path(answer, "sub"); ok {
			id.Subject, _ = v.(string)
		}
	}
	id.Name = safetext.Line(id.Name, maxUserText)
	id.Subject = safetext.Line(id.Subject, 255)
	if !strings.HasPrefix(id.Image, "https://") || len(id.Image) > 2048 {
		id.Image = ""
	}
	return id
}

// userData are the plain members of the answer, and what the page names. Texts are made safe, members that may be secrets
// left out.
func userData(spec *identitySpec, answer any, env template.Env) map[string]any {
	data := map[string]any{}
	if m, ok := answer.(map[string]any); ok {
		for _, k := range sorted(m) {
			if len(data) == maxUserData {
				break
			}
			if v, ok := plainValue(k, m[k]); ok {
				data[k] = v
			}
		}
	}
	if spec != nil {
		for k, p := range map[string]*pickTmpl{"email": spec.Email, "account": spec.Account} {
			if v := p.from(answer, env); v != "" {
				data[k] = safetext.Line(v, maxUserText)
			}
		}
	}
	return data
}

// protocolClaims of an ID token say nothing of the user.
var protocolClaims = map[string]bool{
	"iss": true, "aud": true, "exp": true, "iat": true, "nbf": true, "nonce": true, "at_hash": true, "c_hash": true, "azp": true,
	"sid": true, "jti": true, "auth_time": true, "acr": true, "amr": true,
}

func plainValue(name string, v any) (any, bool) {
	if protocolClaims[name] {
		return nil, false
	}
	switch v := v.(type) {
	case string:
		named := name + ": " + v
		return safetext.Line(v, maxUserText), v != "" && secret.Redact(named) == named
	case bool:
		return v, true
	case nil, map[string]any, []any:
		return nil, false
	}
	return v, true // a number
}
