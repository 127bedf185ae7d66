package flowrunner

import (
	"net/http"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
)

// client are the config items that most of the test services ask for.
func client() integrations.Config {
	return integrations.Config{"clientId": secret.New("the-client"), "clientSecret": secret.New("the-secret")}
}

// shape opens one of the test services, all of whose requests are answered by provider.
func shape(t *testing.T, name string, provider http.Handler) *Service {
	t.Helper()
	s, err := newHost(t).Open(t.Context(), "testdata/services/"+name)
	if err != nil {
		t.Fatal(err)
	}
	return s.Played(provider)
}

// An action whose method declares no parameter is called without any (§4).
func TestAction_NoParameters(t *testing.T) {
	s := shape(t, "30-inbox", provider(map[string]string{"GET https://api.inbox.example/conversations": `{"items":[]}`}))
	got, err := s.RunAction(t.Context(), integrations.ActionRequest{Config: client(), Action: "listConversations", Kept: integrations.Kept{AccessToken: secret.New("A")}})
	if err != nil || string(got.Result) != `{"items":[]}` {
		t.Errorf("%s %v", got.Result, err)
	}
}
