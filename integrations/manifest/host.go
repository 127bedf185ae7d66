package manifest

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"authdeck/integrations"
)

// TokenHost implements [integrations.Hosted].
func (i *integration) TokenHost(cfg integrations.Config) string {
	address, _ := i.tokenServer(cfg)
	return hostOf(address)
}

// Probe implements [integrations.Hosted].
func (i *integration) Probe(ctx context.Context, cfg integrations.Config) error {
	address, err := i.tokenServer(cfg)
	if err != nil {
		return err
	}
	if i.spec.Refresh.URL == nil && i.spec.Token.URL == nil {
		address = strings.TrimRight(address, "/") + "/.well-known/openid-configuration"
	}
	return i.c.Probe(ctx, address)
}

// tokenServer is the address that refreshes go to: the page's endpoint, else its issuer.
func (i *integration) tokenServer(cfg integrations.Config) (string, error) {
	s, err := i.settings(cfg)
	if err != nil {
		return "", err
	}
	t, name := i.spec.Refresh.URL, "refresh.url"
	if t == nil {
		t, name = i.spec.Token.URL, "token.url"
	}
	if t == nil {
		t, name = i.spec.Issuer, "issuer"
	}
	if t == nil {
		return "", fmt.Errorf("%w: neither a token endpoint nor an issuer", integrations.ErrNotConfigured)
	}
	address, err := s.url(t, name)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("%w: %s is no address", integrations.ErrNotConfigured, name)
	}
	u.RawQuery, u.Fragment = "", ""
	return u.String(), nil
}
