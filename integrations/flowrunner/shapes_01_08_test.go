package flowrunner

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// Shape 1: the service writes redirect address and state itself, and reads the refresh token from the context.
func TestShape01_ServiceDesk(t *testing.T) {
	s, p := staged(
		t, "01-servicedesk",
		answerOf{request: "POST https://acme.desk.example/oauth_token", body: `{"access_token":"A1","refresh_token":"R1","expires_in":1800}`},
		answerOf{request: "POST https://acme.desk.example/oauth_token", body: `{"access_token":"A2","expires_in":1800}`},
		answerOf{request: "GET https://acme.desk.example/api/tables", body: `{"items":[{"name":"Incidents","id":"incident"}]}`},
		answerOf{request: "GET https://acme.desk.example/api/tables/incident", body: `{"items":[]}`},
	)
	cfg := client()
	cfg["instance"] = secret.New("acme")
	address, g, err := signIn(t, s, cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "address", address, "https://acme.desk.example/oauth_auth?response_type=code&client_id=the-client&redirect_uri=http%3A%2F%2F127.0.0.1%3A53682%2Fcallback&state=the-host-state")
	if g.Identity.Name != "" {
		t.Errorf("identity %q", g.Identity.Name)
	}
	k := integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken}
	if g = renew(t, s, cfg, k); g.AccessToken.Reveal() != "A2" || !g.RefreshToken.IsZero() {
		t.Errorf("%+v", g)
	}
	want(t, "refresh", p.ask(1).form().Get("refresh_token"), "R1")
	want(t, "dictionary", act(t, s, cfg, k, "getTablesDictionary", map[string]any{"search": "inc"}), `{"items":[{"label":"Incidents","value":"incident"}]}`)
	act(t, s, cfg, k, "listRecords", map[string]any{"table": "incident"})
	want(t, "query", p.ask(3).URL.RawQuery, "limit=10")
	p.done()
	if _, err := s.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: integrations.Config{}, RedirectURI: redirect, State: hostState}); !errors.Is(err, integrations.ErrNotConfigured) || !strings.Contains(err.Error(), "instance") {
		t.Errorf("without the required item: %v", err)
	}
}

// Shape 2: two tokens as JSON text in one, two requests in one refresh, 200 for a failure, and {} for it.
func TestShape02_Chat(t *testing.T) {
	const access = "POST https://api.chat.example/oauth.access"
	s, p := staged(
		t, "02-chat",
		answerOf{request: access, body: `{"ok":true,"access_token":"B1","refresh_token":"RB1","expires_in":43200,"team":{"name":"Acme"},"authed_user":{"access_token":"U1","refresh_token":"RU1"}}`},
		answerOf{request: access, body: `{"ok":true,"access_token":"X2","refresh_token":"RX2","expires_in":43200}`},
		answerOf{request: access, body: `{"ok":true,"access_token":"X2","refresh_token":"RX2","expires_in":300}`},
		answerOf{request: "POST https://api.chat.example/search.all", body: `{"ok":true}`},
		answerOf{request: "POST https://api.chat.example/channels.list", body: `{"ok":true,"items":[{"name":"general","id":"C1"}],"next":"p2"}`},
	)
	g, k := signedIn(t, s, client(), nil)
	want(t, "token", g.AccessToken.Reveal(), `{"user":"U1","bot":"B1"}`)
	want(t, "refresh token", g.RefreshToken.Reveal(), `{"user":"RU1","bot":"RB1"}`)
	want(t, "identity", g.Identity.Name, "Acme")
	again := renew(t, s, client(), k)
	want(t, "token after", again.AccessToken.Reveal(), `{"user":"X2","bot":"X2"}`)
	want(t, "refresh token after", again.RefreshToken.Reveal(), `{"user":"RX2","bot":"RX2"}`)
	if again.Lifetime.For.Seconds() != 300 {
		t.Errorf("lifetime %v", again.Lifetime.For)
	}
	sent := map[string]bool{p.ask(1).form().Get("refresh_token"): true, p.ask(2).form().Get("refresh_token"): true}
	if !sent["RU1"] || !sent["RB1"] {
		t.Errorf("sent %v", sent)
	}
	act(t, s, client(), k, "search", nil)
	want(t, "user's token", p.ask(3).Header.Get("Authorization"), "Bearer U1")
	want(t, "dictionary", act(t, s, client(), k, "getChannelsDictionary", nil), `{"items":[{"label":"general","value":"C1"}],"cursor":"p2"}`)
	want(t, "bot's token", p.ask(4).Header.Get("Authorization"), "Bearer B1")
	p.done()
}

// §3.3: the service has swallowed the reason and returned {}; host, error and what it printed are shown.
func TestShape02_Refused(t *testing.T) {
	s, _ := staged(t, "02-chat", answerOf{request: "POST https://api.chat.example/oauth.access", body: `{"ok":false,"error":"invalid_code"}`})
	_, _, err := signIn(t, s, client(), nil)
	var e *oauthflow.Error
	if !errors.As(err, &e) || e.Host != "api.chat.example" || e.Status != 200 || e.Code != "invalid_code" || !strings.Contains(err.Error(), "it printed: error: The exchange did not work: invalid_code") {
		t.Errorf("%+v: %v", e, err)
	}
	// The same code that ends a grant ends it with a 200, too.
	s, _ = staged(
		t, "02-chat",
		answerOf{request: "POST https://api.chat.example/oauth.access", body: `{"ok":false,"error":"invalid_grant"}`},
		answerOf{request: "POST https://api.chat.example/oauth.access", body: `{"ok":false,"error":"invalid_grant"}`},
	)
	_, err = s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: client(), Kept: integrations.Kept{AccessToken: secret.New("{}"), RefreshToken: secret.New(`{"user":"a","bot":"b"}`)}})
	if !errors.As(err, &e) || e.Class != oauthflow.ClassDead {
		t.Errorf("refresh: %v", err)
	}
}

// §3.4 with several requests in one refresh: a refused grant counts first, then trouble that passes, in whatever order they came.
func TestShape02_RefreshClasses(t *testing.T) {
	h := newHost(t)
	const access = "POST https://api.chat.example/oauth.access"
	down := answerOf{request: access, status: 503, body: `{}`}
	client401 := answerOf{request: access, status: 401, body: `{"error":"invalid_client"}`}
	dead := answerOf{request: access, status: 400, body: `{"error":"invalid_grant"}`}
	for name, row := range map[string]struct {
		answers []answerOf
		class   string
	}{
		"trouble, then a refused client":  {[]answerOf{down, client401}, "transient"},
		"a refused client, then trouble":  {[]answerOf{client401, down}, "transient"},
		"a refused grant, then trouble":   {[]answerOf{dead, down}, "dead"},
		"trouble, then a refused grant":   {[]answerOf{down, dead}, "dead"},
		"a client that is refused always": {[]answerOf{client401, client401}, "configuration"},
	} {
		p := &script{t: t, answers: row.answers}
		s, err := h.Open(t.Context(), "testdata/services/02-chat")
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Played(p).RefreshToken(t.Context(), integrations.RefreshRequest{Config: client(), Kept: integrations.Kept{
			AccessToken: secret.New(`{"user":"a","bot":"b"}`), RefreshToken: secret.New(`{"user":"RU","bot":"RB"}`),
		}})
		wantClass(t, name, err, row.class)
	}
}

// Shape 3: a parameter of the redirect is half of the token, and the refresh takes it from the old one.
func TestShape03_Ledger(t *testing.T) {
	const token = "POST https://oauth.ledger.example/v1/token"
	s, p := staged(
		t, "03-ledger",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":3600}`},
		answerOf{request: "GET https://books.ledger.example/v3/9341/company", body: `{"company":{"name":"Acme"}}`},
		answerOf{request: token, body: `{"access_token":"A2","refresh_token":"R2","expires_in":3600}`},
		answerOf{request: "GET https://books.ledger.example/v3/9341/invoices", body: `[]`},
		answerOf{request: "GET https://books.ledger.example/v3/9341/customers", body: `{"items":[{"name":"C","id":7,"email":"c@acme.example"}]}`},
	)
	g, k := signedIn(t, s, client(), url.Values{"realmId": {"1", "9341"}}) // of a repeated name the last
	want(t, "token", g.AccessToken.Reveal(), "9341::A1")
	want(t, "Basic", p.ask(0).Header.Get("Authorization"), "Basic "+base64.StdEncoding.EncodeToString([]byte("the-client:the-secret")))
	again := renew(t, s, client(), k)
	want(t, "token after", again.AccessToken.Reveal(), "9341::A2")
	want(t, "refresh token after", again.RefreshToken.Reveal(), "R2")
	act(t, s, client(), k, "listInvoices", nil)
	want(t, "Bearer", p.ask(3).Header.Get("Authorization"), "Bearer A1")
	want(t, "dictionary", act(t, s, client(), k, "getCustomersDictionary", nil), `{"items":[{"label":"C","value":7,"note":"c@acme.example"}]}`)
	p.done()
	_, _, err := signIn(t, s, client(), nil)
	if err == nil || !strings.Contains(err.Error(), "The redirect named no company") {
		t.Errorf("without realmId: %v", err)
	}
}

// Shape 4: every action needs the user data, and each refresh token serves once.
func TestShape04_Invoices(t *testing.T) {
	const token = "POST https://api.invoices.example/auth/oauth/token"
	s, p := staged(
		t, "04-invoices",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":43200}`},
		answerOf{request: "GET https://api.invoices.example/auth/me", body: `{"email":"me@acme.example","businesses":[{"id":77,"account_id":"xZ9","name":"Acme"}]}`},
		answerOf{request: token, body: `{"access_token":"A2","refresh_token":"R2","expires_in":43200}`},
		answerOf{request: "GET https://api.invoices.example/accounting/xZ9/clients", body: `[]`},
		answerOf{request: "GET https://api.invoices.example/projects/77", body: `{"items":[]}`},
	)
	_, k := signedIn(t, s, client(), nil)
	if g := renew(t, s, client(), k); g.RefreshToken.Reveal() != "R2" {
		t.Errorf("%+v", g)
	}
	want(t, "JSON exchange", p.ask(2).body, `{"client_id":"the-client","client_secret":"the-secret","grant_type":"refresh_token","refresh_token":"R1"}`)
	act(t, s, client(), k, "listClients", nil)
	act(t, s, client(), k, "getProjectsDictionary", nil)
	p.done()
	_, err := s.RunAction(t.Context(), integrations.ActionRequest{Config: client(), Action: "listClients", Kept: integrations.Kept{AccessToken: k.AccessToken}})
	if err == nil || err.Error() != "Account and business are not known: connect again" {
		t.Errorf("without user data: %v", err)
	}
}

// Shape 5: parameters with odd names, probes that fail, user data in the refresh.
func TestShape05_SuiteBooks(t *testing.T) {
	s, p := staged(
		t, "05-suite-books",
		answerOf{request: "POST https://accounts.suite-eu.example/oauth/v2/token", body: `{"access_token":"A1","refresh_token":"R1","expires_in":3600}`},
		answerOf{request: "GET https://books.suite-eu.example/v3/organizations", status: 401, body: `{"message":"not here"}`},
		answerOf{request: "GET https://books.suite-com.example/v3/organizations", status: 500, body: `oops`},
		answerOf{request: "GET https://books.suite-in.example/v3/organizations", body: `{"organizations":[{"id":"42","name":"Acme"}]}`},
		answerOf{request: "POST https://accounts.suite-eu.example/oauth/v2/token", body: `{"access_token":"A2","expires_in":3600}`},
		answerOf{request: "GET https://books.suite-in.example/v3/contacts", body: `[]`},
		answerOf{request: "GET https://books.suite-in.example/v3/taxes", body: `{"items":[]}`},
	)
	g, k := signedIn(t, s, client(), url.Values{"accounts-server": {"https://accounts.suite-eu.example"}, "location": {"eu"}})
	want(t, "token", g.AccessToken.Reveal(), "A1::42")
	if len(g.Warnings) != 1 || !strings.Contains(g.Warnings[0], "No organization in com") {
		t.Errorf("warnings %q", g.Warnings)
	}
	want(t, "token after", renew(t, s, client(), k).AccessToken.Reveal(), "A2::42")
	want(t, "all in the query", p.ask(4).URL.RawQuery, "client_id=the-client&client_secret=the-secret&grant_type=refresh_token&refresh_token=R1")
	act(t, s, client(), k, "listContacts", nil)
	want(t, "own scheme", p.ask(5).Header.Get("Authorization"), "Suite-oauthtoken A1")
	act(t, s, client(), k, "getTaxesDictionary", map[string]any{"criteria": map[string]any{"country": "AT"}})
	want(t, "criteria", p.ask(6).URL.RawQuery, "organization_id=42&country=AT")
	p.done()
}

// §3.2: a failed exchange joined to undefined:: is a failed sign-in.
func TestShape05_Unusable(t *testing.T) {
	answers := []answerOf{{request: "POST https://accounts.suite-com.example/oauth/v2/token", body: `{"error":"invalid_code"}`}}
	for _, region := range []string{"com", "eu", "in", "au", "jp", "ca", "sa", "uk"} {
		answers = append(answers, answerOf{request: "GET https://books.suite-" + region + ".example/v3/organizations", status: 401, body: `{}`})
	}
	s, p := staged(t, "05-suite-books", answers...)
	_, g, err := signIn(t, s, client(), nil)
	if err == nil || !g.AccessToken.IsZero() || !strings.Contains(err.Error(), "no usable token") {
		t.Errorf("%+v %v", g, err)
	}
	p.done()
}

// Shape 6: web globals, and a class that is spread over files.
func TestShape06_SuiteRecruit(t *testing.T) {
	const token = "POST https://accounts.suite-eu.example/oauth/v2/token"
	s, p := staged(
		t, "06-suite-recruit",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":3600}`},
		answerOf{request: "GET https://recruit.suite-eu.example/v2/users", body: `{"users":[{"full_name":"Acme Hiring"}]}`},
		answerOf{request: token, body: `{"access_token":"A2","expires_in":3600}`},
		answerOf{request: "POST https://recruit.suite-eu.example/v2/candidates/c 1/attachments", body: `{"id":"f1"}`},
		answerOf{request: "GET https://recruit.suite-eu.example/v2/candidates", body: `{"items":[{"full_name":"Zoë","id":"c 1"}]}`},
	)
	g, k := signedIn(t, s, client(), url.Values{"accounts-server": {"https://accounts.suite-eu.example"}, "location": {"eu"}})
	want(t, "identity", g.Identity.Name, "Acme Hiring")
	want(t, "field", p.ask(0).field("code"), "the-code")
	want(t, "token after", renew(t, s, client(), k).AccessToken.Reveal(), "A2")
	want(t, "refresh", p.ask(2).field("refresh_token"), "R1")
	act(t, s, client(), k, "attachNote", map[string]any{"candidate": "c 1", "text": "grüße"})
	if body := p.ask(3).body; !strings.Contains(body, `filename="note.txt"`) || !strings.Contains(body, "text/plain") || !strings.Contains(body, "grüße") {
		t.Errorf("upload: %q", body)
	}
	want(t, "dictionary", act(t, s, client(), k, "getCandidatesDictionary", map[string]any{"search": "a b"}), `{"items":[{"label":"Zoë","value":"c 1"}]}`)
	want(t, "search", p.ask(4).URL.RawQuery, "word=a%20b")
	p.done()
	s, _ = staged(t, "06-suite-recruit", answerOf{request: token, status: 400, body: `{"error":"invalid_grant"}`})
	if _, _, err := signIn(t, s, client(), url.Values{"accounts-server": {"https://accounts.suite-eu.example"}}); err == nil || !strings.Contains(err.Error(), "The accounts server says 400: invalid_grant") {
		t.Errorf("refused: %v", err)
	}
}

// Shape 7: no secret; a statement signed by RS256, whose issuer is the redirect's host, also in the refresh.
func TestShape07_Bank(t *testing.T) {
	const token = "POST https://sandbox-bank.example/api/auth/token"
	for _, file := range []string{"test-pkcs1.pem", "test-pkcs8.pem"} {
		key, err := os.ReadFile("engine/testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		s, p := staged(
			t, "07-bank",
			answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":2399}`},
			answerOf{request: token, body: `{"access_token":"A2","expires_in":2399}`},
			answerOf{request: "GET https://sandbox-bank.example/api/accounts/main", body: `{"id":"main","balance":1234.5}`},
			answerOf{request: "GET https://sandbox-bank.example/api/accounts", body: `{"items":[]}`},
		)
		cfg := integrations.Config{"clientId": secret.New("the-client"), "environment": secret.New("Sandbox"), "privateKey": secret.New(string(key))}
		g, k := signedIn(t, s, cfg, nil)
		want(t, "identity", g.Identity.Name, "Bank account")
		verified(t, key, p.ask(0).form().Get("client_assertion"))
		renew(t, s, cfg, k)
		verified(t, key, p.ask(1).form().Get("client_assertion"))
		want(t, "action", act(t, s, cfg, k, "getBalance", nil), `{"id":"main","balance":"1,234.50"}`)
		act(t, s, cfg, k, "getAccountsDictionary", nil)
		p.done()
	}
}

// verified checks the assertion's signature and what it states.
func verified(t *testing.T, key []byte, assertion string) {
	t.Helper()
	block, _ := pem.Decode(key)
	private, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		any8, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		private = any8.(*rsa.PrivateKey) //nolint:forcetypeassert // the test's own key
	}
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		t.Fatalf("assertion %q", assertion)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(&private.PublicKey, crypto.SHA256, sum[:], signature); err != nil {
		t.Errorf("signature: %v", err)
	}
	var claims struct{ Iss, Sub, Aud string }
	raw, _ := base64.RawURLEncoding.DecodeString(parts[1])
	if err := json.Unmarshal(raw, &claims); err != nil || claims.Iss != "127.0.0.1" || claims.Sub != "the-client" || claims.Aud != "https://sandbox-bank.example" {
		t.Errorf("%s %v", raw, err)
	}
}

// Shape 8: no lifetime, and a refresh that breaks the actions. The host stores what it got; the action's error is the service's.
func TestShape08_CRM(t *testing.T) {
	const token = "POST https://login.crm.example/services/oauth2/token"
	s, p := staged(
		t, "08-crm",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","instance_url":"https://eu1.crm.example"}`},
		answerOf{request: "GET https://eu1.crm.example/services/data/v60.0/sobjects", body: `{"items":[{"name":"Account","id":"a"},{"name":"Lead","id":"l"}]}`},
		answerOf{request: token, body: `{"access_token":"A2"}`},
	)
	cfg := integrations.Config{"consumerKey": secret.New("ck"), "consumerSecret": secret.New("cs")}
	g, k := signedIn(t, s, cfg, nil)
	if g.Lifetime.Kind != oauthflow.LifetimeUnknown || g.Identity.Name != "https://eu1.crm.example" {
		t.Errorf("%+v", g)
	}
	want(t, "dictionary", act(t, s, cfg, k, "getObjectsDictionary", map[string]any{"search": "Le"}), `{"items":[{"label":"Lead","value":"l"}]}`)
	again := renew(t, s, cfg, k)
	want(t, "token after", again.AccessToken.Reveal(), "A2")
	k.AccessToken = again.AccessToken
	_, err := s.RunAction(t.Context(), integrations.ActionRequest{Config: cfg, Kept: k, Action: "listObjects"})
	var e *integrations.ActionError
	if !errors.As(err, &e) || e.Unauthorized {
		t.Errorf("after the refresh: %v", err)
	}
	p.done()
}
