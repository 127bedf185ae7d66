package oauthflow_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authdeck/oauthflow"
)

// publisher serves documents by path, with {{base}} standing for its own address, and keeps the paths that were asked for.
type publisher struct {
	base  string
	docs  map[string]string
	asked []string
}

func publish(t *testing.T, docs map[string]string) *publisher {
	t.Helper()
	p := &publisher{docs: docs}
	p.base = serve(t, func(w http.ResponseWriter, r *http.Request) {
		p.asked = append(p.asked, r.URL.EscapedPath())
		doc, ok := p.docs[r.URL.EscapedPath()]
		switch {
		case !ok:
			http.NotFound(w, r)
		case strings.HasPrefix(doc, "http"), strings.HasPrefix(doc, "/"):
			http.Redirect(w, r, doc, http.StatusFound)
		case strings.HasPrefix(doc, "5"):
			http.Error(w, doc, http.StatusServiceUnavailable)
		default:
			fixed(200, "application/json", strings.ReplaceAll(doc, "{{base}}", p.base))(w, r)
		}
	})
	return p
}

const (
	rfc8414   = "/.well-known/oauth-authorization-server"
	discovery = "/.well-known/openid-configuration"
)

func TestG_Discover(t *testing.T) {
	for _, c := range []struct {
		name   string
		issuer string // behind the base
		docs   map[string]string
		asked  []string
		err    error
	}{
		{"G3: RFC 8414 first", "", map[string]string{rfc8414: `{"issuer":"{{base}}"}`, discovery: `{"issuer":"{{base}}"}`}, []string{rfc8414}, nil},
		{"G3: inserted before the path", "/t/a", map[string]string{rfc8414 + "/t/a": `{"issuer":"{{base}}/t/a"}`}, []string{rfc8414 + "/t/a"}, nil},
		{"G3: OpenID's appended", "/t/a", map[string]string{"/t/a" + discovery: `{"issuer":"{{base}}/t/a"}`}, []string{rfc8414 + "/t/a", "/t/a" + discovery}, nil},
		{"G3: escaped path", "/t%20x", map[string]string{"/t%20x" + discovery: `{"issuer":"{{base}}/t%20x"}`}, []string{rfc8414 + "/t%20x", "/t%20x" + discovery}, nil},
		{"G2: trailing slash", "/", map[string]string{discovery: `{"issuer":"{{base}}/"}`}, []string{rfc8414, discovery}, nil},
		{"G2: slash missing", "/", map[string]string{discovery: `{"issuer":"{{base}}"}`}, []string{rfc8414, discovery}, oauthflow.ErrMetadata},
		{"G2: slash too many", "", map[string]string{discovery: `{"issuer":"{{base}}/"}`}, []string{rfc8414, discovery}, oauthflow.ErrMetadata},
		{
			"oidcc-client-test-discovery-issuer-mismatch: no further place is asked", "",
			map[string]string{rfc8414: `{"issuer":"https://evil.example.com"}`, discovery: `{"issuer":"{{base}}"}`},
			[]string{rfc8414},
			oauthflow.ErrMetadata,
		},
		{"fapi2-security-profile-final-client-test-discovery-issuer-mismatch", "", map[string]string{discovery: `{"issuer":"{{base}}.evil.example.com"}`}, []string{rfc8414, discovery}, oauthflow.ErrMetadata},
		{"no issuer", "", map[string]string{rfc8414: `{"token_endpoint":"{{base}}/t"}`}, []string{rfc8414}, oauthflow.ErrMetadata},
		{"issuer is no text", "", map[string]string{rfc8414: `{"issuer":["{{base}}"]}`}, []string{rfc8414}, oauthflow.ErrMetadata},
		{"G4: redirect on the same server", "", map[string]string{rfc8414: "/moved", "/moved": `{"issuer":"{{base}}"}`}, []string{rfc8414, "/moved"}, nil},
		{"G4: redirect to http", "", map[string]string{rfc8414: "http://as.example.com/"}, []string{rfc8414, discovery}, oauthflow.ErrNoMetadata},
		{"G4: redirects without end", "", map[string]string{rfc8414: rfc8414}, []string{rfc8414, rfc8414, rfc8414, rfc8414, discovery}, oauthflow.ErrNoMetadata},
		{"G5: token endpoint without TLS", "", map[string]string{rfc8414: `{"issuer":"{{base}}","token_endpoint":"http://as.example.com/t"}`}, []string{rfc8414}, oauthflow.ErrMetadata},
		{"G5: keys without TLS", "", map[string]string{rfc8414: `{"issuer":"{{base}}","jwks_uri":"http://as.example.com/t"}`}, []string{rfc8414}, oauthflow.ErrMetadata},
		{"G5: a script for an endpoint", "", map[string]string{rfc8414: `{"issuer":"{{base}}","authorization_endpoint":"javascript:alert(1)"}`}, []string{rfc8414}, oauthflow.ErrMetadata},
		{"nothing", "", nil, []string{rfc8414, discovery}, oauthflow.ErrNoMetadata},
		{"no JSON", "", map[string]string{rfc8414: "<html>", discovery: "[]"}, []string{rfc8414, discovery}, oauthflow.ErrNoMetadata},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := publish(t, c.docs)
			m, err := caller(t).Discover(t.Context(), p.base+c.issuer)
			if !errors.Is(err, c.err) || c.err == nil && (err != nil || m.Issuer != p.base+c.issuer) {
				t.Errorf("%q, %v", m.Issuer, err)
			}
			if c.err != nil && !cmp.Equal(m, oauthflow.Metadata{}) {
				t.Errorf("a document came along: %+v", m)
			}
			if !slices.Equal(p.asked, c.asked) {
				t.Errorf("asked %v, want %v", p.asked, c.asked)
			}
		})
	}
}

func TestG1_Issuer(t *testing.T) {
	for _, issuer := range []string{
		"", "as.example.com", "http://as.example.com", "https://as.example.com?a=b", "https://as.example.com/?", "https://as.example.com#x",
		"https://u:p@as.example.com", "ftp://as.example.com",
	} {
		c := oauthflow.Caller{HTTP: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			t.Errorf("%s: something was asked", issuer)
			return nil, errors.New("no")
		})}}
		if _, err := c.Discover(t.Context(), issuer); !errors.Is(err, oauthflow.ErrMetadata) {
			t.Errorf("%q: %v", issuer, err)
		}
	}
}

// G4: a redirect from https to http is not followed, not even to loopback.
func TestG4_NoDowngrade(t *testing.T) {
	plain := publish(t, map[string]string{"/m": `{"issuer":"x"}`})
	s := httptest.NewTLSServer(http.RedirectHandler(plain.base+"/m", http.StatusFound))
	t.Cleanup(s.Close)
	c := oauthflow.Caller{HTTP: s.Client()}
	if _, err := c.Discover(t.Context(), s.URL); !errors.Is(err, oauthflow.ErrNoMetadata) || len(plain.asked) != 0 {
		t.Errorf("%v, asked %v", err, plain.asked)
	}
}

func TestG_Members(t *testing.T) {
	p := publish(t, map[string]string{rfc8414: `{"issuer":"{{base}}","authorization_endpoint":"{{base}}/a","token_endpoint":"{{base}}/t",
		"revocation_endpoint":"{{base}}/r","introspection_endpoint":"{{base}}/i","userinfo_endpoint":"{{base}}/u","registration_endpoint":"{{base}}/reg",
		"device_authorization_endpoint":"{{base}}/d","pushed_authorization_request_endpoint":"{{base}}/p","end_session_endpoint":"{{base}}/e","jwks_uri":"{{base}}/k",
		"scopes_supported":"odd","code_challenge_methods_supported":["S256"],"token_endpoint_auth_methods_supported":["none"],
		"id_token_signing_alg_values_supported":["RS256"],"authorization_response_iss_parameter_supported":true,
		"require_pushed_authorization_requests":true,"unknown":{"a":1}}`})
	m, err := caller(t).Discover(t.Context(), p.base)
	if err != nil {
		t.Fatal(err)
	}
	want := oauthflow.Metadata{
		Issuer: p.base, AuthorizationEndpoint: p.base + "/a", TokenEndpoint: p.base + "/t", RevocationEndpoint: p.base + "/r",
		IntrospectionEndpoint: p.base + "/i", UserinfoEndpoint: p.base + "/u", RegistrationEndpoint: p.base + "/reg", DeviceEndpoint: p.base + "/d",
		PAREndpoint: p.base + "/p", EndSessionEndpoint: p.base + "/e", JWKSURI: p.base + "/k", CodeChallengeMethods: []string{"S256"},
		TokenAuthMethods: []string{"none"}, IssParameterSupported: true, PARRequired: true,
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestDiscover_Trouble(t *testing.T) {
	var e *oauthflow.Error
	p := publish(t, map[string]string{rfc8414: "503", discovery: "503"})
	if _, err := caller(t).Discover(t.Context(), p.base); !errors.As(err, &e) || e.Class != oauthflow.ClassTransient {
		t.Errorf("503: %v", err)
	}
	if _, err := caller(t).Discover(t.Context(), "http://127.0.0.1:1"); !errors.As(err, &e) || e.Sent {
		t.Errorf("refused: %v", err)
	}
	p = publish(t, map[string]string{rfc8414: `{"issuer":"{{base}}","x":"` + strings.Repeat("x", 1<<20) + `"}`})
	if _, err := caller(t).Discover(t.Context(), p.base); !errors.As(err, &e) {
		t.Errorf("G5, 1 MiB: %v", err)
	}
}
