package flowrunner

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// Close behind: the first tenant, unasked; tenants as JSON in a header; a constant state of the service's own.
func TestShape26_Tenants(t *testing.T) {
	const token = "POST https://identity.tenants.example/connect/token"
	s, p := staged(
		t, "26-tenants",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":1800}`},
		answerOf{request: "GET https://api.tenants.example/connections", body: `[{"id":"t1","name":"Zürich","x":1},{"id":"t2","name":"Bern"}]`},
		answerOf{request: token, body: `{"access_token":"A2","refresh_token":"R2","expires_in":1800}`},
		answerOf{request: "GET https://api.tenants.example/accounts", body: `[]`},
	)
	address, g, err := signIn(t, s, client(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(address, "fixed") || strings.Count(address, "state=") != 1 || !strings.Contains(address, "state=the-host-state") {
		t.Errorf("address %s", address)
	}
	want(t, "identity", g.Identity.Name, "Zürich")
	k := integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken, Extra: g.Extra}
	renew(t, s, client(), k)
	act(t, s, client(), k, "listAccounts", nil)
	want(t, "tenant", p.ask(3).Header.Get("X-Tenant-Id"), "t1")
	want(t, "dictionary", act(t, s, client(), k, "getTenantsDictionary", nil), `{"items":[{"label":"Zürich","value":"t1"},{"label":"Bern","value":"t2"}]}`)
	p.done()
}

// Close behind: client_key, and 200 with an error.
func TestShape27_Clips(t *testing.T) {
	const token = "POST https://open.clips.example/v2/oauth/token/"
	s, p := staged(
		t, "27-clips",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":86400,"open_id":"o1"}`},
		answerOf{request: "GET https://open.clips.example/v2/user/info/", body: `{"data":{"user":{"display_name":"Acme"}},"error":{"code":"ok"}}`},
		answerOf{request: token, body: `{"error":"invalid_grant","error_description":"Refresh token is invalid or expired."}`},
		answerOf{request: "GET https://open.clips.example/v2/user/info/", body: `{"data":{"user":{"display_name":"Acme"}}}`},
		answerOf{request: "POST https://open.clips.example/v2/video/list/", body: `{"items":[]}`},
	)
	cfg := integrations.Config{"clientKey": secret.New("ck"), "clientSecret": secret.New("cs")}
	g, k := signedIn(t, s, cfg, url.Values{"code": {"a%2Ab"}})
	want(t, "code", p.ask(0).form().Get("code"), "a*b")
	if len(g.Warnings) > 0 {
		t.Errorf("an error that says ok is none: %v", g.Warnings)
	}
	_, err := s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: cfg, Kept: k})
	var e *oauthflow.Error
	if !errors.As(err, &e) || e.Class != oauthflow.ClassDead {
		t.Errorf("refresh refused with 200: %v", err)
	}
	act(t, s, cfg, k, "getProfile", nil)
	act(t, s, cfg, k, "getClipsDictionary", map[string]any{"cursor": float64(20)})
	want(t, "cursor", p.ask(4).body, `{"cursor":20}`)
	p.done()
	s, _ = staged(t, "27-clips", answerOf{request: token, body: `{"error":"invalid_request","error_description":"Code expired"}`})
	if _, _, err := signIn(t, s, cfg, nil); err == nil || !strings.Contains(err.Error(), "invalid_request (Code expired)") {
		t.Errorf("sign-in refused with 200: %v", err)
	}
}

// Close behind: the end of the token as a time, so that the lifetime is no whole number.
func TestShape28_Runs(t *testing.T) {
	const token = "POST https://www.runs.example/api/v3/oauth/token"
	answer := func(n string, end time.Time) string {
		return `{"access_token":"A` + n + `","refresh_token":"R` + n + `","expires_at":` + strconv.FormatInt(end.Unix(), 10) + `,"athlete":{"id":5,"first_name":"Acme","last_name":"Club"}}`
	}
	s, p := staged(
		t, "28-runs",
		answerOf{request: token, body: answer("1", time.Now().Add(6*time.Hour))},
		answerOf{request: token, body: answer("2", time.Now().Add(-time.Hour))},
		answerOf{request: "GET https://www.runs.example/api/v3/activities", body: `[]`},
		answerOf{request: "GET https://www.runs.example/api/v3/clubs", body: `{"items":[]}`},
	)
	g, k := signedIn(t, s, client(), nil)
	if l := g.Lifetime; l.Kind != oauthflow.LifetimeKnown || l.For > 6*time.Hour || l.For < 6*time.Hour-time.Minute || l.For%time.Second != 0 {
		t.Errorf("%+v", l)
	}
	if again := renew(t, s, client(), k); again.Lifetime.Kind != oauthflow.LifetimeKnown || again.Lifetime.For > 0 {
		t.Errorf("ended an hour ago: %+v", again.Lifetime)
	}
	act(t, s, client(), k, "listActivities", map[string]any{"before": float64(1768473000999)})
	want(t, "seconds", p.ask(2).URL.RawQuery, "before=1768473000")
	act(t, s, client(), k, "getClubsDictionary", nil)
	p.done()
}

// Close behind: 0 and null for a token without end; the refresh echoes.
func TestShape29_Code(t *testing.T) {
	s, p := staged(
		t, "29-code",
		answerOf{request: "POST https://code.example/login/oauth/access_token", body: `{"access_token":"gho_1","token_type":"bearer","scope":"repo"}`},
		answerOf{request: "GET https://api.code.example/user", body: `{"login":"acme","id":1,"avatar_url":"https://img.code.example/1"}`},
		answerOf{request: "GET https://api.code.example/user/repos", body: `[]`},
		answerOf{request: "GET https://api.code.example/search/repositories", body: `{"items":[]}`},
		answerOf{request: "GET https://api.code.example/repos/acme/r", body: `{"id":1}`},
	)
	g, k := signedIn(t, s, client(), nil)
	if g.Lifetime.Kind != oauthflow.LifetimeUnknown || !g.RefreshToken.IsZero() || g.Identity.Image != "https://img.code.example/1" {
		t.Errorf("%+v", g)
	}
	want(t, "exchange", p.ask(0).body, `{"client_id":"the-client","client_secret":"the-secret","code":"the-code","redirect_uri":"`+redirect+`"}`)
	if again := renew(t, s, client(), k); !again.AccessToken.Equal(k.AccessToken) || !again.RefreshToken.IsZero() {
		t.Errorf("%+v", again)
	}
	act(t, s, client(), k, "listRepositories", nil)
	act(t, s, client(), k, "getRepositoriesDictionary", map[string]any{"search": "r", "criteria": map[string]any{"owner": "acme"}})
	want(t, "query", p.ask(3).URL.RawQuery, "q=r%20user%3Aacme")
	act(t, s, client(), k, "getRepository", map[string]any{"owner": "acme", "name": "r"})
	p.done()
}

// Close behind: the state is read from a header, in both operations.
func TestShape30_Inbox(t *testing.T) {
	s, p := staged(
		t, "30-inbox",
		answerOf{request: "POST https://api.inbox.example/auth/inbox/token", body: `{"access_token":"A1"}`},
		answerOf{request: "GET https://api.inbox.example/me", body: `{"email":""}`},
		answerOf{request: "GET https://api.inbox.example/teams", body: `{"items":[]}`},
	)
	address, g, err := signIn(t, s, client(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "address", address, "https://app.inbox.example/oauth?client_id=the-client&state=the-host-state&redirect_uri=http%3A%2F%2F127.0.0.1%3A53682%2Fcallback")
	if g.Identity.Name != "" || len(g.UserData) > 0 {
		t.Errorf("%+v", g)
	}
	k := integrations.Kept{AccessToken: g.AccessToken, Extra: g.Extra}
	_, err = s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: client(), Kept: k})
	if !errors.Is(err, integrations.ErrNothingNew) {
		t.Errorf("a refresh that returns nothing: %v", err)
	}
	act(t, s, client(), k, "getTeamsDictionary", nil)
	p.done()
}

// Close behind: the verifier follows from the secret, since nothing is kept between two calls.
func TestShape31_Design(t *testing.T) {
	const token = "POST https://api.design.example/rest/v1/oauth/token"
	s, p := staged(
		t, "31-design",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":14400}`},
		answerOf{request: "GET https://api.design.example/rest/v1/users/me/profile", body: `{"profile":{"display_name":"Acme"}}`},
		answerOf{request: token, body: `{"access_token":"A2","refresh_token":"R2","expires_in":14400}`},
		answerOf{request: "GET https://api.design.example/rest/v1/designs", body: `{"items":[{"name":"D","id":"d"}]}`},
		answerOf{request: "GET https://api.design.example/rest/v1/designs", body: `[]`},
	)
	address, g, err := signIn(t, s, client(), nil)
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(address)
	verifier := p.ask(0).form().Get("code_verifier")
	sum := sha256.Sum256([]byte(verifier))
	want(t, "challenge", u.Query().Get("code_challenge"), base64.RawURLEncoding.EncodeToString(sum[:]))
	if len(verifier) != 43 {
		t.Errorf("verifier %q", verifier)
	}
	k := integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken}
	if again := renew(t, s, client(), k); again.RefreshToken.Reveal() != "R2" {
		t.Errorf("%+v", again)
	}
	want(t, "dictionary", act(t, s, client(), k, "getDesignsDictionary", nil), `{"items":[{"label":"D","value":"d"}]}`)
	act(t, s, client(), k, "listDesigns", nil)
	p.done()
}

// Close behind: one identity for all accounts, which is a label and nothing more.
func TestShape32_Hub(t *testing.T) {
	const token = "POST https://api.hub.example/oauth/v1/token"
	s, p := staged(
		t, "32-hub",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":1800}`},
		answerOf{request: token, body: `{"access_token":"B1","refresh_token":"S1","expires_in":1800}`},
		answerOf{request: token, body: `{"access_token":"A2","refresh_token":"R1","expires_in":1800}`},
		answerOf{request: "GET https://api.hub.example/crm/v3/owners", body: `{"items":[{"name":"O","id":9,"email":"o@acme.example"}]}`},
		answerOf{request: "GET https://api.hub.example/crm/v3/contacts", body: `[]`},
	)
	first, k := signedIn(t, s, client(), nil)
	second, _ := signedIn(t, s, client(), nil)
	if first.Identity != second.Identity || first.Identity.Subject != "" || first.AccessToken.Equal(second.AccessToken) {
		t.Errorf("%+v %+v", first, second)
	}
	renew(t, s, client(), k)
	want(t, "dictionary", act(t, s, client(), k, "getOwnersDictionary", nil), `{"items":[{"label":"O","value":9,"note":"o@acme.example"}]}`)
	act(t, s, client(), k, "listContacts", nil)
	p.done()
}

// Close behind: an address of the user's own inside the scope.
func TestShape33_Plans(t *testing.T) {
	const token = "POST https://login.plans.example/common/oauth2/v2.0/token"
	s, p := staged(
		t, "33-plans",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":3600}`},
		answerOf{request: "GET https://acme.plans.example/api/data/v9.2/WhoAmI", body: `{"name":"Acme"}`},
		answerOf{request: token, body: `{"access_token":"A2","refresh_token":"R2","expires_in":3600}`},
		answerOf{request: "GET https://acme.plans.example/api/data/v9.2/plans", body: `{"items":[]}`},
		answerOf{request: "GET https://acme.plans.example/api/data/v9.2/plans", body: `{"items":[]}`},
	)
	cfg := client()
	cfg["tenantUrl"] = secret.New("https://acme.plans.example/")
	address, g, err := signIn(t, s, cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(address, "&scope=https%3A%2F%2Facme.plans.example%2Fuser_impersonation%20offline_access&redirect_uri=") {
		t.Errorf("address %s", address)
	}
	want(t, "scope of the exchange", p.ask(0).form().Get("scope"), "https://acme.plans.example/user_impersonation offline_access")
	want(t, "identity", g.Identity.Name, "Acme at acme.plans.example")
	k := integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken}
	renew(t, s, cfg, k)
	act(t, s, cfg, k, "listPlans", nil)
	act(t, s, cfg, k, "getPlansDictionary", nil)
	p.done()
}

// Every one of the services is listed as one that needs a sign-in, has an action and a dictionary, and says nothing wrong.
func TestShapes_Listed(t *testing.T) {
	h := newHost(t)
	for _, name := range shapeNames(t) {
		s, err := h.Open(t.Context(), "testdata/services/"+name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text, err := s.Text()
		if err != nil || !text.RequireOAuth || text.Name == "" || len(text.Problems) > 0 {
			t.Errorf("%s: %+v %v", name, text, err)
		}
		if len(s.Actions()) == 0 {
			t.Errorf("%s has no action", name)
		}
		dictionaries := 0
		for _, m := range text.Methods {
			if _, ok := s.HiddenAction(m.Name); ok {
				dictionaries++
			}
		}
		if dictionaries == 0 {
			t.Errorf("%s has no dictionary", name)
		}
	}
}
