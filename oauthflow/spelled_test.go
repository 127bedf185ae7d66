package oauthflow_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// A secret does not show in the spellings that other programs write: small hex digits, JSON with escaped slashes in a text that is no
// JSON, and base64 alone or in the midst of more.
func TestMasked_OtherSpellings(t *testing.T) {
	const tricky = "s3cr3t/mid+marker=9?"
	lower := strings.NewReplacer("%2F", "%2f", "%2B", "%2b", "%3D", "%3d", "%3F", "%3f").Replace(url.QueryEscape(tricky))
	texts := map[string]string{
		"small hex digits": "q=" + lower, "escaped slashes": `callback({"a":"` + strings.ReplaceAll(tricky, "/", `\/`) + `"})`,
	}
	texts["base64 of a form"] = "got " + base64.StdEncoding.EncodeToString([]byte("a=1&token="+url.QueryEscape(tricky)+"&b=2"))
	for _, before := range []string{"", "a", "ab", "abc", "user:"} {
		for _, after := range []string{"", "x", ":x-oauth"} {
			text := before + tricky + after
			texts["base64 of "+text] = "got " + base64.StdEncoding.EncodeToString([]byte(text))
			texts["base64url of "+text] = "got " + base64.RawURLEncoding.EncodeToString([]byte(text))
		}
	}
	for name, text := range texts {
		got := oauthflow.Masked(text, []secret.String{secret.New(tricky)})
		plain, mask, _ := strings.Cut(got, secret.Mask)
		if rest := len(plain) + len(mask); got == text || strings.Contains(got, "marker") || rest > len(text)-20 || name == "base64 of a form" && rest > 30 {
			t.Errorf("%s: %q of %q", name, got, text)
		}
	}
	if got := oauthflow.Masked("cGFnZQ== is a page", []secret.String{secret.New("page")}); got != "cGFnZQ== is a •••" {
		t.Errorf("a short one blackens more than itself: %q", got)
	}
}

// TestCarried: whether a request took a secret along, wherever it stood; what only looks like one does not count.
func TestCarried(t *testing.T) {
	token := secret.New("t0ken/of+the-connection")
	for _, c := range []struct {
		name string
		req  oauthflow.APIRequest
		want bool
	}{
		{"a header", oauthflow.APIRequest{Header: http.Header{"Authorization": {"Bearer " + token.Reveal()}}}, true},
		{"HTTP Basic", oauthflow.APIRequest{Header: http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("u:"+token.Reveal()))}}}, true},
		{"the query", oauthflow.APIRequest{URL: "?q=" + url.QueryEscape(token.Reveal())}, true},
		{"the body", oauthflow.APIRequest{Method: "POST", Body: []byte(`{"t":"t0ken\/of+the-connection"}`)}, true},
		{"another's token", oauthflow.APIRequest{Header: http.Header{"Authorization": {"Bearer an-other-token"}}}, false},
		{"what looks like one", oauthflow.APIRequest{URL: "?access_token=abc&code=def", Header: http.Header{"X-Api-Key": {"abc"}}}, false},
		{"a mask that somebody typed", oauthflow.APIRequest{URL: "?q=" + secret.Mask}, false},
	} {
		c.req.URL = "https://api.example/me" + c.req.URL
		x, err := caller(t).Preview(t.Context(), c.req)
		if err != nil {
			t.Fatal(err)
		}
		if got := x.Carried([]secret.String{token}); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if x.Forget().Carried([]secret.String{token}) {
			t.Errorf("%s: forgotten, and yet it tells", c.name)
		}
	}
}

// What a header of the caller's own holds by its name does not come back either, though nobody said that it is a secret.
func TestSendAPI_HidesWhatAHeaderIsKnownToHold(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("you sent " + r.Header.Get("X-Api-Key") + " and " + r.Header.Get("Authorization")[len("Basic "):] + " to " + r.Header.Get("X-Room")))
	})
	x, err := seen(t, caller(t), oauthflow.APIRequest{URL: address, Header: http.Header{
		"X-Api-Key": {"hunter2"}, "Authorization": {"Basic YWRhOmh1bnRlcjM="}, "X-Room": {"lobby"},
	}})
	if want := "you sent ••• and ••• to lobby"; err != nil || x.ResponseBody != want {
		t.Errorf("%q, %v; want %q", x.ResponseBody, err, want)
	}
}
