package flowrunner

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/integrations/manifest"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// besideCode is a class that can do all that a manifest may leave to it.
const besideCode = `
const { basic } = require('./lib/basic')
class Beside {
  constructor(config) { this.c = config }
  async getOAuth2ConnectionURL() { return this.c.server + '/by-code/authorize?client_id=' + this.c.client_id + '&state=of-the-code' }
  async executeCallback(o) {
    const a = await Flowrunner.Request.post(this.c.server + '/token').set({ Authorization: basic(this.c) }).type('form')
      .send({ by: 'code', code: o.code, state: o.state, code_verifier: o.codeVerifier, redirect_uri: o.redirectURI })
    return { token: a.access_token, refreshToken: a.refresh_token, expirationInSeconds: a.expires_in }
  }
  async refreshToken(r) {
    const a = await Flowrunner.Request.post(this.c.server + '/token').type('form').send({ by: 'code', refresh_token: r })
    return { token: a.access_token, expirationInSeconds: 60 }
  }
  async shout(text, times = 2) { return (text.toUpperCase() + '!').repeat(times) + this.request.headers['oauth-access-token'] }
}
Flowrunner.ServerCode.addService(Beside, [])
`

const besidePage = `manifest: 1
id: acme
name: Acme
inputs: {server: {}}
client: {needs: id_and_secret}
authorize: {AUTHORIZE}
token: {TOKEN}
refresh: {REFRESH}
identity: {request: {url: "{{server}}/me"}, name: login}
redirect: {class: any_port}
api: {base_url: "{{server}}"}
actions:
  who: {request: {url: /me}}
  shout: {code: acme.js, params: [{name: text, required: true}, {name: times, type: Number}]}
  loud: {code: "acme.js#shout", params: [{name: text}]}
SERVICE
`

// besideProvider notes the token requests that came.
type besideProvider struct {
	*httptest.Server
	seen []url.Values
}

func newBesideProvider(t *testing.T) *besideProvider {
	p := &besideProvider{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/token":
			_ = r.ParseForm()
			p.seen = append(p.seen, r.PostForm)
			_, _ = fmt.Fprintf(w, `{"access_token":"A%d","refresh_token":"R%d","expires_in":3600}`, len(p.seen), len(p.seen))
		case "/me":
			_, _ = fmt.Fprintf(w, `{"login":"ada","auth":%q}`, r.Header.Get("Authorization"))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func besidePageAt(t *testing.T, h *Host, replace ...string) (integrations.Integration, string) {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"acme.js": besideCode, "lib/basic.js": `exports.basic = c => 'Basic ' + Buffer.from(c.client_id + ':' + c.client_secret).toString('base64')`,
		"svc/src/index.js": `class S { constructor(c) { this.c = c }
/** @operationName Lent
 * @paramDef {"type":"String","name":"x"} */
async lent(x) { return [x, this.c.clientId, this.request.headers['oauth-access-token']] } }
Flowrunner.ServerCode.addService(S, [{ name: 'clientId', type: 'STRING', required: true }, { name: 'region', type: 'STRING', required: true }])`,
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	page := strings.NewReplacer(append(replace, "{AUTHORIZE}", `{url: "{{server}}/authorize"}`, "{TOKEN}", `{url: "{{server}}/token"}`, "{REFRESH}", `{}`, "SERVICE", "")...).Replace(besidePage)
	i, err := manifest.Parse(&oauthflow.Caller{}, manifest.Page{Name: "acme.yaml", Kind: integrations.KindManifest, Origin: filepath.Join(dir, "acme.yaml"), YAML: []byte(page), Code: h.Code})
	if err != nil {
		t.Fatal(err)
	}
	return i, dir
}

// TestBeside_Operations: any one of the three operations, or all, by a file beside the manifest; the others stay the manifest's.
func TestBeside_Operations(t *testing.T) {
	const byCode = `{code: acme.js}`
	for _, c := range []struct {
		name                     string
		replace                  []string
		urlByCode                bool
		tokenByCode, refreshCode bool
	}{
		{"none", nil, false, false, false},
		{"the connection URL", []string{"{AUTHORIZE}", byCode}, true, false, false},
		{"the exchange", []string{"{TOKEN}", `{code: acme.js, url: "{{server}}/token"}`}, false, true, false},
		{"the refresh", []string{"{REFRESH}", byCode}, false, false, true},
		{"URL and exchange", []string{"{AUTHORIZE}", byCode, "{TOKEN}", `{code: acme.js, url: "{{server}}/token"}`}, true, true, false},
		{"all three", []string{"{AUTHORIZE}", byCode, "{TOKEN}", byCode, "{REFRESH}", byCode}, true, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, p := newHost(t), newBesideProvider(t)
			i, _ := besidePageAt(t, h, c.replace...)
			cfg := configOf("server", p.URL, "client_id", "id", "client_secret", "shh")
			const redirect = "http://127.0.0.1:1/callback"
			u, err := i.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: cfg, RedirectURI: redirect, State: "ours"})
			if err != nil {
				t.Fatal(err)
			}
			at, err := url.Parse(u.URL)
			if err != nil || at.Query().Get("state") != "ours" || at.Query().Get("redirect_uri") != redirect || (at.Path == "/by-code/authorize") != c.urlByCode {
				t.Fatalf("%s", u.URL)
			}
			g, err := i.ExecuteCallback(t.Context(), integrations.CallbackRequest{
				Config: cfg, RedirectURI: redirect, Pending: u.Pending, Params: url.Values{"code": {"c0de"}, "state": {"ours"}},
			})
			if err != nil || g.AccessToken.Reveal() != "A1" || g.Identity.Name != "ada" || g.Lifetime.For != time.Hour {
				t.Fatalf("%v %+v", err, g)
			}
			sent := p.seen[0]
			if (sent.Get("by") == "code") != c.tokenByCode || sent.Get("code") != "c0de" || sent.Get("redirect_uri") != redirect {
				t.Errorf("%v", sent)
			}
			if c.urlByCode && c.tokenByCode && sent.Get("state") != "of-the-code" {
				t.Errorf("the code's own state did not come back: %v", sent)
			}
			if !c.urlByCode {
				sum := sha256.Sum256([]byte(sent.Get("code_verifier")))
				if base64.RawURLEncoding.EncodeToString(sum[:]) != at.Query().Get("code_challenge") {
					t.Errorf("the verifier is not that of the challenge: %v", sent)
				}
			}
			r, err := i.RefreshToken(t.Context(), integrations.RefreshRequest{Config: cfg, Kept: integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken}})
			if err != nil || r.AccessToken.Reveal() != "A2" || (p.seen[1].Get("by") == "code") != c.refreshCode || p.seen[1].Get("refresh_token") != "R1" {
				t.Errorf("%v %+v %v", err, r, p.seen[1])
			}
		})
	}
}

// TestBeside_Actions: an action by a file, and the actions of a service on the manifest's connection.
func TestBeside_Actions(t *testing.T) {
	h, p := newHost(t), newBesideProvider(t)
	i, _ := besidePageAt(t, h, "SERVICE", "service: svc")
	runner, ok := i.(integrations.ActionRunner)
	if !ok {
		t.Fatal("no actions")
	}
	var names []string
	for _, a := range runner.Actions() {
		names = append(names, a.Name)
	}
	if got := strings.Join(names, " "); got != "who shout loud lent" {
		t.Errorf("%s", got)
	}
	for _, c := range []struct{ action, params, want string }{
		{"who", `{}`, `{"login":"ada","auth":"Bearer T"}`},
		{"shout", `{"text":"hey"}`, `"HEY!HEY!T"`},
		{"shout", `{"text":"hey","times":1}`, `"HEY!T"`},
		{"loud", `{"text":"o"}`, `"O!O!T"`},
		{"lent", `{"x":"y"}`, `["y","id","T"]`},
	} {
		var params map[string]any
		if err := json.Unmarshal([]byte(c.params), &params); err != nil {
			t.Fatal(err)
		}
		got, err := runner.RunAction(t.Context(), integrations.ActionRequest{
			Config: configOf("server", p.URL, "client_id", "id", "client_secret", "shh"), Kept: integrations.Kept{AccessToken: secret.New("T")}, Action: c.action, Params: params,
		})
		if err != nil || string(got.Result) != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", c.action, err, got.Result, c.want)
		}
	}
}

// TestBeside_Refused: what a manifest may not leave to code, and what is not there.
func TestBeside_Refused(t *testing.T) {
	h := newHost(t)
	for name, c := range map[string]struct{ page, want string }{
		"outside of the folder":         {"token: {code: ../x.js}\n", "below the manifest's folder"},
		"an absolute path":              {"token: {code: /x.js}\n", "below the manifest's folder"},
		"no JavaScript":                 {"token: {code: x.py}\n", ".js file"},
		"a method of an operation":      {"token: {code: 'x.js#y'}\n", "an operation has one of its own"},
		"an action without a method":    {"actions: {add-note: {code: x.js}}\n", "no method can be called add-note"},
		"request and code":              {"api: {base_url: 'https://a.example'}\nactions: {a: {code: x.js, request: {url: /}}}\n", "request or code"},
		"a service outside":             {"service: ../svc\n", "below that of the manifest"},
		"neither address nor code":      {"authorize: {code: x.js}\n", "token.url is missing"},
		"an address of neither is fine": {"authorize: {code: x.js}\ntoken: {code: x.js}\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			page := "manifest: 1\nid: a\nname: A\nclient: {needs: id}\n" + c.page
			if !strings.Contains(page, "authorize:") {
				page += "authorize: {url: 'https://a.example/authorize'}\n"
			}
			if !strings.Contains(page, "token:") && !strings.Contains(c.want, "token.url") {
				page += "token: {url: 'https://a.example/token'}\n"
			}
			_, err := manifest.Parse(&oauthflow.Caller{}, manifest.Page{Name: "a.yaml", Origin: "/nowhere/a.yaml", YAML: []byte(page), Code: h.Code})
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v", err)
			}
		})
	}
	i, dir := besidePageAt(t, h, "{AUTHORIZE}", "{code: acme.js}")
	if err := os.Remove(filepath.Join(dir, "acme.js")); err != nil {
		t.Fatal(err)
	}
	_, err := i.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: configOf("server", "https://a.example", "client_id", "id", "client_secret", "s")})
	if err == nil || !strings.Contains(err.Error(), "acme.js: there is no such file") {
		t.Errorf("%v", err)
	}
}

// TestBeside_ReadsNoMore: beside a manifest may lie anything of the user's. Code gets JavaScript of its own folder, and nothing that a link
// leads out to.
func TestBeside_ReadsNoMore(t *testing.T) {
	h := newHost(t)
	dir, outside := t.TempDir(), t.TempDir()
	put := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(filepath.Join(dir, "lib", "b.js"), "class S { async take(name) { return require(name) } }\nFlowrunner.ServerCode.addService(S, [])")
	put(filepath.Join(dir, "lib", "own.js"), "module.exports = 'own'")
	put(filepath.Join(dir, "lib", "node_modules", "pkg", "index.js"), "module.exports = require('./data.json').of")
	put(filepath.Join(dir, "lib", "node_modules", "pkg", "data.json"), `{"of":"package"}`)
	for _, name := range []string{"lib/bank.json", "lib/.env", "lib/.docker/config.json", ".ssh/key.js", "up.js"} {
		put(filepath.Join(dir, filepath.FromSlash(name)), `"secret"`)
	}
	put(filepath.Join(outside, "b.js"), "class S { async take() { return 'outside' } }\nFlowrunner.ServerCode.addService(S, [])")
	put(filepath.Join(outside, "svc", "src", "index.js"), "class S {}\nFlowrunner.ServerCode.addService(S, [])")
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "b.js"), filepath.Join(dir, "lib", "linked.js")); err != nil {
		t.Fatal(err)
	}
	p, err := h.Code(t.Context(), dir, "lib/b.js")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"./own": `"own"`, "./own.js": `"own"`, "pkg": `"package"`,
		"./bank.json": "", "./.env": "", "./.docker/config.json": "", "./.docker/config": "", "../.ssh/key.js": "", "../.ssh/key": "", "./linked.js": "", "../up": "",
	} {
		got, err := p.Call(t.Context(), "take", integrations.ActionRequest{}, []any{name})
		if want == "" && (err == nil || strings.Contains(err.Error(), "secret")) || want != "" && string(got.Result) != want {
			t.Errorf("%s: %s %v", name, got.Result, err)
		}
	}
	for _, name := range []string{"link/b.js", "link/svc", "lib/linked.js", "../x.js"} {
		if _, err := h.Code(t.Context(), dir, name); err == nil {
			t.Errorf("%s is opened", name)
		}
	}
}
