package lint

import (
	"fmt"
	"image"
	"image/png"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// mark stands in a source where a finding of the row's rule is expected on that line; it is taken out before.
const mark = "¶"

const entry = "src/index.js"

// members is a service with these members in its class.
func members(text string) string {
	return "'use strict'\n\n/**\n * @integrationName Harbour\n */\nclass Harbour {\n" + text + "\n}\n\nFlowrunner.ServerCode.addService(Harbour, [])\n"
}

// items is a service with these config items.
func items(text string) string {
	return "class Harbour {}\n\nconst T = Flowrunner.ServerCode.ConfigItems.TYPES\n\nFlowrunner.ServerCode.addService(Harbour, [\n" + text + "\n])\n"
}

// code is a service with this code at the top.
func code(text string) string {
	return text + "\nclass Harbour {}\nFlowrunner.ServerCode.addService(Harbour)\n"
}

// The three operations as they should be; the rows replace what they are about.
const (
	goodURL = `
  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return 'https://harbour.example/authorize?' + new URLSearchParams({ client_id: this.clientId, scope: 'a b' })
  }`
	goodCallback = `
  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const answer = await this.#tokens({ code, redirect_uri: redirectURI, client_secret: this.clientSecret })
    return { token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
      connectionIdentityName: answer.email, overwrite: true }
  }`
	goodRefresh = `
  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    const answer = await this.#tokens({ grant_type: 'refresh_token', refresh_token: refreshToken })
    return { token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in }
  }`
)

// oauth is a service with the three operations.
func oauth(url, callback, refresh string) string {
	const private = "\n  #grant() {}\n  #tokens() {}\n  #get() {}"
	return strings.Replace(members(url+callback+refresh+private), " */", " * @requireOAuth\n */", 1)
}

// callbackBody is an OAuth2 service whose callback has this body.
func callbackBody(body string) string {
	return oauth(goodURL, "\n/**\n * @route POST /executeCallback\n * @registerAs SYSTEM\n */\nasync executeCallback(back) {\n"+body+"\n}", goodRefresh)
}

// refreshBody likewise.
func refreshBody(body string) string {
	return oauth(goodURL, goodCallback, "\n/**\n * @route PUT /refreshToken\n * @registerAs SYSTEM\n */\nasync refreshToken(refreshToken) {\n"+body+"\n}")
}

// urlBody likewise.
func urlBody(body string) string {
	return oauth("\n/**\n * @route GET /getOAuth2ConnectionURL\n * @registerAs SYSTEM\n */\nasync getOAuth2ConnectionURL() {\n"+body+"\n}", goodCallback, goodRefresh)
}

const pngFile = "\x89PNG\r\n\x1a\n"

// withIcon is a service with this icon tag.
func withIcon(tag string) string {
	return strings.Replace(members(""), " */", tag+"\n */", 1)
}

// rows: the text with marks, the rule that speaks on the marked lines, and further files as name and text.
var rows = []struct {
	name, rule, text string
	more             []string
}{
	{"a service", "", members("/** @operationName Berth */\nasync berth() {}"), nil},

	{"paramDef with single quotes", "param-json", members("/**\n * @operationName Berth\n * @paramDef {'name':'id'}" + mark + "\n */\nberth(id) {}"), nil},
	{"paramDef that never ends", "param-json", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"id\"" + mark + "\n */\nberth(id) {}"), nil},
	{"paramDef of a type", "param-json", members("/**\n * @typedef {Object} Ship\n * @paramDef {name}" + mark + "\n */\n"), nil},
	{"paramDef over three lines", "", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\n *   \"id\",\n *  \"type\":\"String\"}\n */\nberth(id) {}"), nil},
	{"paramDef with a text behind it", "", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"id\"} the ship's\n */\nberth(id) {}"), nil},
	{"paramDef without a name", "param-name", members("/**\n * @operationName Berth\n * @paramDef {\"type\":\"String\"}" + mark + "\n */\nberth(id) {}"), nil},
	{"paramDef whose name is a number", "param-name", members("/**\n * @operationName Berth\n * @paramDef {\"name\":1}" + mark + "\n */\nberth(id) {}"), nil},
	{"default", "default-key", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"id\",\"default\":1}" + mark + "\n */\nberth(id) {}"), nil},
	{"defaultValue", "", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"id\",\"defaultValue\":1,\"description\":\"default\"}\n */\nberth(id) {}"), nil},
	{"a widget that is none", "ui-component", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"id\",\"uiComponent\":{\"type\":\"TEXTBOX\"}}" + mark + "\n */\nberth(id) {}"), nil},
	{"a widget without a type", "ui-component", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"id\",\"uiComponent\":{}}" + mark + "\n */\nberth(id) {}"), nil},
	{"all widgets", "", members(allWidgets()), nil},
	{"a kind that is none", "register-as", members("/**\n * @registerAs DICTIONNARY" + mark + "\n */\nberth() {}"), nil},
	{"a kind with words behind it", "", members("/**\n * @registerAs SYSTEM hidden\n */\nberth() {}"), nil},
	{"a sample with a comma too much", "sample-json", members("/**\n * @operationName Berth\n * @sampleResult {\"id\":1,}" + mark + "\n */\nberth() {}"), nil},
	{"samples", "", members("/**\n * @operationName A\n * @sampleResult [1]\n */\na() {}\n/**\n * @operationName B\n * @sampleResult Done\n */\nb() {}\n/**\n * @operationName C\n * @sampleResult {\"a\":1} as of today\n */\nc() {}"), nil},
	{"a sample loader without a method", "loader-json", members("/**\n * @operationName Berth\n * @sampleResultLoader {\"method\":\"x\"}" + mark + "\n */\nberth() {}"), nil},
	{"a timeout of 901", "timeout-range", members("/**\n * @operationName Berth\n * @executionTimeoutInSeconds 901" + mark + "\n */\nberth() {}"), nil},
	{"a timeout of 0", "timeout-range", members("/**\n * @operationName Berth\n * @executionTimeoutInSeconds 0" + mark + "\n */\nberth() {}"), nil},
	{"a timeout in words", "timeout-range", members("/**\n * @operationName Berth\n * @executionTimeoutInSeconds 2m" + mark + "\n */\nberth() {}"), nil},
	{"timeouts at the bounds", "", members("/**\n * @operationName A\n * @executionTimeoutInSeconds 1\n */\na() {}\n/**\n * @operationName B\n * @executionTimeoutInSeconds 900 seconds\n */\nb() {}"), nil},
	{"two actions of one name", "operation-twice", members("/** @operationName Berth */\na() {}\n/** @operationName Berth */\nb() {}" + mark), nil},
	{"a dictionary named as an action", "", members("/** @operationName Berth */\na() {}\n/**\n * @operationName Berth\n * @registerAs DICTIONARY\n */\nb() {}\n/** @operationName\n * @private */\nc() {}"), nil},
	{"two methods of one name", "method-twice", members("/** @operationName A */\na() {}\n/** @operationName B */\na() {}" + mark), nil},
	{"a static method and its twin", "", members("static a() {}\n/** @operationName B */\na() {}\nget b() { return 1 }\nset b(x) {}"), nil},

	{"a dictionary that is not there", "dictionary-unknown", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"id\",\"dictionary\":\"getShips\"}" + mark + "\n */\nberth(id) {}"), nil},
	{"a dictionary without registration", "dictionary-tag", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"id\",\"dictionary\":\"getShips\"}\n */\nberth(id) {}\n/** @description ships */\ngetShips() {}" + mark), nil},
	{"a dictionary without a comment", "dictionary-tag", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"id\",\"dictionary\":\"getShips\"}\n */\nberth(id) {}\ngetShips() {}" + mark), nil},
	{"a dictionary of two parameters without registration", "dictionary-tag", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"a\",\"dictionary\":\"getShips\"}\n * @paramDef {\"name\":\"b\",\"dictionary\":\"getShips\"}\n */\nberth(a, b) {}\ngetShips() {}" + mark), nil},
	{"a dictionary", "", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"id\",\"dictionary\":\"getShips\"}\n */\nberth(id) {}\n/** @registerAs DICTIONARY */\ngetShips() {}"), nil},
	{"a dictionary in a field", "", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"id\",\"dictionary\":\"getShips\"}\n */\nberth(id) {}\ngetShips = async () => {}"), nil},
	{"a dictionary of a parent class", "", strings.Replace(members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"id\",\"dictionary\":\"getShips\"}\n */\nberth(id) {}"), "Harbour {", "Harbour extends Base {", 1), nil},
	{"a schema loader that is not there", "schema-loader-unknown", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"f\",\"schemaLoader\":\"fields\"}" + mark + "\n */\nberth(f) {}"), nil},
	{"a schema loader without registration", "schema-loader-tag", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"f\",\"schemaLoader\":\"fields\"}\n */\nberth(f) {}\n/** @registerAs DICTIONARY */\nfields() {}" + mark), nil},
	{"a sample loader that is not there", "sample-loader-unknown", members("/**\n * @operationName Berth\n * @sampleResultLoader {\"methodName\":\"sample\"}" + mark + "\n */\nberth() {}"), nil},
	{"a sample loader without registration", "sample-loader-tag", members("/**\n * @operationName Berth\n * @sampleResultLoader {\"methodName\":\"sample\"}\n */\nberth() {}\nsample() {}" + mark), nil},
	{"loaders", "", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"f\",\"schemaLoader\":\"fields\"}\n * @sampleResultLoader {\"methodName\":\"sample\",\"dependsOn\":[\"f\"]}\n */\nberth(f) {}\n/** @registerAs PARAM_SCHEMA_DEFINITION */\nfields() {}\n/** @registerAs SAMPLE_RESULT_LOADER */\nsample() {}"), nil},
	{"dependsOn of a parameter", "depends-on", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"id\",\"dependsOn\":[\"port\"]}" + mark + "\n */\nberth(id) {}"), nil},
	{"dependsOn of a sample", "depends-on", members("/**\n * @operationName Berth\n * @sampleResultLoader {\"methodName\":\"sample\",\"dependsOn\":[\"f\"]}" + mark + "\n */\nberth() {}\n/** @registerAs SAMPLE_RESULT_LOADER */\nsample() {}"), nil},
	{"dependsOn of a later parameter and of a member", "", members("/**\n * @operationName Berth\n * @paramDef {\"name\":\"id\",\"dependsOn\":[\"port\",\"ship.kind\"]}\n * @paramDef {\"name\":\"port\"}\n */\nberth(id, port) {}"), nil},

	{"CHOICE without options", "choice-options", items("{ name: 'a', type: T.STRING },\n{ name: 'b', type: T.CHOICE }," + mark), nil},
	{"CHOICE with no options in it", "choice-options", items("{ name: 'b', type: 'CHOICE', options: [] }," + mark), nil},
	{"CHOICE", "", items("{ name: 'b', type: T.CHOICE, options: ['x'] }, { name: 'c', type: T.CHOICE, ...common }, { name: 'd', type: T.CHOICE, options: REGIONS },"), nil},
	{"an item without a name", "item-name", items("{ displayName: 'b' }," + mark), nil},
	{"two items of a name", "item-twice", items("{ name: 'b' },\n{ name: 'b' }," + mark), nil},
	{"items in a constant", "item-twice", "class H {}\nconst I = [\n{ name: 'b' },\n{ name: 'b' }," + mark + "\n]\nFlowrunner.ServerCode.addService(H, I)", nil},
	{"items of code", "", items("...shared, item('b'), item('b'), { name: NAME }, { name: NAME },"), nil},

	{"the three operations", "", oauth(goodURL, goodCallback, goodRefresh), nil},
	{"no refresh", "operation-missing", strings.Replace(oauth(goodURL, goodCallback, ""), "class Harbour", mark+"class Harbour", 1), nil},
	{"no callback", "operation-missing", strings.Replace(oauth(goodURL, "", goodRefresh), "class Harbour", mark+"class Harbour", 1), nil},
	{"operations of a parent class", "", strings.Replace(oauth(goodURL, "", ""), "Harbour {", "Harbour extends Base {", 1), nil},
	{"a wrong verb", "operation-route", oauth(goodURL, goodCallback, strings.Replace(goodRefresh, "PUT /refreshToken", "POST /refreshToken"+mark, 1)), nil},
	{"no route", "operation-route", oauth(strings.Replace(strings.Replace(goodURL, "   * @route GET /getOAuth2ConnectionURL\n", "", 1), "ConnectionURL() {", "ConnectionURL() {"+mark, 1), goodCallback, goodRefresh), nil},
	{"no registration", "operation-system", oauth(goodURL, strings.Replace(strings.Replace(goodCallback, "   * @registerAs SYSTEM\n", "", 1), "redirectURI }) {", "redirectURI }) {"+mark, 1), goodRefresh), nil},
	{"another registration", "operation-system", oauth(goodURL, goodCallback, strings.Replace(goodRefresh, "SYSTEM", "DICTIONARY"+mark, 1)), nil},
	{"operations and no @requireOAuth", "require-oauth", strings.Replace(members(goodURL+goodCallback+goodRefresh+"\n#tokens() {}"), "class Harbour", mark+"class Harbour", 1), nil},

	{"a grant without a token", "grant-token", callbackBody("return {" + mark + "\n access_token: back.a, expirationInSeconds: 1, connectionIdentityName: 'x', overwrite: true }"), nil},
	{"a grant without a lifetime", "grant-lifetime", callbackBody("return { token: back.a, connectionIdentityName: 'x', overwrite: true }" + mark), nil},
	{"a grant without an identity", "grant-identity", callbackBody("return { token: back.a, expirationInSeconds: 1, overwrite: true }" + mark), nil},
	{"a grant without overwrite", "grant-overwrite", callbackBody("return { token: back.a, expirationInSeconds: 1, connectionIdentityName: 'x' }" + mark), nil},
	{"an empty grant", "grant-empty", callbackBody("try { return await this.#grant(back) } catch (error) {\nreturn {}" + mark + " }"), nil},
	{"a grant by name", "grant-overwrite", callbackBody("const grant = { token: back.a, expirationInSeconds: 1 }" + mark + "\ngrant.connectionIdentityName = 'x'\nreturn grant"), nil},
	{"either of two", "grant-overwrite", callbackBody("return back.x ? { token: back.a, expirationInSeconds: 1, connectionIdentityName: 'x', overwrite: true }\n: { token: back.a, expirationInSeconds: 1, connectionIdentityName: 'x' }" + mark), nil},
	{"grants that cannot be told", "", callbackBody("if (back.a) return { ...back, token: 1 }\nif (back.b) return this.#grant(back)\nconst g = {}\nObject.assign(g, back)\nif (back.c) return g\nlet h = { token: 1 }\nh = back\nif (back.d) return h\nconst p = back.list.map(x => { return {} })\nconst k = { [back.x]: 1 }\nif (back.e) return k\nreturn p"), nil},
	{"a grant that is filled later", "", callbackBody("const g = {}\ng.token = back.a\ng['expirationInSeconds'] = 1\ng.connectionIdentityName = 'x'\ng.overwrite = true\nconsole.log(g)\nreturn g"), nil},
	{"a refresh that drops the refresh token", "refresh-token-dropped", refreshBody("return { token: 'x', expirationInSeconds: 1 }" + mark), nil},
	{"a refresh without a lifetime", "grant-lifetime", refreshBody("return { token: 'x', refreshToken }" + mark), nil},
	{"a refresh without a token", "grant-token", refreshBody("return { refreshToken, expirationInSeconds: 1 }" + mark), nil},
	{"a refresh that fails by {}", "grant-empty", refreshBody("return {}" + mark), nil},
	{"a refresh that throws", "", refreshBody("throw new Error('no refresh')"), nil},

	{"redirect_uri in a query", "redirect-uri", urlBody("return `https://harbour.example/?client_id=${this.id}&redirect_uri=${this.back}`" + mark), nil},
	{"redirect_uri in the third line of a template", "redirect-uri", urlBody("return `https://harbour.example/?client_id=${this.id}\n${x}\n&redirect_uri=" + mark + "${this.back}`"), nil},
	{"redirect_uri appended", "redirect-uri", urlBody("const q = new URLSearchParams()\nq.append('redirect_uri', this.back)" + mark + "\nreturn 'https://harbour.example/?' + q"), nil},
	{"redirect_uri in an object", "redirect-uri", urlBody("return 'https://harbour.example/?' + new URLSearchParams({\nredirect_uri: this.back })" + mark), nil},
	{"redirect_uri of FlowRunner", "redirect-fixed", callbackBody("return this.#grant({ redirect_uri: 'https://oauth.flowrunner.example/callback' })" + mark), nil},
	{"redirect_uri in a constant", "redirect-fixed", "const BACK = 'https://harbour.example/back'\n" + callbackBody("return this.#grant({ code: back.code, redirect_uri: BACK })"+mark), nil},
	{"redirect_uri of its own in a query", "redirect-fixed", urlBody("return 'https://harbour.example/?a=1' +\n'&redirect_uri=https%3A%2F%2Fharbour.example%2Fback'" + mark), nil},
	{"redirect_uri of the host", "", callbackBody("return this.#grant({ redirect_uri: back.redirectURI, note: 'https://docs.flowrunner.example/' })"), nil},

	{"the secret in the browser's address", "secret-in-url", urlBody("return `https://harbour.example/?client_id=a&client_secret=${this.secret}`" + mark), nil},
	{"the secret in the browser's parameters", "secret-in-url", urlBody("const q = { client_id: 'a', client_secret: this.secret }" + mark + "\nreturn 'https://harbour.example/?' + new URLSearchParams(q)"), nil},
	{"the secret in a request's address", "secret-in-url", callbackBody("return this.#get(`${API}/token?code=${back.code}&client_secret=${this.secret}`)" + mark), nil},
	{"a token in an address that is joined", "secret-in-url", callbackBody("return this.#get(API + '/me?access_token=' + back.token)" + mark), nil},
	{"a token in a query", "secret-in-url", members("/** @operationName A */\na() { return Flowrunner.Request.get(API).query({ access_token: this.t }) }" + mark), nil},
	{"secrets in bodies", "", callbackBody("const body = `grant_type=x&client_secret=${this.secret}`\nconst other = 'client_secret=' + this.secret\nreturn this.#grant({ client_secret: this.secret, refresh_token: 1 }, body, other, 'Did you send client_secret?', `/x?page_token=${1}`)"), nil},

	{"a token printed", "token-logged", callbackBody("console.log('answer', back.access_token)" + mark + "\nreturn this.#grant(back)"), nil},
	{"a token in a printed template", "token-logged", callbackBody("console.error(`got ${back.refresh_token}`)" + mark + "\nreturn this.#grant(back)"), nil},
	{"a token in printed JSON", "token-logged", callbackBody("logger.debug(JSON.stringify({ a: 1, refreshToken: back.r, clientSecret }))" + mark + "\nreturn this.#grant(back)"), nil},
	{"the header printed", "token-logged", members("/** @operationName A */\na() { console.log(this.request.headers['oauth-access-token']) }" + mark), nil},
	{"what is no secret printed", "", callbackBody("console.log(!back.access_token, Boolean(back.access_token), mask(accessToken), back.access_token === 'x', typeof accessToken, back.token_type, 'access_token')\naudit.log(accessToken)\nreturn this.#grant(back)"), nil},

	{"a module of Node that is not there", "stub-module", code("const fs = require('fs')" + mark + "\nconst net = require('node:net')" + mark), nil},
	{"a package that is not there", "package-missing", code("const x = require('@harbour/sdk')" + mark), nil},
	{"a package in a method", "package-missing", members("/** @operationName A */\na() { return require('sdk').a }" + mark), nil},
	{"a file that is not there", "file-missing", code("const x = require('./lib/helper')" + mark), nil},
	{"a file out of the folder", "file-missing", code("const x = require('../../etc/passwd')" + mark), nil},
	{
		"modules and packages", "", code("require('crypto'); require('node:https'); require('axios'); require('sdk'); require('@harbour/sdk/lib/x'); require('./lib'); require('./data'); require('main'); try { require('fs'); require('nothing') } catch {}; require(NAME); other.require('fs')"),
		[]string{"node_modules/sdk/index.js", "", "src/node_modules/@harbour/sdk/lib/x.js", "", "src/lib/index.js", "require('../../node_modules/sdk')", "src/data.json", "{}", "node_modules/main/package.json", `{"main":"dist"}`, "node_modules/main/dist/index.js", ""},
	},
	{"in another file", "stub-module", code("require('./lib/a')"), []string{"src/lib/a.js", "\nmodule.exports = require('child_process')" + mark}},

	{"no icon file", "icon-missing", withIcon(" * @integrationIcon /icon.png" + mark), nil},
	{"an icon on the web", "icon-missing", withIcon(" * @integrationIcon https://harbour.example/icon.png" + mark), nil},
	{"an icon that climbs out", "icon-missing", withIcon(" * @integrationIcon ../src/index.js" + mark), nil},
	{"an icon that is too large", "icon-size", withIcon(" * @integrationIcon /icon.png" + mark), []string{"public/icon.png", pngFile + strings.Repeat("x", MaxIcon)}},
	{"an icon that is none", "icon-format", withIcon(" * @integrationIcon /icon.png" + mark), []string{"public/icon.png", "GIF89a"}},
	{"an icon that is cut off", "icon-format", withIcon(" * @integrationIcon /icon.png" + mark), []string{"public/icon.png", pngFile}},
	{"an icon of 1025 points", "icon-format", withIcon(" * @integrationIcon /icon.png" + mark), []string{"public/icon.png", pngOf(1025)}},
	{"an icon", "", withIcon(" * @integrationIcon icon.png"), []string{"public/icon.png", pngOf(1024)}},

	{"import", "esm", "'use strict'\nimport x from 'y'" + mark + "\n" + code(""), nil},
	{"import braces", "esm", "import { x } from 'y'" + mark + "\n" + code(""), nil},
	{"export", "esm", "class A {}\nexport default A" + mark, nil},
	{"export of a function", "esm", "export async function a() {}" + mark, nil},
	{"for await", "for-await", members("async a() {\nfor await (const x of y) {}" + mark + "\n}"), nil},
	{"an async generator", "async-generator", members("async *a() {}" + mark), nil},
	{"top-level await", "top-level-await", "const x = await load()" + mark + "\n" + code(""), nil},
	{"a brace too few", "syntax", "class A {\n a() {\n}\n" + mark, nil},
	{"a brace too much", "syntax", code("function a() { return 1 }\n}" + mark), nil},
	{"a name declared twice", "syntax", code("const a = 1\nconst a = 2" + mark), nil},
	{"a regular expression that is none", "syntax", code("\nconst a = /(/" + mark), nil},
	{"a wrong file beside", "syntax", code("require('./lib/a')"), []string{"src/lib/a.js", "const a = 1\nconst b = = 2" + mark}},
	{"much of ES2022", "", code("const a = x?.y ?? 1; class B { #p = 1; static { this.z = 1 } has(o) { return #p in o } }; const r = /(?<=a)(?<n>b)/u; const n = 1_000; async function f() { await g() }; import_ = 1; exports.importer = importMap"), nil},
	{"a shebang and CRLF", "", "#!/usr/bin/env node\r\n" + strings.ReplaceAll(code("const a = 1"), "\n", "\r\n"), nil},

	{"no registration of the service", "not-registered", mark + "class Harbour {}\n", nil},
	{"a class from elsewhere", "not-registered", "const C = make()\nFlowrunner.ServerCode.addService(C, [])" + mark, nil},
}

// pngOf is a PNG that is so wide.
func pngOf(width int) string {
	var file strings.Builder
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, width, 1))); err != nil {
		panic(err)
	}
	return file.String()
}

func allWidgets() string {
	var text strings.Builder
	text.WriteString("/**\n * @operationName Berth\n")
	for _, w := range widgets {
		fmt.Fprintf(&text, " * @paramDef {\"name\":\"p%s\",\"uiComponent\":{\"type\":%q}}\n", w, w)
	}
	fmt.Fprintf(&text, " * @paramDef {\"name\":\"x\",\"uiComponent\":{\"type\":\"toggle\"}}\n */\nberth() {}")
	return text.String()
}

func TestRules(t *testing.T) {
	t.Parallel()
	for _, c := range rows {
		folder := fstest.MapFS{}
		var want []string
		for i, text := range append([]string{entry, c.text}, c.more...) {
			if i%2 == 0 {
				continue
			}
			name := append([]string{entry, c.text}, c.more...)[i-1]
			for n, line := range strings.Split(text, "\n") {
				if strings.Contains(line, mark) {
					want = append(want, fmt.Sprintf("%s:%d %s", name, n+1, c.rule))
				}
			}
			folder[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(text, mark, ""))}
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range Folder(folder) {
				got = append(got, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Rule))
				if f.Message == "" || f.Hint == "" || f.Severity != Error && f.Severity != Warning {
					t.Errorf("%+v", f)
				}
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("got\n  %s\nwant\n  %s\n%s", strings.Join(got, "\n  "), strings.Join(want, "\n  "), folder[entry].Data)
			}
		})
	}
}

// TestBeside: code beside a manifest needs what the manifest names, and none of the tags.
func TestBeside(t *testing.T) {
	t.Parallel()
	folder := fstest.MapFS{entry: {Data: []byte(`class Code {
  async getOAuth2ConnectionURL() { return 'https://harbour.example/?redirect_uri=' + x }
  async executeCallback(o) { return { token: o.a, expirationInSeconds: 1 } }
  async refreshToken(r) { return { expirationInSeconds: 1, refreshToken: r } }
  shout = () => {}
}
Flowrunner.ServerCode.addService(Code)
`)}}
	want := map[string]int{"method-missing": 1, "redirect-uri": 2, "grant-token": 4}
	found := Beside(folder, []string{"executeCallback", "shout", "whisper"})
	for _, f := range found {
		if want[f.Rule] != f.Line || f.File != entry {
			t.Errorf("%+v", f)
		}
	}
	if len(found) != len(want) {
		t.Errorf("%+v", found)
	}
}

func TestNoService(t *testing.T) {
	t.Parallel()
	found := Folder(fstest.MapFS{"index.js": {Data: []byte("x")}})
	if len(found) != 1 || found[0].Rule != "no-service" || found[0].Severity != Error {
		t.Errorf("%+v", found)
	}
}

// TestRulesAreDocumented: the user guide has every rule, and no other.
func TestRulesAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/flowrunner.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| rule | speaks of |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	documented := map[string]bool{"manifest": true}
	for _, row := range strings.Split(table, "\n") {
		for _, word := range strings.Fields(strings.Split(row, "|")[1]) {
			documented[strings.Trim(word, "`")] = true
		}
	}
	spoken := map[string]bool{"no-service": true, "method-missing": true, "unreadable": true, "manifest": true}
	for _, r := range rows {
		if r.rule != "" {
			spoken[r.rule] = true
		}
	}
	if !maps.Equal(documented, spoken) {
		t.Errorf("documented %v\nspoken %v", slices.Sorted(maps.Keys(documented)), slices.Sorted(maps.Keys(spoken)))
	}
}
