package manifest

import (
	"encoding/base64"
	"net/url"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/internal/testserver"
	"authdeck/oauthflow"
)

const redirectURI = "http://127.0.0.1:41234/callback"

// builtin parses a page of the catalogue with its real addresses, which all lead to the stand-in.
func builtin(t *testing.T, id string, s *testserver.StandIn) integrations.Integration {
	t.Helper()
	text, err := os.ReadFile("catalog/" + id + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, s, string(text))
}

func parse(t *testing.T, s *testserver.StandIn, page string) integrations.Integration {
	t.Helper()
	c := &oauthflow.Caller{}
	if s != nil {
		c.HTTP = s.Client()
	}
	i, err := Parse(c, Page{Name: "x.yaml", Kind: integrations.KindManifest, YAML: []byte(page)})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func config(pairs ...string) integrations.Config {
	cfg := integrations.Config{"client_id": secret.New("the-id"), "client_secret": secret.New("the-secret/+")}
	for i := 0; i < len(pairs); i += 2 {
		cfg[pairs[i]] = secret.New(pairs[i+1])
	}
	return cfg
}

// authorize makes the connection URL and returns it with its query, from which what is random is taken out and returned.
func authorize(t *testing.T, i integrations.Integration, r integrations.ConnectionURLRequest) (to integrations.ConnectionURL, address string, query url.Values, random map[string]string) {
	t.Helper()
	if r.Config == nil {
		r.Config = config()
	}
	r.RedirectURI, r.State = redirectURI, "the-state"
	to, err := i.ConnectionURL(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(to.URL)
	if err != nil {
		t.Fatal(err)
	}
	query = u.Query()
	random = map[string]string{}
	for _, name := range []string{"code_challenge", "nonce"} {
		if random[name] = query.Get(name); len(random[name]) != 0 && len(random[name]) != 43 {
			t.Errorf("%s has %d characters, want 43", name, len(random[name]))
		}
		query.Del(name)
	}
	u.RawQuery = ""
	return to, u.String(), query, random
}

// exchange finishes a login with a code.
func exchange(t *testing.T, i integrations.Integration, to integrations.ConnectionURL, cfg integrations.Config) integrations.Grant {
	t.Helper()
	g, err := i.ExecuteCallback(t.Context(), integrations.CallbackRequest{
		Config: cfg, RedirectURI: redirectURI, Params: url.Values{"code": {"the-code"}, "state": {"the-state"}}, Pending: to.Pending,
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// verifier takes the verifier out of a token request, and checks that it belongs to the challenge.
func verifier(t *testing.T, form url.Values, challenge string) {
	t.Helper()
	v := form.Get("code_verifier")
	if got := oauthflow.Challenge(secret.New(v)); got != challenge || len(v) != 43 {
		t.Errorf("the verifier (%d characters) does not belong to the challenge %s", len(v), challenge)
	}
	form.Del("code_verifier")
}

// equal compares member by member.
func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s differs (-want +got):\n%s", what, d)
	}
}

// sent is what is compared of one; Form or JSON as it came.
type sent struct {
	Method, Address string
	Accept, Type    string
	Authorization   string
	Query, Form     url.Values
	JSON            any
}

func asRequest(s testserver.Seen) sent {
	r := sent{
		Method: s.Method, Address: s.Scheme + "://" + s.Host + s.Path, Accept: s.Header.Get("Accept"), Type: s.Header.Get("Content-Type"),
		Authorization: s.Header.Get("Authorization"), Form: s.Form, JSON: s.JSON,
	}
	if len(s.Query) > 0 {
		r.Query = s.Query
	}
	return r
}

func known(d time.Duration) oauthflow.Lifetime {
	return oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: d}
}

func jsonBase64(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) }

func jsonInt(n int64) string { return strconv.FormatInt(n, 10) }
