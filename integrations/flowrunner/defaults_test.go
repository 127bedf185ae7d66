package flowrunner

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
)

// TestN14_DefaultOpensNothing: a default is handed in with the config, as connections does it, and opens no host all the same.
func TestN14_DefaultOpensNothing(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	r := newRig(t, map[string]string{"one": "class S { constructor(c) { this.c = c }\n/** @operationName Go */ async go() { return await Flowrunner.Request.get(this.c.base) } }\n" +
		"Flowrunner.ServerCode.addService(S, [{ name: 'base', type: 'STRING', defaultValue: '" + server.URL + "' }])"})
	s, err := r.h.Open(t.Context(), r.dir+"/one")
	if err != nil {
		t.Fatal(err)
	}
	for _, cfg := range []integrations.Config{nil, configOf("base", server.URL)} {
		_, err := s.RunAction(t.Context(), integrations.ActionRequest{Action: "go", Config: cfg})
		if err == nil || !strings.Contains(err.Error(), "not allowed here") {
			t.Errorf("%v", err)
		}
	}
}

// TestRule34_NoRefreshToken: what is no refresh token does not take the place of one.
func TestRule34_NoRefreshToken(t *testing.T) {
	for _, given := range []string{"'undefined'", "'null'", "' '", "'undefined::x'", "''", "null", "5"} {
		s := one(t, "/** @requireOAuth */\nclass S { async refreshToken() { return { token: 't', refreshToken: "+given+" } } }\nFlowrunner.ServerCode.addService(S, [])", http.NotFoundHandler())
		g, err := s.RefreshToken(t.Context(), integrations.RefreshRequest{Kept: integrations.Kept{RefreshToken: secret.New("r")}})
		if err != nil || !g.RefreshToken.IsZero() {
			t.Errorf("%s: %q %v", given, g.RefreshToken.Reveal(), err)
		}
	}
}
