package setup

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/tui/screen/screentest"
	"authdeck/tui/theme"
)

var states = []struct {
	name    string
	view    connections.IntegrationView
	prepare func(*rig)
	then    func(*rig)
}{
	{"google", screentest.Google(), nil, nil},
	{"google-filled", screentest.Google(), nil, func(r *rig) {
		r.loop.Press("o", "c", "enter")
		r.loop.Type("1234-abc.apps.example.com")
		r.loop.Press("enter")
		r.loop.Type("GOCSPX-0123456789")
	}},
	{"google-missing", screentest.Google(), nil, func(r *rig) { r.loop.Press("enter", "enter", "enter") }},
	{"google-refused", screentest.Google(), func(r *rig) { r.again, r.why = StepRegister, "redirect_uri_mismatch" }, nil},
	{"google-client-refused", screentest.Google(), func(r *rig) {
		r.again, r.why = StepClient, "oauth2.googleapis.com refused the client: invalid_client"
		r.deck.Configs = map[string]integrations.Config{"google": {"client_id": secret.New("1234-abc.apps.example.com"), "client_secret": secret.New("GOCSPX-0123456789")}}
	}, nil},
	{"gitlab", screentest.GitLab(), nil, nil},
	{"gitlab-host", screentest.GitLab(), nil, func(r *rig) { r.loop.Press("enter") }},
	{"github", screentest.GitHub(), nil, nil},
	{"no-browser", screentest.GitHub(), func(r *rig) { r.env.OpenPage = nil }, nil},
	{"copied", screentest.Google(), nil, func(r *rig) { r.loop.Press("c") }},
	{"demo", screentest.Demo(), nil, nil},
	{"app", app(), nil, nil},
	{"app-scrolled", app(), nil, func(r *rig) {
		r.screen.View(80, 19)
		r.loop.Press("ctrl+d")
	}},
	{"app-filling", app(), nil, func(r *rig) { r.loop.Press("enter", "enter") }},
}

// app is one with much to know.
func app() connections.IntegrationView {
	v := screentest.GitHub()
	v.ID, v.Name, v.ClientType = "github", "GitHub App", "GitHub App"
	v.Written = []string{
		"Leave the expiry of user authorization tokens switched on, and choose the app's permissions",
		"On the app's page make a client secret; it is shown once",
	}
	v.Inputs[1].Hint = "the secret is sent with each exchange, and it is shown once only, on the page of the app"
	v.Redirect.Note = "the port need not match the registered one; use 127.0.0.1, not localhost"
	v.Lifetime = integrations.LifetimeFacts{Access: "8 h", Refresh: "26 weeks, used once"}
	v.Notes = []string{
		"What the token may do is set in the app and at its installation, not by scopes",
		"An app that was installed for some repositories only sees nothing of the others",
		"An organisation may have to approve the app before its members can use it there",
		"The secret can be changed on the app's page; the old one works until it is deleted there",
	}
	return v
}

// TestFrames compares the set-up at every size, and in ASCII, and holds each frame against the invariants.
func TestFrames(t *testing.T) {
	for _, st := range states {
		for _, size := range screentest.Sizes() {
			for _, look := range screentest.Looks() {
				t.Run(fmt.Sprintf("%s/%s-%s", st.name, size.Name, look.Name), func(t *testing.T) {
					prepare := func(r *rig) {
						r.env.Theme = theme.New(look.Options)
						if st.prepare != nil {
							st.prepare(r)
						}
					}
					var frame, footer string
					inBubble(t, st.view, prepare, func(_ *testing.T, r *rig) {
						if st.then != nil {
							st.then(r)
						}
						frame, footer = r.screen.View(size.Width, size.Body), screentest.Footer(r.screen.Keys())
					})
					screentest.Check(t, frame, size.Width, size.Body)
					if strings.Contains(frame, "GOCSPX") {
						t.Errorf("the secret is on screen:\n%s", frame)
					}
					if plain := ansi.Strip(frame); look.ASCII && strings.IndexFunc(plain, func(c rune) bool { return c > 0x7e }) >= 0 {
						t.Errorf("not ASCII:\n%s", plain)
					}
					if look.Name == "plain" || look.ASCII && size.Name == "80x24" {
						screentest.Golden(t, frame+"\n"+footer)
					}
				})
			}
		}
	}
}

// written is an integration whose steps are all written.
