package manifest

import (
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
)

// TestTokenHost: refreshes go to refresh.url, else token.url, else the issuer; config items take part.
func TestTokenHost(t *testing.T) {
	const head = "manifest: 1\nid: acme\nname: Acme\nclient: {needs: none}\nauthorize: {url: https://a.example/authorize}\n"
	for _, c := range []struct{ name, page, host string }{
		{"token.url", head + "token: {url: 'https://t.example:8443/token'}\n", "t.example:8443"},
		{"refresh.url", head + "token: {url: https://t.example/token}\nrefresh: {url: https://r.example/refresh}\n", "r.example"},
		{"issuer", discovered, "acme.example"},
		{
			"of a config item", head + "inputs: {tenant: {label: Tenant, required: true}}\ntoken: {url: 'https://{{tenant}}.example/token'}\n",
			"ada.example",
		},
	} {
		i := parse(t, nil, c.page)
		h, ok := i.(integrations.Hosted)
		if !ok {
			t.Fatalf("%s: no Hosted", c.name)
		}
		if got := h.TokenHost(integrations.Config{"client_id": secret.New("c"), "tenant": secret.New("ada")}); got != c.host {
			t.Errorf("%s: %q, want %q", c.name, got, c.host)
		}
		if c.name == "of a config item" {
			if got := h.TokenHost(nil); got != "" {
				t.Errorf("without config: %q", got)
			}
		}
	}
}
