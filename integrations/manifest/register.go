package manifest

import (
	"context"
	"fmt"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// Register makes a client of its own (RFC 7591).
func (m issuer) Register(ctx context.Context, cfg integrations.Config, redirectURI string) (integrations.Config, error) {
	with := integrations.Config{itemID: secret.New("-")} // there is none yet
	for k, v := range cfg {
		if !v.IsZero() {
			with[k] = v
		}
	}
	s, err := m.i.settings(with)
	if err != nil {
		return nil, err
	}
	var own *tmpl
	if r := m.i.spec.Register; r != nil {
		own = r.URL
	}
	endpoint, _, err := s.endpoint(ctx, own, "register", func(m oauthflow.Metadata) string { return m.RegistrationEndpoint })
	if err != nil {
		return nil, err
	}
	if endpoint == "" {
		return nil, fmt.Errorf("%w: %s registers no clients: make one in its console", integrations.ErrNotConfigured, safetext.Line(m.i.spec.Name, 60))
	}
	reg, err := m.i.c.Register(ctx, endpoint, oauthflow.RegistrationRequest{
		ClientName: "authdeck", RedirectURIs: []string{redirectURI}, Scopes: m.i.wanted(nil),
	})
	if err != nil {
		return nil, fmt.Errorf("register a client: %w", err)
	}
	return RegistrationConfig(reg), nil
}

// RegistrationConfig are the config items to keep of a registration.
func RegistrationConfig(reg oauthflow.Registration) integrations.Config {
	cfg := integrations.Config{itemID: secret.New(reg.ClientID), itemAuth: secret.New(string(reg.AuthMethod))}
	for name, value := range map[string]secret.String{
		itemSecret: reg.ClientSecret, itemRegURI: secret.New(reg.RegistrationClientURI), itemRegToken: reg.RegistrationToken,
	} {
		if !value.IsZero() {
			cfg[name] = value
		}
	}
	return cfg
}
