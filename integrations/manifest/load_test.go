package manifest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"authdeck/integrations"
	"authdeck/oauthflow"
)

// minimal is a page that loads; tests add lines behind it, the first of them in line 6.
const minimal = `manifest: 1
id: acme
name: Acme
authorize: {url: https://acme.example/authorize}
token: {url: https://acme.example/token}
`

// acts is a page with an action of these parameters, and two dictionaries.
func acts(params string) string {
	return minimal + "api: {base_url: https://a.example}\nactions:\n  a:\n    params: [" + params + "]\n    request: {url: /a}\n" +
		"dictionaries:\n  boards: {request: {url: /b}}\n  fields: {request: {url: /f}, params: list}\n"
}

// paged is a page with an action that has this paging.
func paged(paging string) string {
	return minimal + "api: {base_url: https://a.example}\nactions: {a: {request: {url: /a}, paging: " + paging + "}}\n"
}

// refuse loads a page and returns the mistakes, one a line.
func refuse(t *testing.T, page string) string {
	t.Helper()
	_, err := Parse(&oauthflow.Caller{}, Page{Name: "x.yaml", Kind: integrations.KindManifest, YAML: []byte(page)})
	if err == nil {
		return ""
	}
	var mistakes *Errors
	if !errors.As(err, &mistakes) {
		t.Fatalf("the error is a %T, want *Errors", err)
	}
	return err.Error()
}

func TestLoaderLoadsTheMinimum(t *testing.T) {
	if got := refuse(t, minimal); got != "" {
		t.Fatal(got)
	}
}

// TestLoaderRefuses is reference/manifests.md §5.11: file, line, column, what is wrong, the nearest right key.
func TestLoaderRefuses(t *testing.T) {
	tests := []struct{ name, page, want string }{
		{"unknown key", "manifest: 1\nid: a\nname: A\nauthorise: {url: https://a.example/a}\ntoken: {url: https://a.example/t}\nissuer: https://a.example", `x.yaml:4:1: unknown key "authorise"; did you mean "authorize"?`},
		{"unknown key with a hyphen", minimal + "api: {base-url: https://a.example}", `x.yaml:6:7: unknown key "base-url" in api; did you mean "base_url"?`},
		{"unknown key far from all", minimal + "redirect: {colour: red}", `x.yaml:6:12: unknown key "colour" in redirect; there can be class, host, port, path, send, register, note`},
		{"unknown key of the page, far from all", minimal + "whatever: 1", `x.yaml:6:1: unknown key "whatever"`},
		{"unknown key in an action", minimal + "api: {base_url: https://a.example}\nactions:\n  a:\n    lable: A\n    request: {url: /a}", `x.yaml:9:5: unknown key "lable" in actions.a; did you mean "label"?`},
		{"key twice", minimal + "name: B", `x.yaml:6:1: the key "name" is there twice; first in line 3`},
		{"a word that is none of them", minimal + "refresh:\n  body: xml", `x.yaml:7:9: refresh.body is "xml"; it can be form or json`},
		{"a word near to one", minimal + "redirect: {class: anyport}", `x.yaml:6:19: redirect.class is "anyport"; did you mean "any_port"?`},
		{"a word of another type", minimal + "pkce: true", `x.yaml:6:7: pkce is true; it can be s256, required or none`},
		{"yes is no truth value", minimal + "inputs: {a: {secret: yes}}", `x.yaml:6:22: inputs.a.secret is "yes"; it can be true or false`},
		{"True is no truth value", minimal + "inputs: {a: {secret: True}}", `x.yaml:6:22: inputs.a.secret is True; it can be true or false`},
		{"text is wanted", minimal + "notes: [1]", `x.yaml:6:9: notes.0 is 1; it must be text (put it in quotes)`},
		{"a list is wanted", minimal + "notes: words", `x.yaml:6:8: notes is text; it must be a list`},
		{"a map is wanted", minimal + "inputs: [a]", `x.yaml:6:9: inputs is a list; it must be a map`},
		{"a number is wanted", minimal + "redirect: {port: high}", `x.yaml:6:18: redirect.port is "high"; it must be a whole number`},
		{"a number in a spelling of its own", minimal + "redirect: {port: 010}", `x.yaml:6:18: redirect.port is 010; it must be a whole number`},
		{"a number with a sign", minimal + "redirect: {port: +5}", `x.yaml:6:18: redirect.port is +5; it must be a whole number`},
		{"a port out of range", minimal + "redirect: {port: 70000}", `x.yaml:6:18: redirect.port is 70000; it can be 1 to 65535`},
		{"a path that is none", minimal + "redirect: {path: callback}", `x.yaml:6:18: redirect.path is "callback"; it must begin with / and hold no %, ? or #`},
		{"missing key", "id: a\nname: A\nissuer: https://a.example", `x.yaml:1:1: manifest is missing`},
		{"missing endpoint", "manifest: 1\nid: a\nname: A\ntoken: {url: https://a.example/t}", `x.yaml:1:1: authorize.url is missing, and there is no issuer to read it from`},
		{"missing key of an action", minimal + "api: {base_url: https://a.example}\nactions: {a: {label: A}}", `x.yaml:7:14: actions.a has request or code, one of them`},
		{"format of the future", strings.Replace(minimal, "manifest: 1", "manifest: 2", 1), `x.yaml:1:11: manifest is 2; this version reads format 1`},
		{"bad id", strings.Replace(minimal, "id: acme", "id: Acme Inc", 1), `x.yaml:2:5: id is "Acme Inc"; it must be 1 to 64 of a-z, 0-9 and -`},
		{"bad month", minimal + "facts: \"2026\"", `x.yaml:6:8: facts is "2026"; it must be a month such as "2026-11"`},
		{"wide icon", minimal + "icon: {glyph: ab}", `x.yaml:6:15: icon.glyph is "ab"; it must be one cell wide`},
		{"icon colour", minimal + "icon: {colour: red}", `x.yaml:6:16: icon.colour is "red"; it must be #rrggbb`},
		{"two bodies", minimal + "api: {base_url: https://a.example}\nactions: {a: {request: {method: POST, url: /a, form: {a: b}, json: {a: b}}}}", `x.yaml:7:68: actions.a.request has form or json, not both`},
		{"a body without a method", minimal + "api: {base_url: https://a.example}\nactions: {a: {request: {url: /a, json: {a: b}}}}", `x.yaml:7:40: actions.a.request has a body; its method must be POST, PUT, PATCH or DELETE`},
		{"two ways to an identity", minimal + "identity: {from: token, request: {url: https://a.example/me}}", `x.yaml:6:11: identity has request or from, not both`},
		{"revoke and none", minimal + "revoke: {none: no, url: https://a.example/r}", `x.yaml:6:9: revoke has none or url, not both`},
		{"revoke without an address", minimal + "revoke: {kills: both}", `x.yaml:6:9: revoke.url is missing, and there is no issuer to read it from`},
		{"bad duration", minimal + "lifetime: {access: 2 hours}", `x.yaml:6:20: lifetime.access is "2 hours"; it can be never, unknown, or a duration such as 90s, 8h or 7d`},
		{"bad pattern", minimal + "inputs: {a: {pattern: '('}}", "x.yaml:6:23: inputs.a.pattern cannot be read: error parsing regexp: missing closing ): `(`"},
		{"default against pattern", minimal + "inputs: {a: {pattern: '[a-z]+', default: '1'}}", `x.yaml:6:42: inputs.a.default is "1"; it does not match the pattern`},
		{"default of a secret", minimal + "inputs: {a: {secret: true, default: x}}", `x.yaml:6:37: inputs.a is a secret and has no default`},
		{"choice without options", minimal + "inputs: {a: {type: choice}}", `x.yaml:6:13: inputs.a is a choice; options are missing`},
		{"default that is no choice", minimal + "inputs: {a: {type: choice, options: [x, y], default: z}}", `x.yaml:6:54: inputs.a.default is "z"; it can be x or y`},
		{"name of an input", minimal + "inputs: {Sub-Domain: {}}", `x.yaml:6:10: "Sub-Domain" is no name in inputs: a-z, 0-9 and _, a letter first`},
		{"input named as a variable", minimal + "inputs: {code: {}}", `x.yaml:6:10: inputs.code: {{code}} means something else; choose another name`},

		{"http off loopback", "manifest: 1\nid: a\nname: A\nissuer: http://api.example.com", `x.yaml:4:9: http is allowed on loopback only: http://api.example.com`},
		{"http with a host from an input", minimal + "inputs: {host: {}}\ndocs: http://{{host}}/", `x.yaml:7:7: http is allowed on loopback only: http://{{host}}/`},
		{"no address", minimal + "docs: acme.example", `x.yaml:6:7: docs: this is no web address: acme.example`},
		{"credentials in an address", minimal + "docs: https://u:p@acme.example", `x.yaml:6:7: docs: an address must not hold a user name or password: https://u:p@acme.example`},
		{"relative without a base", minimal + "api: {hosts: [a.example]}\nactions: {a: {request: {url: /a}}}", `x.yaml:7:30: actions.a.request.url is relative, and there is no api.base_url to start from`},
		{"actions without a fence", minimal + "actions: {a: {request: {url: https://a.example/a}}}", `x.yaml:6:10: actions need api.base_url or api.hosts: where the token may go`},

		{"variable of a later phase", strings.Replace(minimal, "https://acme.example/authorize", `"https://acme.example/{{code}}"`, 1), `x.yaml:4:42: {{code}} is not known in authorize.url; it first exists in token`},
		{"unknown variable", strings.Replace(minimal, "https://acme.example/authorize", `"https://{{subdomian}}.acme.example/"`, 1) + "inputs: {subdomain: {}, region: {}}", `x.yaml:4:29: unknown variable {{subdomian}}; the inputs are subdomain, region`},
		{"unknown function", minimal + "inputs: {a: {}}\nconsole: \"https://a.example/{{a | rot13}}\"", `x.yaml:7:35: console: unknown function "rot13"; there are base64, base64url, default, hex, hmac_sha1, hmac_sha256, join, json, lower, md5, now_iso, now_ms, now_s, random, raw, replace, sha1, sha256, slice, split, trim_prefix, trim_suffix, upper, urlencode, uuid`},
		{"argument count", minimal + "inputs: {a: {}}\nsetup: [\"{{a | slice 1}}\"]", `x.yaml:7:16: setup.0: slice takes 2 arguments, not 1`},
		{"template not closed", minimal + "inputs: {a: {}}\nsetup: [\"{{a\"]", `x.yaml:7:10: setup.0: {{ is not closed by }}`},
		{"unknown parameter", minimal + "api: {base_url: https://a.example}\nactions:\n  a:\n    params: [{name: search}]\n    request: {url: /a, query: {q: \"{{params.serch}}\"}}", `x.yaml:10:38: unknown parameter {{params.serch}}; the parameters are search`},
		{"secret in an address", minimal + "api: {base_url: https://a.example}\nactions: {a: {request: {url: \"/a/{{access_token}}\"}}}", `x.yaml:7:36: access_token in a URL ends in logs; if the provider demands it, say secret_in_url: true`},
		{"secret in a query", minimal + "api: {base_url: https://a.example}\nactions: {a: {request: {url: /a, query: {t: \"{{access_token}}\"}}}}", `x.yaml:7:48: access_token in a URL ends in logs; if the provider demands it, say secret_in_url: true`},
		{"secret input in an address", minimal + "inputs: {key: {secret: true}}\nidentity: {request: {url: \"https://a.example/{{key}}\"}}", `x.yaml:7:48: key in a URL ends in logs; if the provider demands it, say secret_in_url: true`},
		{"scope not listed", minimal + "scopes: {list: {notes: read}}\napi: {base_url: https://a.example}\nactions: {a: {request: {url: /a}, scopes: [note]}}", `x.yaml:8:44: actions.a needs the scope "note", which is not in scopes.list; did you mean "notes"?`},
		{"parameter twice", minimal + "api: {base_url: https://a.example}\nactions: {a: {params: [{name: q}, {name: q}], request: {url: /a}}}", `x.yaml:7:42: the parameter "q" is there twice in actions.a.params`},

		{"min of a text", acts(`{name: q, uiComponent: {type: NUMERIC, min: 1}}`), `x.yaml:9:58: actions.a.params.0.uiComponent.min is for numbers; the type must be Number`},
		{"min that is no number", acts(`{name: q, type: Number, uiComponent: {min: "1"}}`), `x.yaml:9:57: actions.a.params.0.uiComponent.min is "1"; it must be a number`},
		{"a number in hex", acts(`{name: q, type: Number, uiComponent: {min: 0x10}}`), `x.yaml:9:57: actions.a.params.0.uiComponent.min is 0x10; it must be a number`},
		{"min above max", acts(`{name: q, type: Number, uiComponent: {min: 2, max: 1.5}}`), `x.yaml:9:65: actions.a.params.0.uiComponent.max is 1.5, less than min, which is 2`},
		{"a step of nothing", acts(`{name: q, type: Number, uiComponent: {step: 0}}`), `x.yaml:9:58: actions.a.params.0.uiComponent.step is 0; it must be more than 0`},
		{"a default of another type", acts(`{name: q, type: Number, defaultValue: many}`), `x.yaml:9:52: actions.a.params.0.defaultValue must be a number`},
		{"a default that is no choice", acts(`{name: q, defaultValue: c, options: {values: [a, b]}}`), `x.yaml:9:38: actions.a.params.0.defaultValue can be a or b`},
		{"a default above max", acts(`{name: q, type: Number, defaultValue: 3, uiComponent: {max: 2}}`), `x.yaml:9:52: actions.a.params.0.defaultValue must be at most 2`},
		{"language of what is no code", acts(`{name: q, uiComponent: {type: DROPDOWN, language: json}}`), `x.yaml:9:64: actions.a.params.0.uiComponent.language is for a CODE_EDITOR`},
		{"unknown dictionary", acts(`{name: q, dictionary: board}`), `x.yaml:9:36: actions.a.params.0.dictionary is "board"; did you mean "boards"?`},
		{"unknown dictionary, far from all", acts(`{name: q, dictionary: whatever}`), `x.yaml:9:36: actions.a.params.0.dictionary is "whatever"; the dictionaries are boards, fields`},
		{"no dictionaries", minimal + "api: {base_url: https://a.example}\nactions: {a: {params: [{name: q, dictionary: b}], request: {url: /a}}}", `x.yaml:7:46: actions.a.params.0.dictionary is "b"; there are no dictionaries`},
		{"choices from parameters", acts(`{name: q, dictionary: fields}`), `x.yaml:9:36: actions.a.params.0.dictionary is "fields", which tells parameters; it must be one that lists choices`},
		{"parameters from choices", acts(`{name: q, type: Object, schemaLoader: boards}`), `x.yaml:9:52: actions.a.params.0.schemaLoader is "boards", which lists choices; it must be a dictionary with params`},
		{"members of a text", acts(`{name: q, schemaLoader: fields}`), `x.yaml:9:38: actions.a.params.0.schemaLoader tells the members of an Object; the type must be Object or Array<Object>`},
		{"depends on nothing there is", acts(`{name: q, dictionary: boards, dependsOn: [nama]}, {name: name}`), `x.yaml:9:56: actions.a.params.0.dependsOn names "nama", which is no parameter of the action; did you mean "name"?`},
		{"depends on itself", acts(`{name: q, dictionary: boards, dependsOn: [q]}`), `x.yaml:9:56: actions.a.params.0.dependsOn names the parameter itself`},
		{"depends without a dictionary", acts(`{name: q, dependsOn: [w]}, {name: w}`), `x.yaml:9:35: actions.a.params.0.dependsOn is for a dictionary or a schemaLoader`},
		{"a dictionary without a request", acts(`{name: q}`) + "  x: {items: a}\n", `x.yaml:14:6: dictionaries.x.request is missing`},
		{"a dictionary of both kinds", acts(`{name: q}`) + "  x: {request: {url: /x}, params: a, label: b}\n", `x.yaml:14:45: dictionaries.x has params or label, not both`},
		{"a dictionary with an action's name", acts(`{name: q}`) + "  a: {request: {url: /x}}\n", `x.yaml:14:3: dictionaries.a has the name of an action; both are run by name`},
		{"a criterion that nobody sets", acts(`{name: q, dictionary: x, dependsOn: [w]}, {name: w}`) + "  x: {request: {url: \"/x/{{criteria.v}}\"}}\n", `x.yaml:14:28: {{criteria.v}} is never set: no parameter that uses x has v in dependsOn`},
		{"search in an action", minimal + "api: {base_url: https://a.example}\nactions: {a: {request: {url: \"/{{search}}\"}}}", `x.yaml:7:34: {{search}} is not known in actions.a.request.url; it first exists in dictionaries`},
		{"a parameter in a dictionary", acts(`{name: q}`) + "  x: {request: {url: \"/x/{{params.q}}\"}}\n", `x.yaml:14:28: {{params.q}} is not known in dictionaries.x.request.url; it first exists in actions`},
		{"dictionaries without a fence", minimal + "dictionaries: {a: {request: {url: https://a.example/a}}}", `x.yaml:6:15: dictionaries need api.base_url or api.hosts: where the token may go`},
		{"pages that nothing describes", paged("true"), `x.yaml:7:43: actions.a.paging is true, and there is no api.paging that says how`},
		{"pages of no kind", paged("{param: x}"), `x.yaml:7:43: actions.a.paging.kind is missing`},
		{"pages of an unknown kind", paged("{kind: seek}"), `x.yaml:7:50: actions.a.paging.kind is "seek"; it can be cursor, link, offset or page`},
		{"a cursor from nowhere", paged("{kind: cursor, param: c}"), `x.yaml:7:43: actions.a.paging.next is missing: where the answer has the cursor`},
		{"a cursor to nowhere", paged("{kind: cursor, next: c}"), `x.yaml:7:43: actions.a.paging.param is missing, and the request does not use {{cursor}}`},
		{"a parameter of a link", paged("{kind: link, param: c}"), `x.yaml:7:63: actions.a.paging.param has no meaning for a link`},
		{"items of a link", paged("{kind: link, items: c}"), `x.yaml:7:63: actions.a.paging.items has no meaning for link`},
		{"next of an offset", paged("{kind: offset, param: o, next: c}"), `x.yaml:7:74: actions.a.paging.next has no meaning for offset`},
		{"a size parameter without a size", paged("{kind: page, param: o, size_param: c}"), `x.yaml:7:43: actions.a.paging.size is missing beside size_param`},

		{"legal, but later: a phase", minimal + "device: {url: https://a.example/device}", `x.yaml:6:1: device is not supported by this version`},
		{"legal, but later: a nested key", minimal + "api: {rate_limit: {token_calls: 10 in 10m}}", `x.yaml:6:7: api.rate_limit is not supported by this version`},
		{"legal, but later: a key of every phase", minimal + "revoke: {url: https://a.example/r, response: {root: x}}", `x.yaml:6:36: revoke.response is not supported by this version`},
		{"legal, but later: a word", minimal + "refresh: {strategy: exchange}", `x.yaml:6:21: refresh.strategy: exchange is not supported by this version; it can be refresh_token or none`},
		{"legal, but later: an authentication", strings.Replace(minimal, "acme.example/token}", "acme.example/token, auth: {assertion: {alg: RS256}}}", 1), `x.yaml:5:49: token.auth.assertion is not supported by this version`},
		{"legal, but later: a variable", minimal + "api: {base_url: \"{{captured.api}}\"}", `x.yaml:6:20: {{captured.api}} is not supported by this version`},

		{"no YAML", "a: [", "x.yaml:1:4: this cannot be read as YAML: sequence end token ']' not found"},
		{"empty", "# nothing\n", "x.yaml:1:1: the manifest is empty"},
		{"a list", "- a", "x.yaml:1:1: the manifest is a list; it must be a map"},
		{"two documents", minimal + "---\nid: b", "x.yaml:7:1: a file holds one manifest; a second document begins here"},
		{"merge key", minimal + "inputs: &i {a: {}}\nscopes: {<<: *i}", "x.yaml:7:10: a key must be a word; << and ? are not understood in a manifest"},
		{"unknown alias", minimal + "notes: *n", "x.yaml:6:8: the alias *n has no anchor before it"},
		{"alias of itself", minimal + "notes: &n [*n]", "x.yaml:6:12: the alias *n holds itself"},
		{"too large", minimal + "# " + strings.Repeat("x", 256<<10), "x.yaml:1:1: the manifest has 257 KiB; at most 256 KiB are read"},
		{"too deep", minimal + "notes: " + strings.Repeat("[", 5000), "x.yaml:6:48: lists and maps are nested deeper than 40"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := refuse(t, tt.page)
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestLoaderNamesAllMistakes: in the order of the file, on one line that tells them apart.
func TestLoaderNamesAllMistakes(t *testing.T) {
	got := refuse(t, "manifest: 1\nid: a\nname: A\nissuer: https://a.example\ntoken: {body: xml}\nredirect: {class: anyport}\n")
	want := `x.yaml:5:15: token.body is "xml"; it can be form or json; x.yaml:6:19: redirect.class is "anyport"; did you mean "any_port"?`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestLoaderBoundsAliases: a page of 700 bytes that would be 10^9 values.
func TestLoaderBoundsAliases(t *testing.T) {
	var page strings.Builder
	page.WriteString(minimal + "evidence:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&page, "  a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	got := refuse(t, page.String())
	if !strings.Contains(got, "the manifest has more than 50000 values once its aliases are expanded") {
		t.Errorf("got %s", got)
	}
}

func TestLoaderBoundsActions(t *testing.T) {
	var page strings.Builder
	page.WriteString(minimal + "api: {base_url: https://a.example}\nactions:\n")
	for i := range 2001 {
		fmt.Fprintf(&page, "  a%d: {request: {url: /a}}\n", i)
	}
	if got, want := refuse(t, page.String()), "x.yaml:8:3: the manifest has 2001 actions; at most 2000 are read"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestLoaderTakesAliases: what an anchor names may stand in several places.
func TestLoaderTakesAliases(t *testing.T) {
	if got := refuse(t, minimal+"notes: &n [one]\nunverified: *n"); got != "" {
		t.Error(got)
	}
}
