package flowrunner

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// TestAnswerLost: whatever becomes of a service after the provider has answered the trade of the refresh token, the answer's new one is
// saved where it stands there as it was sent, and nobody says that the grant was refused.
func TestAnswerLost(t *testing.T) {
	const trade = "const a = await Flowrunner.Request.post('https://p.example/token').type('form').send({ grant_type: 'refresh_token', refresh_token: rt }); "
	for _, c := range []struct {
		name, body string
		lost       bool
		saved      string
	}{
		{"it throws", trade + "throw new Error('please reconnect')", true, "R2-of-the-provider"},
		{"it returns {}", trade + "return {}", true, "R2-of-the-provider"},
		{"its token is unusable", trade + "return { token: 'undefined::' + a.x, refreshToken: 'undefined' }", true, "R2-of-the-provider"},
		{"a later request is refused", trade + "return await Flowrunner.Request.get('https://p.example/me')", true, "R2-of-the-provider"},
		{"a later request speaks of invalid_grant", trade + "return await Flowrunner.Request.post('https://p.example/other').send({})", true, "R2-of-the-provider"},
		{"it computes for ever", trade + "for (;;);", true, "R2-of-the-provider"},
		{"it waits for ever", trade + "await new Promise(r => setTimeout(r, 60000))", true, "R2-of-the-provider"},
		{"JSON", "await Flowrunner.Request.post('https://p.example/token').send({ refresh_token: rt }); throw new Error('x')", true, "R2-of-the-provider"},
		{"in the query", "await Flowrunner.Request.get('https://p.example/token').query({ refresh_token: rt }); throw new Error('x')", true, "R2-of-the-provider"},
		{"the answer has the old one", "await Flowrunner.Request.post('https://p.example/same').type('form').send({ refresh_token: rt }); throw new Error('x')", true, ""},
		{"a part of a joined token is sent", "await Flowrunner.Request.post('https://p.example/token').type('form').send({ refresh_token: rt.split(':')[0] }); throw new Error('x')", false, ""},
		{"nothing was traded", "throw new Error('x')", false, ""},
		{"the provider refuses", "await Flowrunner.Request.post('https://p.example/other').type('form').send({ refresh_token: rt })", false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := one(t, "/** @requireOAuth */\nclass S { async refreshToken(rt) { "+c.body+" } }\nFlowrunner.ServerCode.addService(S, [])", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				switch r.URL.Path {
				case "/token":
					_, _ = io.WriteString(w, `{"access_token":"A2","refresh_token":"R2-of-the-provider","expires_in":60}`)
				case "/same":
					_, _ = io.WriteString(w, `{"access_token":"A2","refresh_token":"R1 of:the provider"}`)
				case "/me":
					w.WriteHeader(http.StatusForbidden)
				default:
					w.WriteHeader(http.StatusBadRequest)
					_, _ = io.WriteString(w, `{"error":"invalid_grant"}`)
				}
			}))
			ctx, cancel := oauthflow.WithTimeout(t.Context(), 4*time.Second)
			defer cancel()
			_, err := s.RefreshToken(ctx, integrations.RefreshRequest{Kept: integrations.Kept{AccessToken: secret.New("A1"), RefreshToken: secret.New("R1 of:the provider")}})
			var lost *integrations.AnswerLostError
			if errors.As(err, &lost) != c.lost || c.lost && lost.RefreshToken.Reveal() != c.saved {
				t.Errorf("%v, saved %+v", err, lost)
			}
			var e *oauthflow.Error
			if errors.As(err, &e) && c.lost && e.Class == oauthflow.ClassDead {
				t.Errorf("the grant was not refused: %v", err)
			}
		})
	}
}

// TestRefresh_DeadlineIsTold: a refresh whose time is over while the provider is silent is an answer that may come too late, and is asked
// once more; it is not canceled.
func TestRefresh_DeadlineIsTold(t *testing.T) {
	silent := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	s := one(t, "/** @requireOAuth */\nclass S { async refreshToken(rt) { return await Flowrunner.Request.post('https://p.example/token').send({ rt }) } }\nFlowrunner.ServerCode.addService(S, [])", silent)
	ctx, cancel := oauthflow.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := s.RefreshToken(ctx, integrations.RefreshRequest{Kept: integrations.Kept{AccessToken: secret.New("A1"), RefreshToken: secret.New("R1")}})
	var e *oauthflow.Error
	if !errors.As(err, &e) || e.Class != oauthflow.ClassTransient || !e.Sent || e.Status != 0 {
		t.Errorf("%v: %+v", err, e)
	}
}

// TestMasked: what a service prints or throws shows no secret of the call, in no spelling, and no token of an answer that came meanwhile.
func TestMasked(t *testing.T) {
	const config, kept, data, issued = "Sec\"ret + of/config", "sk_short1", "token-in-user-data-1", "sk_live_4eC39Hq"
	s := one(t, `class S {
  constructor(c) { this.c = c }
  /** @operationName X */
  async x() {
    const h = this.request.headers
    const a = await Flowrunner.Request.get('https://p.example/token')
    for (const v of [this.c.clientSecret, h['oauth-access-token'], h['oauth-user-data-access_token'], JSON.parse(h['oauth-user-data-nested']).refresh_token, a.access_token]) {
      console.log(v, encodeURIComponent(v), JSON.stringify({ v }), new URLSearchParams({ v }).toString())
    }
    throw new Error('seen: ' + [this.c.clientSecret, encodeURIComponent(this.c.clientSecret), JSON.stringify(this.c), h['oauth-access-token'], h['oauth-user-data-access_token'], a.access_token].join(' '))
  }
}
Flowrunner.ServerCode.addService(S, [{ name: 'clientSecret', type: 'STRING' }])`, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":"`+issued+`"}`)
	}))
	got, err := s.RunAction(t.Context(), integrations.ActionRequest{
		Action: "x", Config: configOf("clientSecret", config),
		Kept: integrations.Kept{AccessToken: secret.New(kept), Extra: []byte(`{"access_token":"` + data + `","nested":{"refresh_token":"` + data + `-2"}}`)},
	})
	if err == nil || !strings.HasPrefix(err.Error(), "seen: ") || len(got.Console) != 5 {
		t.Fatalf("%v %q", err, got.Console)
	}
	text := err.Error() + strings.Join(got.Console, "\n")
	for _, hidden := range []string{config, "Sec%22ret", `Sec\"ret`, "of/config", "of%2Fconfig", kept, data, issued} {
		if strings.Contains(text, hidden) {
			t.Errorf("%s shows in\n%s", hidden, text)
		}
	}
}
