package manifest

import (
	"slices"
	"strings"
	"testing"

	"authdeck/integrations"
)

// TestSetupThatTeaches: which page, which client, what else, which redirect address, what to bring back.
func TestSetupThatTeaches(t *testing.T) {
	tests := []struct {
		name, page string
		want       []string
	}{
		{"whole", "console: https://acme.example/apps\nclient: {type: Desktop}\nsetup: [Tick the box]\n", []string{
			"Open https://acme.example/apps", `Make a client of the type "Desktop"`, "Tick the box",
			"Register exactly this redirect address: http://127.0.0.1:53682/callback", "Bring back: Client ID, Client secret (authdeck integrations set acme)",
		}},
		{"public client, any port", "client: {needs: id}\nredirect: {class: any_port}\n", []string{
			"Register the redirect address http://127.0.0.1/callback where the page asks for one; any port is taken", "Bring back: Client ID (authdeck integrations set acme)",
		}},
		{"localhost, its own port and path", "client: {needs: id}\nredirect: {class: localhost_only, port: 8000, path: /cb}\n", []string{
			"Register exactly this redirect address: http://localhost:8000/cb", "Bring back: Client ID (authdeck integrations set acme)",
		}},
		{"https only", "client: {needs: id}\nredirect: {class: https_only}\n", []string{
			"Register an https address of your own as the redirect address; after the sign-in paste the address the browser ended on",
			"Bring back: Client ID (authdeck integrations set acme)",
		}},
		{"console on a host of the user's", "client: {needs: id}\ninputs: {host: {label: Host, default: acme.example}, key: {label: Key}}\nconsole: https://{{host}}/apps\n", []string{
			"Open https://acme.example/apps", "Register exactly this redirect address: http://127.0.0.1:53682/callback", "Bring back: Client ID, Key (authdeck integrations set acme)",
		}},
		{"registers by itself", "issuer: https://acme.example\nclient: {needs: none}\n", []string{"Nothing to do: a client of our own is registered here, at the latest at the first login"}},
		{"no list of redirect addresses", "client: {needs: id}\nredirect: {class: any_port, register: false}\n", []string{"Bring back: Client ID (authdeck integrations set acme)"}},
		{"steps on both sides of the registering", "client: {needs: id}\nsetup: {before: [Tick], after: [\"Make it at {{client_id}}\", Copy]}\n", []string{
			"Tick", "Register exactly this redirect address: http://127.0.0.1:53682/callback", "Make it at {{client_id}}", "Copy", "Bring back: Client ID (authdeck integrations set acme)",
		}},
		{"a client for everybody", "client: {needs: none, id: x}\n", []string{"Nothing to do: log in"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "steps", parse(t, nil, minimal+tt.page).Info().Setup, tt.want)
		})
	}
}

func TestInfo(t *testing.T) {
	info := parse(t, nil, minimal+`
categories: [code]
client: {needs: none, id: x}
inputs:
  region: {label: Region, type: choice, default: eu, options: [eu, {value: us, label: America}], hint: where}
  key: {secret: true, required: false}
lifetime:
  access: 1h
  refresh: {idle: 14d, absolute: 52w, uses: single}
  rotates: always
  cases: [{when: in Testing, refresh: 7d}]
  limits: [100 tokens]
scopes: {default: [a], list: {a: words, b: {meaning: more words}}}
evidence: {token.url: discovery, pkce: [a, b]}
unverified: [redirect]
discovered: true
`).Info()
	equal(t, "kind", info.Kind, integrations.KindDiscovered)
	equal(t, "inputs", info.Inputs, []integrations.Input{
		{Name: "region", Label: "Region", Hint: "where", Type: "choice", Default: "eu", Required: true, Options: []integrations.Option{{Value: "eu", Label: "eu"}, {Value: "us", Label: "America"}}},
		{Name: "key", Label: "key", Type: "string", Secret: true},
	})
	if info.NeedsID || info.Register {
		t.Errorf("needs id %v, register %v; want neither", info.NeedsID, info.Register)
	}
	equal(t, "lifetimes", info.Lifetime, integrations.LifetimeFacts{
		Access: "1 h", Refresh: "14 d without use, 364 d at most", Rotates: "always", Cases: []string{"in Testing: refresh token 7 d"}, Limits: []string{"100 tokens"},
	})
	equal(t, "scopes", info.Scopes, integrations.Scopes{Default: []string{"a"}, Meaning: map[string]string{"a": "words", "b": "more words"}})
	equal(t, "evidence", info.Evidence, map[string][]string{"token.url": {"discovery"}, "pkce": {"a", "b"}})
	equal(t, "icon", info.Icon, integrations.Icon{Glyph: "A", ASCII: "A"})
	equal(t, "redirect", info.Redirect, integrations.Redirect{Class: integrations.RedirectLoopback, Host: "127.0.0.1", Port: integrations.DefaultPort, Path: "/callback"})
	equal(t, "refresh", info.Refresh, "rotates")
	equal(t, "PKCE", info.PKCE, "S256")
}

// TestSetupOfTheCatalogue: what a page asks for comes in the order in which the provider's pages ask for it, and nothing
// is to be registered where there is no list to register it in.
func TestSetupOfTheCatalogue(t *testing.T) {
	const register = "Register the redirect address http://127.0.0.1/callback where the page asks for one; any port is taken"
	const secret = "On the app's page make a client secret; it is shown once"
	github := builtin(t, "github", nil).Info()
	equal(t, "GitHub", github.Setup[2:4], []string{register, secret})
	equal(t, "written for GitHub", [][]string{github.Written, github.After}, [][]string{nil, {secret}})
	app := builtin(t, "github-app", nil).Info()
	equal(t, "GitHub App", app.Setup[3:5], []string{register, secret})
	google := builtin(t, "google", nil).Info()
	if i := slices.IndexFunc(google.Setup, func(s string) bool { return strings.Contains(strings.ToLower(s), "redirect") }); i >= 0 {
		t.Errorf("Google has no list of redirect addresses, and a step says: %s", google.Setup[i])
	}
	if !google.Redirect.Unregistered || github.Redirect.Unregistered || google.Redirect.Host != "127.0.0.1" || google.Redirect.Path != "/callback" {
		t.Errorf("%+v, %+v", google.Redirect, github.Redirect)
	}
}
