package flowrunner

import (
	"errors"
	"net/http"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// TestRefresh_Accidents: a mistake in the code says nothing of the grant: it is tried again. A service that always throws in its own
// words has nothing to refresh.
func TestRefresh_Accidents(t *testing.T) {
	for body, again := range map[string]bool{
		"return typo.x": true, "null.x": true, "throw new Error('tokens of this service do not end')": false, "return null": false,
	} {
		s := one(t, "/** @requireOAuth */\nclass S { async refreshToken() { "+body+" } }\nFlowrunner.ServerCode.addService(S, [])", http.NotFoundHandler())
		_, err := s.RefreshToken(t.Context(), integrations.RefreshRequest{Kept: integrations.Kept{AccessToken: secret.New("a"), RefreshToken: secret.New("r")}})
		var e *oauthflow.Error
		if tried := errors.As(err, &e) && e.Class == oauthflow.ClassTransientLong; tried != again || errors.Is(err, integrations.ErrNothingNew) == again {
			t.Errorf("%s: %v", body, err)
		}
	}
}
