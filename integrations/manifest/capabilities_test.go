package manifest

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/internal/testserver"
	"authdeck/oauthflow"
)

// TestCapabilitiesFollowFromKeys: each combination of keys satisfies exactly the small interfaces it asks for.
func TestCapabilitiesFollowFromKeys(t *testing.T) {
	const (
		revoke     = "revoke: {url: https://a.example/r}\n"
		introspect = "introspect: {url: https://a.example/i}\n"
		actions    = "api: {base_url: https://a.example}\nactions: {a: {request: {url: /a}}}\n"
		issuer     = "issuer: https://a.example\n"
		noRevoke   = "revoke: {none: by hand only, page: https://a.example/apps}\n"
		noInspect  = "introspect: {none: no endpoint}\n"
	)
	tests := []struct{ page, want string }{
		{"", ""},
		{revoke, "R"},
		{introspect, "I"},
		{actions, "A"},
		{revoke + introspect, "RI"},
		{revoke + actions, "RA"},
		{introspect + actions, "IA"},
		{revoke + introspect + actions, "RIA"},
		{noRevoke, ""},
		{issuer, "RIVC"},
		{issuer + noRevoke, "IVC"},
		{issuer + noInspect, "RVC"},
		{issuer + noRevoke + noInspect, "VC"},
		{issuer + actions, "RIAVC"},
		{issuer + noRevoke + actions, "IAVC"},
		{issuer + noInspect + actions, "RAVC"},
		{issuer + noRevoke + noInspect + actions, "AVC"},
		{issuer + revoke + introspect, "RIVC"},
	}
	for _, tt := range tests {
		i := parse(t, nil, minimal+tt.page)
		got := ""
		if _, ok := i.(integrations.Revoker); ok {
			got += "R"
		}
		if _, ok := i.(integrations.Introspector); ok {
			got += "I"
		}
		if _, ok := i.(integrations.ActionRunner); ok {
			got += "A"
		}
		if _, ok := i.(integrations.IDTokenVerifier); ok {
			got += "V"
		}
		if _, ok := i.(integrations.Registrar); ok {
			got += "C"
		}
		if got != tt.want {
			t.Errorf("%q satisfies %q, want %q", tt.page, got, tt.want)
		}
	}
	info := parse(t, nil, minimal+noRevoke).Info()
	if info.RevokeNone != "by hand only" || info.RevokePage != "https://a.example/apps" {
		t.Errorf("%q, %q", info.RevokeNone, info.RevokePage)
	}
}

const discovered = `manifest: 1
id: acme
name: Acme
client: {needs: none}
issuer: https://acme.example
`

// metadata answers for that page.
func metadata(more map[string]any) testserver.Route {
	m := map[string]any{
		"issuer": "https://acme.example", "authorization_endpoint": "https://acme.example/a?tenant=x", "token_endpoint": "https://acme.example/t",
		"code_challenge_methods_supported": []string{"S256"},
	}
	for k, v := range more {
		m[k] = v
	}
	return testserver.Route{Path: "/.well-known/oauth-authorization-server", Answers: []testserver.Answer{{JSON: m}}}
}

// TestMetadataWithoutEndpoints: Revoker and Introspector are there, and say that there is nothing.
func TestMetadataWithoutEndpoints(t *testing.T) {
	s := testserver.StartProviderStandIn(t, metadata(nil))
	i := parse(t, s, discovered)
	kept := integrations.Kept{AccessToken: secret.New("a")}
	out, err := i.(integrations.Revoker).Revoke(t.Context(), integrations.RevokeRequest{Config: config(), Kept: kept})
	if err != nil || out.AccessToken != oauthflow.RevokeUnsupported || out.RefreshToken != oauthflow.RevokeNone {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := i.(integrations.Introspector).Introspect(t.Context(), integrations.IntrospectRequest{Config: config(), Kept: kept}); !errors.Is(err, errNoIntrospection) {
		t.Error(err)
	}
	if _, err := i.(integrations.IDTokenVerifier).VerifyIDToken(t.Context(), config(), secret.New("a.b.c")); !errors.Is(err, errNoKeys) {
		t.Error(err)
	}
	if _, err := i.(integrations.Registrar).Register(t.Context(), nil, redirectURI); !errors.Is(err, integrations.ErrNotConfigured) {
		t.Error(err)
	}
}

// TestMetadataRules: B14 (no S256), RFC 9207, RFC 9126, an endpoint with a query of its own.
func TestMetadataRules(t *testing.T) {
	s := testserver.StartProviderStandIn(t, metadata(nil))
	to, address, query, _ := authorize(t, parse(t, s, discovered), integrations.ConnectionURLRequest{})
	equal(t, "endpoint", address, "https://acme.example/a")
	equal(t, "the endpoint's own query", query["tenant"], []string{"x"})
	if to.IssRequired || len(to.Warnings) > 0 || query.Has("nonce") {
		t.Errorf("iss required %v, warnings %q", to.IssRequired, to.Warnings)
	}

	s = testserver.StartProviderStandIn(t, metadata(map[string]any{"code_challenge_methods_supported": []string{"plain"}, "authorization_response_iss_parameter_supported": true}))
	to, _, query, random := authorize(t, parse(t, s, discovered), integrations.ConnectionURLRequest{})
	if len(to.Warnings) != 1 || !strings.Contains(to.Warnings[0], "does not announce PKCE with S256") || random["code_challenge"] == "" || query.Get("code_challenge_method") != "S256" {
		t.Errorf("without S256 the challenge is sent and the user warned: %q, %v", to.Warnings, query)
	}
	if !to.IssRequired {
		t.Error("the metadata promises iss, and it is not required")
	}

	s = testserver.StartProviderStandIn(t, metadata(map[string]any{"require_pushed_authorization_requests": true}))
	_, err := parse(t, s, discovered).ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: config(), State: "s", RedirectURI: redirectURI})
	var e *oauthflow.Error
	if !errors.As(err, &e) || e.Class != oauthflow.ClassConfiguration {
		t.Errorf("pushed requests only: %v", err)
	}

	s = testserver.StartProviderStandIn(t, metadata(map[string]any{"issuer": "https://acme.example/"}))
	_, err = parse(t, s, discovered).ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: config(), State: "s", RedirectURI: redirectURI})
	if !errors.Is(err, oauthflow.ErrMetadata) {
		t.Errorf("another issuer (G2): %v", err)
	}
}

// TestMetadataPicksTheAuthentication: the page's key, what a registration returned, else what the metadata announces.
func TestMetadataPicksTheAuthentication(t *testing.T) {
	noSecret := integrations.Config{"client_id": secret.New("the-id")}
	registered := config("client_auth", "basic")
	tests := []struct {
		name    string
		methods any
		page    string
		cfg     integrations.Config
		want    string // basic, post or none
	}{
		{"no list is Basic (RFC 8414 §2)", nil, "", config(), "basic"},
		{"post", []string{"client_secret_basic", "client_secret_post"}, "", config(), "post"},
		{"basic", []string{"client_secret_basic"}, "", config(), "basic"},
		{"none", []string{"none"}, "", config(), "none"},
		{"no secret", nil, "", noSecret, "none"},
		{"the page wins", []string{"client_secret_basic"}, "token: {auth: post}\n", config(), "post"},
		{"the registration wins", []string{"client_secret_post"}, "", registered, "basic"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			more := map[string]any{}
			if tt.methods != nil {
				more["token_endpoint_auth_methods_supported"] = tt.methods
			}
			s := testserver.StartProviderStandIn(t, metadata(more), testserver.Route{Path: "/t", Answers: []testserver.Answer{{JSON: map[string]any{"access_token": "a"}}}})
			i := parse(t, s, discovered+tt.page)
			if _, err := i.RefreshToken(t.Context(), integrations.RefreshRequest{Config: tt.cfg, Kept: integrations.Kept{RefreshToken: secret.New("r")}}); err != nil {
				t.Fatal(err)
			}
			got := s.One("/t")
			want := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"r"}}
			authorization := ""
			switch tt.want {
			case "basic":
				authorization = basicOfTheClient
			case "post":
				want.Set("client_secret", "the-secret/+")
				want.Set("client_id", "the-id")
			case "none":
				want.Set("client_id", "the-id")
			}
			equal(t, "form", got.Form, want)
			equal(t, "authorization", got.Header.Get("Authorization"), authorization)
		})
	}
}

// TestRegistrar keeps what the server returned (M2), secrets sealed.
func TestRegistrar(t *testing.T) {
	s := testserver.StartProviderStandIn(t, metadata(map[string]any{"registration_endpoint": "https://acme.example/reg"}),
		testserver.Route{Method: "POST", Path: "/reg", Answers: []testserver.Answer{{Status: 201, JSON: map[string]any{
			"client_id": "made", "client_secret": "s", "token_endpoint_auth_method": "client_secret_post", "registration_access_token": "rt",
			"registration_client_uri": "https://acme.example/reg/made",
		}}}})
	i := parse(t, s, discovered+"scopes: {default: [openid]}\n")
	if info := i.Info(); !info.Register || !info.NeedsID {
		t.Errorf("register %v, needs id %v; want both", info.Register, info.NeedsID)
	}
	cfg, err := i.(integrations.Registrar).Register(t.Context(), integrations.Config{}, "http://127.0.0.1/callback")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for k, v := range cfg {
		got[k] = v.Reveal()
	}
	equal(t, "config items", got, map[string]string{
		"client_id": "made", "client_secret": "s", "client_auth": "post", "registration_token": "rt", "registration_uri": "https://acme.example/reg/made",
	})
	body, ok := s.One("/reg").JSON.(map[string]any)
	if !ok {
		t.Fatal("the registration is no JSON")
	}
	equal(t, "redirect addresses", body["redirect_uris"], any([]any{"http://127.0.0.1/callback"}))
	equal(t, "scope", body["scope"], any("openid"))
}
