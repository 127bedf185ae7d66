package action

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// TestReveal_Frames: a secret of a request is in the frames while it is revealed and at no other time, and in nothing that is copied.
func TestReveal_Frames(t *testing.T) {
	const token = "sentinel-of-the-token"
	x, err := (&oauthflow.Caller{}).Preview(t.Context(), oauthflow.APIRequest{
		Method: "POST", URL: "https://api.example/a?key=" + token, Header: http.Header{"Authorization": {"Bearer " + token}},
		Body: []byte(`{"password":"` + token + `"}`), Secrets: []secret.String{secret.New(token)},
	})
	if err != nil {
		t.Fatal(err)
	}
	x.Status = 200
	inBubble(t, demo(), func(r *rig) {
		r.deck.RunFunc = func(context.Context, connections.RunRequest) (connections.RunResult, error) {
			return connections.RunResult{Result: json.RawMessage(`1`), Status: 200, Exchanges: []oauthflow.Exchange{x}}, nil
		}
	}, func(t *testing.T, r *rig) {
		shows := func(want bool, when string) {
			t.Helper()
			frame := r.screen.View(80, 22) + r.screen.View(120, 36)
			if got := strings.Contains(frame, "sentinel"); got != want {
				t.Errorf("%s: in sight is %v:\n%s", when, got, r.frame())
			}
		}
		r.loop.Press("j", "enter", "enter")
		r.pass(time.Second)
		shows(false, "the result")
		r.loop.Press("]", "enter")
		shows(false, "the request")
		r.loop.Press("v")
		shows(true, "revealed")
		r.loop.Press("c", "y")
		r.loop.Press("v")
		shows(false, "hidden by hand")
		r.loop.Press("v")
		shows(true, "revealed again")
		r.pass(11 * time.Second)
		shows(false, "after 10 s")
		r.loop.Press("v", "esc", "esc")
		r.pass(11 * time.Second)
		r.loop.Press("r")
		r.pass(time.Second)
		shows(false, "run again")
		if said := strings.Join(r.shell.Said, "\n"); strings.Contains(said, "sentinel") || !strings.Contains(said, "$SECRET_1") {
			t.Errorf("said %s", said)
		}
	})
}

// TestCopy_TooLong: what would keep the terminal busy for long is not sent through it.
func TestCopy_TooLong(t *testing.T) {
	long := strings.Repeat("a", mostCopied)
	for name, result := range map[string]string{"a value": `{"a":"` + long + `"}`, "a text": `"` + long + `"`, "a row": `[{"a":"` + long + `"}]`} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, demo(), func(r *rig) { r.deck.RunFunc = answers(json.RawMessage(result), 200, nil) }, func(t *testing.T, r *rig) {
				r.loop.Press("j", "enter", "enter")
				r.pass(time.Second)
				r.loop.Press("y")
				if said := strings.Join(r.shell.Said, "\n"); !strings.HasPrefix(said, "warn: more than 1 MB is not copied") {
					t.Errorf("said %.100s", said)
				}
			})
		})
	}
}
