package action

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/oauthflow"
)

// TestHostileTexts: nothing that came from outside steers the terminal, wherever it is shown, revealed or not (security.md N11).
func TestHostileTexts(t *testing.T) {
	const evil = "a\x1b]0;owned\x07b\u009b31mc\u202ed\u2066e\x7ff\rg\u200bh\x00i\x1b[2Jj\u2028k"
	orders := []string{"\x1b]", "\u009b", "\u202e", "\u2066", "\x07", "\x7f", "\r", "\x00", "\x1b[2J", "\u2028"}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Evil", "q\u202e\u009bz")
		_, _ = w.Write([]byte(evil))
	}))
	defer server.Close()
	client := oauthflow.NewHTTPClient()
	defer client.CloseIdleConnections()
	var x oauthflow.Exchange
	caller := (&oauthflow.Caller{HTTP: client}).Observing(func(e oauthflow.Exchange) { x = e })
	if _, err := caller.SendAPI(t.Context(), oauthflow.APIRequest{
		Method: "POST", URL: server.URL + "/a?q=\u202ex", Body: []byte(evil), Header: http.Header{"X-A": {"\u202e"}},
	}); err != nil {
		t.Fatal(err)
	}
	made := func(v any) json.RawMessage {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	actions := demo()
	actions[1].Label, actions[1].Description = evil, evil
	for name, c := range map[string]struct {
		result json.RawMessage
		err    error
	}{
		"a tree":  {made(map[string]any{evil: []any{evil, map[string]any{evil: evil}}}), nil},
		"a text":  {made(evil), nil},
		"rows":    {made([]any{map[string]any{evil: evil, "b": 1}, map[string]any{evil: evil}}), nil},
		"a error": {nil, &connections.Error{Kind: connections.KindAction, Message: evil, Hint: evil}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, actions, func(r *rig) {
				r.deck.RunFunc = func(context.Context, connections.RunRequest) (connections.RunResult, error) {
					return connections.RunResult{Result: c.result, Status: 200, Exchanges: []oauthflow.Exchange{x}, Console: []string{evil}, Next: evil}, c.err
				}
			}, func(t *testing.T, r *rig) {
				look := func(when string) {
					t.Helper()
					frame := r.screen.View(80, 22) + r.screen.View(120, 36)
					for _, o := range orders {
						if strings.Contains(frame, o) {
							t.Fatalf("after %s: %q is in\n%s", when, o, r.frame())
						}
					}
				}
				r.loop.Press("j", "enter", "enter")
				r.pass(time.Second)
				if len(r.deck.Runs) != 1 {
					t.Fatal("it did not run")
				}
				for _, key := range []string{"none", "l", "right", "E", "t", "enter", "esc", "]", "enter", "v", "w", "G", "c", "y", "esc", "]", "y", "]", "]", "y", "p"} {
					r.loop.Press(key)
					look(key)
				}
				for _, said := range r.shell.Said {
					if what, _, copied := strings.Cut(said, ": "); copied && strings.HasPrefix(what, "copy") {
						said = what // what goes to the clipboard is as it is
					}
					for _, o := range orders {
						if strings.Contains(said, o) {
							t.Errorf("%q is said: %q", o, said)
						}
					}
				}
			})
		})
	}
}
