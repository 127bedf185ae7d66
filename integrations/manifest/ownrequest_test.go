package manifest

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/internal/testserver"
	"authdeck/oauthflow"
)

func own(t *testing.T, s *testserver.StandIn, r integrations.OwnRequest) (integrations.ActionResult, error) {
	t.Helper()
	q := parse(t, s, actionPage).(integrations.Requester)
	r.Config, r.Kept.AccessToken = config("apikey", "k3y5"), secret.New("the-token")
	if r.Hosts == nil {
		r.Hosts = q.APIHosts(r.Config)
	}
	return q.Request(t.Context(), r)
}

func TestOwnRequest_GoesAsTheIntegrationsOwnCallsDo(t *testing.T) {
	s := testserver.StartProviderStandIn(t, testserver.Route{Path: "/v1/things", Answers: []testserver.Answer{{Status: 418, JSON: map[string]any{"short": "stout"}}}})
	r, err := own(t, s, integrations.OwnRequest{Method: "PATCH", URL: "/things?a=1&format=xml", Body: []byte(`{"x": 1}`), Header: [][2]string{{"x-own", "1"}, {"X-Own", "2"}, {"X-Tenant", "red"}}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "result", string(r.Result), `{"short":"stout"}`)
	got := s.One("/v1/things")
	for name, want := range map[string]string{
		"X-Acme-Token": "Acme the-token", "X-Tenant": "red", "X-Key": "k3y5", "X-Own": "1,2", "Content-Type": "application/json", "Authorization": "",
	} {
		if v := strings.Join(got.Header.Values(name), ","); v != want {
			t.Errorf("%s is %q, want %q", name, v, want)
		}
	}
	if got.Method != "PATCH" || got.Body != `{"x": 1}` || got.Query.Get("format") != "xml" || got.Query.Get("a") != "1" {
		t.Errorf("%+v", got)
	}
	x := r.Exchanges[0]
	if x.Status != 418 || strings.Contains(x.RequestHeader.Get("X-Acme-Token"), "the-token") || strings.Contains(x.RequestHeader.Get("X-Key"), "k3y5") {
		t.Errorf("%+v", x)
	}
}

// The fence: what is outside gets nothing, unless the user says so; then it gets the token and nothing else of the page's.
func TestOwnRequest_Fence(t *testing.T) {
	for _, c := range []struct {
		name, url string
		hosts     []string
		any, sent bool
	}{
		{"inside", "https://api.acme.example/x", nil, false, true},
		{"its port spelled out", "https://files.acme.example:443/x", nil, false, true},
		{"outside", "https://evil.example/x", nil, false, false},
		{"another port", "https://api.acme.example:8443/x", nil, false, false},
		{"a name that goes on", "https://api.acme.example.evil.example/x", nil, false, false},
		{"not in the hosts that the caller allows", "https://api.acme.example/x", []string{"other.example"}, false, false},
		{"outside, allowed", "https://evil.example/x", nil, true, true},
		{"no address", "evil", nil, true, false},
		{"two slashes are below the base", "//evil.example/x", nil, false, true},
		{"clear text", "http://api.acme.example/x", nil, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := testserver.StartProviderStandIn(t, testserver.Route{Path: "*", Answers: []testserver.Answer{{JSON: 1}}})
			_, err := own(t, s, integrations.OwnRequest{URL: c.url, Hosts: c.hosts, AnyHost: c.any})
			if (err == nil) != c.sent || (len(s.Requests()) > 0) != c.sent {
				t.Fatalf("%v, %d requests", err, len(s.Requests()))
			}
			if !c.sent && !c.any && !errors.Is(err, integrations.ErrOutsideHosts) {
				t.Errorf("%v", err)
			}
			if c.sent && c.any {
				h := s.Requests()[0].Header
				if h.Get("X-Acme-Token") != "Acme the-token" || h.Get("X-Key") != "" || s.Requests()[0].Query.Has("format") {
					t.Errorf("sent %v to a stranger", h)
				}
			}
		})
	}
}

// A redirect never takes the token to another host.
func TestOwnRequest_RedirectKeepsTheToken(t *testing.T) {
	var there []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { there = append(there, r.Header.Get("Authorization")) }))
	t.Cleanup(other.Close)
	here := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		case "/near":
			http.Redirect(w, r, "/end", http.StatusFound)
		default:
			_, _ = io.WriteString(w, `"`+r.Header.Get("Authorization")+`"`)
		}
	}))
	t.Cleanup(here.Close)
	client := oauthflow.NewHTTPClient()
	t.Cleanup(client.CloseIdleConnections)
	i, err := Parse(&oauthflow.Caller{HTTP: client}, Page{Name: "x.yaml", YAML: []byte(minimal + "api: {base_url: \"" + here.URL + "\"}\n")})
	if err != nil {
		t.Fatal(err)
	}
	q := i.(integrations.Requester)
	ask := func(r integrations.OwnRequest) integrations.ActionResult {
		r.Config, r.Kept.AccessToken, r.Hosts = config(), secret.New("the-token"), q.APIHosts(config())
		out, err := q.Request(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, method := range []string{"GET", "POST"} {
		if r := ask(integrations.OwnRequest{Method: method, URL: "/away"}); r.Exchanges[0].Status != 307 || len(there) > 0 {
			t.Errorf("%s: status %d, the other host got %q", method, r.Exchanges[0].Status, there)
		}
	}
	equal(t, "near", string(ask(integrations.OwnRequest{URL: "/near"}).Result), `"Bearer the-token"`)
	dry := ask(integrations.OwnRequest{Method: "DELETE", URL: "/x", DryRun: true})
	if len(dry.Exchanges) != 1 || dry.Exchanges[0].Status != 0 || dry.Exchanges[0].Method != "DELETE" || strings.Contains(dry.Exchanges[0].RequestHeader.Get("Authorization"), "the-token") {
		t.Errorf("%+v", dry)
	}
	if r := ask(integrations.OwnRequest{URL: "/x", Header: [][2]string{{"authorization", "Basic eA=="}}}); string(r.Result) != `"Basic eA=="` {
		t.Errorf("the user's own header does not win: %s", r.Result)
	}
}

func TestAPIHosts(t *testing.T) {
	for _, c := range []struct {
		name, page string
		kind       integrations.Kind
		cfg        integrations.Config
		want       []string
	}{
		{"none", minimal, "", config(), nil},
		{"of the base", minimal + "api: {base_url: \"https://API.acme.example:443/v1\"}", "", config(), []string{"api.acme.example"}},
		{"named", minimal + "inputs: {host: {default: x.example}}\napi: {hosts: [\"{{host}}\", \"https://b.example:8443/\"]}", "", config("host", "own.example"), []string{"own.example", "b.example:8443"}},
		{"not configured", minimal + "api: {base_url: https://api.acme.example}", "", integrations.Config{}, nil},
		{"discovered", "manifest: 1\nid: a\nname: A\nissuer: https://as.example/t", integrations.KindDiscovered, config(), []string{"as.example"}},
		{"discovered, as it says itself", "manifest: 1\nid: a\nname: A\ndiscovered: true\nissuer: https://as.example/t\napi: {base_url: https://me.example}", integrations.KindManifest, config(), []string{"me.example", "as.example"}},
		{"an issuer that was not discovered", "manifest: 1\nid: a\nname: A\nissuer: https://as.example/t", integrations.KindManifest, config(), nil},
	} {
		i, err := Parse(&oauthflow.Caller{}, Page{Name: "x.yaml", Kind: c.kind, YAML: []byte(c.page)})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, c.name, i.(integrations.Requester).APIHosts(c.cfg), c.want)
	}
}

// TestOwnRequest_HostsOfTheAccount: where the host is the account's own, the token of one account does not go to that of another, though
// a call of that one has been there.
func TestOwnRequest_HostsOfTheAccount(t *testing.T) {
	page := minimal + "api: {base_url: \"https://{{identity.site}}\"}\nactions: {a: {request: {url: /a}}}\n"
	for address, sent := range map[string]bool{"https://ada.acme.example/x": true, "/x": true, "https://bob.acme.example/x": false} {
		s := testserver.StartProviderStandIn(t, testserver.Route{Path: "*", Answers: []testserver.Answer{{JSON: 1}}})
		q := parse(t, s, page).(integrations.Requester)
		if hosts := q.APIHosts(config()); hosts != nil {
			t.Fatalf("hosts %v are known without an account", hosts)
		}
		_, err := q.Request(t.Context(), integrations.OwnRequest{
			Config: config(), URL: address, Hosts: []string{"ada.acme.example", "bob.acme.example"},
			Kept: integrations.Kept{AccessToken: secret.New("the-token"), UserData: map[string]any{"site": "ada.acme.example"}},
		})
		if (err == nil) != sent || (len(s.Requests()) > 0) != sent || !sent && !errors.Is(err, integrations.ErrOutsideHosts) {
			t.Errorf("%s: %v, %d requests", address, err, len(s.Requests()))
		}
	}
}
