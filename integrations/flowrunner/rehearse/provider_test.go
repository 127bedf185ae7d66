package rehearse

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// ask makes one request of a simulated provider.
func ask(t *testing.T, p *provider, method, address, contentType, body string, header ...string) (int, map[string]any) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	raw, _ := io.ReadAll(w.Body)
	var v map[string]any
	_ = json.Unmarshal(raw, &v) // a list or a page is no object
	return w.Code, v
}

func fresh(s Situation) *provider { return newProvider(s, objectData, time.Now) }

// A token request is known by what it carries, however it is sent.
func TestProvider_TokenRequests(t *testing.T) {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}}.Encode()
	const urlencoded = "application/x-www-form-urlencoded"
	for name, row := range map[string][]string{
		"form":                      {"POST", "https://a.example/x", urlencoded, form},
		"form with charset":         {"POST", "https://a.example/x", urlencoded + ";charset=UTF-8", form},
		"JSON":                      {"POST", "https://a.example/x", "application/json", `{"code":"` + code + `"}`},
		"query of a POST":           {"POST", "https://a.example/x?" + form, "", ""},
		"query of a GET":            {"GET", "https://a.example/x?code=" + code, "", ""},
		"multipart":                 {"POST", "https://a.example/x", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nclient_credentials\r\n--b--\r\n"},
		"escaped":                   {"POST", "https://a.example/x", urlencoded, "c=" + strings.ReplaceAll(code, "-", "%2D")},
		"a grant type of its own":   {"POST", "https://a.example/x", urlencoded, "grant_type=urn%3Ax%3Aassertion"},
		"another name for the code": {"POST", "https://a.example/x", urlencoded, "spapi_oauth_code=" + code},
		"the path alone":            {"POST", "https://a.example/v1/oauth2/token/", "", ""},
		"the path, with a dot":      {"POST", "https://a.example/api/oauth.v2.access", "", ""},
	} {
		status, v := ask(t, fresh(Plain), row[0], row[1], row[2], row[3])
		if status != http.StatusOK || v["access_token"] == nil || v["refresh_token"] == nil || v["expires_in"] != 3600.0 || v["ok"] != true {
			t.Errorf("%s: %d %v", name, status, v)
		}
	}
	for name, row := range map[string][]string{
		"a look at tokens":     {"GET", "https://a.example/v1/tokens"},
		"an identity":          {"GET", "https://a.example/oauth/userinfo"},
		"a search by POST":     {"POST", "https://a.example/v1/search"},
		"a list with the word": {"GET", "https://a.example/oauth/token/info"},
	} {
		status, v := ask(t, fresh(Plain), row[0], row[1], "", "")
		if status != http.StatusOK || v["access_token"] != nil || v["email"] != identityMail {
			t.Errorf("%s: %d %v", name, status, v)
		}
	}
}

// issue signs in and returns the two tokens.
func issue(t *testing.T, p *provider) (access, refresh string) {
	t.Helper()
	_, v := ask(t, p, "POST", "https://a.example/token", "application/json", `{"code":"`+code+`"}`)
	access, _ = v["access_token"].(string)
	refresh, _ = v["refresh_token"].(string)
	return access, refresh
}

// Each situation, at the token endpoint and behind it.
func TestProvider_Situations(t *testing.T) {
	renew := func(p *provider, refresh string) (int, map[string]any) {
		return ask(t, p, "POST", "https://a.example/token", "application/json", `{"grant_type":"refresh_token","refresh_token":"`+refresh+`"}`)
	}
	p := fresh(Plain)
	_, r1 := issue(t, p)
	if _, v := renew(p, r1); v["refresh_token"] != nil || v["access_token"] == nil {
		t.Errorf("plain: %v", v)
	}
	if status, _ := renew(p, r1); status != http.StatusOK {
		t.Errorf("plain, again: %d", status)
	}
	p = fresh(Rotating)
	_, r1 = issue(t, p)
	_, v := renew(p, r1)
	r2, _ := v["refresh_token"].(string)
	if r2 == "" || r2 == r1 {
		t.Errorf("rotating: %v", v)
	}
	if status, v := renew(p, r1); status != http.StatusBadRequest || v["error"] != "invalid_grant" {
		t.Errorf("rotating, the old one: %d %v", status, v)
	}
	if status, _ := renew(p, r2); status != http.StatusOK {
		t.Errorf("rotating, the new one: %d", status)
	}
	p = fresh(NoRefreshToken)
	if a, r := issue(t, p); a == "" || r != "" {
		t.Errorf("no refresh token: %q %q", a, r)
	}
	if status, v := renew(p, "undefined"); status != http.StatusBadRequest || v["error"] != "invalid_request" {
		t.Errorf("no refresh token: %d %v", status, v)
	}
	p = fresh(Expired)
	a1, r1 := issue(t, p)
	p.expire()
	if status, _ := ask(t, p, "GET", "https://a.example/me?access_token="+a1, "", ""); status != http.StatusUnauthorized {
		t.Errorf("expired: %d", status)
	}
	_, v = renew(p, r1)
	a2, _ := v["access_token"].(string)
	if status, _ := ask(t, p, "GET", "https://a.example/me", "", "", "X-Auth", a2); status != http.StatusOK {
		t.Errorf("expired, refreshed: %d", status)
	}
	for s, want := range map[Situation]int{Trouble: 500, InvalidGrant: 400} {
		p := fresh(s)
		_, r := issue(t, p)
		p.begin("refreshToken", true)
		if status, v := renew(p, r); status != want || s == InvalidGrant && v["error"] != "invalid_grant" {
			t.Errorf("%s: %d %v", s, status, v)
		}
	}
}

// A token that the service has mangled is refused, so that it shows.
func TestProvider_UnknownToken(t *testing.T) {
	p := fresh(Plain)
	a, _ := issue(t, p)
	for header, want := range map[string]int{
		"Bearer " + a: 200, "token " + a: 200, a: 200, "Bearer undefined": 401, "Bearer {\"token\":1}": 401, "Basic Zm9vOmJhcg==": 200,
	} {
		if status, _ := ask(t, p, "GET", "https://a.example/me", "", "", "Authorization", header); status != want {
			t.Errorf("%s: %d, want %d", header, status, want)
		}
	}
	if status, _ := ask(t, p, "GET", "https://a.example/public", "", ""); status != http.StatusOK {
		t.Errorf("without a token: %d", status)
	}
}

// A path that carries a token is kept without it.
func TestProvider_TokenInPath(t *testing.T) {
	p := fresh(Plain)
	a, _ := issue(t, p)
	ask(t, p, "GET", "https://a.example/tokens/"+a+"/info", "", "")
	if got := p.seen()[1]; strings.Contains(got.Path, a) || got.Status != http.StatusOK {
		t.Errorf("%+v", got)
	}
}

// What a path names is there under its own name, as one and as many; the forms differ in what is a list.
func TestProvider_Forms(t *testing.T) {
	get := func(f form, path string) any {
		w := httptest.NewRecorder()
		newProvider(Plain, f, time.Now).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://a.example"+path, nil))
		var v any
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	name := func(v any, path ...any) string {
		for _, step := range path {
			switch x := v.(type) {
			case map[string]any:
				key, _ := step.(string)
				v = x[key]
			case []any:
				at, ok := step.(int)
				if !ok || at >= len(x) {
					return ""
				}
				v = x[at]
			}
		}
		text, _ := v.(string)
		return text
	}
	for path, row := range map[string]struct {
		form form
		at   []any
	}{
		"/v1/me":                  {objectData, []any{"name"}},
		"/user":                   {objectData, []any{"data", "name"}},
		"/graphql":                {objectData, []any{"data", "viewer", "name"}},
		"/v1/widgets":             {objectData, []any{"widgets", 0, "name"}},
		"/v1/widget.json":         {objectData, []any{"widget", "name"}},
		"/auth/api/v1/users/me":   {objectData, []any{"response", "business_memberships", 0, "business", "name"}},
		"/v2/organizations":       {listData, []any{"data", 0, "name"}},
		"/accessible-resources":   {plurals, []any{0, "name"}},
		"/rest/api/user/current":  {plurals, []any{"displayName"}},
		"/status":                 {plurals, []any{"name"}},
		"/connections/1":          {list, []any{0, "name"}},
		"/get_current_account":    {scimName, []any{"name", "display_name"}},
		"/oauth2/metadata":        {objectData, []any{"login", "name"}},
		"/identity/v1/Users/1001": {objectData, []any{"emails", 0, "value"}},
	} {
		want := identityName
		if strings.HasSuffix(path, "/1001") {
			want = identityMail
		}
		if got := name(get(row.form, path), row.at...); got != want {
			t.Errorf("%s %v: %q", path, row.at, got)
		}
	}
}
