package flowrunner

import (
	"encoding/json"
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

// rules opens the service that gives back what its provider answers.
func rules(t *testing.T, h *Host, answers ...answerOf) (*Service, *script) {
	t.Helper()
	p := &script{t: t, answers: answers}
	s, err := h.Open(t.Context(), "testdata/rules")
	if err != nil {
		t.Fatal(err)
	}
	return s.Played(p), p
}

func atRules(own string) integrations.Config {
	return integrations.Config{"address": secret.New("https://rules.example/authorize?client_id=x" + own)}
}

// §3.1: the answer is an absolute https address, http on loopback only; what is there already is replaced, never doubled.
func TestRule31_Address(t *testing.T) {
	h := newHost(t)
	const r, esc = redirect, "http%3A%2F%2F127.0.0.1%3A53682%2Fcallback"
	for name, row := range map[string]struct{ address, want string }{
		"appended with &":                {"https://a.example/x?y=1", "https://a.example/x?y=1&redirect_uri=" + esc + "&state=" + hostState},
		"appended with ?":                {"https://a.example/x", "https://a.example/x?redirect_uri=" + esc + "&state=" + hostState},
		"a query that ends in ?":         {"https://a.example/x?", "https://a.example/x?redirect_uri=" + esc + "&state=" + hostState},
		"before a plain fragment":        {"https://a.example/x?y=1#top", "https://a.example/x?y=1&redirect_uri=" + esc + "&state=" + hostState + "#top"},
		"inside the fragment's query":    {"https://a.example/#/x?y=1", "https://a.example/#/x?y=1&redirect_uri=" + esc + "&state=" + hostState},
		"another redirect_uri replaced":  {"https://a.example/x?redirect_uri=https%3A%2F%2Fb.example&y=1", "https://a.example/x?redirect_uri=" + esc + "&y=1&state=" + hostState},
		"two redirect_uris become one":   {"https://a.example/x?redirect_uri=1&y=1&redirect_uri=2", "https://a.example/x?redirect_uri=" + esc + "&y=1&state=" + hostState},
		"a state replaced in its place":  {"https://a.example/x?state=s%201&y=1", "https://a.example/x?state=" + hostState + "&y=1&redirect_uri=" + esc},
		"all else byte for byte":         {"https://a.example/x?scope=a+b%20c,d&z=%e4&q", "https://a.example/x?scope=a+b%20c,d&z=%e4&q&redirect_uri=" + esc + "&state=" + hostState},
		"http on loopback":               {"http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x?redirect_uri=" + esc + "&state=" + hostState},
		"http elsewhere":                 {"http://a.example/x", ""},
		"no address":                     {"/x?y=1", ""},
		"another scheme":                 {"javascript:alert(1)", ""},
		"a line break":                   {"https://a.example/x?y=1\nz", ""},
		"nothing returned":               {"", ""},
		"a name that only ends in state": {"https://a.example/x?my_state=1", "https://a.example/x?my_state=1&redirect_uri=" + esc + "&state=" + hostState},
	} {
		s, _ := rules(t, h)
		u, err := s.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: integrations.Config{"address": secret.New(row.address)}, RedirectURI: r, State: hostState})
		if (err != nil) != (row.want == "") || u.URL != row.want {
			t.Errorf("%s:\n got %s %v\nwant %s", name, u.URL, err, row.want)
		}
	}
}

// §3.1 and §1.5: one argument with the redirect address under both names, and the state; the state is a header, too.
func TestRule31_Argument(t *testing.T) {
	s, _ := rules(t, newHost(t))
	u, err := s.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: integrations.Config{"address": secret.New("https://a.example/?given={given}")}, RedirectURI: redirect, State: hostState})
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := url.Parse(u.URL)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Given   []map[string]string `json:"given"`
		Headers map[string]string   `json:"headers"`
	}
	unmarshal(t, parsed.Query().Get("given"), &got)
	if len(got.Given) != 1 {
		t.Fatalf("%d arguments", len(got.Given))
	}
	sameMap(t, "argument", got.Given[0], map[string]string{"redirectUri": redirect, "redirectURI": redirect, "state": hostState})
	sameMap(t, "headers", got.Headers, map[string]string{"oauth-state": hostState})
}

// callback is what the rules service was given.
type callback struct {
	Callback map[string]string `json:"callback"`
	Headers  map[string]string `json:"headers"`
}

// §3.2: the callback object is the whole redirect, with both spellings of the redirect address and the state that the service knows.
func TestRule32_CallbackObject(t *testing.T) {
	h := newHost(t)
	for name, row := range map[string]struct{ own, state string }{
		"the host's state":       {"", hostState},
		"the service's, decoded": {"&state=own%20state%2B", "own state+"},
	} {
		s, p := rules(t, h, answerOf{request: "POST https://rules.example/callback", body: `{"token":"A1"}`})
		params := url.Values{"realmId": {"7"}, "accounts-server": {"https://x.example"}, "empty": {""}, "twice": {"1", "2"}, "oauth-access-token": {"no"}}
		if _, _, err := signIn(t, s, atRules(row.own), params); err != nil {
			t.Fatal(err)
		}
		var got callback
		unmarshal(t, p.ask(0).body, &got)
		wanted := map[string]string{
			"code": "the-code", "realmId": "7", "accounts-server": "https://x.example", "empty": "", "twice": "2", "oauth-access-token": "no",
			"state": row.state, "redirectURI": redirect, "redirectUri": redirect,
		}
		sameMap(t, name, got.Callback, wanted)
		sameMap(t, name+": headers", got.Headers, map[string]string{"oauth-state": row.state})
	}
}

func sameMap(t *testing.T, name string, got, wanted map[string]string) {
	t.Helper()
	if len(got) != len(wanted) {
		t.Errorf("%s: %v, want %v", name, got, wanted)
	}
	for k, v := range wanted {
		if g, ok := got[k]; !ok || g != v {
			t.Errorf("%s: %s is %q, want %q", name, k, g, v)
		}
	}
}

// §3.2, member by member. An empty token stands for a failed sign-in.
func TestRule32_Grant(t *testing.T) {
	h := newHost(t)
	unknown := oauthflow.Lifetime{Kind: oauthflow.LifetimeUnknown}
	known := func(seconds int) oauthflow.Lifetime {
		return oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: time.Duration(seconds) * time.Second}
	}
	for name, row := range map[string]struct {
		result         string
		token, refresh string
		lifetime       oauthflow.Lifetime
		identity       integrations.Identity
		extra          string
	}{
		"token alone":                   {result: `{"token":"A"}`, token: "A", lifetime: unknown},
		"token verbatim, not trimmed":   {result: `{"token":" A\n::{}\" "}`, token: " A\n::{}\" ", lifetime: unknown},
		"token in other letters":        {result: `{"token":"Ünï𝄞"}`, token: "Ünï𝄞", lifetime: unknown},
		"token empty":                   {result: `{"token":""}`},
		"token undefined::":             {result: `{"token":"undefined::42"}`},
		"token null…":                   {result: `{"token":"null--7"}`},
		"token null":                    {result: `{"token":null,"refreshToken":"R"}`},
		"token a number":                {result: `{"token":12345}`},
		"token an object":               {result: `{"token":{"a":1}}`},
		"no object: {}":                 {result: `{}`},
		"no object: null":               {result: `null`},
		"no object: text":               {result: `"A"`},
		"no object: list":               {result: `["A"]`},
		"refresh token":                 {result: `{"token":"A","refreshToken":" R "}`, token: "A", refresh: " R ", lifetime: unknown},
		"refresh token null":            {result: `{"token":"A","refreshToken":null}`, token: "A", lifetime: unknown},
		"refresh token empty":           {result: `{"token":"A","refreshToken":""}`, token: "A", lifetime: unknown},
		"refresh token equal":           {result: `{"token":"A","refreshToken":"A"}`, token: "A", refresh: "A", lifetime: unknown},
		"refresh token no text":         {result: `{"token":"A","refreshToken":{"a":1}}`, token: "A", lifetime: unknown},
		"lifetime a number":             {result: `{"token":"A","expirationInSeconds":3600}`, token: "A", lifetime: known(3600)},
		"lifetime floored":              {result: `{"token":"A","expirationInSeconds":3599.99}`, token: "A", lifetime: known(3599)},
		"lifetime as text":              {result: `{"token":"A","expirationInSeconds":"3600"}`, token: "A", lifetime: known(3600)},
		"lifetime as text, floored":     {result: `{"token":"A","expirationInSeconds":" 59.9 "}`, token: "A", lifetime: known(59)},
		"lifetime 0":                    {result: `{"token":"A","expirationInSeconds":0}`, token: "A", lifetime: unknown},
		"lifetime 0 as text":            {result: `{"token":"A","expirationInSeconds":"0"}`, token: "A", lifetime: unknown},
		"lifetime null":                 {result: `{"token":"A","expirationInSeconds":null}`, token: "A", lifetime: unknown},
		"lifetime NaN":                  {result: `{"token":"A","expirationInSeconds":"NaN"}`, token: "A", lifetime: unknown},
		"lifetime other text":           {result: `{"token":"A","expirationInSeconds":"never"}`, token: "A", lifetime: unknown},
		"lifetime no text":              {result: `{"token":"A","expirationInSeconds":true}`, token: "A", lifetime: unknown},
		"identity":                      {result: `{"token":"A","connectionIdentityName":"me","connectionIdentityImageURL":"https://i.example/1.png"}`, token: "A", lifetime: unknown, identity: integrations.Identity{Name: "me", Image: "https://i.example/1.png"}},
		"identity null":                 {result: `{"token":"A","connectionIdentityName":null,"connectionIdentityImageURL":null}`, token: "A", lifetime: unknown},
		"identity a number":             {result: `{"token":"A","connectionIdentityName":77,"connectionIdentityImageURL":""}`, token: "A", lifetime: unknown, identity: integrations.Identity{Name: "77"}},
		"identity with control codes":   {result: `{"token":"A","connectionIdentityName":"a\u001b[31mb\u202e"}`, token: "A", lifetime: unknown, identity: integrations.Identity{Name: "ab"}},
		"picture not https":             {result: `{"token":"A","connectionIdentityImageURL":"http://i.example/1.png"}`, token: "A", lifetime: unknown},
		"overwrite says nothing":        {result: `{"token":"A","overwrite":false}`, token: "A", lifetime: unknown},
		"user data":                     {result: `{"token":"A","userData":{"a":1}}`, token: "A", lifetime: unknown, extra: `{"a":1}`},
		"user data null":                {result: `{"token":"A","userData":null}`, token: "A", lifetime: unknown, extra: `null`},
		"unknown members":               {result: `{"token":"A","__proto__":{"x":1},"other":[1]}`, token: "A", lifetime: unknown},
		"a member twice, the last wins": {result: `{"token":"A","token":"B"}`, token: "B", lifetime: unknown},
	} {
		s, _ := rules(t, h, answerOf{request: "POST https://rules.example/callback", body: row.result})
		_, g, err := signIn(t, s, atRules(""), nil)
		if row.token == "" {
			if err == nil || !g.AccessToken.IsZero() {
				t.Errorf("%s: %+v, want a failed sign-in", name, g)
			}
			continue
		}
		if err != nil || g.AccessToken.Reveal() != row.token || g.RefreshToken.Reveal() != row.refresh || g.Lifetime != row.lifetime || g.Identity != row.identity || string(g.Extra) != row.extra {
			t.Errorf("%s: %q %q %+v %+v %s %v", name, g.AccessToken.Reveal(), g.RefreshToken.Reveal(), g.Lifetime, g.Identity, g.Extra, err)
		}
	}
}

// refreshed is what the rules service was called with.
type refreshCall struct {
	Argument any               `json:"argument"`
	Count    int               `json:"count"`
	Headers  map[string]string `json:"headers"`
	Body     map[string]string `json:"body"`
	Context  map[string]string `json:"context"`
}

// §3.4 and §1.5: argument, body and context; the current token and the user data as headers.
func TestRule34_Call(t *testing.T) {
	h := newHost(t)
	const data = `{"accountId":"a 1","number":7,"flag":false,"none":null,"list":[1,"b"],"object":{"x":"ü"},"Ünï":"ß","empty":""}`
	for name, row := range map[string]struct {
		refresh, argument string
	}{
		"with a refresh token":    {"R1", "R1"},
		"without: undefined goes": {"", "undefined"},
	} {
		s, p := rules(t, h, answerOf{request: "POST https://rules.example/refresh", body: `{"token":"A2"}`})
		k := integrations.Kept{AccessToken: secret.New("A1"), RefreshToken: secret.New(row.refresh), Extra: json.RawMessage(data)}
		renew(t, s, atRules(""), k)
		var got refreshCall
		unmarshal(t, p.ask(0).body, &got)
		if got.Argument != row.argument || got.Count != 1 {
			t.Errorf("%s: argument %v of %d", name, got.Argument, got.Count)
		}
		both := map[string]string{"refreshToken": row.refresh, "accessToken": "A1"}
		sameMap(t, name+": body", got.Body, both)
		sameMap(t, name+": context", got.Context, both)
		sameMap(t, name+": headers", got.Headers, map[string]string{
			"oauth-access-token": "A1", "oauth-user-data-accountid": "a 1", "oauth-user-data-number": "7", "oauth-user-data-flag": "false",
			"oauth-user-data-list": `[1,"b"]`, "oauth-user-data-object": `{"x":"ü"}`, "oauth-user-data-ünï": "ß", "oauth-user-data-empty": "",
		})
	}
}

// §3.4: what an answer means.
func TestRule34_Answer(t *testing.T) {
	h := newHost(t)
	for name, row := range map[string]struct {
		result                  string
		token, refresh, trouble string // trouble: the class of the error
	}{
		"token alone keeps the old refresh token": {result: `{"token":"A2"}`, token: "A2"},
		"a new refresh token":                     {result: `{"token":"A2","refreshToken":"R2"}`, token: "A2", refresh: "R2"},
		"a refresh token that is empty":           {result: `{"token":"A2","refreshToken":""}`, token: "A2"},
		"the same token, a new refresh token":     {result: `{"token":"A1","refreshToken":"R2"}`, token: "A1", refresh: "R2"},
		"identity and user data are ignored":      {result: `{"token":"A2","connectionIdentityName":"other","userData":{"x":1}}`, token: "A2"},
		"null after a request":                    {result: `null`, trouble: "transient_long"},
		"{} after a request":                      {result: `{}`, trouble: "transient_long"},
		"unusable after a request":                {result: `{"token":"undefined|1"}`, trouble: "transient_long"},
	} {
		s, _ := rules(t, h, answerOf{request: "POST https://rules.example/refresh", body: row.result})
		g, err := s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: atRules(""), Kept: keptRules()})
		if row.trouble != "" {
			wantClass(t, name, err, row.trouble)
			continue
		}
		if err != nil || g.AccessToken.Reveal() != row.token || g.RefreshToken.Reveal() != row.refresh || g.Identity != (integrations.Identity{}) || g.UserData != nil || g.Extra != nil || g.KeepExpiry || len(g.Warnings) > 0 {
			t.Errorf("%s: %+v %v", name, g, err)
		}
	}
}

func keptRules() integrations.Kept {
	return integrations.Kept{AccessToken: secret.New("A1"), RefreshToken: secret.New("R1")}
}

// wantClass compares the class of an error; "nothing" is [integrations.ErrNothingNew].
func wantClass(t *testing.T, name string, err error, class string) {
	t.Helper()
	var e *oauthflow.Error
	switch {
	case class == "nothing":
		if !errors.Is(err, integrations.ErrNothingNew) {
			t.Errorf("%s: %v", name, err)
		}
	case !errors.As(err, &e) || string(e.Class) != class:
		t.Errorf("%s: %v, want class %s", name, err, class)
	}
}

// §3.4: what was seen on the wire counts first, then the text.
func TestRule34_Failure(t *testing.T) {
	h := newHost(t)
	for name, row := range map[string]struct {
		status int
		body   string
		own    integrations.Config // instead of a request
		class  string
	}{
		"invalid_grant":                            {status: 400, body: `{"error":"invalid_grant"}`, class: "dead"},
		"invalid_grant with 401":                   {status: 401, body: `{"error":"invalid_grant"}`, class: "dead"},
		"invalid_grant with 500":                   {status: 500, body: `{"error":"invalid_grant"}`, class: "dead"},
		"5xx before the words":                     {status: 502, body: `{"message":"the token was revoked"}`, class: "transient"},
		"429 before the words":                     {status: 429, body: `{"message":"please reconnect"}`, class: "transient"},
		"the words revoked":                        {status: 403, body: `{"message":"Token has been REVOKED"}`, class: "dead"},
		"the words expired or":                     {status: 400, body: `{"message":"expired or not found"}`, class: "dead"},
		"the words re-authenticate":                {status: 404, body: `{"message":"please re-authenticate"}`, class: "dead"},
		"the client is refused":                    {status: 401, body: `{"error":"invalid_client"}`, class: "configuration"},
		"a request that is refused only if again":  {status: 400, body: `{"error":"invalid_request"}`, class: "dead_if_again"},
		"no JSON with 400":                         {status: 400, body: `Bad`, class: "dead_after_3"},
		"anything else":                            {status: 403, body: `{"error":"rate"}`, class: "transient_long"},
		"null without a request":                   {own: integrations.Config{"answer": secret.New("null")}, class: "nothing"},
		"{} without a request":                     {own: integrations.Config{"answer": secret.New("{}")}, class: "nothing"},
		"an unusable token without a request":      {own: integrations.Config{"answer": secret.New(`{"token":"null"}`)}, class: "nothing"},
		"a throw without a request":                {own: integrations.Config{"thrown": secret.New("please reconnect")}, class: "nothing"},
		"invalid_grant thrown without any request": {own: integrations.Config{"thrown": secret.New("invalid_grant")}, class: "nothing"},
	} {
		var answers []answerOf
		cfg := row.own
		if cfg == nil {
			cfg, answers = atRules(""), []answerOf{{request: "POST https://rules.example/refresh", status: row.status, body: row.body}}
		}
		s, p := rules(t, h, answers...)
		_, err := s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: cfg, Kept: keptRules()})
		wantClass(t, name, err, row.class)
		p.done()
	}
}

// §3.4: a network failure is transient, whatever the service says; Retry-After is heard.
func TestRule34_Network(t *testing.T) {
	s, _ := rules(t, newHost(t), answerOf{request: "POST https://rules.example/refresh", status: 503, body: `{}`, header: http.Header{"Retry-After": {"77"}}})
	_, err := s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: atRules(""), Kept: keptRules()})
	var e *oauthflow.Error
	if !errors.As(err, &e) || e.RetryAfter != 77*time.Second {
		t.Errorf("%+v", err)
	}
	unreachable := *s
	unreachable.transport = roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("the cable is revoked") })
	_, err = unreachable.RefreshToken(t.Context(), integrations.RefreshRequest{Config: atRules(""), Kept: keptRules()})
	if !errors.As(err, &e) || e.Class != oauthflow.ClassTransient || e.Status != 0 {
		t.Errorf("%v", err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// §3.3: the reason of a failed sign-in is what it threw, unshortened, or what was seen and printed.
func TestRule33_Reason(t *testing.T) {
	long := strings.Repeat("long words ", 60) + "end"
	s, _ := rules(t, newHost(t))
	cfg := atRules("")
	cfg["thrown"] = secret.New(long)
	if _, _, err := signIn(t, s, cfg, nil); err == nil || !strings.Contains(err.Error(), long) {
		t.Errorf("%v", err)
	}
}

// A secret that a provider repeats, and a service throws, does not show.
func TestRule33_NoSecret(t *testing.T) {
	s, _ := rules(t, newHost(t), answerOf{request: "POST https://rules.example/refresh", status: 403, body: `{"message":"token kept-token-12345678 of R1-long-refresh is not for you"}`})
	k := integrations.Kept{AccessToken: secret.New(`{"user":"kept-token-12345678","host":"https://a.example"}`), RefreshToken: secret.New("R1-long-refresh")}
	_, err := s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: atRules(""), Kept: k})
	if err == nil || strings.Contains(err.Error(), "kept-token") || strings.Contains(err.Error(), "R1-long") || !strings.Contains(err.Error(), "is not for you") {
		t.Errorf("%v", err)
	}
}
