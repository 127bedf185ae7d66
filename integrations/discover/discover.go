package discover

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"authdeck/integrations"
	"authdeck/integrations/manifest"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// Found is what a URL led to, to be shown before anything is trusted.
type Found struct {
	ID       string // proposed id, from the host
	Manifest []byte // YAML, commented, loads with manifest.Parse
	Metadata oauthflow.Metadata
	// Config is what registration returned (client_id, …): to be sealed. Empty if the server registers no clients.
	Config integrations.Config

	name string // what people call it; "" is the host
}

// errIncomplete: a sign-in needs both endpoints.
var errIncomplete = errors.New("the server's metadata has no authorization or token endpoint, so nobody can sign in there")

// Issuer reads the metadata of an issuer and writes a manifest from it; https, http only on loopback. An issuer that spells
// itself with a final slash more or less than the address is asked for by that spelling, which Metadata then has. id names
// the integration; "" proposes one, and the host names it then. Errors are those of [oauthflow.Caller.Discover].
func Issuer(ctx context.Context, c *oauthflow.Caller, issuer, id string) (Found, error) {
	m, err := manifest.DiscoverSpelled(ctx, c, issuer)
	if err != nil {
		return Found{}, err
	}
	if m.AuthorizationEndpoint == "" || m.TokenEndpoint == "" {
		return Found{}, errIncomplete
	}
	f := Found{ID: id, Metadata: m, name: id}
	if f.ID == "" {
		f.ID = proposedID(issuer)
	}
	return f, f.write(c, nil)
}

// addressSets are the redirect addresses to register, best first. RFC 8252 §7.3 wants the port of a loopback address
// ignored; servers that compare the whole address get the fixed port as well; and some take one address only.
func addressSets() [][]string {
	loose := "http://127.0.0.1/callback"
	fixed := fmt.Sprintf("http://127.0.0.1:%d/callback", integrations.DefaultPort)
	return [][]string{{loose, fixed}, {loose}, {fixed}}
}

// Register makes a client by RFC 7591 where the metadata has an endpoint for it, fills Config, and writes the manifest
// anew with what the server returned, which is what counts (M2). A server that refuses a redirect address is asked again
// with another set. Without an endpoint it does nothing.
func Register(ctx context.Context, c *oauthflow.Caller, f *Found) error {
	if f.Metadata.RegistrationEndpoint == "" {
		return nil
	}
	var refused error
	for _, addresses := range addressSets() {
		reg, err := c.Register(ctx, f.Metadata.RegistrationEndpoint, oauthflow.RegistrationRequest{
			ClientName: "authdeck", RedirectURIs: addresses, Scopes: wanted(f.Metadata),
		})
		if err == nil {
			f.Config = manifest.RegistrationConfig(reg)
			delete(f.Config, "client_auth") // stands in the manifest
			return f.write(c, &client{reg: reg, loose: addresses[0] == addressSets()[0][0]})
		}
		refused = fmt.Errorf("register a client: %w", err)
		var e *oauthflow.Error
		if !errors.As(err, &e) || e.Code != "invalid_redirect_uri" && e.Code != "invalid_client_metadata" {
			return refused
		}
	}
	return refused
}

// proposedID makes an id of an issuer's host.
func proposedID(issuer string) string {
	u, err := url.Parse(issuer)
	if err != nil {
		return "discovered"
	}
	id := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(u.Hostname()))
	id = strings.Trim(id[:min(len(id), 64)], "-")
	if id == "" {
		return "discovered"
	}
	return id
}

// write makes the manifest and sees to it that it loads.
func (f *Found) write(c *oauthflow.Caller, made *client) error {
	now := time.Now()
	if c.Clock != nil {
		now = c.Clock.Wall()
	}
	text, err := page(f.ID, f.name, f.Metadata, made, now)
	if err != nil {
		return err
	}
	if _, err := manifest.Parse(c, manifest.Page{Name: f.ID + ".yaml", Kind: integrations.KindDiscovered, YAML: text}); err != nil {
		return fmt.Errorf("the manifest made of the metadata of %s: %w", safetext.Line(f.Metadata.Issuer, 100), err)
	}
	f.Manifest = text
	return nil
}

// client is a registered one.
type client struct {
	reg   oauthflow.Registration
	loose bool // an address without port was registered
}

func (c *client) secret() secret.String { return c.reg.ClientSecret }
