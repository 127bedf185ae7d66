package flowrunner

import (
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/internal/secret"
)

// provider answers by method and address.
func provider(answers map[string]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := answers[r.Method+" https://"+r.Host+r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	})
}

func TestService_ThreeOperations(t *testing.T) {
	h := newHost(t)
	opened, err := h.Open(t.Context(), "testdata/services/plain")
	if err != nil {
		t.Fatal(err)
	}
	s := opened.Played(provider(map[string]string{
		"POST https://plain.example/token": `{"access_token":"A1","refresh_token":"R1","expires_in":"3600"}`,
		"GET https://plain.example/me":     `{"email":"ada@plain.example","id":7}`,
	}))
	if i := s.Info(); i.ID != "plain" || i.Name != "Plain" || len(i.Inputs) != 2 || !i.Inputs[1].Secret || i.Inputs[0].Secret {
		t.Errorf("%+v", i)
	}
	cfg := integrations.Config{"clientId": secret.New("id"), "clientSecret": secret.New("shh")}
	const redirect = "http://127.0.0.1:53682/callback"
	u, err := s.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: cfg, RedirectURI: redirect, State: "st"})
	want := "https://plain.example/authorize?client_id=id&response_type=code&scope=read&redirect_uri=http%3A%2F%2F127.0.0.1%3A53682%2Fcallback&state=st"
	if err != nil || u.URL != want {
		t.Fatalf("%v\n got %s\nwant %s", err, u.URL, want)
	}
	g, err := s.ExecuteCallback(t.Context(), integrations.CallbackRequest{Config: cfg, RedirectURI: redirect, Pending: u.Pending, Params: url.Values{"code": {"c"}, "state": {"st"}}})
	if err != nil || g.AccessToken.Reveal() != "A1" || g.RefreshToken.Reveal() != "R1" || g.Identity.Name != "ada@plain.example" || g.Lifetime.For != time.Hour {
		t.Fatalf("%+v %v", g, err)
	}
	k := integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken, Extra: g.Extra}
	if g, err = s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: cfg, Kept: k}); err != nil || g.AccessToken.Reveal() != "A1" {
		t.Fatalf("%+v %v", g, err)
	}
}
