package flowrunner

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
)

// §1.3: each declared item is a key, with its value by type: what is stored, else the default, else undefined.
func TestRule13_Values(t *testing.T) {
	h := newHost(t)
	const look = `const c = self.config; return { keys: Object.keys(c).join(), flag: c.flag, size: c.size, lines: c.lines === undefined ? 'undefined' : c.lines, since: c.since instanceof Date ? c.since.toISOString() : typeof c.since }`
	const keys = `"keys":"answer,thrown,address,flag,since,size,lines"`
	for name, row := range map[string]struct {
		cfg  integrations.Config
		want string
	}{
		"defaults":            {integrations.Config{}, `{` + keys + `,"flag":true,"size":"M","lines":"undefined","since":"undefined"}`},
		"BOOL true":           {integrations.Config{"flag": secret.New("true")}, `{` + keys + `,"flag":true,"size":"M","lines":"undefined","since":"undefined"}`},
		"BOOL any other text": {integrations.Config{"flag": secret.New("yes")}, `{` + keys + `,"flag":false,"size":"M","lines":"undefined","since":"undefined"}`},
		"DATE":                {integrations.Config{"since": secret.New("1768473000000")}, `{` + keys + `,"flag":true,"size":"M","lines":"undefined","since":"2026-01-15T10:30:00.000Z"}`},
		"line breaks kept":    {integrations.Config{"lines": secret.New("a\nb\r\nc\n"), "size": secret.New("S")}, `{` + keys + `,"flag":true,"size":"S","lines":"a\nb\r\nc\n","since":"undefined"}`},
		"undeclared ones not": {integrations.Config{"other": secret.New("x")}, `{` + keys + `,"flag":true,"size":"M","lines":"undefined","since":"undefined"}`},
	} {
		s, _ := rules(t, h)
		got, err := s.RunAction(t.Context(), integrations.ActionRequest{Config: row.cfg, Action: "evaluate", Params: map[string]any{"code": look}})
		var g, w map[string]any
		if err != nil || json.Unmarshal(got.Result, &g) != nil || json.Unmarshal([]byte(row.want), &w) != nil {
			t.Fatalf("%s: %s %v", name, got.Result, err)
		}
		order, _ := g["keys"].(string)
		g["keys"], w["keys"] = len(strings.Split(order, ",")), 7
		for k := range w {
			if g[k] != w[k] {
				t.Errorf("%s: %s is %v, want %v", name, k, g[k], w[k])
			}
		}
	}
}

// §1.4, §1.5: what an instance finds, and what is made of results.
func TestRule14_Instance(t *testing.T) {
	h := newHost(t)
	for name, row := range map[string]struct{ code, want string }{
		"nothing before the constructor":    {`return self.built.early`, `"undefined"`},
		"config is the same object":         {`return [self.built.config === self.config, self.request.context.configurationItems === self.config]`, `[true,true]`},
		"context is the second argument":    {`return self.built.context === self.request.context`, `true`},
		"members of request":                {`return Object.keys(self.request).sort()`, `["body","context","headers","path","pathParams","queryParams"]`},
		"their values":                      {`const { path, pathParams, queryParams, body } = self.request; return [path, pathParams, queryParams, body]`, `["/",{},{},{}]`},
		"members of context":                {`const c = self.request.context; return [c.userId, c.userToken, c.deviceType, c.httpHeaders === self.request.headers, 'backendless' in c]`, `[null,null,null,true,false]`},
		"refresh members are absent":        {`return ['refreshToken' in self.request.context, 'accessToken' in self.request.context]`, `[false,false]`},
		"headers in lower case":             {`return Object.keys(self.request.headers)`, `["oauth-access-token"]`},
		"response":                          {`return self.response`, `{"headers":{}}`},
		"Files":                             {`return [typeof self.flowrunner.Files.uploadFile, typeof self.flowrunner.Files.getFileDownloadUrl]`, `["function","function"]`},
		"new module state":                  {`return self.calls`, `1`},
		"undefined is null":                 {`return undefined`, `null`},
		"a function is null":                {`return () => 1`, `null`},
		"Dates, undefined members, toJSON":  {`return { d: new Date(0), u: undefined, t: { toJSON: () => 'own' }, n: NaN, l: [undefined] }`, `{"d":"1970-01-01T00:00:00.000Z","t":"own","n":null,"l":[null]}`},
		"Buffer":                            {`return Buffer.from('hi')`, `{"type":"Buffer","data":[104,105]}`},
		"a thenable is awaited":             {`return { then: f => f(5) }`, `5`},
		"a member of the name __proto__":    {`return JSON.parse('{"__proto__":{"a":1}}')`, `{"__proto__":{"a":1}}`},
		"environment is empty":              {`return Object.keys(process.env)`, `[]`},
		"one global object":                 {`return [global === globalThis, typeof Backendless.ServerCode.addService, Backendless.Request === Flowrunner.Request]`, `[true,"function",true]`},
		"no Intl":                           {`return typeof Intl`, `"undefined"`},
		"time zone UTC":                     {`return [new Date(0).getHours(), new Date(0).getTimezoneOffset()]`, `[0,0]`},
		"types of config items":             {`return Flowrunner.ServerCode.ConfigItems.TYPES`, `{"STRING":"STRING","BOOL":"BOOL","DATE":"DATE","CHOICE":"CHOICE","TEXT":"TEXT"}`},
		"require: a missing relative file":  {`try { require('./nothing') } catch (e) { return e.code }`, `"MODULE_NOT_FOUND"`},
		"require: not out of the folder":    {`try { require('../../../plain/src/index.js') } catch (e) { return e.code }`, `"MODULE_NOT_FOUND"`},
		"require: a missing package loads":  {`const { x: { y } } = require('no-such-kit'); try { y() } catch (e) { return e.message }`, `"package \"no-such-kit\" is not installed"`},
		"require: a stub is no promise":     {`return typeof (await require('no-such-kit'))`, `"function"`},
		"require: it can be extended":       {`class A extends require('no-such-kit').Base {}; try { new A() } catch (e) { return e.message }`, `"package \"no-such-kit\" is not installed"`},
		"require: with and without node:":   {`return require('node:crypto') === require('crypto')`, `true`},
		"timers are real":                   {`const t = Date.now(); await new Promise(r => setTimeout(r, 30)); return Date.now() - t >= 29`, `true`},
		"a rejection that nobody handles":   {`Promise.reject(new Error('lost')); return 1`, `1`},
		"upload: an address that is https":  {`const { url } = await self.flowrunner.Files.uploadFile(Buffer.from('x'), { filename: '../a b.txt' }); return new URL(url).protocol`, `"https:"`},
		"upload: read back without network": {`const { url } = await self.flowrunner.Files.uploadFile('grüße', { filename: 'a.txt' }); return await Flowrunner.Request.get(url)`, `"grüße"`},
	} {
		got, p, err := evaluate(t, h, row.code)
		if err != nil || got != row.want {
			t.Errorf("%s:\n got %s %v\nwant %s", name, got, err, row.want)
		}
		p.done()
	}
}

// §1.6: whatever is thrown has its text and its status.
func TestRule16_Thrown(t *testing.T) {
	h := newHost(t)
	for name, row := range map[string]struct {
		code, message string
		status        int
	}{
		"an error":             {`throw new Error('words')`, "words", 0},
		"a text":               {`throw 'words'`, "words", 0},
		"a number":             {`throw 42`, "42", 0},
		"null":                 {`throw null`, "null", 0},
		"an object":            {`throw { a: 1 }`, `{"a":1}`, 0},
		"a message object":     {`const e = new Error('x'); e.message = { error: 'y' }; throw e`, `{"error":"y"}`, 0},
		"status":               {`throw Object.assign(new Error('w'), { status: 404 })`, "w", 404},
		"httpStatusCode":       {`throw Object.assign(new Error('w'), { httpStatusCode: 409 })`, "w", 409},
		"statusCode":           {`throw { message: 'w', statusCode: '418' }`, "w", 418},
		"a TypeError of its":   {`null.x`, "", 0},
		"no words":             {`throw new RangeError()`, "RangeError", 0},
		"control codes":        {`throw new Error('a\u001b[2Jb')`, "ab", 0},
		"a getter that throws": {`throw { get message() { throw new Error('inner') } }`, "an error that cannot be read", 0},
		"a proxy":              {`throw new Proxy({}, { get() { throw new Error('trap') } })`, "an error that cannot be read", 0},
	} {
		_, _, err := evaluate(t, h, row.code)
		var e *integrations.ActionError
		if !errors.As(err, &e) || row.message != "" && e.Message != row.message || e.Status != row.status {
			t.Errorf("%s: %+v, want %q %d", name, err, row.message, row.status)
		}
	}
}

// §6.2: lines with their level, objects inspected, bounded, without secrets.
func TestRule62_Console(t *testing.T) {
	h := newHost(t)
	var lines []string
	hear := func(code string) []string {
		lines = nil
		s, _ := rules(t, h)
		s = s.Heard(func(method, line string) {
			if method != "evaluate" {
				t.Errorf("method %s", method)
			}
			lines = append(lines, line)
		})
		k := integrations.Kept{AccessToken: secret.New("kept-token-1234567890")}
		if _, err := s.RunAction(t.Context(), integrations.ActionRequest{Config: integrations.Config{}, Kept: k, Action: "evaluate", Params: map[string]any{"code": code}}); err != nil {
			t.Fatal(err)
		}
		return lines
	}
	for code, want := range map[string]string{
		`console.log('a', 1, null, undefined, [1, 'b'], { c: { d: true } })`:       "log: a 1 null undefined [ 1, 'b' ] { c: { d: true } }",
		`console.error('bad'); console.dir(1); console.table([1])`:                 "error: bad",
		`console.warn(self.request.headers['oauth-access-token'])`:                 "warn: •••",
		`console.info('Bearer abc.def-ghi0123456789abcdef')`:                       "info: Bearer •••",
		`console.debug('\u001b[31mred')`:                                           "debug: red",
		`console.log('%s of %d', 'x', 3)`:                                          "log: x of 3",
		`Promise.reject(new Error('lost')); await new Promise(r => setTimeout(r))`: "",
	} {
		got := hear(code)
		if want == "" {
			if len(got) != 1 || !strings.Contains(got[0], "lost") {
				t.Errorf("%s: %q", code, got)
			}
			continue
		}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
	if got := hear(`for (let i = 0; i < 5000; i++) console.log(i)`); len(got) == 0 || len(got) > 201 {
		t.Errorf("%d lines", len(got))
	}
	total := 0
	for _, l := range hear(`for (let i = 0; i < 150; i++) console.log('x'.repeat(10000))`) {
		total += len(l)
	}
	if total > 66<<10 {
		t.Errorf("%s bytes", strconv.Itoa(total))
	}
}
