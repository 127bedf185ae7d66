package flowrunner

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"strings"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
)

// evaluate runs the code in the rules service against a script of answers.
func evaluate(t *testing.T, h *Host, code string, answers ...answerOf) (string, *script, error) {
	t.Helper()
	s, p := rules(t, h, answers...)
	got, err := s.RunAction(t.Context(), integrations.ActionRequest{
		Config: atRules(""), Kept: integrations.Kept{AccessToken: secret.New("A1")}, Action: "evaluate", Params: map[string]any{"code": code},
	})
	return string(got.Result), p, err
}

const at = "https://rules.example/x"

// §5.1, §5.2, §5.3: what goes out, byte for byte.
func TestRule5_Sent(t *testing.T) {
	h := newHost(t)
	for name, row := range map[string]struct {
		code             string
		method, uri      string // "" is GET and /x
		contentType      string
		body             string
		header, headerIs string
	}{
		"any verb, upper case":                  {code: `Flowrunner.Request('propfind', U)`, method: "PROPFIND"},
		"a body on GET":                         {code: `Flowrunner.Request.get(U).send({})`, contentType: "application/json", body: `{}`},
		"a body on DELETE":                      {code: `Flowrunner.Request.delete(U, {a: 1})`, method: "DELETE", contentType: "application/json", body: `{"a":1}`},
		"undefined headers dropped":             {code: `Flowrunner.Request.get(U).set({'X-A': undefined})`, header: "X-A"},
		"null and numbers as text":              {code: `Flowrunner.Request.get(U).set({'X-A': null}).set('X-B', 5)`, header: "X-A", headerIs: "null"},
		"names without case, the last wins":     {code: `Flowrunner.Request.get(U).set('X-A', '1').set({'x-a': '2'})`, header: "X-A", headerIs: "2"},
		"Latin-1 header":                        {code: `Flowrunner.Request.get(U).set('X-A', 'ü')`, header: "X-A", headerIs: "\xfc"},
		"query: encodeURIComponent":             {code: `Flowrunner.Request.get(U).query({"a b": "ä+*'()~!&=/?#"})`, uri: "/x?a%20b=%C3%A4%2B*'()~!%26%3D%2F%3F%23"},
		"query: order, arrays, null, undefined": {code: `Flowrunner.Request.get(U).query({z: [1, 'b'], a: null, u: undefined, f: false, o: {}})`, uri: "/x?z=1&z=b&a=null&f=false&o=%5Bobject%20Object%5D"},
		"query: merged":                         {code: `Flowrunner.Request.get(U).query({a: 1, b: 2}).query(undefined).query({a: 3})`, uri: "/x?a=3&b=2"},
		"query: behind the URL's own":           {code: `Flowrunner.Request.get(U + '?p=a+b%2f&q').query({c: 1})`, uri: "/x?p=a+b%2f&q&c=1"},
		"query: empty array":                    {code: `Flowrunner.Request.get(U).query({a: []})`, uri: "/x"},
		"URL: blanks and letters escaped":       {code: `Flowrunner.Request.get(U + '/ä b%20c/../d"')`, uri: "/x/d%22"},
		"URL: default port and case":            {code: `Flowrunner.Request.get('HTTPS://RULES.example:443/x')`},
		"no body: falsy":                        {code: `Flowrunner.Request.post(U, 0)`, method: "POST"},
		"no body: null":                         {code: `Flowrunner.Request.post(U).send(null)`, method: "POST"},
		"text without a type":                   {code: `Flowrunner.Request.post(U).send('a=ü')`, method: "POST", body: "a=ü"},
		"Buffer without a type":                 {code: `Flowrunner.Request.post(U).send(Buffer.from([0, 255]))`, method: "POST", body: "\x00\xff"},
		"number":                                {code: `Flowrunner.Request.post(U).send(12)`, method: "POST", body: "12"},
		"object as JSON":                        {code: `Flowrunner.Request.post(U).send({b: [1], u: undefined, d: new Date(0)})`, method: "POST", contentType: "application/json", body: `{"b":[1],"d":"1970-01-01T00:00:00.000Z"}`},
		"object as form by type":                {code: `Flowrunner.Request.post(U).type('form').send({a: "x y~'()*", u: undefined, n: null})`, method: "POST", contentType: "application/x-www-form-urlencoded", body: "a=x+y%7E%27%28%29*&u=undefined&n=null"},
		"object as form by header":              {code: `Flowrunner.Request.post(U, {a: 1}).set('content-type', 'application/x-www-form-urlencoded; charset=UTF-8')`, method: "POST", contentType: "application/x-www-form-urlencoded; charset=UTF-8", body: "a=1"},
		"URLSearchParams":                       {code: `Flowrunner.Request.post(U).send(new URLSearchParams([['a', '1'], ['a', '2']]))`, method: "POST", contentType: "application/x-www-form-urlencoded", body: "a=1&a=2"},
		"vendor JSON":                           {code: `Flowrunner.Request.post(U).type('application/vnd.x+json').send({a: 1})`, method: "POST", contentType: "application/vnd.x+json", body: `{"a":1}`},
		"form() for a later await":              {code: `Flowrunner.Request.post(U).form({a: 1}).type('form')`, method: "POST", contentType: "application/x-www-form-urlencoded", body: "a=1"},
		"form(falsy) ignored":                   {code: `Flowrunner.Request.post(U, 'kept').form(null)`, method: "POST", body: "kept"},
		"a body of send wins over form":         {code: `Flowrunner.Request.post(U).form({a: 1}).send({b: 2})`, method: "POST", contentType: "application/json", body: `{"b":2}`},
		"Content-Length of the service ignored": {code: `Flowrunner.Request.post(U).set('Content-Length', '99').send('abc')`, method: "POST", body: "abc"},
		"Host goes where HTTP wants it":         {code: `Flowrunner.Request.get('https://other.example/x').set('Host', 'rules.example')`},
		"a computed verb":                       {code: `Flowrunner.Request[['patch'][0]](U, {a: 1})`, method: "PATCH", contentType: "application/json", body: `{"a":1}`},
		"User-Agent of the service":             {code: `Flowrunner.Request.get(U).set({'User-Agent': 'own/1'})`, header: "User-Agent", headerIs: "own/1"},
		"emoji":                                 {code: `Flowrunner.Request.post(U + '/🎉?q=🎉').query({a: '🎉'}).type('form').send({b: '🎉'})`, method: "POST", uri: "/x/%F0%9F%8E%89?q=%F0%9F%8E%89&a=%F0%9F%8E%89", contentType: "application/x-www-form-urlencoded", body: "b=%F0%9F%8E%89"},
		"half of a pair":                        {code: `Flowrunner.Request.post(U).send({a: '\ud83c'})`, method: "POST", contentType: "application/json", body: `{"a":"\ud83c"}`},
		"a surrogate pair and half of one":      {code: `Flowrunner.Request.get(U).query({a: '𝄞\ud800'})`, uri: "/x?a=%F0%9D%84%9E%EF%BF%BD"},
	} {
		code := "const U = '" + at + "'; return await " + row.code
		s, p := rules(t, h)
		s.transport = roundTrip(func(r *http.Request) (*http.Response, error) { // any method, any address
			in := r.Clone(r.Context())
			if in.Host == "" {
				in.Host = r.URL.Host
			}
			return played{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				p.answers = append(p.answers, answerOf{request: r.Method + " https://" + r.Host + r.URL.Path, body: "1"})
				p.ServeHTTP(w, r)
			})}.RoundTrip(in)
		})
		_, err := s.RunAction(t.Context(), integrations.ActionRequest{Config: atRules(""), Action: "evaluate", Params: map[string]any{"code": code}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := p.ask(0)
		method, uri := row.method, row.uri
		if method == "" {
			method = "GET"
		}
		if uri == "" {
			uri = "/x"
		}
		sent := got.URL.RequestURI()
		if got.Method != method || sent != uri || got.Header.Get("Content-Type") != row.contentType || got.body != row.body {
			t.Errorf("%s: %s %s %q %q", name, got.Method, sent, got.Header.Get("Content-Type"), got.body)
		}
		if row.header != "" && got.Header.Get(row.header) != row.headerIs {
			t.Errorf("%s: %s is %q", name, row.header, got.Header.Get(row.header))
		}
		p.done()
	}
}

// §5.2: multipart bodies.
func TestRule5_Multipart(t *testing.T) {
	h := newHost(t)
	for name, row := range map[string]struct {
		code  string
		parts []string // what stands in the body, in its order
	}{
		"values": {`const f = new Flowrunner.Request.FormData(); f.append('a', 'ü'); f.append('n', 5); f.append('b', true); return f`, []string{
			"name=\"a\"\r\n\r\nü\r\n", "name=\"n\"\r\n\r\n5\r\n", "name=\"b\"\r\n\r\ntrue\r\n",
		}},
		"a file by name": {`const f = new Flowrunner.Request.FormData(); f.append('a', Buffer.from('x'), 'p.png'); return f`, []string{
			"name=\"a\"; filename=\"p.png\"\r\nContent-Type: image/png\r\n\r\nx\r\n",
		}},
		"a file by options": {`const f = new Flowrunner.Request.FormData(); f.append('a', Buffer.from('x'), { filename: 'p.bin', contentType: 'text/x-own' }); return f`, []string{
			"name=\"a\"; filename=\"p.bin\"\r\nContent-Type: text/x-own\r\n\r\nx\r\n",
		}},
		"a Buffer alone": {`const f = new Flowrunner.Request.FormData(); f.append('a', Buffer.from('x')); return f`, []string{
			"name=\"a\"\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n",
		}},
		"a global one with a Blob": {`const f = new FormData(); f.append('a', new Blob(['x'], { type: 'text/css' })); return f`, []string{
			"name=\"a\"; filename=\"blob\"\r\nContent-Type: text/css\r\n\r\nx\r\n",
		}},
	} {
		s, p := rules(t, h, answerOf{request: "POST " + at, body: "1"})
		code := "const form = await (async () => { " + row.code + " })(); return await Flowrunner.Request.post('" + at + "').set('Content-Type', 'application/json').send(form)"
		if _, err := s.RunAction(t.Context(), integrations.ActionRequest{Config: atRules(""), Action: "evaluate", Params: map[string]any{"code": code}}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := p.ask(0)
		if !strings.HasPrefix(got.Header.Get("Content-Type"), "multipart/form-data; boundary=") {
			t.Errorf("%s: type %q", name, got.Header.Get("Content-Type"))
		}
		rest := got.body
		for _, part := range row.parts {
			i := strings.Index(rest, part)
			if i < 0 {
				t.Errorf("%s: %q not in %q", name, part, got.body)
				break
			}
			rest = rest[i:]
		}
	}
}

// §5.1: a request goes out once, whoever awaits it, and also if nobody does.
func TestRule5_Once(t *testing.T) {
	h := newHost(t)
	for name, row := range map[string]struct{ code, result string }{
		"awaited twice":                 {`const r = Flowrunner.Request.get(U); return [await r, await r]`, `[7,7]`},
		"send without await, then it":   {`const r = Flowrunner.Request.post(U); r.send({ a: 1 }); return await r`, `7`},
		"then, catch and finally":       {`const r = Flowrunner.Request.get(U); let done = 0; await r.catch(() => 0).then(() => r.finally(() => { done = 1 })); return done`, `1`},
		"started and never awaited":     {`Flowrunner.Request.get(U).send(); return 'left'`, `"left"`},
		"its rejection fails nothing":   {`Flowrunner.Request.get(U + '?fail').send(); return 'left'`, `"left"`},
		"never started is never sent":   {`Flowrunner.Request.get(U); return await Flowrunner.Request.get(U)`, `7`},
		"send gives a plain promise":    {`const p = Flowrunner.Request.get(U).send(); return [p instanceof Promise, typeof p.set, await p]`, `[true,"undefined",7]`},
		"all at once, results in order": {`return await Promise.all([Flowrunner.Request.get(U)])`, `[7]`},
	} {
		result, p, err := evaluate(t, h, "const U = '"+at+"'; "+row.code, answerOf{body: "7"}, answerOf{body: "7"})
		if n := len(p.seen); err != nil || result != row.result || n != 1 {
			t.Errorf("%s: %s %v, %d requests", name, result, err, n)
		}
	}
}

// §5.4 and §5.5: what comes back.
func TestRule5_Answer(t *testing.T) {
	h := newHost(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(`{"a":1}`))
	_ = z.Close()
	kind := func(t string) http.Header { return http.Header{"Content-Type": {t}} }
	const caught = `try { await R } catch (e) { return [e instanceof Error, e.name, e.message, e.code, e.status, e.statusCode, e.body, e.response && e.response.status, Object.keys(e)] }`
	keys := `["message","code","status","statusCode","headers","body","response"]`
	for name, row := range map[string]struct {
		code, result string
		answer       answerOf
	}{
		"JSON whatever its type":          {`return await R`, `{"a":1}`, answerOf{body: `{"a":1}`, header: kind("text/plain")}},
		"no JSON stays text":              {`return await R`, `"<a>"`, answerOf{body: `<a>`}},
		"empty is ''":                     {`return await R`, `""`, answerOf{status: 204}},
		"a number, a text":                {`return await R`, `"x"`, answerOf{body: `"x"`}},
		"bytes":                           {`const b = await R.setEncoding(null); return [Buffer.isBuffer(b), b.toString('hex')]`, `[true,"00ff"]`, answerOf{body: "\x00\xff"}},
		"bytes, undefined":                {`const b = await R.setEncoding(undefined); return b.length`, `2`, answerOf{body: "[]"}},
		"base64":                          {`return await R.setEncoding('base64')`, `"AP8="`, answerOf{body: "\x00\xff"}},
		"whole":                           {`const r = await R.unwrapBody(false); return [r.status, r.statusCode, r.statusText, r.headers['x-a'], r.headers['set-cookie'], r.headers['x-b'], r.body]`, `[201,201,"Created","1",["c=1","d=2"],"p, q",{"a":1}]`, answerOf{status: 201, body: `{"a":1}`, header: http.Header{"X-A": {"1"}, "Set-Cookie": {"c=1", "d=2"}, "X-B": {"p", "q"}}}},
		"packed answers are unpacked":     {`return await R`, `{"a":1}`, answerOf{body: packed.String(), header: http.Header{"Content-Encoding": {"gzip"}}}},
		"not where the service asked":     {`const b = await R.set('Accept-Encoding', 'gzip').setEncoding(null); return b[0]`, `31`, answerOf{body: packed.String(), header: http.Header{"Content-Encoding": {"gzip"}}}},
		"error with a message":            {caught, `[true,"Error","no","E1",404,404,{"message":"no","code":"E1"},404,` + keys + `]`, answerOf{status: 404, body: `{"message":"no","code":"E1"}`}},
		"error without: the body itself":  {caught, `[true,"Error",{"error":"x"},null,400,400,{"error":"x"},400,` + keys + `]`, answerOf{status: 400, body: `{"error":"x"}`}},
		"error that is text":              {caught, `[true,"Error","<a>",null,500,500,"<a>",500,` + keys + `]`, answerOf{status: 500, body: `<a>`}},
		"error that is empty":             {caught, `[true,"Error","Status Code 401 (Unauthorized)",null,401,401,"",401,` + keys + `]`, answerOf{status: 401}},
		"error as text in bytes encoding": {`try { await R.setEncoding(null) } catch (e) { return e.body }`, `{"a":1}`, answerOf{status: 400, body: `{"a":1}`}},
		"its headers":                     {`try { await R } catch (e) { return e.headers['retry-after'] }`, `"7"`, answerOf{status: 429, header: http.Header{"Retry-After": {"7"}}}},
		"seen by JSON.stringify":          {`try { await R } catch (e) { return Object.keys(JSON.parse(JSON.stringify(e))).sort() }`, `["body","code","headers","message","response","status","statusCode"]`, answerOf{status: 400, body: `{"message":"m","code":1}`}},
		"POST follows no redirect":        {`try { await Flowrunner.Request.post('` + at + `') } catch (e) { return [e.status, e.headers.location] }`, `[302,"/y"]`, answerOf{request: "POST " + at, status: 302, header: http.Header{"Location": {"/y"}}}},
	} {
		if row.answer.request == "" {
			row.answer.request = "GET " + at
		}
		result, _, err := evaluate(t, h, "const R = Flowrunner.Request.get('"+at+"'); "+row.code, row.answer)
		if err != nil || result != row.result {
			t.Errorf("%s:\n got %s %v\nwant %s", name, result, err, row.result)
		}
	}
}

// §5.6: a GET follows up to five redirects with its headers, to another origin without its credentials.
func TestRule5_Redirects(t *testing.T) {
	h := newHost(t)
	to := func(where string) http.Header { return http.Header{"Location": {where}} }
	code := "return await Flowrunner.Request.get('" + at + "').set({ Authorization: 'Bearer A1', 'X-Own': 'o' })"
	result, p, err := evaluate(
		t, h, code,
		answerOf{request: "GET " + at, status: 301, header: to("/y")},
		answerOf{request: "GET https://rules.example/y", status: 307, header: to("https://files.rules.example/z")},
		answerOf{request: "GET https://files.rules.example/z", body: "9"},
	)
	if err != nil || result != "9" {
		t.Fatalf("%s %v", result, err)
	}
	want(t, "same origin", p.ask(1).Header.Get("Authorization")+p.ask(1).Header.Get("X-Own"), "Bearer A1o")
	want(t, "another origin", p.ask(2).Header.Get("Authorization")+p.ask(2).Header.Get("X-Own"), "o")
	var six []answerOf
	for range 6 {
		six = append(six, answerOf{request: "GET " + at, status: 302, header: to("/x")})
	}
	result, p, err = evaluate(t, h, "try { await Flowrunner.Request.get('"+at+"') } catch (e) { return e.status }", six...)
	if err != nil || result != "302" || len(p.seen) != 6 {
		t.Errorf("six hops: %s %v, %d requests", result, err, len(p.seen))
	}
}

// §5.3 and §5.5: what fails before or below HTTP.
func TestRule5_Failures(t *testing.T) {
	h := newHost(t)
	for name, row := range map[string]struct{ code, result string }{
		"no URL":                      {`try { await Flowrunner.Request.get('not a url') } catch (e) { return [e instanceof TypeError, e.message, e.code] }`, `[true,"Invalid URL","ERR_INVALID_URL"]`},
		"a header with a line break":  {`try { await Flowrunner.Request.get('` + at + `').set('X', 'a\nb') } catch (e) { return e.code }`, `"ERR_INVALID_CHAR"`},
		"a header beyond Latin-1":     {`try { await Flowrunner.Request.get('` + at + `').set('X', '€') } catch (e) { return e.code }`, `"ERR_INVALID_CHAR"`},
		"a verb that is not there":    {`try { Flowrunner.Request['nope']('` + at + `') } catch (e) { return e instanceof TypeError }`, `true`},
		"another scheme":              {`try { await Flowrunner.Request.get('file:///etc/passwd') } catch (e) { return typeof e.code }`, `"string"`},
		"an URL is judged when sent":  {`const r = Flowrunner.Request.get('::'); return typeof r.set`, `"function"`},
		"an idle limit of its own":    {`return typeof Flowrunner.Request.get('` + at + `').setTimeout(5).set`, `"function"`},
		"a broken line has its code":  {`try { await Flowrunner.Request.get('https://down.example/') } catch (e) { return [e.code, e.message.includes('down.example'), e.status] }`, `["ECONNRESET",true,null]`},
		"a failure of one of several": {`return await Promise.all([1, 2].map(n => Flowrunner.Request.get('https://down.example/').catch(() => n)))`, `[1,2]`},
	} {
		s, p := rules(t, h)
		s.transport = roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("the line is broken") })
		got, err := s.RunAction(t.Context(), integrations.ActionRequest{Config: atRules(""), Action: "evaluate", Params: map[string]any{"code": row.code}})
		if err != nil || string(got.Result) != row.result {
			t.Errorf("%s:\n got %s %v\nwant %s", name, got.Result, err, row.result)
		}
		p.done()
	}
}
