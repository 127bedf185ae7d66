package flowrunner

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// Shape 17: the host comes with the redirect, no expiry, and the refresh token is the access token.
func TestShape17_Shop(t *testing.T) {
	const token = "POST https://acme.shops.example/admin/oauth/access_token"
	s, p := staged(
		t, "17-shop",
		answerOf{request: token, body: `{"access_token":"A1"}`},
		answerOf{request: "GET https://acme.shops.example/admin/api/shop.json", body: `{"shop":{"name":"Acme"}}`},
		answerOf{request: "GET https://acme.shops.example/admin/api/orders.json", body: `{"orders":[]}`},
		answerOf{request: "GET https://acme.shops.example/admin/api/locations.json", body: `{"items":[]}`},
	)
	cfg := integrations.Config{"shopDomain": secret.New("other.shops.example"), "apiKey": secret.New("key-1"), "apiSecret": secret.New("sec-1")}
	g, k := signedIn(t, s, cfg, url.Values{"shop": {"acme.shops.example"}})
	if g.Lifetime.Kind != oauthflow.LifetimeUnknown || !g.RefreshToken.Equal(g.AccessToken) {
		t.Errorf("%+v", g)
	}
	want(t, "JSON exchange", p.ask(0).body, `{"client_id":"key-1","client_secret":"sec-1","code":"the-code"}`)
	if again := renew(t, s, cfg, k); !again.AccessToken.Equal(k.AccessToken) || again.Lifetime.Kind != oauthflow.LifetimeUnknown {
		t.Errorf("%+v", again)
	}
	act(t, s, cfg, k, "listOrders", map[string]any{"status": "Open"})
	want(t, "shown text, mapped by the service", p.ask(2).URL.RawQuery, "status=open")
	act(t, s, cfg, k, "getLocationsDictionary", nil)
	p.done()
	s, _ = staged(t, "17-shop", answerOf{request: token, status: 401, body: `<html>`, header: http.Header{"Content-Type": {"text/html"}}})
	if _, _, err := signIn(t, s, cfg, url.Values{"shop": {"acme.shops.example"}}); err == nil || !strings.Contains(err.Error(), "it printed: error: The exchange at acme.shops.example failed") {
		t.Errorf("refused: %v", err)
	}
}

// Shape 18: exchanges by GET, with secrets in the query that show nowhere; a token that is its own refresh token.
func TestShape18_Ads(t *testing.T) {
	const token = "GET https://graph.ads.example/v20.0/oauth/access_token"
	s, p := staged(
		t, "18-ads",
		answerOf{request: token, body: `{"access_token":"short-token"}`},
		answerOf{request: token, body: `{"access_token":"long-token-1"}`},
		answerOf{request: "GET https://graph.ads.example/v20.0/me", body: `{"name":"Acme"}`},
		answerOf{request: token, body: `{"access_token":"long-token-2","expires_in":100}`},
		answerOf{request: "GET https://graph.ads.example/v20.0/me/campaigns", body: `{}`},
		answerOf{request: "GET https://graph.ads.example/v20.0/me/adaccounts", body: `{"items":[]}`},
	)
	cfg := integrations.Config{"appId": secret.New("app-77"), "appSecret": secret.New("app-secret-77")}
	g, k := signedIn(t, s, cfg, nil)
	if g.AccessToken.Reveal() != "long-token-1" || !g.RefreshToken.Equal(g.AccessToken) || g.Lifetime.For != 60*24*time.Hour {
		t.Errorf("%+v", g)
	}
	want(t, "second exchange", p.ask(1).URL.RawQuery, "client_id=app-77&client_secret=app-secret-77&grant_type=ads_exchange_token&ads_exchange_token=short-token")
	if again := renew(t, s, cfg, k); again.AccessToken.Reveal() != "long-token-2" || again.RefreshToken.Reveal() != "long-token-2" || again.Lifetime.For != 100*time.Second {
		t.Errorf("%+v", again)
	}
	got, err := s.RunAction(t.Context(), integrations.ActionRequest{Config: cfg, Kept: k, Action: "listCampaigns"})
	if err != nil || len(got.Exchanges) != 1 || strings.Contains(got.Exchanges[0].URL, "long-token") || !strings.Contains(got.Exchanges[0].URL, "limit=25") {
		t.Errorf("%+v %v", got.Exchanges, err)
	}
	act(t, s, cfg, k, "getAccountsDictionary", nil)
	p.done()
}

// Shape 19: without the package no sign-in, and the reason names it; with it the package does its own HTTP.
func TestShape19_Payments(t *testing.T) {
	cfg := integrations.Config{"clientId": secret.New("ca_1"), "privateKey": secret.New("sk_live_1")}
	s, _ := staged(t, "19-payments")
	if in := s.Info().Inputs[1]; !in.Secret {
		t.Errorf("%+v is no secret", in)
	}
	_, _, err := signIn(t, s, cfg, nil)
	if err == nil || !strings.Contains(err.Error(), `package "paykit" is not installed`) {
		t.Errorf("%v", err)
	}
	const token = "POST https://connect.payments.example/oauth/token"
	s, p := staged(
		t, "19-payments-kit",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1"}`},
		answerOf{request: "GET https://api.payments.example/v1/account", body: `{"email":"me@acme.example"}`},
		answerOf{request: token, status: 400, body: `{"error":"invalid_grant","error_description":"revoked"}`},
		answerOf{request: "GET https://api.payments.example/v1/charges", body: `[]`},
		answerOf{request: "GET https://api.payments.example/v1/customers", body: `{"items":[]}`},
	)
	g, k := signedIn(t, s, cfg, nil)
	if g.Lifetime.For != 43199*time.Second || g.Identity.Name != "me@acme.example" {
		t.Errorf("%+v", g)
	}
	want(t, "the package's header", p.ask(0).Header.Get("Authorization"), "Bearer sk_live_1")
	_, err = s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: cfg, Kept: k})
	var e *oauthflow.Error
	if !errors.As(err, &e) || e.Class != oauthflow.ClassDead {
		t.Errorf("refresh: %v", err)
	}
	act(t, s, cfg, k, "listCharges", nil)
	act(t, s, cfg, k, "getCustomersDictionary", nil)
	p.done()
}

// Shape 20: a large package that is not there hinders its own action only; streams; the refresh brings no refresh token.
func TestShape20_Drive(t *testing.T) {
	const token = "POST https://oauth2.drive.example/token"
	s, p := staged(
		t, "20-drive",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":3599}`},
		answerOf{request: "GET https://www.drive.example/oauth2/v2/userinfo", body: `{"name":"Acme","email":"me@acme.example","picture":"http://not-https.example/p.png"}`},
		answerOf{request: token, body: `{"access_token":"A2","expires_in":3599}`},
		answerOf{request: "GET https://www.drive.example/drive/v3/files/f1", body: "\x00\xff bytes", header: http.Header{"Content-Type": {"application/octet-stream"}}},
		answerOf{request: "GET https://www.drive.example/drive/v3/files", body: `{"items":[{"name":"F","id":"f1"}],"next":"p2"}`},
		answerOf{request: "GET https://www.drive.example/drive/v3/files", body: `[]`},
	)
	g, k := signedIn(t, s, client(), nil)
	want(t, "identity, without a picture that is not https", g.Identity.Name+g.Identity.Image, "Acme (me@acme.example)")
	if again := renew(t, s, client(), k); again.AccessToken.Reveal() != "A2" || !again.RefreshToken.IsZero() {
		t.Errorf("%+v", again)
	}
	want(t, "the file of a played call, which is not kept", act(t, s, client(), k, "downloadFile", map[string]any{"id": "f1"}), `{"url":"https://files.authdeck.invalid/held/0/f1.bin"}`)
	want(t, "dictionary", act(t, s, client(), k, "getFilesDictionary", nil), `{"items":[{"label":"F","value":"f1"}],"cursor":"p2"}`)
	act(t, s, client(), k, "listFiles", nil)
	p.done()
	_, err := s.RunAction(t.Context(), integrations.ActionRequest{Config: client(), Kept: k, Action: "copyFile"})
	if err == nil || !strings.Contains(err.Error(), `package "bigclient" is not installed`) {
		t.Errorf("%v", err)
	}
}

// Shape 21: a constructor that throws is a configuration error, and items that only code tells are known once it ran.
func TestShape21_Backend(t *testing.T) {
	const token = "POST https://api.backend.example/oauth/token"
	s, p := staged(
		t, "21-backend",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":3600}`},
		answerOf{request: "GET https://api.backend.example/me", body: `{"email":"me@acme.example"}`},
		answerOf{request: token, status: 503, body: `later`},
		answerOf{request: "GET https://api.backend.example/data/Users", body: `[]`},
		answerOf{request: "GET https://api.backend.example/tables", body: `{"items":[{"name":"Users"}]}`},
	)
	if n := len(s.Info().Inputs); n != 6 {
		t.Errorf("%d inputs", n)
	}
	_, err := s.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{RedirectURI: redirect, State: hostState})
	var e *oauthflow.Error
	if !errors.As(err, &e) || e.Class != oauthflow.ClassConfiguration || !strings.Contains(err.Error(), "Set one of the three pairs of credentials") {
		t.Errorf("%v", err)
	}
	cfg := integrations.Config{"consoleId": secret.New("console-1"), "consoleKey": secret.New("key-1")}
	_, k := signedIn(t, s, cfg, nil)
	want(t, "Basic", p.ask(0).Header.Get("Authorization"), "Basic "+base64.StdEncoding.EncodeToString([]byte("console-1:key-1")))
	_, err = s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: cfg, Kept: k})
	if !errors.As(err, &e) || e.Class != oauthflow.ClassTransient || e.Status != 503 || !strings.Contains(err.Error(), "503 Service Unavailable later") {
		t.Errorf("refresh: %v", err)
	}
	act(t, s, cfg, k, "findObjects", nil)
	want(t, "dictionary", act(t, s, cfg, k, "getTablesDictionary", nil), `{"items":[{"label":"Users","value":"Users"}]}`)
	p.done()
	// The same constructor in a refresh: nothing is lost, and nothing says that the grant is dead.
	_, err = s.RefreshToken(t.Context(), integrations.RefreshRequest{Kept: k})
	if !errors.As(err, &e) || e.Class != oauthflow.ClassConfiguration {
		t.Errorf("refresh without settings: %v", err)
	}
}

// Shape 22: a failed exchange does not stop the service; its user data holds its tokens; there is no refreshToken at all.
func TestShape22_Pages(t *testing.T) {
	const token, me = "POST https://api.pages.example/v1/oauth/token", "GET https://api.pages.example/v1/users/me"
	s, p := staged(
		t, "22-pages",
		answerOf{request: token, body: `{"access_token":"ntn_secret_1","bot_id":"b1","workspace_name":"Acme","owner":{"user":{"id":"u1"}}}`},
		answerOf{request: me, body: `{"name":"Acme bot"}`},
		answerOf{request: "POST https://api.pages.example/v1/search", body: `{"items":[]}`},
		answerOf{request: "POST https://api.pages.example/v1/search", body: `{"items":[{"name":"P","id":"p1"}]}`},
	)
	g, k := signedIn(t, s, client(), nil)
	want(t, "identity", g.Identity.Name, "Acme bot")
	if text := string(k.Extra); !strings.Contains(text, "ntn_secret_1") {
		t.Errorf("the service's own user data: %s", text)
	}
	if g.UserData["access_token"] == "ntn_secret_1" || g.UserData["workspace_name"] != "Acme" {
		t.Errorf("shown: %v", g.UserData)
	}
	act(t, s, client(), k, "searchPages", nil)
	want(t, "through node-fetch", p.ask(2).body, `{}`)
	want(t, "dictionary", act(t, s, client(), k, "getPagesDictionary", map[string]any{"search": "p"}), `{"items":[{"label":"P","value":"p1"}]}`)
	_, err := s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: client(), Kept: k})
	if !errors.Is(err, integrations.ErrNothingNew) {
		t.Errorf("refresh: %v", err)
	}
	p.done()

	s, _ = staged(
		t, "22-pages",
		answerOf{request: token, status: 400, body: `{"error":"invalid_grant"}`},
		answerOf{request: me, status: 401, body: `{"message":"API token is invalid"}`},
	)
	_, _, err = signIn(t, s, client(), nil)
	var e *oauthflow.Error
	if !errors.As(err, &e) || e.Code != "invalid_grant" {
		t.Errorf("refused: %v", err)
	}
}

// Shape 23: a package that nobody can install is missed at the operation that needs it; a lifetime as text; its words for a
// refusal.
func TestShape23_Mail(t *testing.T) {
	const token = "POST https://accounts.mail.example/token"
	s, p := staged(
		t, "23-mail",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","expires_in":3599}`},
		answerOf{request: "GET https://mail.example/v1/me/profile", body: `{"email":"me@acme.example"}`, header: http.Header{"Server": {"mail/2"}}},
		answerOf{request: token, status: 403, body: `{"error":{"code":403,"message":"no"}}`},
		answerOf{request: token, status: 400, body: `{"error":"invalid_grant"}`},
		answerOf{request: "GET https://mail.example/v1/me/messages", body: `{"items":[]}`},
		answerOf{request: "POST https://mail.example/v1/me/messages/send", body: `{"id":"m"}`},
	)
	g, k := signedIn(t, s, client(), nil)
	if g.Lifetime.For != 3599*time.Second || string(k.Extra) != `{"server":"mail/2"}` {
		t.Errorf("%+v", g)
	}
	var e *oauthflow.Error
	_, err := s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: client(), Kept: k})
	if !errors.As(err, &e) || e.Class == oauthflow.ClassDead {
		t.Errorf("403: %v", err)
	}
	_, err = s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: client(), Kept: k})
	if !errors.As(err, &e) || e.Class != oauthflow.ClassDead || !strings.Contains(err.Error(), "Access was expired or revoked: please reconnect") {
		t.Errorf("invalid_grant: %v", err)
	}
	want(t, "whole response", act(t, s, client(), k, "listMessages", nil), `{"status":200,"body":{"items":[]}}`)
	act(t, s, client(), k, "sendMessage", map[string]any{"to": "you@acme.example", "text": "ä"})
	want(t, "message", p.ask(5).body, `{"raw":"`+base64.RawURLEncoding.EncodeToString([]byte("To: you@acme.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nä"))+`"}`)
	want(t, "dictionary", act(t, s, client(), k, "getFoldersDictionary", nil), `{"items":[{"label":"Inbox","value":"INBOX"},{"label":"Sent","value":"SENT"},{"label":"Drafts","value":"DRAFTS"}]}`)
	p.done()
	_, err = s.RunAction(t.Context(), integrations.ActionRequest{Config: client(), Kept: k, Action: "sendAttachment"})
	if err == nil || !strings.Contains(err.Error(), `package "mail-composer-kit" is not installed`) {
		t.Errorf("%v", err)
	}
}

// Shape 24: a refresh that returns null, and one that always throws, without a request: nothing changes.
func TestShape24_NothingToRefresh(t *testing.T) {
	for name, answers := range map[string][]answerOf{
		"24-sites": {
			{request: "POST https://api.sites.example/oauth/access_token", body: `{"access_token":"A1"}`},
			{request: "GET https://api.sites.example/info", body: `{"user":{"email":"me@acme.example"}}`},
			{request: "GET https://api.sites.example/sites", body: `{"items":[{"name":"S","id":"1"},{"name":"T","id":"2"}]}`},
			{request: "GET https://api.sites.example/sites", body: `[]`},
		},
		"24-campaigns": {
			{request: "POST https://login.campaigns.example/oauth2/token", body: `{"access_token":"A1","expires_in":0}`},
			{request: "GET https://login.campaigns.example/oauth2/metadata", body: `{"dc":"us6","login":{"email":"me@acme.example"}}`},
			{request: "GET https://us6.api.campaigns.example/3.0/lists", body: `{"items":[{"name":"T","id":"2"}]}`},
			{request: "GET https://us6.api.campaigns.example/3.0/lists", body: `[]`},
		},
	} {
		s, p := staged(t, name, answers...)
		g, k := signedIn(t, s, client(), nil)
		if g.Lifetime.Kind != oauthflow.LifetimeUnknown || !g.RefreshToken.IsZero() || g.Identity.Name != "me@acme.example" {
			t.Errorf("%s: %+v", name, g)
		}
		_, err := s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: client(), Kept: k})
		if !errors.Is(err, integrations.ErrNothingNew) {
			t.Errorf("%s: %v", name, err)
		}
		dictionary, action := "getSitesDictionary", "listSites"
		if name == "24-campaigns" {
			dictionary, action = "getAudiencesDictionary", "listAudiences"
		}
		want(t, name, act(t, s, client(), k, dictionary, map[string]any{"search": "T"}), `{"items":[{"label":"T","value":"2"}]}`)
		act(t, s, client(), k, action, nil)
		p.done()
	}
}

// Shape 25: a failed refresh masked as success keeps its old end and is told; an echo without a request is just unchanged.
func TestShape25_Masked(t *testing.T) {
	const token = "POST https://connect.sandbox.debits.example/oauth/access_token"
	s, p := staged(
		t, "25-debits",
		answerOf{request: token, body: `{"access_token":"A1","refresh_token":"R1","organisation_id":"OR1"}`},
		answerOf{request: token, status: 500, body: `{"error":{"message":"down"}}`},
		answerOf{request: token, body: `{"access_token":"A2","refresh_token":"R2"}`},
		answerOf{request: "GET https://api.sandbox.debits.example/mandates", body: `[]`},
		answerOf{request: "GET https://api.sandbox.debits.example/customers", body: `{"items":[]}`},
	)
	cfg := client()
	cfg["environment"] = secret.New("Sandbox")
	g, k := signedIn(t, s, cfg, nil)
	if g.Lifetime.For != 365*24*time.Hour || g.Identity.Name != "OR1" {
		t.Errorf("%+v", g)
	}
	again := renew(t, s, cfg, k)
	if !again.AccessToken.Equal(k.AccessToken) || !again.KeepExpiry || len(again.Warnings) != 1 || !strings.Contains(again.Warnings[0], "HTTP 500") {
		t.Errorf("masked: %+v", again)
	}
	if again = renew(t, s, cfg, k); again.AccessToken.Reveal() != "A2" || again.KeepExpiry {
		t.Errorf("%+v", again)
	}
	act(t, s, cfg, k, "listMandates", nil)
	act(t, s, cfg, k, "getCustomersDictionary", nil)
	p.done()

	s, p = staged(
		t, "25-tasks",
		answerOf{request: "POST https://api.tasks.example/v2/oauth/token", body: `{"access_token":"A1"}`},
		answerOf{request: "GET https://api.tasks.example/v2/user", body: `{"user":{"username":"acme","picture":null}}`},
		answerOf{request: "GET https://api.tasks.example/v2/list/all/task", body: `[]`},
		answerOf{request: "GET https://api.tasks.example/v2/list", body: `{"items":[]}`},
	)
	g, k = signedIn(t, s, client(), nil)
	if g.Lifetime.For != 3650*24*time.Hour {
		t.Errorf("%+v", g.Lifetime)
	}
	if again := renew(t, s, client(), k); !again.AccessToken.Equal(k.AccessToken) || again.KeepExpiry || len(again.Warnings) > 0 {
		t.Errorf("%+v", again)
	}
	act(t, s, client(), k, "getTasks", nil)
	want(t, "a default is never injected (§4)", p.ask(2).URL.RawQuery, "")
	want(t, "the bare token", p.ask(2).Header.Get("Authorization"), "A1")
	act(t, s, client(), k, "getListsDictionary", nil)
	p.done()
}
