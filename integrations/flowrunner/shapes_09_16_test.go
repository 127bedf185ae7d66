package flowrunner

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// Shape 9: no code, no client id in the address, an own header, packed answers; the address needs an item that is not required.
func TestShape09_Seller(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte("sku\tä"))
	_ = z.Close()
	s, p := staged(
		t, "09-seller",
		answerOf{request: "POST https://api.sellers.example/auth/o2/token", body: `{"access_token":"A1","refresh_token":"R1","expires_in":3600}`},
		answerOf{request: "POST https://api.sellers.example/auth/o2/token", body: `{"access_token":"A2","refresh_token":"R1","expires_in":3600}`},
		answerOf{request: "GET https://sellers-na.example/orders/v0/orders", body: `{"orders":[]}`},
		answerOf{request: "GET https://sellers-na.example/reports/r1", body: packed.String(), header: http.Header{"Content-Type": {"application/octet-stream"}}},
		answerOf{request: "GET https://sellers-na.example/sellers/v1/marketplaces", body: `{"items":[{"name":"Here","id":"M1"}]}`},
	)
	cfg := integrations.Config{"applicationId": secret.New("app.1"), "lwaClientId": secret.New("lwa"), "lwaClientSecret": secret.New("shh-shh")}
	address, g, err := signIn(t, s, cfg, url.Values{"code": nil, "spapi_oauth_code": {"SP"}, "selling_partner_id": {"A3"}})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "address", address, "https://sellers-na.example/apps/authorize/consent?application_id=app.1&version=beta&redirect_uri=http%3A%2F%2F127.0.0.1%3A53682%2Fcallback&state=the-host-state")
	want(t, "code", p.ask(0).form().Get("code"), "SP")
	want(t, "type", p.ask(0).Header.Get("Content-Type"), "application/x-www-form-urlencoded;charset=UTF-8")
	want(t, "identity", g.Identity.Name, "A3")
	k := integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken}
	renew(t, s, cfg, k)
	act(t, s, cfg, k, "listOrders", map[string]any{"marketplace": "M1"})
	want(t, "own header", p.ask(2).Header.Get("X-Seller-Access-Token"), "A1")
	want(t, "report", act(t, s, cfg, k, "downloadReport", map[string]any{"id": "r1"}), `{"text":"sku\tä"}`)
	act(t, s, cfg, k, "getMarketplacesDictionary", nil)
	p.done()
	delete(cfg, "applicationId")
	_, err = s.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: cfg, RedirectURI: redirect, State: hostState})
	if err == nil || !strings.Contains(err.Error(), "The application id is not set") {
		t.Errorf("without application id: %v", err)
	}
}

// Shape 10: the query of the address stands in its fragment, and a failed exchange is only printed.
func TestShape10_Prospect(t *testing.T) {
	const token = "POST https://api.prospect.example/v1/oauth/token"
	s, p := staged(
		t, "10-prospect",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":2592000}`},
		answerOf{request: "GET https://api.prospect.example/v1/users/profile", body: `{"first_name":"Acme","last_name":"Sales"}`},
		answerOf{request: token, body: `{"access_token":"A2","refresh_token":"R2","expires_in":2592000}`},
		answerOf{request: "POST https://api.prospect.example/v1/people/search", body: `{"people":[]}`},
		answerOf{request: "GET https://api.prospect.example/v1/titles", body: `{"items":[{"name":"CTO","id":1}],"next":2}`},
	)
	address, g, err := signIn(t, s, client(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "address", address, "https://app.prospect.example/#/oauth/authorize?client_id=the-client&response_type=code&scope=read%20write&redirect_uri=http%3A%2F%2F127.0.0.1%3A53682%2Fcallback&state=the-host-state")
	want(t, "identity", g.Identity.Name, "Acme Sales")
	k := integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken}
	renew(t, s, client(), k)
	act(t, s, client(), k, "searchPeople", map[string]any{"query": "x"})
	want(t, "JavaScript's own default", p.ask(3).body, `{"q":"x","titles":[]}`)
	want(t, "cursor of its own type", act(t, s, client(), k, "getTitlesDictionary", map[string]any{"cursor": float64(1)}), `{"items":[{"label":"CTO","value":1}],"cursor":2}`)
	want(t, "query", p.ask(4).URL.RawQuery, "page=1")
	p.done()

	s, _ = staged(t, "10-prospect", answerOf{request: token, status: 401, body: `{"error":"invalid_client","error_description":"Unknown client the-secret"}`})
	_, _, err = signIn(t, s, client(), nil)
	var e *oauthflow.Error
	if !errors.As(err, &e) || e.Status != 401 || e.Code != "invalid_client" || e.Class != oauthflow.ClassConfiguration || !strings.Contains(err.Error(), "it printed: log: executeCallback failed {") {
		t.Errorf("%+v", err)
	}
	if strings.Contains(err.Error(), "the-secret") {
		t.Errorf("the secret shows: %v", err)
	}
}

// Shape 11: the service's own state is its verifier, and comes back to it; SHA-256 and btoa over raw bytes are exact.
func TestShape11_Bases(t *testing.T) {
	const token = "POST https://bases.example/oauth2/v1/token"
	s, p := staged(
		t, "11-bases",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":3600}`},
		answerOf{request: "GET https://bases.example/v0/meta/whoami", body: `{"email":"me@acme.example"}`},
		answerOf{request: token, body: `{"access_token":"A2","refresh_token":"R2","expires_in":3600}`},
		answerOf{request: "GET https://bases.example/v0/b1/Table%2F1", body: `{"records":[]}`},
		answerOf{request: "GET https://bases.example/v0/meta/bases", body: `{"items":[]}`},
		answerOf{request: "GET https://bases.example/v0/meta/bases/b1/tables", body: `{"items":[]}`},
	)
	p.answers[3].request = "GET https://bases.example/v0/b1/Table/1" // as net/http decodes it
	address, g, err := signIn(t, s, client(), nil)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil || u.Query().Get("state") != hostState || len(u.Query()["state"]) != 1 {
		t.Fatalf("%s %v", address, err)
	}
	verifier := p.ask(0).form().Get("code_verifier")
	if len(verifier) != 64 {
		t.Errorf("verifier %q", verifier)
	}
	sum := sha256.Sum256([]byte(verifier))
	want(t, "challenge", u.Query().Get("code_challenge"), base64.RawURLEncoding.EncodeToString(sum[:]))
	want(t, "Basic", p.ask(0).Header.Get("Authorization"), "Basic "+base64.StdEncoding.EncodeToString([]byte("the-client:the-secret")))
	want(t, "secret in the body too", p.ask(0).form().Get("client_secret"), "the-secret")
	k := integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken}
	if g := renew(t, s, client(), k); g.RefreshToken.Reveal() != "R2" {
		t.Errorf("%+v", g)
	}
	act(t, s, client(), k, "listRecords", map[string]any{"base": "b1", "table": "Table/1"})
	want(t, "escaped path", p.ask(3).URL.EscapedPath(), "/v0/b1/Table%2F1")
	act(t, s, client(), k, "getBasesDictionary", nil)
	act(t, s, client(), k, "getTablesDictionary", map[string]any{"payload": map[string]any{"criteria": map[string]any{"base": "b1"}}})
	p.done()

	s, _ = staged(t, "11-bases", answerOf{request: token, status: 400, body: `{"error":"invalid_grant","error_description":"code expired"}`})
	if _, _, err := signIn(t, s, client(), nil); err == nil || !strings.Contains(err.Error(), "invalid_grant (code expired)") {
		t.Errorf("refused: %v", err)
	}
}

// The challenge is right for many verifiers: one in which a byte above 0x7F went wrong would show within a few.
func TestShape11_ChallengesExact(t *testing.T) {
	s := shape(t, "11-bases", http.NotFoundHandler())
	for range 5 {
		u, err := s.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: client(), RedirectURI: redirect, State: hostState})
		if err != nil {
			t.Fatal(err)
		}
		var p pending
		unmarshal(t, u.Pending.Reveal(), &p)
		sum := sha256.Sum256([]byte(p.Own))
		if challenge := base64.RawURLEncoding.EncodeToString(sum[:]); !strings.Contains(u.URL, "code_challenge="+challenge+"&") {
			t.Errorf("%s: want %s", u.URL, challenge)
		}
	}
}

// Shape 12: PKCE plain with verifier, challenge and state in one; a heavy package that cannot run hinders one action only.
func TestShape12_Posts(t *testing.T) {
	const token = "POST https://api.posts.example/2/oauth2/token"
	s, p := staged(
		t, "12-posts",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":7200}`},
		answerOf{request: "GET https://api.posts.example/2/users/me", body: `{"data":{"name":"Acme","username":"acme","picture":"https://img.posts.example/1.png"}}`},
		answerOf{request: token, body: `{"access_token":"A2","refresh_token":"R2","expires_in":7200}`},
		answerOf{request: "GET https://api.posts.example/2/posts", body: `[]`},
		answerOf{request: "POST https://api.posts.example/2/media", body: `{"id":"m1"}`},
		answerOf{request: "GET https://api.posts.example/2/lists", body: `{"items":[{"name":"L","id":"1"}]}`},
	)
	address, g, err := signIn(t, s, client(), nil)
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(address)
	verifier := p.ask(0).form().Get("code_verifier")
	want(t, "challenge", u.Query().Get("code_challenge"), verifier)
	want(t, "state in place", u.Query().Get("state"), hostState)
	if !strings.HasPrefix(verifier, "posts-") {
		t.Errorf("verifier %q", verifier)
	}
	want(t, "identity", g.Identity.Name+" "+g.Identity.Image, "Acme (@acme) https://img.posts.example/1.png")
	k := integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken}
	renew(t, s, client(), k)
	act(t, s, client(), k, "listPosts", nil)
	want(t, "upload", act(t, s, client(), k, "uploadPicture", map[string]any{"text": "png"}), `{"id":"m1"}`)
	if body := p.ask(4).body; !strings.Contains(body, `name="media"; filename="picture.png"`) || !strings.Contains(body, "image/png") {
		t.Errorf("upload %q", body)
	}
	want(t, "dictionary", act(t, s, client(), k, "getListsDictionary", nil), `{"items":[{"label":"L","value":"1"}]}`)
	p.done()
	_, err = s.RunAction(t.Context(), integrations.ActionRequest{Config: client(), Kept: k, Action: "uploadVideo"})
	if err == nil || !strings.Contains(err.Error(), "clip-cutter") {
		t.Errorf("the package is not named: %v", err)
	}
}

// Shape 13: three values in one token, rebuilt by the refresh from the old one; an item with options is a choice.
func TestShape13_Signing(t *testing.T) {
	const token = "POST https://account-demo.signing.example/oauth/token"
	s, p := staged(
		t, "13-signing",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":28800}`},
		answerOf{request: "GET https://account-demo.signing.example/oauth/userinfo", body: `{"email":"me@acme.example","accounts":[{"account_id":"a"},{"account_id":"b","is_default":true,"account_name":"Acme","base_uri":"https://eu.signing.example"}]}`},
		answerOf{request: token, body: `{"access_token":"A2","refresh_token":"R2","expires_in":28800}`},
		answerOf{request: "GET https://eu.signing.example/restapi/accounts/b/envelopes", body: `{}`},
		answerOf{request: "GET https://eu.signing.example/restapi/accounts/b/templates", body: `{"items":[]}`},
	)
	if in := s.Info().Inputs[2]; in.Type != "choice" || len(in.Options) != 2 {
		t.Errorf("%+v", in)
	}
	cfg := integrations.Config{"integrationKey": secret.New("ik"), "secretKey": secret.New("sk")}
	g, k := signedIn(t, s, cfg, nil)
	want(t, "token", g.AccessToken.Reveal(), "A1|b|https://eu.signing.example")
	want(t, "identity", g.Identity.Name, "me@acme.example (Acme)")
	want(t, "token after", renew(t, s, cfg, k).AccessToken.Reveal(), "A2|b|https://eu.signing.example")
	act(t, s, cfg, k, "listEnvelopes", nil)
	want(t, "query", p.ask(3).URL.RawQuery, "from_date=2026-01-01")
	act(t, s, cfg, k, "getTemplatesDictionary", nil)
	p.done()
}

// Shape 14: the identity comes from another API, and what the service throws reaches the user unshortened.
func TestShape14_Webinar(t *testing.T) {
	const token = "POST https://auth.webinar.example/oauth/token"
	s, p := staged(
		t, "14-webinar",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":3600,"organizer_key":"o9","account_key":"k9"}`},
		answerOf{request: "GET https://api.webinar.example/identity/v1/Users/me", body: `{"userName":"me@acme.example"}`},
		answerOf{request: token, body: `{"access_token":"A2","expires_in":3600}`},
		answerOf{request: "GET https://api.webinar.example/G2W/organizers/o9/webinars", body: `{"items":[{"name":"W","id":1}],"next":1}`},
		answerOf{request: "GET https://api.webinar.example/G2W/organizers/o9/webinars", body: `{"items":[]}`},
	)
	g, k := signedIn(t, s, client(), nil)
	want(t, "token", g.AccessToken.Reveal(), "A1:o9:k9")
	again := renew(t, s, client(), k)
	want(t, "token after", again.AccessToken.Reveal()+" "+again.RefreshToken.Reveal(), "A2:o9:k9 R1")
	act(t, s, client(), k, "listWebinars", nil)
	want(t, "dictionary", act(t, s, client(), k, "getWebinarsDictionary", map[string]any{"cursor": float64(1)}), `{"items":[],"cursor":null}`)
	want(t, "page", p.ask(4).URL.RawQuery, "page=1")
	p.done()
	s, _ = staged(t, "14-webinar", answerOf{request: token, body: `{"access_token":"A1"}`})
	if _, _, err := signIn(t, s, client(), nil); err == nil || !strings.Contains(err.Error(), "This user organizes no webinars") {
		t.Errorf("no organizer: %v", err)
	}
}

// Shape 15: a POST without body, its secrets in the query; whole responses with Link headers.
func TestShape15_Camp(t *testing.T) {
	const token = "POST https://launchpad.camp.example/authorization/token"
	next := http.Header{"Link": {`<https://api.camp.example/77/projects.json?page=2>; rel="next"`}}
	s, p := staged(
		t, "15-camp",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":1209600}`},
		answerOf{request: "GET https://launchpad.camp.example/authorization.json", body: `{"identity":{"email_address":"me@acme.example"},"accounts":[{"id":77,"name":"Acme"}]}`},
		answerOf{request: token, body: `{"access_token":"A2","expires_in":1209600}`},
		answerOf{request: "GET https://api.camp.example/77/projects.json", body: `[{"id":1}]`, header: next.Clone()},
		answerOf{request: "GET https://api.camp.example/77/projects.json", body: `[{"id":2}]`},
		answerOf{request: "GET https://api.camp.example/77/people.json", body: `[{"name":"P","id":5}]`},
	)
	address, g, err := signIn(t, s, client(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "address", address, "https://launchpad.camp.example/authorization/new?type=web_server&client_id=the-client&redirect_uri=http%3A%2F%2F127.0.0.1%3A53682%2Fcallback&state=the-host-state")
	first := p.ask(0)
	want(t, "query", first.URL.RawQuery, "type=web_server&code=the-code&redirect_uri=http%3A%2F%2F127.0.0.1%3A53682%2Fcallback&client_id=the-client&client_secret=the-secret")
	if first.body != "" || first.Header.Get("Content-Type") != "" || first.ContentLength != 0 {
		t.Errorf("a body: %q %v %d", first.body, first.Header, first.ContentLength)
	}
	k := integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken}
	want(t, "token after", renew(t, s, client(), k).AccessToken.Reveal(), "A2--77")
	want(t, "pages", act(t, s, client(), k, "listProjects", nil), `[{"id":1},{"id":2}]`)
	want(t, "second page", p.ask(4).URL.RawQuery, "page=2")
	want(t, "dictionary", act(t, s, client(), k, "getPeopleDictionary", nil), `{"items":[{"label":"P","value":5}],"cursor":null}`)
	p.done()
}

// Shape 16: what the redirect brings goes into the exchange; a permanent token that the refresh echoes.
func TestShape16_Storefront(t *testing.T) {
	s, p := staged(
		t, "16-storefront",
		answerOf{request: "POST https://login.storefront.example/oauth2/token", body: `{"access_token":"A1","user":{"email":"me@acme.example"}}`},
		answerOf{request: "GET https://api.storefront.example/stores/s9/v3/catalog/products", body: `{"items":[]}`},
		answerOf{request: "GET https://api.storefront.example/stores/s9/v3/catalog/categories", body: `{"items":[{"name":"C","id":3}]}`},
	)
	g, k := signedIn(t, s, client(), url.Values{"context": {"stores/s9"}, "scope": {"store_products"}})
	if g.AccessToken.Reveal() != "A1::s9" || !g.RefreshToken.IsZero() || g.Lifetime.Kind != oauthflow.LifetimeUnknown {
		t.Errorf("%+v", g)
	}
	if body := p.ask(0).body; !strings.Contains(body, `"context":"stores/s9","scope":"store_products"`) {
		t.Errorf("exchange %s", body)
	}
	again := renew(t, s, client(), k)
	if !again.AccessToken.Equal(k.AccessToken) || again.KeepExpiry || len(again.Warnings) > 0 {
		t.Errorf("the same token is no failure: %+v", again)
	}
	act(t, s, client(), k, "listProducts", map[string]any{"category": float64(3)})
	want(t, "own header", p.ask(1).Header.Get("X-Auth-Token"), "A1")
	want(t, "dictionary", act(t, s, client(), k, "getCategoriesDictionary", nil), `{"items":[{"label":"C","value":3}]}`)
	p.done()
}
