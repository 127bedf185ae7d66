package oauthflow_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"authdeck/oauthflow"
)

// No secret that was sent or received shows in an exchange, in whatever spelling and place; the rest can be read.
func TestExchange_MasksSecrets(t *testing.T) {
	tricky := sentinel + "/+= \"é"
	echo := func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		w.Header().Set("X-Echo", url.QueryEscape(r.Form.Get("refresh_token")))
		w.Header().Set("Set-Cookie", "session="+sentinel)
		w.Header().Set("Location", "https://as.example.com/?code="+sentinel+"&page=2")
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, toJSON(t, map[string]any{
			"access_token": sentinel + "1", "refresh_token": sentinel + "2", "id_token": "eyJ" + sentinel, "device_code": sentinel,
			"data": map[string]any{"authed_user": map[string]any{"access_token": sentinel}}, "note": "you sent " + r.Form.Get("refresh_token"),
			"links": []string{"https://x.example.com/?access_token=" + sentinel}, "login": "ada",
		}))
	}
	for _, body := range []string{"form", "json"} {
		for _, method := range []oauthflow.AuthMethod{oauthflow.AuthPost, oauthflow.AuthBasic, oauthflow.AuthQuery, oauthflow.AuthBearer} {
			for _, inQuery := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s %s %v", body, method, inQuery), func(t *testing.T) {
					var seen []oauthflow.Exchange
					_, err := caller(t).Observing(func(x oauthflow.Exchange) { seen = append(seen, x) }).Send(t.Context(), oauthflow.Request{
						URL: serve(t, echo) + "/token?x=1", Auth: oauthflow.ClientAuth{Method: method, ID: "client-1", Secret: secretOf(tricky)},
						Body: body, InQuery: inQuery,
						Params: url.Values{
							"grant_type": {"refresh_token"}, "refresh_token": {tricky}, "code": {sentinel}, "code_verifier": {sentinel},
							"assertion": {sentinel}, "state": {sentinel}, "odd": {"pass" + sentinel},
						},
						Header:  http.Header{"X-Api-Key": {sentinel}, "X-Own": {"pass" + sentinel}},
						Secrets: []secretString{secretOf("pass" + sentinel)},
					})
					if err != nil || len(seen) != 1 {
						t.Fatalf("%v, %d exchanges", err, len(seen))
					}
					x := seen[0]
					if all := fmt.Sprintf("%+v", x); strings.Contains(all, sentinel) {
						t.Errorf("a secret shows in %s", all)
					}
					if x.Method != "POST" || x.Status != 200 || !strings.Contains(x.URL, "/token?") || !strings.Contains(x.ResponseBody, `"login":"ada"`) {
						t.Errorf("too much is masked: %+v", x)
					}
					if !strings.Contains(x.URL+x.RequestBody, "grant_type") || x.ResponseBytes == 0 {
						t.Errorf("something is missing: %+v", x)
					}
				})
			}
		}
	}
}

func TestExchange_BodiesAreCutAndSafe(t *testing.T) {
	for name, c := range map[string]struct{ kind, body string }{
		"long text":    {"text/plain", strings.Repeat("x", 300_000)},
		"long JSON":    {"application/json", `{"a":"` + strings.Repeat("é", 600_000) + `","access_token":"` + sentinel + `"}`},
		"escapes":      {"text/html", "<html>\x1b[2J\x1b]0;title\x07\u202e</html>"},
		"binary":       {"image/png", "\x89PNG\r\n\x1a\n\xff\xfe"},
		"cut inside é": {"text/plain", "x" + strings.Repeat("é", 1<<19)},
	} {
		t.Run(name, func(t *testing.T) {
			var x oauthflow.Exchange
			var first int
			c2 := caller(t)
			c2.Observe = func(oauthflow.Exchange) { first++ }
			k := c2.Observing(func(e oauthflow.Exchange) { x = e })
			if _, err := k.SendAPI(t.Context(), oauthflow.APIRequest{URL: serve(t, fixed(200, c.kind, c.body)), MaxAnswer: 8 << 20}); err != nil {
				t.Fatal(err)
			}
			if len(x.ResponseBody) > 64<<10 || strings.ContainsAny(x.ResponseBody, "\x1b\x07\x00\u202e\ufffd") || strings.Contains(x.ResponseBody, sentinel) {
				t.Errorf("%d bytes: %.200q", len(x.ResponseBody), x.ResponseBody)
			}
			if x.ResponseBytes != int64(len(c.body)) || first != 1 {
				t.Errorf("%d bytes of %d, seen %d times by the first", x.ResponseBytes, len(c.body), first)
			}
		})
	}
}

// A secret comes back in other spellings: form and path encoding, and the escapes of JSON; masking by looks must not hide
// one half of it and so let the other through.
func TestExchange_SpellingsOfASecret(t *testing.T) {
	const tricky, marker = sentinel + `/mid"dle +<é>\marker"`, "marker"
	for name, body := range map[string]string{
		"JSON":              toJSON(t, map[string]string{"note": "was " + tricky}),
		"JSON, no escapes":  `{"note":"was ` + sentinel + `/mid\"dle +<é>\\marker\""}`,
		"JSON, all escapes": `{"note":"was ` + sentinel + `\/mid\u0022dle +\u003c\u00e9\u003e\u005cmarker\u0022"}`,
		"JSON in a page":    "<script>" + toJSON(t, map[string]string{"note": tricky}) + "</script>",
		"form":              "note=" + url.QueryEscape(tricky),
		"path":              "/x/" + url.PathEscape(tricky) + "/y",
		"plain":             "was " + tricky,
	} {
		t.Run(name, func(t *testing.T) {
			var x oauthflow.Exchange
			address := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Echo", url.QueryEscape(tricky))
				fixed(200, "text/plain", body)(w, r)
			})
			_, err := caller(t).Observing(func(e oauthflow.Exchange) { x = e }).Send(t.Context(), oauthflow.Request{
				URL: address, Params: url.Values{"refresh_token": {tricky}},
			})
			if err != nil || strings.Contains(x.ResponseBody, marker) || !strings.Contains(x.ResponseBody, "•••") {
				t.Errorf("%q, %v", x.ResponseBody, err)
			}
			if h := x.ResponseHeader.Get("X-Echo"); strings.Contains(h, marker) || !strings.Contains(h, "•••") {
				t.Errorf("header %q", h)
			}
		})
	}
}
