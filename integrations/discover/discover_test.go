package discover

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/integrations"
	"authdeck/integrations/manifest"
	"authdeck/internal/testserver"
	"authdeck/oauthflow"
)

const issuer = "https://login.acme.example/tenant"

// document is a server's metadata; nil values are left out.
func document(change map[string]any) map[string]any {
	m := map[string]any{
		"issuer": issuer, "authorization_endpoint": issuer + "/authorize", "token_endpoint": issuer + "/token",
		"userinfo_endpoint": issuer + "/userinfo", "jwks_uri": issuer + "/keys", "revocation_endpoint": issuer + "/revoke",
		"introspection_endpoint": issuer + "/introspect", "registration_endpoint": issuer + "/register",
		"scopes_supported":                 []string{"offline_access", "notes:read", "openid", "profile"},
		"code_challenge_methods_supported": []string{"S256"},
	}
	for k, v := range change {
		if m[k] = v; v == nil {
			delete(m, k)
		}
	}
	return m
}

func server(t *testing.T, doc map[string]any, more ...testserver.Route) (*testserver.StandIn, *oauthflow.Caller) {
	t.Helper()
	s := testserver.StartProviderStandIn(t, append(more,
		testserver.Route{Path: "/.well-known/oauth-authorization-server/tenant", Answers: []testserver.Answer{{Status: http.StatusNotFound}}},
		testserver.Route{Path: "/tenant/.well-known/openid-configuration", Answers: []testserver.Answer{{JSON: doc}}})...)
	return s, &oauthflow.Caller{HTTP: s.Client(), Clock: fixed{}}
}

type fixed struct{}

func (fixed) Wall() time.Time     { return time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) }
func (fixed) Mono() time.Duration { return 0 }

func load(t *testing.T, c *oauthflow.Caller, f Found) integrations.Integration {
	t.Helper()
	i, err := manifest.Parse(c, manifest.Page{Name: "x.yaml", Kind: integrations.KindManifest, YAML: f.Manifest})
	if err != nil {
		t.Fatalf("%v\n%s", err, f.Manifest)
	}
	return i
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestIssuer(t *testing.T) {
	s, c := server(t, document(nil))
	f, err := Issuer(t.Context(), c, issuer, "")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "proposed id", f.ID, "login-acme-example")
	equal(t, "config", f.Config, integrations.Config(nil))
	if paths := s.Requests(); paths[0].Path != "/.well-known/oauth-authorization-server/tenant" || len(paths) != 2 {
		t.Errorf("RFC 8414 first, then OpenID: %v", paths)
	}
	i := load(t, c, f)
	info := i.Info()
	equal(t, "name", info.Name, "login.acme.example")
	equal(t, "kind", info.Kind, integrations.KindDiscovered)
	equal(t, "scopes", info.Scopes.Default, []string{"openid", "profile", "offline_access"})
	equal(t, "redirect before a registration", info.Redirect.Class, integrations.RedirectLoopback)
	equal(t, "facts", info.Facts, "2026-11")
	if !info.Register || info.RevokeNone != "" {
		t.Errorf("register %v, no revocation because %q", info.Register, info.RevokeNone)
	}
	if actions := i.(integrations.ActionRunner).Actions(); len(actions) != 1 || actions[0].Name != "who-am-i" {
		t.Errorf("%+v", actions)
	}
	for _, want := range []string{"# The server also has: notes:read\n", `issuer: "` + issuer + `"`, `hosts: ["login.acme.example"]`, `evidence: {issuer: ["discovery 2026-11-25"]}`} {
		if !strings.Contains(string(f.Manifest), want) {
			t.Errorf("the manifest does not hold %s:\n%s", want, f.Manifest)
		}
	}
	if strings.Contains(string(f.Manifest), "\n\n\n") || strings.Contains(string(f.Manifest), "<<") {
		t.Errorf("the manifest is untidy:\n%s", f.Manifest)
	}
}

// TestIssuerOfLess: what the server lacks is said, and what it names in passing is quoted.
func TestIssuerOfLess(t *testing.T) {
	_, c := server(t, document(map[string]any{
		"userinfo_endpoint": nil, "jwks_uri": nil, "revocation_endpoint": nil, "introspection_endpoint": nil, "registration_endpoint": nil,
		"scopes_supported": []string{"evil\nid: other", "{{code}}", "bell\a"},
	}))
	f, err := Issuer(t.Context(), c, issuer, "mine")
	if err != nil {
		t.Fatal(err)
	}
	i := load(t, c, f)
	info := i.Info()
	equal(t, "id", info.ID, "mine")
	equal(t, "scopes", info.Scopes.Default, []string{})
	equal(t, "why there is no revocation", info.RevokeNone, "the server's metadata names no revocation endpoint")
	if _, ok := i.(integrations.Introspector); ok {
		t.Error("introspection without an endpoint")
	}
	if info.Register || !info.NeedsID {
		t.Errorf("register %v, needs id %v; want a client id to be asked for", info.Register, info.NeedsID)
	}
	names := []string{}
	for _, in := range info.Inputs {
		names = append(names, in.Name)
	}
	equal(t, "inputs", names, []string{"client_id", "client_secret"})
}

func TestIssuerWithoutScopes(t *testing.T) {
	_, c := server(t, document(map[string]any{"scopes_supported": nil}))
	f, err := Issuer(t.Context(), c, issuer, "")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "an OpenID server lists scopes only if it likes", load(t, c, f).Info().Scopes.Default, []string{"openid", "email", "profile"})
}

func TestIssuerRefuses(t *testing.T) {
	tests := []struct {
		name, issuer string
		change       map[string]any
		want         error
	}{
		{"O15: another issuer", issuer, map[string]any{"issuer": issuer + "x"}, oauthflow.ErrMetadata},
		{"O15: two slashes more", issuer, map[string]any{"issuer": issuer + "//"}, oauthflow.ErrMetadata},
		{"O15: another host with a slash", issuer, map[string]any{"issuer": "https://other.example/tenant/"}, oauthflow.ErrMetadata},
		{"G5: an endpoint without https", issuer, map[string]any{"token_endpoint": "http://login.acme.example/token"}, oauthflow.ErrMetadata},
		{"G1: no https", "http://login.acme.example/tenant", nil, oauthflow.ErrMetadata},
		{"no endpoints", issuer, map[string]any{"authorization_endpoint": nil}, errIncomplete},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, c := server(t, document(tt.change))
			if _, err := Issuer(t.Context(), c, tt.issuer, ""); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
	// What a server publishes is text, never a template that would be filled.
	_, c := server(t, document(map[string]any{"userinfo_endpoint": "https://login.acme.example/{{identity.name}}"}))
	if f, err := Issuer(t.Context(), c, issuer, ""); err == nil {
		t.Errorf("a template in an endpoint was taken over:\n%s", f.Manifest)
	}
	_, c = server(t, document(nil))
	var mistakes *manifest.Errors
	if _, err := Issuer(t.Context(), c, issuer, "Not An ID"); !errors.As(err, &mistakes) {
		t.Errorf("%v, want the manifest's mistakes", err)
	}
}

// TestM2_Register: what the server returned counts; its secrets go into Config and never into the manifest.
func TestM2_Register(t *testing.T) {
	s, c := server(t, document(nil), testserver.Route{Method: "POST", Path: "/tenant/register", Answers: []testserver.Answer{{Status: 201, JSON: map[string]any{
		"client_id": "made", "client_secret": "hush-hush", "token_endpoint_auth_method": "client_secret_basic",
		"registration_access_token": "reg-token", "registration_client_uri": issuer + "/register/made",
	}}}})
	f, err := Issuer(t.Context(), c, issuer, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := Register(t.Context(), c, &f); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for k, v := range f.Config {
		got[k] = v.Reveal()
	}
	equal(t, "config", got, map[string]string{"client_id": "made", "client_secret": "hush-hush", "registration_token": "reg-token", "registration_uri": issuer + "/register/made"})
	for _, secret := range []string{"hush-hush", "reg-token"} {
		if strings.Contains(string(f.Manifest), secret) {
			t.Errorf("the manifest holds the secret %q", secret)
		}
	}
	info := load(t, c, f).Info()
	equal(t, "authentication", info.Auth, "basic")
	equal(t, "redirect", info.Redirect.Class, integrations.RedirectAnyPort)
	for name := range f.Config {
		if !slices.ContainsFunc(info.Inputs, func(in integrations.Input) bool {
			return in.Name == name && in.Secret == (name == "client_secret" || name == "registration_token") && !in.Required
		}) {
			t.Errorf("%s is no config item that can be kept: %+v", name, info.Inputs)
		}
	}
	equal(t, "request", s.One("/tenant/register").JSON, any(map[string]any{
		"client_name": "authdeck", "application_type": "native", "token_endpoint_auth_method": "none",
		"redirect_uris": []any{"http://127.0.0.1/callback", "http://127.0.0.1:53682/callback"},
		"grant_types":   []any{"authorization_code", "refresh_token"}, "response_types": []any{"code"}, "scope": "openid profile offline_access",
	}))
}

// TestRegisterTriesOtherAddresses: a server that takes one address only, or only one with a port.
func TestRegisterTriesOtherAddresses(t *testing.T) {
	refusal := testserver.Answer{Status: 400, JSON: map[string]any{"error": "invalid_redirect_uri"}}
	made := testserver.Answer{Status: 201, JSON: map[string]any{"client_id": "made"}}
	for tries, want := range map[int]integrations.RedirectClass{2: integrations.RedirectAnyPort, 3: integrations.RedirectLoopback} {
		answers := append(slices.Repeat([]testserver.Answer{refusal}, tries-1), made)
		s, c := server(t, document(nil), testserver.Route{Path: "/tenant/register", Answers: answers})
		f, err := Issuer(t.Context(), c, issuer, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := Register(t.Context(), c, &f); err != nil {
			t.Fatal(err)
		}
		if n := len(s.To("/tenant/register")); n != tries {
			t.Errorf("%d registrations, want %d", n, tries)
		}
		equal(t, "redirect", load(t, c, f).Info().Redirect.Class, want)
		equal(t, "authentication", load(t, c, f).Info().Auth, "none")
	}
}

func TestRegisterRefused(t *testing.T) {
	s, c := server(t, document(nil), testserver.Route{Path: "/tenant/register", Answers: []testserver.Answer{{Status: 403, JSON: map[string]any{"error": "access_denied"}}}})
	f, err := Issuer(t.Context(), c, issuer, "")
	if err != nil {
		t.Fatal(err)
	}
	before := string(f.Manifest)
	err = Register(t.Context(), c, &f)
	var e *oauthflow.Error
	if !errors.As(err, &e) || e.Class != oauthflow.ClassConfiguration || len(s.To("/tenant/register")) != 1 {
		t.Errorf("%v after %d tries", err, len(s.To("/tenant/register")))
	}
	if string(f.Manifest) != before || f.Config != nil {
		t.Error("a refused registration changed what was found")
	}

	_, c = server(t, document(map[string]any{"registration_endpoint": nil}))
	if f, err = Issuer(t.Context(), c, issuer, ""); err != nil {
		t.Fatal(err)
	}
	if err := Register(t.Context(), c, &f); err != nil || f.Config != nil {
		t.Errorf("without an endpoint: %v, %v", err, f.Config)
	}
}

func TestProposedID(t *testing.T) {
	for address, want := range map[string]string{
		"https://accounts.example.com/x": "accounts-example-com", "http://127.0.0.1:8080/": "127-0-0-1", "http://[::1]:1/": "1", "https://": "discovered",
		"https://" + strings.Repeat("a", 80) + ".example": strings.Repeat("a", 64), "https://ÄÖ.example": "example",
	} {
		if got := proposedID(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

// TestG2_FinalSlash: an issuer typed with a final slash too many or too few is asked for as it spells itself, and that
// spelling is the one in force.
func TestG2_FinalSlash(t *testing.T) {
	for typed, spelled := range map[string]string{issuer: issuer + "/", issuer + "/": issuer} {
		_, c := server(t, document(map[string]any{"issuer": spelled}))
		f, err := Issuer(t.Context(), c, typed, "")
		if err != nil {
			t.Errorf("%s: %v", typed, err)
			continue
		}
		equal(t, "issuer", f.Metadata.Issuer, spelled)
		if want := `issuer: "` + spelled + `"`; !strings.Contains(string(f.Manifest), want+"\n") {
			t.Errorf("no %s in\n%s", want, f.Manifest)
		}
	}
}

// TestNameAndIcon: an id that the user chose names the integration; two issuers on one address are told apart.
func TestNameAndIcon(t *testing.T) {
	for id, want := range map[string]string{"local": "local", "my-login": "my-login", "": "login.acme.example"} {
		s, c := server(t, document(nil), testserver.Route{Method: "POST", Path: "/tenant/register", Answers: []testserver.Answer{{Status: 201, JSON: map[string]any{"client_id": "made"}}}})
		f, err := Issuer(t.Context(), c, issuer, id)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "name", load(t, c, f).Info().Name, want)
		if err := Register(t.Context(), c, &f); err != nil {
			t.Fatal(err)
		}
		info := load(t, c, f).Info()
		equal(t, "name once registered", info.Name, want)
		equal(t, "icon", info.Icon, integrations.Icon{Glyph: "◇", ASCII: "d"})
		equal(t, "set-up", info.Setup, []string{"Nothing to do: a client of our own is registered here, at the latest at the first login"})
		equal(t, "registrations", len(s.To("/tenant/register")), 1)
	}
}
